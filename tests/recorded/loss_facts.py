"""Losses and penalties against what TensorFlow computed: values, gradients, names and collections."""

import numpy as np
from oracle import array, facts

import minitf as tf


def calls(*parts):
    """The recorded calls that contain one of `parts`."""
    return [case["call"] for case in facts("losses")["cases"] if any(part in case["call"] for part in parts)]


def check(call):
    """Evaluates one recorded call and compares all that was recorded of it."""
    case = next(case for case in facts("losses")["cases"] if case["call"] == call)
    inputs = {name: tf.constant(array(value)) for name, value in facts("losses")["inputs"].items()}
    result = eval(call, {"tf": tf, **inputs})
    gradients = tf.gradients(result, [inputs["p"], inputs["x"]])
    assert (result.name, result.dtype.name) == (case["name"], case["dtype"])
    assert [t.name for t in tf.losses.get_losses()] == case["losses"]
    assert [t.name for t in tf.losses.get_regularization_losses()] == case["penalties"]
    assert [g is None for g in gradients] == [g is None for g in case["gradients"]]
    pairs = [(g, wanted) for g, wanted in zip(gradients, case["gradients"]) if g is not None]
    with tf.Session() as sess:
        values = sess.run([result, *[g for g, _ in pairs]])
    for value, wanted in zip(values, [case["value"], *[wanted for _, wanted in pairs]], strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-6)
