"""Numbers rounded as if they were kept in few bits, for training networks that will be."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.kernels.math import quantization as kernels
from minitf.ops import patterns

# ---- fake quantization


def _levels(op) -> tuple[int, int]:
    """The least and the largest number that the bits can hold. ValueError for too few or too many bits."""
    bits = op.attrs["num_bits"]
    if not 2 <= bits <= 16:
        raise ValueError(f"num_bits must be between 2 and 16, inclusive, not {bits}")
    return int(op.attrs["narrow_range"]), (1 << bits) - 1


def _ends(op) -> tuple:
    low, high = (np.float32(op.attrs[name]) for name in ("min", "max"))
    if not low < high:
        raise ValueError(f"min has to be smaller than max, was: {low} >= {high}")
    return np.asarray(low), np.asarray(high)


def _nudged(op, low, high):
    """The ends moved so that 0 is a step, and the step; as kernels have it, for all channels."""
    least, most = _levels(op)
    with np.errstate(all="ignore"):
        found = np.array([kernels.nudged(a, b, least, most) for a, b in zip(low, high)], np.float32)
    return found.reshape(-1, 3).T


def _rounded(op, x, low, high):
    low, high = np.atleast_1d(low), np.atleast_1d(high)
    _check_channels(x, low, high)
    start, end, step = _nudged(op, low, high)
    with np.errstate(all="ignore"):
        steps = np.floor((np.maximum(np.minimum(x, end), start) - start) * (np.float32(1) / step) + np.float32(0.5))
        return np.where((low == 0) & (high == 0), np.float32(0), steps * step + start).astype(np.float32)


def _check_channels(x, low, high) -> None:
    for what, ends in (("min", low), ("max", high)):
        if len(ends) > 1 and ends.shape != x.shape[-1:]:
            raise ValueError(f"{what} has incorrect size, expected {x.shape[-1]} was {len(ends)}")


def _rounded_grad(op, g, x, low, high):
    shape, axes = low.shape, tuple(range(x.ndim - low.ndim)) if low.ndim else None
    low, high = np.atleast_1d(low), np.atleast_1d(high)
    _check_channels(x, low, high)
    start, end, _ = _nudged(op, low, high)
    none = (low == 0) & (high == 0)
    inside = none | (x >= start) & (x <= end)
    ends = [np.where(~none & beyond, g, np.float32(0)).sum(axes, np.float64) for beyond in (x < start, x > end)]
    return np.where(inside, g, np.float32(0)), *[np.asarray(e, np.float32).reshape(shape) for e in ends]


def _lowered(b, op, x, low, high):
    out, channels = b.new(x.shape, x.dtype), low.size
    if low.shape and (low.shape != x.shape[-1:] or high.shape != low.shape):
        raise ValueError(f"min has incorrect size, expected {x.shape[-1]} was {low.size}")
    if x.size:
        b.call(kernels.fake_quant[()], x, low, high, out, x.size // channels, channels, *_levels(op))
    return out


def _lowered_grad(b, op, g, x, low, high):
    if g.shape != x.shape or low.shape and (low.shape != x.shape[-1:] or high.shape != low.shape):
        raise ValueError(f"gradients of shape {g.shape} and ends of {low.shape} do not fit inputs of {x.shape}")
    outs = [b.new(v.shape, x.dtype) for v in (x, low, high)]
    rows = x.size // low.size if low.size else 0
    b.call(kernels.fake_quant_grad[()], g, x, low, high, *outs, rows, low.size, *_levels(op))
    return outs


def _args(op, function, *inputs):
    return function(op, *inputs, *_ends(op))


_HOW = "num_bits: int = 8, narrow_range: bool = False"
_ENDS = "min: float = -6.0, max: float = 6.0"
define(
    "FakeQuantWithMinMaxArgs",
    f"inputs: float32; {_ENDS}, {_HOW} -> outputs: float32",
    shape=patterns.same,
    numpy=lambda op, x: _args(op, _rounded, x),
    kernel=lambda b, op, x: _lowered(b, op, x, *map(b.constant, _ends(op))),
    grad=lambda op, g: apply_like(op, "FakeQuantWithMinMaxArgsGradient", g, op.inputs[0]),
)
define(
    "FakeQuantWithMinMaxArgsGradient",
    f"gradients: float32, inputs: float32; {_ENDS}, {_HOW} -> backprops: float32",
    shape=patterns.same,
    numpy=lambda op, g, x: _args(op, _rounded_grad, g, x)[0],
    kernel=lambda b, op, g, x: _lowered_grad(b, op, g, x, *map(b.constant, _ends(op)))[0],
)


def _checked_shape(op, at: int) -> TensorShape:
    """The shape of the inputs, whose last axis the ends have too."""
    shape, ends = op.inputs[at].shape, op.inputs[at + 1].shape.merge_with(op.inputs[at + 2].shape)
    if ends.rank and shape.with_rank_at_least(1).rank is not None:
        shape[-1:].assert_is_compatible_with(ends)
    return shape


def _channel_shapes(op) -> list[TensorShape]:
    """Of the gradients of inputs and ends; for each channel, what the inputs or the ends tell of their number."""
    shape = _checked_shape(op, 1).merge_with(op.inputs[0].shape)
    if not op.type.endswith("PerChannelGradient"):
        return [shape, TensorShape([]), TensorShape([])]
    last = TensorShape([None]) if shape.rank is None else shape[-1:]
    for ends in op.inputs[2:4]:
        last = last.merge_with(ends.shape)
    return [shape, last, last]


for _type, _sizes in (("Vars", "[]"), ("VarsPerChannel", "[channels]")):
    define(
        f"FakeQuantWithMinMax{_type}",
        f"inputs: float32, min: float32{_sizes}, max: float32{_sizes}; {_HOW} -> outputs: float32",
        shape=lambda op: _checked_shape(op, 0),
        numpy=_rounded,
        kernel=_lowered,
        grad=lambda op, g: tuple(apply_like(op, f"{op.type}Gradient", g, *op.inputs)),
    )
    define(
        f"FakeQuantWithMinMax{_type}Gradient",
        f"gradients: float32, inputs: float32, min: float32{_sizes}, max: float32{_sizes}; {_HOW}"
        " -> backprops_wrt_input: float32, backprop_wrt_min: float32, backprop_wrt_max: float32",
        shape=_channel_shapes,
        numpy=_rounded_grad,
        kernel=_lowered_grad,
    )


def _how(num_bits: int, narrow_range: bool) -> dict:
    return {"num_bits": int(num_bits), "narrow_range": bool(narrow_range)}


def fake_quant_with_min_max_args(
    inputs, min=-6, max=6, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """float32 numbers between two ends, rounded to 2 ** num_bits steps of one size, of which 0 is one.

    narrow_range: a step less, at the lower end. InvalidArgumentError unless min < max and 2 <= num_bits <= 16.
    The gradient passes where numbers are between the ends.

    >>> import minitf as tf
    >>> tf.Session().run(fake_quant_with_min_max_args([-9.0, 0.1, 2.4], 0.0, 3.0, num_bits=2)).tolist()
    [0.0, 0.0, 2.0]
    """
    ends = {"min": float(min), "max": float(max)}
    return apply("FakeQuantWithMinMaxArgs", inputs, name=name, **ends, **_how(num_bits, narrow_range))


def fake_quant_with_min_max_args_gradient(
    gradients, inputs, min=-6, max=6, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """The gradient of `fake_quant_with_min_max_args` by its inputs, given that of its output."""
    ends = {"min": float(min), "max": float(max)}
    how = _how(num_bits, narrow_range)
    return apply("FakeQuantWithMinMaxArgsGradient", gradients, inputs, name=name, **ends, **how)


def fake_quant_with_min_max_vars(
    inputs, min, max, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """`fake_quant_with_min_max_args` with ends that are scalar tensors, which have gradients too."""
    return apply("FakeQuantWithMinMaxVars", inputs, min, max, name=name, **_how(num_bits, narrow_range))


def fake_quant_with_min_max_vars_gradient(
    gradients, inputs, min, max, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
):
    """The gradients of `fake_quant_with_min_max_vars` by inputs, min and max, given that of its output."""
    how = _how(num_bits, narrow_range)
    return apply("FakeQuantWithMinMaxVarsGradient", gradients, inputs, min, max, name=name, **how)


def fake_quant_with_min_max_vars_per_channel(
    inputs, min, max, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """`fake_quant_with_min_max_vars` with ends [channels] for each channel, the last axis of `inputs`."""
    how = _how(num_bits, narrow_range)
    return apply("FakeQuantWithMinMaxVarsPerChannel", inputs, min, max, name=name, **how)


def fake_quant_with_min_max_vars_per_channel_gradient(
    gradients, inputs, min, max, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
):
    """The gradients of `fake_quant_with_min_max_vars_per_channel` by inputs, min and max."""
    how = _how(num_bits, narrow_range)
    return apply("FakeQuantWithMinMaxVarsPerChannelGradient", gradients, inputs, min, max, name=name, **how)


# ---- quantized and back


def _range(op) -> tuple[int, int]:
    """The whole numbers that the bits can hold. ValueError for too many or too few bits."""
    bits, signed = op.attrs["num_bits"], op.attrs["signed_input"]
    if not 0 < bits < (62 if signed else 63) + 1:
        raise ValueError(f"num_bits is out of range: {bits} with signed_input {signed}")
    if not signed:
        return 0, (1 << bits) - 1
    return -(1 << (bits - 1)) + int(op.attrs["narrow_range"]), (1 << (bits - 1)) - 1


def _wrong_range(low, high) -> str:
    return f"Invalid range: input_min {low} > input_max {high}"


def _back(op, x, low, high):
    kernel = kernels.quantize_and_back[np.float32 if x.dtype == np.float16 else x.dtype]
    wide = [np.ascontiguousarray(v, kernel.operands[0]) for v in (x, low, high)]
    out = np.empty(x.shape, kernel.operands[0])
    if x.size and kernel.python(*wide, out, *_numbers(op, x.size)):
        raise ValueError(_wrong_range(low, high))
    return out.astype(x.dtype)


def _numbers(op, n: int) -> tuple:
    return n, *_range(op), int(op.attrs["range_given"]), int(op.attrs["round_mode"] == "HALF_TO_EVEN")


def _back_kernel(b, op, x, low, high):
    out = b.new(x.shape, x.dtype)
    if x.size:
        kernel = kernels.quantize_and_back[x.dtype]
        b.call(
            kernel, x, low, high, out, *_numbers(op, x.size), error=lambda _: _wrong_range(b.data(low), b.data(high))
        )
    return out


define(
    "QuantizeAndDequantizeV2",
    "input: T, input_min: T[], input_max: T[]; signed_input: bool = True, num_bits: int = 8, "
    "range_given: bool = False, round_mode: string = 'HALF_TO_EVEN', narrow_range: bool = False -> output: T",
    T=dtypes.FLOAT,
    shape=lambda op: op.inputs[0].shape,
    numpy=_back,
    kernel=_back_kernel,
    grad=lambda op, g: (g, None, None),
)


def quantize_and_dequantize(
    input,
    input_min,
    input_max,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
) -> Tensor:
    """Numbers rounded to whole numbers of `num_bits` bits and back, on a scale from input_min to input_max.

    range_given: otherwise the ends are those of `input`. signed_input: whether there are negative numbers too;
    narrow_range: as many as positive ones. round_mode: "HALF_TO_EVEN" or "HALF_UP" (ValueError for others).
    The gradient passes as it is. InvalidArgumentError if input_min is above input_max.

    >>> import minitf as tf
    >>> print(tf.Session().run(quantize_and_dequantize([-1.0, 0.2, 1.0], 0.0, 0.0, num_bits=3)))
    [-1.          0.33333334  1.        ]
    """
    if round_mode not in ("HALF_TO_EVEN", "HALF_UP"):
        raise ValueError(f"round_mode is HALF_TO_EVEN or HALF_UP, not {round_mode!r}")
    input = convert_to_tensor(input, name="input")
    how = {"signed_input": signed_input, "range_given": range_given, "narrow_range": narrow_range}
    how = {key: bool(value) for key, value in how.items()}
    ends = {"num_bits": int(num_bits), "round_mode": round_mode}
    return apply("QuantizeAndDequantizeV2", input, input_min, input_max, name=name, **how, **ends)
