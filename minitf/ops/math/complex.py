"""Complex numbers: their parts, and how they are made of them."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.math import math

_WHOLE = {dtypes.float32: dtypes.complex64, dtypes.float64: dtypes.complex128}


def _part(type: str, numpy, grad) -> None:
    define(
        type,
        "input: T; T: type = complex64, Tout: type = float32 -> output: Tout",
        T=dtypes.COMPLEX,
        shape=patterns.same,
        numpy=patterns.ufunc(numpy),
        grad=grad,
    )


def _abs_grad(op, g):
    return complex(math.div_no_nan(g, op.outputs[0]), array.zeros_like(g)) * op.inputs[0]


def _angle_grad(op, g):
    x = op.inputs[0]
    return -complex(g, array.zeros_like(g)) * math.reciprocal(complex(imag(x), real(x)))


_part("Real", np.real, lambda op, g: complex(g, array.zeros_like(g)))
_part("Imag", np.imag, lambda op, g: complex(array.zeros_like(g), g))
_part("ComplexAbs", np.abs, _abs_grad)
_part("Angle", np.angle, _angle_grad)
define(
    "Conj",
    "input: T; T: type = complex64 -> output: T",
    T=dtypes.COMPLEX,
    shape=patterns.same,
    numpy=patterns.ufunc(np.conj),
    grad=lambda op, g: apply("Conj", g),
)


def _joined(op, x, y):
    """Each part as it is: 1j times an infinity is none on the real axis."""
    out = np.empty(np.broadcast_shapes(x.shape, y.shape), op.outputs[0].dtype.numpy)
    out.real, out.imag = x, y
    return out


define(
    "Complex",
    "real: T, imag: T; T: type = float32, Tout: type = complex64 -> out: Tout",
    T=frozenset(_WHOLE),
    shape=patterns.broadcast,
    broadcasts=True,
    summed=True,
    numpy=_joined,
    grad=lambda op, g: (real(g), imag(g)),
)


def complex(real, imag, name: str | None = None) -> Tensor:  # noqa: A001 - TensorFlow's own name
    """real + i imag, of two float32 or float64 tensors."""
    with name_scope(name, "Complex", [real]) as scope:
        real = convert_to_tensor(real, name="real")
        imag = convert_to_tensor(imag, name="imag", dtype=None if isinstance(imag, Tensor) else real.dtype.base_dtype)
        if real.dtype.base_dtype not in _WHOLE:
            raise TypeError(f"complex numbers are made of float32 or float64 tensors, not {real.dtype.base_dtype.name}")
        return apply("Complex", real, imag, Tout=_WHOLE[real.dtype.base_dtype], name=scope)


def _taken(type: str, x, name: str | None) -> Tensor:
    return apply(type, x, Tout=x.dtype.real_dtype, name=name)


def real(input, name: str | None = None) -> Tensor:
    """The real part; a real tensor itself."""
    with name_scope(name, "Real", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        return _taken("Real", input, scope) if input.dtype.is_complex else input


def imag(input, name: str | None = None) -> Tensor:
    """The imaginary part; zeros for a real tensor."""
    with name_scope(name, "Imag", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        return _taken("Imag", input, scope) if input.dtype.is_complex else array.zeros_like(input)


def angle(input, name: str | None = None) -> Tensor:
    """The angle in the complex plane; 0 for real numbers, as in TensorFlow, negative ones too."""
    with name_scope(name, "Angle", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        return _taken("Angle", input, scope) if input.dtype.is_complex else array.zeros_like(input)


def conj(x, name: str | None = None) -> Tensor:
    """The complex conjugate; a real tensor itself.

    Raises:
      TypeError: for what holds no numbers.
    """
    x = convert_to_tensor(x, name="x")
    if x.dtype.base_dtype not in dtypes.NUMBER:
        raise TypeError(f"a numeric tensor is expected, not {x.name} of {x.dtype.name}")
    return apply("Conj", x, name=name) if x.dtype.is_complex else x
