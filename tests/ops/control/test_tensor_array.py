"""TensorArray: TensorFlow's values, shapes, gradients and errors."""

import control_facts
import numpy as np
import pytest
from helpers import check, fails, run

import minitf as tf

DIFFERENT = {
    "ta/concat_nothing": "no elements join to an empty vector",
    "ta/wrong_type": "refused when it is written",
    "ta/loop_not_returned": "refused when the loop is built",
}


@pytest.mark.parametrize("id", control_facts.ids("ta/", but=DIFFERENT))
def test_as_tensorflow(id):
    control_facts.check(id)


def test_ids_as_tensorflow():
    control_facts.check_ids("ta/")


def test_where_tensorflow_fails_late():
    assert run(control_facts.built("ta/concat_nothing")["result"]).shape == (0,)
    with fails(TypeError, "TensorArray of float32: cannot take Const:0 of int32"):
        control_facts.built("ta/wrong_type")
    with fails(TypeError, "body has to return a TensorArray for <tf.TensorArray 'TensorArray"):
        control_facts.built("ta/loop_not_returned")


def gathered(x):
    array = tf.TensorArray(x.dtype, 4, clear_after_read=False).unstack(x)
    return array.gather([3, 0, 3]) * array.read(1)


def joined(x):
    array = tf.TensorArray(x.dtype, 2, infer_shape=False, clear_after_read=False).split(tf.sin(x), [1, 3])
    return array.read(1) * array.read(0), array.concat()


def looped(x):
    array = tf.TensorArray(x.dtype, 4, clear_after_read=False, element_shape=[2]).write(0, x[0])
    body = lambda i, a: (i + 1, a.write(i, tf.sin(a.read(i - 1)) * x[i]))  # noqa: E731
    return tf.while_loop(lambda i, a: i < 4, body, [1, array])[1].stack()


def read_in_a_loop(x):
    array = tf.TensorArray(x.dtype, 4).unstack(x)
    return tf.while_loop(lambda i, h: i < 4, lambda i, h: (i + 1, tf.tanh(h + array.read(i))), [0, x[0]])[1]


@pytest.mark.parametrize("fn", [gathered, joined, looped, read_in_a_loop])
def test_derivatives_to_second_order(fn):
    check(fn, np.linspace(-0.9, 0.8, 8).reshape(4, 2), openness=("known",), dtypes=("float64",))


def test_writing_leaves_the_older_array_as_it_was():
    first = tf.TensorArray(tf.float32, 2, element_shape=[]).write(0, 1.0)
    second = first.write(1, 2.0)
    assert run(first.stack()).tolist() == [1, 0]
    assert run(second.stack()).tolist() == [1, 2]


def test_messages_name_array_slot_and_fix():
    array = tf.TensorArray(tf.float32, 2, tensor_array_name="states")
    i = tf.placeholder(tf.int32, [])
    invalid = tf.errors.InvalidArgumentError
    with fails(invalid, "index 5 is outside of TensorArray states of size 2", "dynamic_size=True"):
        run(array.write(i, 1.0).read(0), feed_dict={i: 5})
    with fails(invalid, "slot 0 of TensorArray states is written a second time"):
        run(array.write(0, 1.0).write(i, 1.0).read(0), feed_dict={i: 0})
    read = array.write(0, 1.0)
    once = read.read(0)
    with tf.control_dependencies([once]):
        again = read.read(0)
    with fails(invalid, "read a second time", "clear_after_read=False"):
        run(again)
    with fails(ValueError, "shape (2,)", "elements have shape ()", "infer_shape=False"):
        array.write(0, 1.0).write(1, [1.0, 2.0])
    x = tf.placeholder(tf.float32)
    with fails(invalid, "shape (3,)", "slot 1", "elements have shape (2,)"):
        run(tf.TensorArray(tf.float32, 2).write(0, x[:2]).write(1, x).read(1), feed_dict={x: [1, 2, 3]})


def test_thousand_steps_and_back():
    x = tf.placeholder(tf.float64, [None])
    count = tf.shape(x)[0]
    inputs = tf.TensorArray(tf.float64, count).unstack(x)
    outputs = tf.TensorArray(tf.float64, count)
    _, total, outputs = tf.while_loop(
        lambda i, s, out: i < count,
        lambda i, s, out: (i + 1, s + inputs.read(i), out.write(i, s)),
        [0, tf.constant(0.0, tf.float64), outputs],
    )
    values = np.arange(1000.0)
    total, gradient = run(total, tf.gradients(outputs.stack(), x)[0], feed_dict={x: values})
    assert total == values.sum() and np.array_equal(gradient, np.arange(999.0, -1, -1))


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
@pytest.mark.parametrize("lengths", [[2, 2], [1, 3], [0, 4], [4, 0]])
@pytest.mark.parametrize("read", [0, 1])
def test_gradients_of_pieces_that_nobody_read(lengths, read, executor):
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    pieces = tf.TensorArray(tf.float32, 2, infer_shape=False).split(x, lengths)
    (first,) = tf.gradients(tf.reduce_sum(pieces.read(read) ** 3), x)
    (second,) = tf.gradients(first, x)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        values = session.run([first, second])
    inside = np.repeat([0, 1], lengths) == read
    np.testing.assert_array_equal(values, [inside * [3, 12, 27, 48], inside * [6, 12, 18, 24]])


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_no_elements_join_to_what_is_known_of_them(executor):
    n, x = tf.placeholder(tf.int32, []), tf.placeholder(tf.float32, [None, 4])
    none = tf.TensorArray(tf.float32, n, element_shape=[None, 4]).concat()
    unknown = tf.TensorArray(tf.float32, n, element_shape=[None, None]).concat()
    rows = tf.TensorArray(tf.float32, n)
    rows = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a.write(i, x)), [0, rows])[1].concat()
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        fed = {n: 0, x: np.ones([3, 4])}
        assert [session.run(t, fed).shape for t in (none, rows)] == [(0, 4), (0, 4)]
        assert session.run(tf.reduce_sum(none, 1), fed).shape == (0,)
        with fails(tf.errors.InvalidArgumentError, "(?,)", "element_shape"):
            session.run(unknown, fed)
        assert session.run(rows, {**fed, n: 2}).shape == (6, 4)


def test_the_gradient_of_an_inner_loop_that_reads_what_it_wrote():
    """Only the kind of an array is known of all its versions in the trips of two loops."""
    x = tf.constant([1.8, 0.4, 1.0])
    rows = tf.TensorArray(tf.float32, 3).unstack(tf.stack([x, x * 2.0, x + 1.0]))

    def inner(i, y):
        array = tf.TensorArray(tf.float32, 4, clear_after_read=False, element_shape=[3]).write(0, y)
        step = lambda k, a: (k + 1, a.write(k, tf.tanh(a.read(k - 1))))  # noqa: E731
        array = tf.while_loop(lambda k, a: k < 4, step, [1, array])[1]
        return i + 1, array.read(3) + rows.read(i)

    y = tf.reduce_sum(tf.while_loop(lambda i, y: i < 3, inner, [0, x])[1])
    [slope] = tf.gradients(y, x)
    with tf.Session() as session:
        native = session.run(slope)
    with tf.Session(config=tf.ConfigProto(executor="op_by_op")) as session:
        np.testing.assert_allclose(native, session.run(slope), rtol=1e-6)
        up, down = (session.run(y, {x: [1.8 + e, 0.4 + e, 1.0 + e]}) for e in (1e-3, -1e-3))
    assert native.sum() == pytest.approx((up - down) / 2e-3, rel=1e-3)
