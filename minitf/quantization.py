"""tf.quantization: numbers as if they were kept in few bits."""

from minitf.ops.math.quantization import fake_quant_with_min_max_args as fake_quant_with_min_max_args
from minitf.ops.math.quantization import fake_quant_with_min_max_args_gradient as fake_quant_with_min_max_args_gradient
from minitf.ops.math.quantization import fake_quant_with_min_max_vars as fake_quant_with_min_max_vars
from minitf.ops.math.quantization import fake_quant_with_min_max_vars_gradient as fake_quant_with_min_max_vars_gradient
from minitf.ops.math.quantization import (
    fake_quant_with_min_max_vars_per_channel as fake_quant_with_min_max_vars_per_channel,
)
from minitf.ops.math.quantization import (
    fake_quant_with_min_max_vars_per_channel_gradient as fake_quant_with_min_max_vars_per_channel_gradient,
)
from minitf.ops.math.quantization import quantize_and_dequantize as quantize_and_dequantize

__all__ = [
    "fake_quant_with_min_max_args",
    "fake_quant_with_min_max_args_gradient",
    "fake_quant_with_min_max_vars",
    "fake_quant_with_min_max_vars_gradient",
    "fake_quant_with_min_max_vars_per_channel",
    "fake_quant_with_min_max_vars_per_channel_gradient",
    "quantize_and_dequantize",
]
