"""Candidate samplers and sampled losses against what TensorFlow computed."""

import numpy as np
from oracle import array, facts

import minitf as tf


def calls(*parts):
    """The recorded calls that contain one of `parts`."""
    return [case["call"] for case in facts("sampling")["cases"] if any(part in case["call"] for part in parts)]


def check(call):
    """Evaluates one recorded call and compares the outputs of several runs; for losses, the gradients too."""
    case = next(case for case in facts("sampling")["cases"] if case["call"] == call)
    tf.set_random_seed(42)
    inputs = {name: tf.constant(array(value)) for name, value in facts("sampling")["inputs"].items()}
    outputs = eval(call, {"tf": tf, **inputs})
    if "gradients_of" in case:
        outputs = [outputs]
        if len(case["shapes"]) > 1:
            gradients = tf.gradients(outputs, [inputs[name] for name in case["gradients_of"]])
            outputs += [tf.convert_to_tensor(g) for g in gradients]
    assert [t.shape.as_list() for t in outputs] == case["shapes"]
    with tf.Session() as sess:
        for run in case["runs"]:
            for value, wanted in zip(sess.run(list(outputs)), run, strict=True):
                np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-6)
