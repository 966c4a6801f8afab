"""Convolutions with periodic ends as operators: circulant matrices, of one, two or three axes."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.taking import optional
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.control import check
from minitf.ops.linalg.operators.base import LinearOperator, hinted, together
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.complex import real
from minitf.ops.math.reduce import reduce_max, reduce_prod, reduce_sum
from minitf.ops.math.spectral import fft, fft2d, fft3d, ifft, ifft2d, ifft3d

_TRANSFORMS = {1: (fft, ifft), 2: (fft2d, ifft2d), 3: (fft3d, ifft3d)}


class _Circulant(LinearOperator):
    """Convolutions with periodic ends, of blocks of one, two or three axes: diagonal for Fourier transforms.

    spectrum: [..., *block], what the transforms are multiplied by; input_output_dtype: of operands, complex64.
    """

    _depth = 1

    @hinted("spectrum", optional("input_output_dtype", dtypes.complex64), is_square=True)
    def __init__(self, spectrum, input_output_dtype, is_self_adjoint, is_square, name, **hints):
        name, depth = name or type(self).__name__, self._depth
        if is_square is False:
            raise ValueError(f"A {name} operator is always square.")
        self._spectrum = convert_to_tensor(spectrum, name="spectrum")
        if not (self._spectrum.dtype.is_floating or self._spectrum.dtype.is_complex):
            raise TypeError(f"Argument spectrum must have a floating point or complex dtype.  Found: {self._spectrum}")
        if self._spectrum.shape.rank is not None and self._spectrum.shape.rank < depth:
            raise ValueError(f"Argument spectrum must have at least {depth} dimensions.  Found: {self._spectrum}")
        if not self._spectrum.dtype.is_complex:
            if is_self_adjoint is False:
                raise ValueError(f"A real spectrum always corresponds to a self-adjoint operator: {name}")
            is_self_adjoint = True
        hints |= {"is_self_adjoint": is_self_adjoint, "is_square": True}
        super().__init__(input_output_dtype, [self._spectrum], **hints, name=name)

    block_depth: int = getter("_depth", "How many axes a block has.")

    @property
    def block_shape(self) -> TensorShape:
        """The static shape of a block."""
        return self._spectrum.shape[-self._depth :]

    spectrum: Tensor = getter("_spectrum", "What transforms are multiplied by.")

    def block_shape_tensor(self) -> Tensor:
        """The shape of a block as a tensor."""
        return array.shape(self._spectrum)[-self._depth :]

    def convolution_kernel(self, name: str = "convolution_kernel") -> Tensor:
        """The inverse transform of the spectrum: the first columns, as blocks."""
        with self._scope(name):
            return cast(_TRANSFORMS[self._depth][1](self._complex()), self.dtype)

    def assert_hermitian_spectrum(self, name: str = "assert_hermitian_spectrum"):
        """An op that fails with InvalidArgumentError if the spectrum is not that of real numbers."""
        with self._scope(name):
            kernel = _TRANSFORMS[self._depth][1](self._complex())
            apart = reduce_max(math.abs(kernel - cast(real(kernel), kernel.dtype)))
            return check.assert_less(apart, 1e-4 * (1.0 + reduce_max(math.abs(kernel))), message="Not Hermitian")

    def _complex(self) -> Tensor:
        wide = {dtypes.float64: dtypes.complex128, dtypes.complex128: dtypes.complex128}
        return cast(self._spectrum, wide.get(self._spectrum.dtype.base_dtype, dtypes.complex64))

    def _axes(self) -> list[int]:
        return list(range(-self._depth, 0))

    def _shape(self):
        if self._spectrum.shape.rank is None:
            return UNKNOWN
        n = self.block_shape.num_elements()
        return self._spectrum.shape[: -self._depth].concatenate([n, n])

    def _shape_tensor(self):
        sizes = array.shape(self._spectrum)
        n = array.reshape(reduce_prod(sizes[-self._depth :]), [1])
        return array.concat([sizes[: -self._depth], n, n], 0)

    def _filtered(self, x: Tensor, spectrum: Tensor) -> Tensor:
        forward, back = _TRANSFORMS[self._depth]
        rows = array.matrix_transpose(cast(x, spectrum.dtype))
        sizes = array.shape(rows)
        blocks = array.reshape(rows, array.concat([sizes[:-1], self.block_shape_tensor()], 0))
        found = back(forward(blocks) * array.expand_dims(spectrum, -1 - self._depth))
        batch = array.shape(found)[: -self._depth]
        rows = array.reshape(found, array.concat([batch, sizes[-1:]], 0))
        result = cast(array.matrix_transpose(rows), self.dtype)
        result.set_shape(together([self.batch_shape, x.shape[:-2]]).concatenate(x.shape[-2:]))
        return result

    def _matmul(self, x, adjoint=False):
        spectrum = self._complex()
        return self._filtered(x, math.conjugated(spectrum) if adjoint else spectrum)

    def _solve(self, rhs, adjoint=False):
        spectrum = self._complex()
        return self._filtered(rhs, 1.0 / (math.conjugated(spectrum) if adjoint else spectrum))

    def _determinant(self):
        return cast(reduce_prod(self._complex(), self._axes()), self.dtype)

    def _log_abs_determinant(self):
        return cast(reduce_sum(math.log(math.abs(self._spectrum)), self._axes()), self.dtype)

    def _trace(self):
        return cast(reduce_sum(self._complex(), self._axes()), self.dtype)

    def _diag_part(self):
        n = self.domain_dimension_tensor()
        mean = array.expand_dims(self.trace(), -1) / cast(n, self.dtype)
        return mean * array.ones(array.reshape(n, [1]), self.dtype)

    def _assert_non_singular(self):
        return check.assert_positive(math.abs(self._spectrum), message="Singular operator: the spectrum has zeros.")


class LinearOperatorCirculant(_Circulant):
    """Convolutions of vectors with periodic ends: each column is the one before it, moved by a place.

    spectrum: [..., n], the transform of the first columns; input_output_dtype: the type of operands.
    """


class LinearOperatorCirculant2D(_Circulant):
    """Convolutions of images with periodic ends; spectrum: [..., n0, n1], acting on vectors of n0 * n1."""

    _depth = 2


class LinearOperatorCirculant3D(_Circulant):
    """Convolutions of volumes with periodic ends; spectrum: [..., n0, n1, n2]."""

    _depth = 3
