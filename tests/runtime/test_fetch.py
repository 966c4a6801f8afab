from collections import OrderedDict, namedtuple

import numpy as np
import pytest
from helpers import fails

import minitf as tf

Pair = namedtuple("Pair", "a b")


def test_structures_come_back_as_they_were_given():
    one, two, op = tf.constant(1, name="one"), tf.constant(2), tf.no_op()
    with tf.Session() as session:
        for fetches, result in [
            (one, 1),
            ("one:0", 1),
            ("one", None),
            (op, None),
            ([], []),
            ([one], [1]),
            ((one, [two, op]), (1, [2, None])),
            ({"x": one, "y": (two,)}, {"x": 1, "y": (2,)}),
            (Pair(one, [two]), Pair(1, [2])),
            (OrderedDict([("b", one), ("a", two)]), OrderedDict([("b", 1), ("a", 2)])),
            ([one, one], [1, 1]),
        ]:
            found = session.run(fetches)
            assert found == result and type(found) is (
                type(result) if not isinstance(result, int) else np.int32
            )


def test_variables_and_sparse_gradients():
    v = tf.Variable([[1.0], [2.0]])
    (g,) = tf.gradients(tf.gather(v, [1, 1]), v)
    with tf.Session() as session:
        session.run(v.initializer)
        np.testing.assert_array_equal(session.run(v), [[1], [2]])
        slices = session.run(g)
    np.testing.assert_array_equal(slices.indices, [1, 1])
    np.testing.assert_array_equal(slices.values, [[1], [1]])


@pytest.mark.parametrize(
    "fetch, error, parts",
    [
        (None, TypeError, ["None"]),
        ([None], TypeError, ["None"]),
        (3.0, TypeError, ["overwritten", "sess.run(loss)"]),
        (np.float32(3), TypeError, ["overwritten"]),
        (np.zeros(2), TypeError, ["overwritten"]),
        ("nothing:0", ValueError, ["nothing:0"]),
        ("constant:0", ValueError, ["nearest", "const"]),
        (b"const:0", TypeError, ["const:0"]),
        (object(), TypeError, ["object"]),
    ],
    ids=str,
)
def test_what_cannot_be_fetched(fetch, error, parts):
    tf.constant(1.0, name="const")
    with tf.Session() as session, fails(error, *parts):
        session.run(fetch)


def test_what_is_inside_a_loop_cannot_be_fetched():
    inside = []

    def body(i):
        inside.append(i + 1)
        return inside[-1]

    tf.while_loop(lambda i: i < 3, body, [0])
    with tf.Session() as session, fails(ValueError, "inside a loop", "return it"):
        session.run(inside[0])


def test_results_are_the_callers_own():
    v = tf.Variable([1.0, 2.0])
    c = tf.constant([3.0, 4.0])
    view = tf.reshape(c, [2, 1])
    with tf.Session() as session:
        session.run(v.initializer)
        for fetch, value in ((v, [1, 2]), (c, [3, 4]), (view, [[3], [4]]), (v.read_value(), [1, 2])):
            first = session.run(fetch)
            first[...] = 99
            np.testing.assert_array_equal(session.run(fetch), value)
        kept = session.run(v)
        session.run(tf.assign(v, [7.0, 8.0]))
        np.testing.assert_array_equal(kept, [1, 2])
