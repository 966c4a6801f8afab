"""Assignment to parts of variables."""

import core_facts
import numpy as np
import pytest
from helpers import fails

import minitf as tf

_WRONG_SHAPE = {"raises UnimplementedError", "raises InvalidArgumentError"}  # it names what TensorFlow lacks
_CHANGED = {"is _UnreadVariable": "is Changed"}


def said(value):
    known = isinstance(value, str) and value in _WRONG_SHAPE
    return "fails" if known else _CHANGED.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", core_facts.names("slice_assign"))
def test_as_tensorflow(name):
    core_facts.check(name, lambda found: [said(value) for value in found])


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("executor", ["op_by_op", "native"])
def test_random_parts(use_resource, executor):
    random = np.random.RandomState(4)
    v = tf.Variable(tf.zeros([3, 4, 5]), use_resource=use_resource)
    for _ in range(10):
        index = tuple(
            int(random.randint(-n, n))
            if random.rand() < 0.3
            else slice(*sorted(random.randint(0, n + 1, 2).tolist()), int(random.randint(1, 3)))
            for n in (3, 4, 5)
        )
        array = np.zeros([3, 4, 5], "f")
        array[index] = value = random.rand(*array[index].shape).astype("f")
        change = v[index].assign(value)
        with tf.Session(config=tf.ConfigProto(executor=executor)) as sess:
            sess.run(v.initializer)
            np.testing.assert_array_equal(sess.run(change), array)


def test_a_part_of_the_variable_itself():
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    change = v[1:].assign(v[:3])
    with tf.Session() as sess:
        sess.run(v.initializer)
        np.testing.assert_array_equal(sess.run(change), [1.0, 1.0, 2.0, 3.0])


def test_bounds_known_only_when_it_runs():
    v, at = tf.Variable(tf.zeros([4])), tf.placeholder(tf.int32, [])
    change = v[at : at + 2].assign([1.0, 2.0])
    with tf.Session() as sess:
        for place in (0, 2):
            sess.run(v.initializer)
            assert sess.run(change, {at: place})[place : place + 2].tolist() == [1.0, 2.0]


def test_errors():
    v = tf.Variable(tf.zeros([2, 3]), name="v")
    with fails(ValueError, "Sliced assignment is only supported for variables"):
        tf.ones([3])[0].assign(1.0)
    with fails(ValueError, "Sliced assignment is only supported for variables"):
        tf.strided_slice(tf.ones([3]), [0], [1]).assign([1.0])
    wrong = v[0].assign([1.0, 2.0])
    with tf.Session() as sess:
        sess.run(v.initializer)
        with fails(tf.errors.UnimplementedError, "shape [2]", "a part of shape [3]", "'v'"):
            sess.run(wrong)
    named = tf.strided_slice(v, [0], [1], var=v, name="part").assign([[1.0, 2.0, 3.0]])
    assert named.op.name == "part_assign"
