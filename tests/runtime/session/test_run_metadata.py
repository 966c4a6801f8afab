import minitf as tf
from minitf.runtime.session.run_metadata import run_metadata_proto


def test_times_of_ops():
    metadata = tf.RunMetadata()
    x = tf.placeholder(tf.float32, [2])
    y = tf.py_func(lambda a: a, [tf.tanh(x)], tf.float32, name="call")
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    with tf.Session() as sess:
        sess.run(y, {x: [1.0, 2.0]}, options, metadata)
    [device] = run_metadata_proto(metadata).step_stats.dev_stats
    [ours] = metadata.step_stats.dev_stats
    assert device.device == ours.device
    assert [n.node_name for n in device.node_stats] == ["Tanh", "call"]
    for node, own in zip(device.node_stats, ours.node_stats):
        assert node.timeline_label == own.timeline_label
        assert node.all_start_micros == own.all_start_nanos // 1000 > 0
        assert node.all_end_rel_micros == node.op_end_rel_micros >= 1
        assert node.all_end_rel_nanos == own.all_end_rel_nanos

        assert [dim.size for dim in node.output[0].tensor_description.shape.dim] == [2]
        assert node.output[0].tensor_description.allocation_description.allocator_name == "cpu"
    assert type(run_metadata_proto(metadata)).FromString(metadata.SerializeToString()) == run_metadata_proto(metadata)
    assert "requested_bytes: 8" in str(metadata)


def test_without_a_trace():
    assert not run_metadata_proto(tf.RunMetadata()).HasField("step_stats")
