"""tf.while_loop: TensorFlow's values, structures, shapes and errors; side effects; long loops; ids."""

import control_facts
import numpy as np
import pytest
from helpers import fails, run

import minitf as tf

DIFFERENT = {
    "while/max_iterations_tensor": "return_same_structure works with maximum_iterations",
    "while/max_iterations_tuple_body": "a tuple may come back for a list, also with maximum_iterations",
    "while/type_changes": "refused when the loop is built",
    "while/gather_zero_trips": "the gradient of a loop that never runs is zero",
    "while/read_then_assign": "what was read from a variable does not change with it",
    "while/second_order": "loops are differentiable again and again",
}


@pytest.mark.parametrize("id", control_facts.ids("while/", but=DIFFERENT))
def test_as_tensorflow(id):
    control_facts.check(id)


def test_ids_as_tensorflow():
    control_facts.check_ids("while/")


def test_where_tensorflow_fails_or_surprises():
    assert run(control_facts.built("while/max_iterations_tensor")["result"][0]) == 4
    count, power = control_facts.built("while/max_iterations_tuple_body")["result"]
    assert run(count, power) == [3, 1.5**4]
    names = control_facts.built("while/gather_zero_trips")
    gradient = tf.convert_to_tensor(tf.gradients(names["result"], names["wrt"])[0])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert np.array_equal(session.run(gradient), np.zeros((3, 2)))
    assert run(control_facts.built("while/second_order")["result"][0]) == 12 * 1.5**2


def test_a_value_read_before_an_assignment_stays():
    names = control_facts.built("while/read_then_assign")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert tuple(session.run(names["result"])) == (4, 1 + 2 + 4 + 8)


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
def test_side_effects_happen_in_order_in_every_trip(executor):
    seen = []
    v = tf.Variable(1.0)

    def body(i):
        doubled = tf.assign(v, v * 2.0)
        with tf.control_dependencies([doubled]):
            told = tf.py_func(lambda i, x: seen.append((int(i), float(x))), [i, v.read_value()], [])
        with tf.control_dependencies([told]):
            return i + 1

    end = tf.while_loop(lambda i: i < 3, body, [0])
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(tf.global_variables_initializer())
        assert session.run(end) == 3
        assert seen == [(0, 2.0), (1, 4.0), (2, 8.0)] and session.run(v) == 8.0


def test_print_in_a_body(capfd):
    run(tf.while_loop(lambda i: i < 3, lambda i: tf.Print(i + 1, [i], "trip "), [0]))
    assert capfd.readouterr().err.split("\n")[:3] == ["trip [0]", "trip [1]", "trip [2]"]


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
def test_an_error_inside_names_the_op_and_the_value(executor):
    ids = tf.constant([0, 1, 7])
    end = tf.while_loop(
        lambda i, a: i < 3, lambda i, a: (i + 1, a + tf.gather([1.0, 2.0], ids[i], name="pick")), [0, 0.0]
    )
    with (
        tf.Session(config=tf.ConfigProto(executor=executor)) as session,
        fails(tf.errors.InvalidArgumentError, "while/pick", "7", "[0, 2)"),
    ):
        session.run(end)


def test_a_hundred_thousand_trips_and_back():
    x = tf.placeholder(tf.float64, [])
    n = tf.placeholder(tf.int32, [])
    y = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * x), [0, x])[1]
    feed = {x: 1.00001, n: 100_000}
    assert run(y, feed_dict=feed) == pytest.approx(1.00001**100_001)
    assert run(tf.gradients(y, x)[0], feed_dict=feed) == pytest.approx(100_001 * 1.00001**100_000)


def test_loops_of_every_length_from_one_graph():
    n = tf.placeholder(tf.int32, [])
    total = tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s + i), [0, 0])[1]
    with tf.Session() as session:
        assert [session.run(total, {n: k}) for k in (5, 0, -3, 1, 100)] == [10, 0, 0, 0, 4950]


def test_a_fed_condition_must_be_a_scalar():
    p = tf.placeholder(tf.bool)
    end = tf.while_loop(lambda i: p, lambda i: i + 1, [0])
    with fails(tf.errors.InvalidArgumentError, "has to be a scalar", "(2,)"):
        run(end, feed_dict={p: [True, False]})


def test_a_shape_that_only_shows_when_it_runs():
    x = tf.placeholder(tf.float32, [None])
    grown = tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, tf.concat([v, v[:1]], 0)), [0, x])[1]
    length = tf.while_loop(lambda i, v: tf.size(v) < 5, lambda i, v: (i + 1, tf.concat([v, v], 0)), [0, x])[0]
    assert run(grown, feed_dict={x: [1, 2]}).tolist() == [1, 2, 1, 1, 1]
    assert run(length, feed_dict={x: [1]}) == 3


def test_messages_name_the_variable_and_the_fix():
    m = tf.ones([2, 2])
    with fails(ValueError, "loop variable 'm'", "(2, 2)", "(4, 2)", "declare shape_invariants"):
        tf.while_loop(lambda i, m: i < 3, lambda i, m: (i + 1, tf.concat([m, m], 0)), [0, m])
    with fails(ValueError, "loop variable 'm'", "(4, ?)", "shape invariant (2, ?) does not allow"):
        tf.while_loop(
            lambda i, m: i < 3,
            lambda i, m: (i + 1, tf.concat([m, m], 0)),
            [0, m],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([2, None])],
        )
    with fails(ValueError, "loop variable 'm' starts with shape (2, 2)", "(3, 2)"):
        tf.while_loop(
            lambda i, m: i < 3,
            lambda i, m: (i + 1, m),
            [0, m],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([3, 2])],
        )
    with fails(TypeError, "loop variable 'i' starts as int32", "returns float32", "tf.cast"):
        tf.while_loop(lambda i: i < 3, lambda i: tf.to_float(i), [0])
    with fails(TypeError, "loop variable 'i' starts as int32", "tf.cast"):
        tf.while_loop(lambda i, m: i < 3, lambda i, m: (tf.to_float(i), m), [0, m], maximum_iterations=2)
    with fails(ValueError, "one value for each loop variable", "2 parts against 1"):
        tf.while_loop(lambda i, m: i < 3, lambda i, m: i + 1, [0, m])
    with fails(ValueError, "cond has to return a scalar", "(2,)", "tf.reduce_all"):
        tf.while_loop(lambda v: v < 3.0, lambda v: v, [tf.zeros([2])])


def test_a_tensor_of_the_body_is_no_use_outside():
    kept = []
    tf.while_loop(lambda i: i < 3, lambda i: kept.append(i * 2) or i + 1, [0])
    with fails(ValueError, "return it from the body"):
        kept[0] + 1
