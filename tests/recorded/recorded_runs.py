"""Recurrent networks against what TensorFlow computed: variables, shapes, values, gradients and three
training steps.
"""

import functools
import zlib

import numpy as np
from oracle import facts

import minitf as tf
import minitf.as_tensorflow  # noqa: F401 - what was recorded imports from tensorflow
from minitf.framework import nest


@functools.cache
def cases(name):
    """The recorded cases of tests/facts/`name`.json by id."""
    return {case["id"]: case for case in facts(name)["cases"]}


def ids(name, *starts):
    """The ids of the cases that start with one of `starts`."""
    return [i for i in cases(name) if i.startswith(starts)]


def weights(name, shape, dtype="float32"):
    """What a variable of this name was loaded with when the case was recorded."""
    random = np.random.RandomState(zlib.crc32(name.encode()))
    return random.uniform(-0.8, 0.8, shape).astype(dtype) + 2 * name.endswith("period")


def check(name, id, tolerance=2e-5):
    """Builds and runs one case and compares all that was recorded of it."""
    case = cases(name)[id]
    tensors, feed, result = _built(name, case)
    variables = tf.trainable_variables()
    assert [[v.op.name, v.shape.as_list()] for v in variables] == case["variables"]
    assert _structure(result) == case["structure"]
    assert [t.shape.as_list() if t.shape.rank is not None else None for t in tensors] == case["shapes"]
    loss = tf.add_n([tf.reduce_sum(tf.square(t)) for t in tensors if t.dtype.is_floating])
    first = tf.get_default_graph().get_tensor_by_name(next(iter(feed)))
    wanted = _recorded(name, case, "gradients") or []
    gradients = tf.gradients(loss, variables + [first] * first.dtype.is_floating) if wanted else []
    train = tf.train.GradientDescentOptimizer(0.05).minimize(loss) if _recorded(name, case, "trained") else None
    assert [g is None for g in gradients] == [w is None for w in wanted]
    gradients = [tf.convert_to_tensor(g) for g in gradients if g is not None]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for v in variables:
            v.load(weights(v.op.name, v.shape.as_list(), v.dtype.base_dtype.name), sess)
        values = sess.run(tensors + gradients, feed)
        wanted = [*_recorded(name, case, "values"), *[w for w in wanted if w is not None]]
        for value, correct in zip(values, wanted, strict=True):
            _close(value, correct, tolerance)
        if train is not None:
            for _ in range(3):
                sess.run(train, feed)
            for value, correct in zip(sess.run(variables), _recorded(name, case, "trained"), strict=True):
                _close(value, correct, 5 * tolerance)


def _built(name, case):
    """The case's outputs and state, flat, what to feed, and both as they were returned."""
    names = {"tf": tf, "np": np}
    exec(case["source"], names)
    inputs = facts(name)["inputs"]
    feed = {tensor: _fed(tensor, _input(inputs[key])) for tensor, key in case["feed"].items()}
    result = [names["outputs"], names["state"]]
    return nest.flatten(result), feed, result


def _input(recorded):
    return np.array(recorded[-1], recorded[0]).reshape(recorded[1] if len(recorded) == 3 else np.shape(recorded[1]))


def _fed(name, value):
    """`value`, with the axes that an empty list cannot tell."""
    shape = tf.get_default_graph().get_tensor_by_name(name).shape
    return value if value.size else np.zeros([size or 0 for size in shape.as_list()], value.dtype)


def _structure(value):
    count = iter(range(1000))
    return repr(nest.map_structure(lambda _: next(count), value))


def _recorded(name, case, key):
    """The case's own numbers, or those of the case it shares them with."""
    numbers = (cases(name)[case["values_of"]] if "values_of" in case else case).get(key)
    if key == "values" and case.get("stacked"):
        steps = [np.array(v) for v in numbers]
        count = len(steps) - len(case["names"]) + 1
        return [np.stack(steps[:count], axis=1), *steps[count:]]
    return numbers


def _close(value, wanted, tolerance):
    wanted = np.array(wanted, float)
    if not wanted.size:  # nested empty lists do not tell all sizes
        wanted = wanted.reshape(value.shape)
    scale = max(1.0, np.abs(wanted).max(initial=0))
    np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance * scale)
