"""The checks of tests/support/helpers.py find what is wrong."""

import numpy as np
import pytest
from helpers import check, check_gradients, fails

import minitf as tf
from minitf.framework import registry

X = np.array([0.5, -1.5, 2.0])


def changed(type, monkeypatch, **rules):
    for name, rule in rules.items():
        monkeypatch.setattr(registry.OPS[type], name, rule)


def test_right_ops_pass():
    assert check(tf.square, X, reference=np.square).tolist() == np.square(X).astype(np.float32).tolist()


def test_wrong_values_are_found():
    with pytest.raises(AssertionError, match="Square"):
        check(tf.square, X, reference=lambda x: x * x + 1e-3, grads=False)


def test_a_wrong_shape_is_found():
    with fails(AssertionError, "shape"):
        check(tf.square, X, reference=lambda x: x[:2], grads=False)


def test_a_wrong_static_shape_is_found(monkeypatch):
    changed("Square", monkeypatch, shape=lambda op: op.inputs[0].shape.concatenate([1]))
    with fails(AssertionError, "static (3, 1)", "real (3,)"):
        check(tf.square, X, grads=False)


def test_a_kernel_that_differs_from_numpy_is_found(monkeypatch):
    changed("Square", monkeypatch, numpy=lambda op, x: x * x + 1)
    with fails(AssertionError, "kernel and NumPy"):
        check(tf.square, X, grads=False)


def test_a_wrong_gradient_is_found(monkeypatch):
    changed("Square", monkeypatch, grad=lambda op, g: g * op.inputs[0])
    with fails(AssertionError, "derivative", "difference", "Square"):
        check_gradients(tf.square, X)


def test_a_missing_gradient_is_found(monkeypatch):
    changed("Square", monkeypatch, grad=None, differentiable=False)
    with fails(AssertionError, "derivative 0"):
        check_gradients(tf.square, X)


def test_a_wrong_second_derivative_is_found(monkeypatch):
    changed("TanhGrad", monkeypatch, grad=lambda op, g: (None, g))
    check_gradients(tf.tanh, X, order=1)
    with fails(AssertionError, "TanhGrad"):
        check_gradients(tf.tanh, X)
