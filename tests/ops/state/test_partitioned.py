"""Variables in parts: against TensorFlow's records, and what those do not say."""

import core_facts
import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.ops.state.partitioned_variable import PartitionedVariable
from minitf.ops.state.partitions import PartitionInfo


@pytest.mark.parametrize("name", core_facts.names("partition", "create_partitioned", "slice_infos"))
def test_as_tensorflow(name):
    core_facts.check(name)


def in_parts(shape=(4, 2), parts=2, axis=0, name="w", **options):
    return tf.get_variable(name, shape, partitioner=tf.fixed_size_partitioner(parts, axis), **options)


def test_parts_are_read_as_one_tensor_in_loops_and_branches_too():
    w = in_parts(initializer=tf.initializers.identity())
    total = tf.while_loop(
        lambda i, s: i < 3, lambda i, s: (i + 1, s + tf.matmul(tf.ones([1, 4]), w)), [0, tf.zeros([1, 2])]
    )
    chosen = tf.cond(tf.constant(True), lambda: tf.reduce_sum(w), lambda: 0.0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(sess.run(total[1]), [[3.0, 3.0]])
        assert sess.run(chosen) == 2


def test_gradients_reach_the_parts():
    w = in_parts((5, 2), 3, initializer=tf.ones_initializer())
    loss = tf.reduce_sum(tf.square(tf.matmul(tf.ones([1, 5]), w)))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found = sess.run(tf.gradients(loss, list(w)))
    assert [g.shape for g in found] == [(2, 2), (2, 2), (1, 2)] and all((g == 10).all() for g in found)


def test_assign_gives_ops_if_asked_for():
    w = in_parts(initializer=tf.zeros_initializer())
    assert [op.type for op in w.assign_add(tf.ones([4, 2]), read_value=False)] == ["AssignAdd"] * 2
    with fails(ValueError, "w has 2 parts; given are 3"):
        w.assign([0, 1, 2])


def test_tf_assign_takes_them():
    w = in_parts(initializer=tf.zeros_initializer())
    steps = [tf.assign(w, tf.ones([4, 2])), tf.assign_add(w, tf.ones([4, 2])), tf.assign_sub(w, 3 * tf.ones([4, 2]))]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step, value in zip(steps, (1, 2, -1)):
            assert all((part == value).all() for part in sess.run(step))


def test_what_is_cut_along_several_axes_is_not_joined():
    parts = [tf.Variable(tf.ones([1, 1])) for _ in range(4)]
    for i, part in enumerate(parts):
        part._set_save_slice_info(tf.Variable.SaveSliceInfo("w", [2, 2], [i // 2, i % 2], [1, 1]))
    w = PartitionedVariable("w", [2, 2], tf.float32, parts, [2, 2])
    with fails(ValueError, "more than one axis"):
        len(w)
    with fails(NotImplementedError, "more than one axis"):
        w.as_tensor()
    assert [part is one for part, one in zip(w, parts)] == [True] * 4


def test_errors_say_what_is_wrong():
    w = in_parts()
    with fails(TypeError, "PartitionedVariable", "fetch"), tf.Session() as sess:
        sess.run(w)
    with fails(ValueError, "w/part_0", "No partitioner was provided", __file__):
        tf.get_variable("w", [4, 2])
    message = "partitioned variable w is to be shared with partitions [4, 1], but has [2, 1]"
    with tf.variable_scope("", reuse=True), fails(ValueError, message):
        in_parts(parts=4)
    with fails(ValueError, "Can only be cut along one dimension".lower(), "[2, 2]"):
        tf.get_variable("x", [4, 4], partitioner=lambda shape, dtype: [2, 2])
    with fails(ValueError, "function of shape and dtype"):
        tf.get_variable("x", [4, 4], partitioner=3)


@pytest.mark.parametrize(
    "error, arguments",
    [(TypeError, (4, [0])), (TypeError, ([4], "0")), (ValueError, ([4], [0, 0])), (ValueError, ([4], [4]))],
)
def test_places_have_to_lie_in_the_whole(error, arguments):
    with pytest.raises(error):
        PartitionInfo(*arguments)


def test_places_of_parts():
    info = PartitionInfo([4, 6], [2, 0])
    assert info.single_slice_dim([2, 6]) == 0 and info.single_offset([2, 6]) == 2
    assert PartitionInfo([4], [0]).single_slice_dim([4]) is None and PartitionInfo([4], [0]).single_offset([4]) == 0
    for shape in ([2], [3, 6], [1, 1]):
        with pytest.raises(ValueError):
            info.single_slice_dim(shape)


def test_a_variable_in_parts_equals_one_in_one_piece():
    """Trained side by side, with one and two threads and in both executors."""
    target = np.random.RandomState(3).rand(5, 3).astype("f")
    for optimizer in (tf.train.AdamOptimizer(0.1), tf.train.RMSPropOptimizer(0.1), tf.train.FtrlOptimizer(0.1)):
        with tf.Graph().as_default():
            whole = tf.get_variable("whole", [5, 3], initializer=tf.ones_initializer())
            parts = in_parts((5, 3), 3, initializer=tf.ones_initializer())
            losses = [tf.reduce_sum(tf.square(tf.convert_to_tensor(v) - target)) for v in (whole, parts)]
            step = optimizer.minimize(losses[0] + losses[1])
            for options in ({"executor": "op_by_op"}, {"executor": "native", "intra_op_parallelism_threads": 2}):
                with tf.Session(config=tf.ConfigProto(**options)) as sess:
                    sess.run(tf.global_variables_initializer())
                    for _ in range(3):
                        sess.run(step)
                    np.testing.assert_array_equal(*sess.run([whole, parts.as_tensor()]))
