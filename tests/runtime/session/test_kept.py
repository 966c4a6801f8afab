"""Tensors that stay in a session, run metadata and callables: as recorded from TensorFlow 1.15.5."""

import pytest

import minitf as tf


def test_handles():
    x = tf.constant([1.0, 2.0])
    holder, value = tf.get_session_tensor("", tf.float32)
    given, delete = tf.delete_session_tensor("")
    assert (holder.dtype, value.dtype, value.shape.rank) == (tf.string, tf.float32, None)
    with tf.Session() as sess:
        handle, same = sess.run([tf.get_session_handle(x * 2.0), x])
        assert handle.eval().tolist() == [2, 4] and same.tolist() == [1, 2] and handle.dtype is tf.float32
        assert handle.handle.startswith("GetSessionHandle;") and str(handle) == handle.get_raw_tensor()
        for fed in (handle, handle.handle):
            assert sess.run(value + 1.0, {holder: fed}).tolist() == [3, 5]
        assert sess.run(x + 1.0, {x: handle}).tolist() == [3, 5]
        sess.run(delete, {given: handle})
        for ask in (
            lambda: sess.run(value, {holder: handle.handle}),
            handle.eval,
            lambda: sess.run(delete, {given: handle.handle}),
        ):
            with pytest.raises(tf.errors.InvalidArgumentError, match="is not in the session store"):
                ask()
        other = sess.run(tf.get_session_handle(tf.constant(3)))
        with pytest.raises(tf.errors.InvalidArgumentError, match="int32, not float32"):
            sess.run(value, {holder: other})
        other.delete()
        for ask in (other.eval, other.delete):
            with pytest.raises(TypeError, match="Persistent tensor .* may have already been deleted"):
                ask()
    with pytest.raises(TypeError, match="`data` .* has to be a tensor"):
        tf.get_session_handle([1, 2])


def test_run_metadata():
    total, metadata = tf.constant(1.0) + 2.0, tf.RunMetadata()
    with tf.Session() as sess:
        sess.run(total, run_metadata=metadata)
        assert not metadata.HasField("step_stats") and not metadata.HasField("cost_graph")
        options = tf.RunOptions(
            trace_level=tf.RunOptions.FULL_TRACE, output_partition_graphs=True, report_tensor_allocations_upon_oom=True
        )
        sess.run(total, options=options, run_metadata=metadata)
    assert metadata.HasField("step_stats") and not metadata.HasField("cost_graph")
    [graph] = metadata.partition_graphs
    assert [node.op for node in graph.node] == ["Const", "Const", "Add", "_Retval"]
    for name, message in (("xx", "no field xx"), ("partition_graphs", "no singular")):
        with pytest.raises(ValueError, match=message):
            metadata.HasField(name)


def test_callables_take_lists():
    x = tf.placeholder(tf.float32, [])
    with tf.Session() as sess:
        assert sess.make_callable({"y": [x * 2.0]}, [x])(3.0) == {"y": [6.0]}
        with pytest.raises(TypeError, match="`feed_list` must be a list or tuple"):
            sess.make_callable(x, x)
