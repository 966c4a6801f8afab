import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.rnn.cell import is_like_rnncell

RNN = tf.nn.rnn_cell


def names(cell):
    return [v.op.name for v in cell.trainable_weights]


def called(cell, n=3, scope=None):
    """The cell after one step on zeros."""
    cell(tf.zeros([2, n]), cell.zero_state(2, tf.float32), *[scope] * bool(scope))
    return cell


@pytest.mark.parametrize("size", [4, (4, 2), RNN.LSTMStateTuple(3, 5), (4, (2, RNN.LSTMStateTuple(1, 1)))])
@pytest.mark.parametrize("batch", [3, "tensor"])
def test_zero_state_has_the_structure_of_state_size(size, batch):
    class Cell(RNN.RNNCell):
        state_size, output_size = size, 1

    batch_size = tf.placeholder(tf.int32, []) if batch == "tensor" else 3
    state = Cell().zero_state(batch_size, tf.float32)
    assert type(state) is type(size) or size == 4
    tensors = _flat(state)
    with tf.Session() as sess:
        values = sess.run(tensors, {batch_size: 3} if batch == "tensor" else None)
    assert [v.shape for v in values] == [(3, s) for s in _flat(size)] and not any(v.any() for v in values)


def _flat(value):
    return [leaf for part in value for leaf in _flat(part)] if isinstance(value, tuple) else [value]


def test_zero_state_is_typed_and_its_static_shape_is_known():
    state = RNN.BasicRNNCell(4).zero_state(2, tf.float64)
    assert state.dtype == tf.float64 and state.shape.as_list() == [2, 4]
    assert RNN.BasicRNNCell(4).zero_state(tf.placeholder(tf.int32, []), tf.float32).shape.as_list() == [None, 4]
    assert RNN.BasicRNNCell(4).zero_state(tf.constant(7), tf.float32).shape.as_list() == [7, 4]


def test_get_initial_state_takes_size_and_type_from_inputs():
    cell = RNN.BasicRNNCell(4)
    assert cell.get_initial_state(inputs=tf.zeros([3, 2], tf.float64)).dtype == tf.float64
    with fails(ValueError, "batch_size is 4", "3"):
        cell.get_initial_state(inputs=tf.zeros([3, 2]), batch_size=4)
    with fails(ValueError, "batch_size and dtype"):
        cell.get_initial_state()


def test_second_object_gets_a_scope_of_its_own_and_second_call_reuses():
    first, second = called(RNN.BasicRNNCell(4)), called(RNN.BasicRNNCell(4))
    called(first)
    assert names(first) == ["basic_rnn_cell/kernel", "basic_rnn_cell/bias"]
    assert names(second) == ["basic_rnn_cell_1/kernel", "basic_rnn_cell_1/bias"]
    assert len(tf.global_variables()) == 4


def test_name_scope_and_reuse_arguments():
    cell = called(RNN.BasicRNNCell(4, name="mine"))
    shared = called(RNN.BasicRNNCell(4, name="mine", reuse=True))
    assert names(cell) == ["mine/kernel", "mine/bias"] and shared.weights == cell.weights
    assert names(called(RNN.GRUCell(2), scope="there"))[0] == "there/gates/kernel"
    with fails(ValueError, "mine/kernel"), tf.variable_scope("", reuse=tf.AUTO_REUSE):
        called(RNN.BasicRNNCell(5, name="mine", reuse=True))


def test_users_cell_with_get_variable_lists_its_weights():
    class Own(RNN.RNNCell):
        state_size = output_size = 3

        def call(self, inputs, state):
            w = tf.get_variable("w", [2, 3])
            tf.get_variable("fixed", [1], trainable=False)
            return tf.matmul(inputs, w) + state, state

    cell = called(Own(), 2)
    called(cell, 2)
    assert names(cell) == ["own/w"] and [v.op.name for v in cell.non_trainable_weights] == ["own/fixed"]
    assert cell.variables == cell.weights == tf.global_variables()


def test_users_wrapper_that_skips_init_works():
    class Elsewhere(RNN.RNNCell):
        def __init__(self, device, cell):
            self._cell, self._device = cell, device

        state_size = property(lambda self: self._cell.state_size)
        output_size = property(lambda self: self._cell.output_size)

        def __call__(self, inputs, state, scope=None):
            with tf.device(self._device):
                return self._cell(inputs, state, scope)

    cells = [Elsewhere(f"/cpu:{i}", RNN.BasicRNNCell(4)) for i in range(2)]
    outputs, states = tf.nn.dynamic_rnn(RNN.MultiRNNCell(cells), tf.zeros([2, 5, 3]), dtype=tf.float32)
    assert outputs.shape.as_list() == [2, 5, 4] and len(states) == 2
    assert tf.global_variables()[2].op.name == "rnn/multi_rnn_cell/cell_1/basic_rnn_cell/kernel"


def test_inputs_are_checked():
    cell = RNN.BasicRNNCell(4)
    with fails(ValueError, "rank 2", "(2, 3, 4)"):
        cell(tf.zeros([2, 3, 4]), cell.zero_state(2, tf.float32))
    with fails(ValueError, "last dimension"):
        cell(tf.placeholder(tf.float32, [None, None]), cell.zero_state(2, tf.float32))
    with fails(ValueError, "int32", "tf.cast"):
        RNN.BasicRNNCell(4, dtype=tf.float32)(tf.zeros([2, 3], tf.int32), cell.zero_state(2, tf.float32))
    with fails(ValueError, "not int32"):
        RNN.BasicRNNCell(4, dtype=tf.int32)
    with fails(ValueError, "LSTMStateTuple"):
        RNN.LSTMCell(4)(tf.zeros([2, 3]), tf.zeros([2, 4]))
    with fails(ValueError, "'swish'", "relu"):
        RNN.BasicRNNCell(4, activation="swish")


def test_activation_by_name():
    cell = RNN.BasicRNNCell(2, activation="relu")
    output, _ = cell(-tf.ones([1, 1]), cell.zero_state(1, tf.float32))
    assert output.op.type == "Relu"


def test_what_is_no_cell():
    assert is_like_rnncell(RNN.GRUCell(1)) and not is_like_rnncell(RNN.GRUCell) and not is_like_rnncell(3)
    with fails(TypeError, "cell is not an RNNCell", "BasicRNNCell(num_units)"):
        tf.nn.static_rnn(RNN.BasicRNNCell, [tf.zeros([2, 3])], dtype=tf.float32)


def test_state_tuple_has_one_type():
    assert RNN.LSTMStateTuple(tf.zeros([1]), tf.ones([1])).dtype == tf.float32
    with fails(TypeError, "float32", "float64"):
        _ = RNN.LSTMStateTuple(tf.zeros([1]), tf.zeros([1], tf.float64)).dtype


def test_partitioned_kernel_of_lstm():
    cell = RNN.LSTMCell(4, num_unit_shards=2, num_proj=3, num_proj_shards=2)
    output, _ = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
    assert output.shape.as_list() == [2, 3]
    assert sum("part_" in v.op.name for v in tf.global_variables()) == 4


def test_linear_checks_its_arguments():
    from minitf.rnn.rnn_cell import _linear

    assert _linear([tf.zeros([2, 3]), tf.zeros([2, 1])], 5, True, 1.0).shape.as_list() == [2, 5]
    assert [v.op.name for v in tf.global_variables()] == ["kernel", "bias"]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(sess.run("bias:0"), np.ones(5))
    for bad in ([], None, [tf.zeros([2])], tf.placeholder(tf.float32, [2, None])):
        with pytest.raises(ValueError):
            _linear(bad, 5, True)


def test_values_are_those_of_the_formula():
    random = np.random.default_rng(0)
    x, h, w = random.normal(size=(2, 3)), random.normal(size=(2, 4)), random.normal(size=(7, 4))
    cell = RNN.BasicRNNCell(4, dtype=tf.float64)
    with tf.variable_scope("s", initializer=tf.constant_initializer(w)):
        output, state = cell(tf.constant(x), tf.constant(h))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        np.testing.assert_allclose(sess.run(output), np.tanh(np.hstack([x, h]) @ w), rtol=1e-12)
    assert output is state


@pytest.mark.parametrize("make", [tf.nn.rnn_cell.BasicRNNCell, tf.nn.rnn_cell.GRUCell, tf.nn.rnn_cell.LSTMCell])
def test_integers_are_refused_before_variables_are_made(make):
    cell = make(3)
    with fails(ValueError, "an RNN cell computes with floating point numbers, not int32 (ones:0)", "in the call"):
        cell(tf.ones([2, 3], tf.int32), cell.zero_state(2, tf.float32))
    assert not tf.global_variables()
