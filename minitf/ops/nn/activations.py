"""Activation functions and the ops that carry gradients back through them."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.math import elementwise
from minitf.kernels.math.activations import leaky_relu as leaky_relu_kernel
from minitf.ops import patterns
from minitf.ops.array import array, gather, identity
from minitf.ops.math import math

SELU_SCALE = 1.0507009873554804934193349852946  # Klambauer et al. 2017, Self-normalizing neural networks
SELU_SLOPE = SELU_SCALE * 1.6732632423543772848170429916717


def _activation(
    type: str,
    numpy,
    kernel,
    slope_numpy,
    slope_kernel,
    slope_from: str,
    slope_grad=None,
    T=dtypes.FLOAT,
    attributes: str = "",
) -> None:  # noqa: N803
    """Defines `type`, and `type`Grad(dy, s) with the slope computed from s, the input or the output of `type`.

    slope_grad(g, dy, s) is the gradient for s; without it the slope is constant almost everywhere, and as in
    TensorFlow the gradient zeros, not None.
    """

    def grad(op, g):
        source = op.inputs[0] if slope_from == "input" else op.outputs[0]
        return apply_like(op, f"{type}Grad", g, source, name="mul" if type == "Softplus" else None)  # TensorFlow's name

    def grad_of_grad(op, g):
        dy, s = op.inputs
        for_s = slope_grad(g, dy, s) if slope_grad else array.zeros(array.shape(s), s.dtype)
        return apply_like(op, f"{type}Grad", g, s), for_s

    define(
        type,
        f"features: T; {attributes} -> activations: T",
        T=T,
        shape=patterns.same,
        numpy=numpy,
        kernel=kernel,
        grad=grad,
    )
    define(
        f"{type}Grad",
        f"gradients: T, features: T; {attributes} -> backprops: T",
        T=T,
        shape=patterns.merged,
        numpy=slope_numpy,
        kernel=slope_kernel,
        grad=grad_of_grad,
    )


def _where_negative(y, value):
    return gather.where(math.less(y, array.zeros_like(y)), value, array.zeros_like(value))


def _softplus_slope_grad(g, dy, x):
    slope = math.sigmoid(x)
    return g * dy * slope * (1.0 - slope)


def _softsign_slope_grad(g, dy, x):
    size = 1.0 + math.abs(x)
    return -2.0 * g * dy * math.sign(x) / (size * size * size)


def _leaky(op, g, x):
    return np.where(x > 0, g, g * g.dtype.type(op.attrs["alpha"]))


def _leaky_kernel(b, op, *inputs):
    g, x = inputs[0], inputs[-1]
    if g.shape != x.shape:
        raise ValueError(f"inputs of shapes {g.shape} and {x.shape} have to be of one shape")
    out = b.new(x.shape, x.dtype)
    b.call(leaky_relu_kernel[x.dtype], g, x, out, op.attrs["alpha"], x.size)
    return out


_activation(
    "Relu",
    lambda op, x: np.maximum(x, 0),
    patterns.unary(elementwise.relu),
    lambda op, g, y: g * (y > 0),
    patterns.binary(elementwise.relu_grad),
    "output",
    T=dtypes.REAL,
)
_activation(
    "Relu6",
    lambda op, x: np.clip(x, 0, 6),
    patterns.unary(elementwise.relu6),
    lambda op, g, y: g * ((y > 0) & (y < 6)),
    patterns.binary(elementwise.relu6_grad),
    "output",
    T=dtypes.REAL,
)
_activation(
    "LeakyRelu",
    lambda op, x: _leaky(op, x, x),
    _leaky_kernel,
    _leaky,
    _leaky_kernel,
    "input",
    attributes="alpha: float = 0.2, T: type = float32",
)
_activation(
    "Elu",
    lambda op, x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x),
    patterns.unary(elementwise.elu),
    lambda op, g, y: np.where(y < 0, g * (y + 1), g),
    patterns.binary(elementwise.elu_grad),
    "output",
    lambda g, dy, y: _where_negative(y, g * dy),
)
_activation(
    "Selu",
    lambda op, x: np.where(x < 0, SELU_SLOPE * np.expm1(np.minimum(x, 0)), SELU_SCALE * x),
    patterns.unary(elementwise.selu),
    lambda op, g, y: np.where(y < 0, g * (y + SELU_SLOPE), g * SELU_SCALE),
    patterns.binary(elementwise.selu_grad),
    "output",
    lambda g, dy, y: _where_negative(y, g * dy),
)
_activation(
    "Softplus",
    lambda op, x: np.logaddexp(x, 0),
    patterns.unary(elementwise.softplus),
    lambda op, g, x: g / (1 + np.exp(-x)),
    patterns.binary(elementwise.softplus_grad),
    "input",
    _softplus_slope_grad,
)
_activation(
    "Softsign",
    lambda op, x: x / (1 + np.abs(x)),
    patterns.unary(elementwise.softsign),
    lambda op, g, x: g / (1 + np.abs(x)) ** 2,
    patterns.binary(elementwise.softsign_grad),
    "input",
    _softsign_slope_grad,
)


def relu(features, name: str | None = None) -> Tensor:
    """max(x, 0).

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.nn.relu([-1.0, 2.0])))
    [0. 2.]
    """
    return apply("Relu", features, name=name)


relu6 = patterns.of_inputs("Relu6", "min(max(x, 0), 6).", "relu6")
elu = patterns.of_inputs("Elu", "x where x >= 0, else exp(x) - 1 (Clevert et al. 2015).", "elu")
selu = patterns.of_inputs("Selu", "The scaled elu of self-normalizing networks (Klambauer et al. 2017).", "selu")
softplus = patterns.of_inputs("Softplus", "log(1 + exp(x)), without overflow.", "softplus")


def swish(features) -> Tensor:
    """x * sigmoid(x) (Ramachandran et al. 2017)."""
    features = convert_to_tensor(features, name="features")
    product = features * math.sigmoid(features)
    op_counts.skip(op_counts.SWISH)
    return identity.identity_n([product])[0]


softsign = patterns.of_inputs("Softsign", "x / (1 + |x|).", "softsign")


def leaky_relu(features, alpha: float = 0.2, name: str | None = None) -> Tensor:
    """x where x > 0, else alpha * x; integers become float32."""
    with name_scope(name, "LeakyRelu", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = math.cast(features, dtypes.float32)
        return apply("LeakyRelu", features, alpha=float(alpha), name=scope)


def crelu(features, name: str | None = None, axis: int = -1) -> Tensor:
    """relu of x and of -x, concatenated along `axis` (Shang et al. 2016)."""
    with name_scope(name, "CRelu", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        return relu(array.concat([features, -features], axis, name=scope))
