"""Every cell, wrapper and unrolling function against what TensorFlow computed."""

import zlib

import numpy as np
import pytest
from oracle import facts

import minitf as tf
from minitf.framework import nest

FACTS = facts("rnn")
CASES = {case["id"]: case for case in FACTS["cases"]}
INPUTS = {k: np.array(v, dtype).reshape(shape) for k, (dtype, shape, v) in (
    (k, v if len(v) == 3 else (v[0], np.shape(v[1]), v[1])) for k, v in FACTS["inputs"].items())}  # fmt: skip


def weights(name, shape, dtype="float32"):
    random = np.random.RandomState(zlib.crc32(name.encode()))
    return random.uniform(-0.8, 0.8, shape).astype(dtype) + 2 * name.endswith("period")


def built(case):
    """The case's outputs and state, flat, and what it fed."""
    names = {"tf": tf, "np": np}
    exec(case["source"], names)
    feed = {name: fed(name, INPUTS[key]) for name, key in case["feed"].items()}
    return nest.flatten([names["outputs"], names["state"]]), feed, [names["outputs"], names["state"]]


def fed(name, value):
    """`value`, with the axes that an empty list cannot tell."""
    shape = tf.get_default_graph().get_tensor_by_name(name).shape
    return value if value.size else np.zeros([size or 0 for size in shape.as_list()], value.dtype)


def structure_of(value):
    count = iter(range(1000))
    return repr(nest.map_structure(lambda _: next(count), value))


def expected(case, key):
    """The case's own numbers, or those of the case it shares them with."""
    source = CASES[case["values_of"]] if "values_of" in case else case
    numbers = source.get(key)
    if key == "values" and case.get("stacked"):
        steps = [np.array(v) for v in numbers]
        count = len(steps) - len(case["names"]) + 1
        return [np.stack(steps[:count], axis=1), *steps[count:]]
    return numbers


def close(value, wanted, tolerance=2e-5):
    wanted = np.array(wanted, float)
    scale = max(1.0, np.abs(wanted).max(initial=0))
    np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance * scale)


# TensorFlow draws the masks of a loop's steps in no defined order where they do not depend on the state.
UNORDERED = {"dropout_input_output/dynamic", "dropout_input_output/dynamic_lengths", "multi_dropout/dynamic"}


@pytest.mark.parametrize("id", sorted(set(CASES) - UNORDERED))
def test_case(id):
    case = CASES[id]
    tensors, feed, result = built(case)
    assert [[v.op.name, v.shape.as_list()] for v in tf.trainable_variables()] == case["variables"]
    assert structure_of(result) == case["structure"]
    assert [t.shape.as_list() if t.shape.rank is not None else None for t in tensors] == case["shapes"]
    variables = tf.trainable_variables()
    loss = tf.add_n([tf.reduce_sum(tf.square(t)) for t in tensors if t.dtype.is_floating])
    first = tf.get_default_graph().get_tensor_by_name(next(iter(feed)))
    gradients = tf.gradients(loss, variables + [first] * first.dtype.is_floating)
    train = tf.train.GradientDescentOptimizer(0.05).minimize(loss) if expected(case, "trained") else None
    wanted = expected(case, "gradients")
    if wanted is None:
        gradients, wanted = [], []
    assert [g is None for g in gradients] == [w is None for w in wanted]
    gradients, wanted = [tf.convert_to_tensor(g) for g in gradients if g is not None], [w for w in wanted if w is not None]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for v in variables:
            v.load(weights(v.op.name, v.shape.as_list(), v.dtype.base_dtype.name), sess)
        values = sess.run(tensors + gradients, feed)
        for value, correct in zip(values, [*expected(case, "values"), *wanted], strict=True):
            close(value, correct)
        if train is not None:
            for _ in range(3):
                sess.run(train, feed)
            for value, correct in zip(sess.run(variables), expected(case, "trained"), strict=True):
                close(value, correct, 1e-4)
