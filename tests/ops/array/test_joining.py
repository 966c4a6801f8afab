import helpers
import numpy as np
import pytest
from oracle import check_case, check_gradient, facts, op_facts

import minitf as tf

M = np.random.default_rng(0).normal(size=(3, 4))


@pytest.mark.parametrize(
    "fn, reference",
    [
        (lambda x: tf.stack([x, 2.0 * x]), lambda x: np.stack([x, 2 * x])),
        (lambda x: tf.stack([x, x * x, x], axis=1), lambda x: np.stack([x, x * x, x], 1)),
        (lambda x: tf.stack([x, x], axis=-1), lambda x: np.stack([x, x], -1)),
        (lambda x: tf.parallel_stack([x, x]), lambda x: np.stack([x, x])),
        (lambda x: tf.split(x, 2, 1), lambda x: np.split(x, 2, 1)),
        (lambda x: tf.split(x, 3), lambda x: np.split(x, 3)),
        (lambda x: tf.split(x, 1), lambda x: [x]),
        (lambda x: tf.split(x, [1, 0, 3], -1), lambda x: [x[:, :1], x[:, 1:1], x[:, 1:]]),
        (lambda x: tf.split(x, [1, -1], 0), lambda x: [x[:1], x[1:]]),
    ],
)
def test_stack_and_split(fn, reference):
    helpers.check(fn, M, reference=reference)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_unstack(axis):
    helpers.check(
        lambda x: tf.unstack(x, axis=axis, num=M.shape[axis]), M, reference=lambda x: list(np.moveaxis(x, axis, 0))
    )


def test_parts_that_nobody_used_have_no_gradient():
    x = tf.placeholder(tf.float64, [3, 4])
    for parts, wanted in ((tf.unstack(x), [0, 1, 0]), (tf.split(x, 3), [0, 1, 0]), (tf.split(x, [1, 1, 1]), [0, 1, 0])):
        (g,) = tf.gradients(parts[1] * 2.0, x)
        np.testing.assert_array_equal(helpers.run(g, feed_dict={x: M}), 2.0 * np.outer(wanted, np.ones(4)))


def test_sizes_known_only_at_run_time():
    x, sizes, axis = tf.placeholder(tf.float64), tf.placeholder(tf.int32, [2]), tf.placeholder(tf.int32, [])
    a, b = tf.split(x, sizes, axis)
    (g,) = tf.gradients(a, x)
    fed = {x: M, sizes: [1, 3], axis: 1}
    assert [v.shape for v in helpers.run(a, b, feed_dict=fed)] == [(3, 1), (3, 3)]
    np.testing.assert_array_equal(helpers.run(g, feed_dict=fed), np.outer(np.ones(3), [1, 0, 0, 0]))
    with helpers.fails(tf.errors.InvalidArgumentError, "size 4", "[1, 2]"):
        helpers.run(a, feed_dict={**fed, sizes: [1, 2]})
    with helpers.fails(ValueError, "give num"):
        tf.split(x, tf.placeholder(tf.int32, [None]))
    assert len(tf.split(x, tf.placeholder(tf.int32, [None]), num=3)) == 3


def test_lists_with_tensors_in_them():
    x, i = tf.constant(M), tf.constant(7)
    value, ints, nested, wide = helpers.run(
        tf.convert_to_tensor([x[0, 0], 1, np.float64(2)]),
        tf.convert_to_tensor((i, 1)),
        tf.convert_to_tensor([[i, 1], [2, 3]]),
        tf.convert_to_tensor([x[0], M[1]]),
    )
    np.testing.assert_array_equal(value, [M[0, 0], 1, 2])
    assert ints.tolist() == [7, 1] and nested.tolist() == [[7, 1], [2, 3]] and ints.dtype == "int32"
    np.testing.assert_array_equal(wide, M[:2])
    with helpers.fails((TypeError, ValueError), "int32"):
        tf.convert_to_tensor([i, 1.5])
    with helpers.fails((TypeError, ValueError), "float64"):
        tf.convert_to_tensor([i, x[0, 0]])


@pytest.mark.parametrize(
    "snippet, error, parts",
    [
        (lambda: tf.stack([np.zeros(2), np.zeros(3)], 1), ValueError, ["(2,)", "(3,)"]),
        (lambda: tf.stack([tf.zeros([2])], 2), ValueError, ["axis 2", "[-2, 2)"]),
        (lambda: tf.unstack(np.zeros((2, 3)), num=3), ValueError, ["size 2", "3 tensors"]),
        (lambda: tf.unstack(np.zeros((2, 3)), axis=2), ValueError, ["axis 2"]),
        (lambda: tf.unstack(tf.placeholder(tf.float32)), ValueError, ["give num"]),
        (lambda: tf.split(np.zeros((2, 3)), 2, 1), ValueError, ["size 3", "2 equal parts"]),
        (lambda: tf.split(np.zeros((2, 3)), 0, 1), ValueError, ["1 or more"]),
        (lambda: tf.split(np.zeros((2, 3)), [1, 1], 1), ValueError, ["size 3", "[1, 1]"]),
        (lambda: tf.split(np.zeros((2, 3)), [-1, -1], 1), ValueError, ["[-1, -1]"]),
        (lambda: tf.split(np.zeros((2, 3)), [1, 2], 1, num=3), ValueError, ["2 sizes", "3 parts"]),
        (lambda: tf.split(1, 3, tf.zeros([2, 3])), ValueError, ["tensor comes first"]),
    ],
)
def test_refused_at_construction(snippet, error, parts):
    with helpers.fails(error, *parts):
        snippet()


def test_ops_are_those_of_tensorflow():
    def snippet():
        i = tf.constant(1, name="i")
        tf.stack([i, 2])
        tf.stack([1, 2])
        tf.convert_to_tensor([[i, 1], [2, 3]])
        tf.split([1, 2], 2)
        tf.split([1, 2], [1, 1], num=2)

    assert [f"{op[1]} {op[0]}" for op in helpers.built(snippet)] == [
        "Const i",
        "Const stack/1",
        "Pack stack",
        "Const stack_1",
        "Const packed/0/1",
        "Pack packed/0",
        "Const packed/1_1",
        "Pack packed",
        "Const Const",
        "Const split/split_dim",
        "Const split/value",
        "Split split",
        "Const Const_1",
        "Const split_1/value",
        "Const split_1/split_dim",
        "SplitV split_1",
    ]


FACTS = ("tf.stack(", "tf.unstack(", "tf.split(")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)


@pytest.mark.parametrize("name", ["stack_unstack", "split"])
def test_graphs_recorded_from_tensorflow(name):
    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    assert helpers.built(lambda: exec(snippet["source"], {"tf": tf, "np": np})) == snippet["ops"]
