"""What TensorFlow 1.15 does with convolutions and pooling (tests/facts/convolution.json)."""

import numpy as np
from oracle import facts

import minitf as tf

RECORD = facts("convolution")


def values(*parts):
    """The recorded calls that contain one of `parts`."""
    return [v for v in RECORD["values"] if any(part in v["call"] for part in parts)]


def graphs(*parts):
    """The recorded graphs whose sources contain one of `parts`."""
    return [g for g in RECORD["graphs"] if any(part in g["source"] for part in parts)]


def check_values(fact, dtype="float32"):
    """Value and gradients of the sum of a call, in a session."""
    arrays = {k: np.reshape(np.array(v, dtype), shape) for k, (shape, v) in fact["in"].items()}
    inputs = {k: tf.constant(a) for k, a in arrays.items()}
    result = eval(fact["call"], {"tf": tf, **inputs})
    gradients = tf.gradients(result, list(inputs.values()))
    shape, value = fact["value"]
    tolerance = {"float16": 4e-3}.get(dtype, 2e-6)
    with tf.Session() as session:
        found, *slopes = session.run([result, *gradients])
    assert result.shape == shape and found.dtype == dtype
    np.testing.assert_allclose(found.ravel(), value, tolerance, tolerance * 10)
    for slope, expected in zip(slopes, fact["gradients"] or []):
        np.testing.assert_allclose(slope.ravel(), expected, tolerance, tolerance * 10)


def check_graph(fact):
    """Names, types, ids and static shapes of ops, variables and losses are TensorFlow's."""
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 28, 28, 1], name="x")
        s = tf.placeholder(tf.float32, [None, 28, 2], name="s")
        exec(fact["source"], {"tf": tf, "x": x, "s": s, "w": tf.zeros([3, 3, 1, 4], name="w")})
        variables = [v.name for v in tf.global_variables()]
        losses = [loss.name for loss in tf.get_collection("regularization_losses")]
    found = {op.name: op for op in graph.get_operations()}
    for name, kind, id, shapes in fact["ops"]:
        if "flatten" not in fact["source"]:  # whose batch is worked out by more ops
            op = found[name]
            assert (op.type, op.id) == (kind, id), name
            assert [None if t.shape.rank is None else t.shape.as_list() for t in op.outputs] == shapes, name
    assert graph._last_id == fact["last"] and variables == fact["variables"] and losses == fact["losses"]


def same(size, window, stride):
    """Zeros before and behind with padding "SAME"."""
    needed = max((-(-size // stride) - 1) * stride + window - size, 0)
    return needed // 2, needed - needed // 2


def first(x):
    """Images with the channels second."""
    return np.ascontiguousarray(np.moveaxis(x, 3, 1))
