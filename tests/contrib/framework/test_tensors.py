import pytest

import minitf as tf

f = tf.contrib.framework


def test_sums_of_many():
    total = f.reduce_sum_n([tf.zeros([2]), tf.ones([2, 3])])
    names = [op.name for op in tf.get_default_graph().get_operations()[2:]]
    # As in TensorFlow 1.15.5.
    assert names == [
        "reduce_sum_n/Const",
        "reduce_sum_n/zeros/sum",
        "reduce_sum_n/Const_1",
        "reduce_sum_n/ones/sum",
        "reduce_sum_n",
    ]
    with tf.Session() as sess:
        assert sess.run(total) == 6
    with pytest.raises(ValueError, match="No tensors"):
        f.reduce_sum_n([])


def test_shapes():
    x = tf.placeholder(tf.float32, [None, 3])
    assert f.with_shape([2, 3], x).shape.as_list() == [2, 3] and f.with_same_shape(x, x) is x
    with pytest.raises(ValueError, match=r"Invalid shape for tensor zeros:0, expected \(2,\), got \(3,\)"):
        f.with_shape([2], tf.zeros([3]))
    one, two = f.remove_squeezable_dimensions(tf.zeros([2, 1]), tf.zeros([2]))
    assert one.shape.as_list() == two.shape.as_list() == [2]
    one, two = f.remove_squeezable_dimensions(tf.zeros([2]), tf.zeros([2, 1]))
    assert one.shape.as_list() == two.shape.as_list() == [2]


def test_kinds():
    assert f.is_tensor(tf.zeros([])) and f.is_tensor(tf.Variable(1)) and not f.is_tensor(3)
    assert f.assert_scalar_int(tf.constant(1)) is not None
    for value in (tf.constant(1.0), tf.constant([1])):
        with pytest.raises(ValueError, match="an integer scalar"):
            f.assert_scalar_int(value)
    x = tf.placeholder(tf.float32)
    assert f.get_placeholders(tf.get_default_graph()) == [x]
    with tf.name_scope("a"):
        assert f.get_name_scope() == "a"


def test_conditions_that_are_known():
    assert [f.smart_constant_value(p) for p in (True, 0, tf.constant(True))] == [True, False, True]
    unknown = tf.placeholder(tf.bool, [])
    assert f.smart_constant_value(unknown) is None
    assert f.smart_cond(1, lambda: "yes", lambda: "no") == "yes"
    chosen = f.smart_cond(unknown, lambda: tf.constant(1), lambda: tf.constant(2))
    with tf.Session() as sess:
        assert sess.run(chosen, {unknown: False}) == 2
    with pytest.raises(TypeError, match="`pred` must be"):
        f.smart_constant_value("x")
    with pytest.raises(TypeError, match="are functions, not None"):
        f.smart_cond(True, lambda: 1)


def test_graphs_of_inputs():
    x, v = tf.zeros([2]), tf.Variable(1.0)
    assert f.get_graph_from_inputs([x, v, 3]) is tf.get_default_graph() is f.get_graph_from_inputs([])
    with tf.Graph().as_default() as other:
        assert f.get_graph_from_inputs([x]) is x.graph and f.get_graph_from_inputs([]) is other
        with pytest.raises(ValueError, match="not of the same graph"):
            f.get_graph_from_inputs([x, tf.zeros([])])


def test_variables_of_zeros_and_devices_in_turn():
    v = tf.Variable([1.0, 2.0])
    zeros = f.zero_initializer(v)
    with tf.Session() as session:
        assert session.run(zeros).tolist() == session.run(v).tolist() == [0, 0]
    choose = f.VariableDeviceChooser(num_tasks=2, job_name="w", device_type="GPU", device_index=1, replica=3)
    assert [choose(v.op) for _ in range(3)] == [f"/job:w/replica:3/task:{i}/device:GPU:1" for i in (0, 1, 0)]
    assert f.VariableDeviceChooser()(v.op) == "/device:CPU:0"
