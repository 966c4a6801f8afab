"""Discrete Fourier transforms along the last one, two or three axes."""

from __future__ import annotations

import functools

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor, shaped
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.rearranging import pad
from minitf.ops.array.slicing import slice as slice_
from minitf.ops.math.cast import cast
from minitf.ops.math.reduce import reduce_prod

_COMPLEX = frozenset([dtypes.complex64, dtypes.complex128])


def _fft():
    """SciPy's transforms, which stay in single precision and take several rows at once; loaded when one is made."""
    import scipy.fft

    return scipy.fft


def _axes(rank: int) -> tuple[int, ...]:
    return tuple(range(-rank, 0))


def _at_least(op, rank: int) -> TensorShape:
    return op.inputs[0].shape.with_rank_at_least(rank)


def _size(x: Tensor, rank: int) -> Tensor:
    """How many elements are transformed together, as a number of x's type."""
    return cast(reduce_prod(array.shape(x)[-rank:]), x.dtype)


def _complex_shape(rank: int):
    return lambda op: _at_least(op, rank)


def _real_shape(rank: int, inverse: bool):
    """The lengths that are asked for, half of the last one where that is a spectrum."""

    def shape(op):
        known, lengths = _at_least(op, rank), constant_value(op.inputs[1])
        if known.rank is None:
            return UNKNOWN
        op.inputs[1].shape.assert_is_compatible_with([rank])
        sizes = [None] * rank if lengths is None else [int(n) for n in lengths]
        if not inverse and sizes[-1] is not None:
            sizes[-1] = sizes[-1] // 2 + 1
        return known[: known.rank - rank].concatenate(sizes)

    return shape


def _checked(lengths: np.ndarray, x: np.ndarray, rank: int) -> list[int]:
    if lengths.shape != (rank,) or (lengths < 0).any():
        raise ValueError(f"fft_length is {rank} numbers that are not negative, not {lengths.tolist()}")
    if x.ndim < rank:
        raise ValueError(f"the input is of rank {rank} at least, not of shape {x.shape}")
    return lengths.tolist()


def _forward(rank: int):
    def numpy(op, x, lengths):
        lengths = _checked(lengths, x, rank)
        if 0 in lengths or not x.size:
            return np.zeros((*x.shape[:-rank], *lengths[:-1], lengths[-1] // 2 + 1), np.complex64)
        return _fft().rfftn(x, lengths, _axes(rank)).astype(np.complex64, copy=False)

    return numpy


def _backward(rank: int):
    def numpy(op, x, lengths):
        lengths = _checked(lengths, x, rank)
        if 0 in lengths or not x.size:
            return np.zeros((*x.shape[:-rank], *lengths), np.float32)
        return _fft().irfftn(x, lengths, _axes(rank)).astype(np.float32, copy=False)

    return numpy


def _resized(x: Tensor, like: Tensor, rank: int) -> Tensor:
    """`x`, its last axes cut off or filled up with zeros to be as long as those of `like`."""
    wanted, have = array.shape(like)[-rank:], array.shape(x)[-rank:]
    kept = apply("Minimum", wanted, have)
    rest = array.shape(x)[:-rank]
    cut = slice_(x, array.zeros_like(array.shape(x)), array.concat([rest, kept], 0))
    more = array.concat([array.zeros_like(rest), wanted - kept], 0)
    grown = pad(cut, array.transpose(array.reshape(array.concat([array.zeros_like(more), more], 0), [2, -1])))
    grown.set_shape(like.shape)
    return grown


def _forward_grad(rank: int, op, g):
    """What a spectrum leaves out are conjugates: zeros stand for them, and the real part is what remains."""
    x, lengths = op.inputs
    missing = lengths[-1] - array.shape(g)[-1]
    before = array.zeros(array.concat([array.reshape(array.rank(g), [1]), [1]], 0), dtypes.int32)
    after = array.concat([array.zeros_like(array.shape(g)[:-1]), array.reshape(missing, [1])], 0)
    full = pad(g, array.concat([before, array.expand_dims(after, 1)], 1))
    back = apply("Real", apply(f"I{_name(rank)}", full) * _size(full, rank))
    return _resized(back, x, rank), None


def _backward_grad(rank: int, op, g):
    """All but the first and the middle value of a spectrum count twice, for their conjugates too."""
    x, lengths = op.inputs
    spectrum = apply(f"R{_name(rank)}", g, lengths)
    count = array.shape(spectrum)[-1]
    twice = array.ones(array.reshape(count, [1])) * 2.0
    places = apply("Range", 0, count, 1)
    middle = apply("Equal", places * 2, lengths[-1])
    once = apply("LogicalOr", apply("Equal", places, 0), middle)
    weights = apply("Select", once, array.ones_like(twice), twice)
    weights = weights / cast(reduce_prod(lengths), dtypes.float32)
    return _resized(spectrum * apply("Complex", weights, 0.0), x, rank), None


def _name(rank: int) -> str:
    return "FFT" if rank == 1 else f"FFT{rank}D"


def _transform(rank: int) -> None:
    name, axes = _name(rank), _axes(rank)
    define(
        name,
        "input: Tcomplex; Tcomplex: type = complex64 -> output: Tcomplex",
        Tcomplex=_COMPLEX,
        shape=_complex_shape(rank),
        numpy=lambda op, x: _fft().fftn(x, axes=axes) if x.size else x,
        grad=lambda op, g: apply(f"I{name}", g) * _size(g, rank),
    )
    define(
        f"I{name}",
        "input: Tcomplex; Tcomplex: type = complex64 -> output: Tcomplex",
        Tcomplex=_COMPLEX,
        shape=_complex_shape(rank),
        numpy=lambda op, x: _fft().ifftn(x, axes=axes) if x.size else x,
        grad=lambda op, g: apply(name, g) / _size(g, rank),
    )
    define(
        f"R{name}",
        "input: float32, fft_length: int32 -> output: complex64",
        shape=_real_shape(rank, False),
        numpy=_forward(rank),
        grad=functools.partial(_forward_grad, rank),
    )
    define(
        f"IR{name}",
        "input: complex64, fft_length: int32 -> output: float32",
        shape=_real_shape(rank, True),
        numpy=_backward(rank),
        grad=functools.partial(_backward_grad, rank),
    )


for _rank in (1, 2, 3):
    _transform(_rank)


def _complex_function(rank: int, inverse: bool):
    type, where = f"{'I' * inverse}{_name(rank)}", "axis" if rank == 1 else f"{rank} axes"

    what = "inverse discrete Fourier transform" if inverse else "discrete Fourier transform"

    @named(type.lower(), f"The {what} of a complex tensor along the last {where}.")
    def transform(input, name: str | None = None) -> Tensor:
        return apply(type, input, name=name)

    return transform


def _lengths(x: Tensor, rank: int, inverse: bool) -> Tensor:
    """How long the last axes of a signal are, as far as a spectrum tells; constant if the shape is known."""
    sizes = x.shape.sizes[-rank:] if x.shape.rank is not None else (None,)
    if None not in sizes:
        last = max(0, 2 * (sizes[-1] - 1)) if inverse else sizes[-1]
        return constant([*sizes[:-1], last], dtypes.int32)
    found = array.shape(x)[-rank:]
    if not inverse:
        return found
    return array.concat([found[:-1], apply("Maximum", 0, found[-1:] * 2 - 2)], 0)


def _real_function(rank: int, inverse: bool):
    type = f"{'I' * inverse}R{_name(rank)}"

    @named(
        type.lower(),
        f"The real signal, float32, of a spectrum [..., n // 2 + 1] as `{type[1:].lower()}` gives it."
        if inverse
        else f"The discrete Fourier transform of a float32 tensor along the last {rank} axes, the last one "
        "[n // 2 + 1]: the rest are conjugates. fft_length: to what the axes are cut or filled up first.",
    )
    def transform(input_tensor, fft_length=None, name: str | None = None) -> Tensor:
        with name_scope(name, type.lower(), [input_tensor, fft_length]) as scope:
            x = convert_to_tensor(input_tensor, dtypes.complex64 if inverse else dtypes.float32)
            x.shape.with_rank_at_least(rank)
            computed = fft_length is None
            if computed:
                fft_length = _lengths(x, rank, inverse)
            fft_length = convert_to_tensor(fft_length, dtypes.int32)
            lengths = constant_value(fft_length)
            op_counts.skip(op_counts.fitted(x.shape, rank, lengths, inverse, computed))
            result = apply(type, x, fft_length, name=scope)
            if x.shape.rank is None or lengths is not None and x.shape[-rank:].is_fully_defined():
                return result
            outer = [None] * (x.shape.rank - rank)  # TensorFlow fills the axes up, by lengths that the run finds out
            return shaped(result, TensorShape(outer).concatenate(result.shape[-rank:]))

    return transform


fft, fft2d, fft3d = [_complex_function(rank, False) for rank in (1, 2, 3)]
ifft, ifft2d, ifft3d = [_complex_function(rank, True) for rank in (1, 2, 3)]
rfft, rfft2d, rfft3d = [_real_function(rank, False) for rank in (1, 2, 3)]
irfft, irfft2d, irfft3d = [_real_function(rank, True) for rank in (1, 2, 3)]
