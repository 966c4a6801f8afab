"""tf.quantization: numbers as if they were kept in few bits."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.ops.math.quantization import fake_quant_with_min_max_args, fake_quant_with_min_max_args_gradient
from minitf.ops.math.quantization import fake_quant_with_min_max_vars, fake_quant_with_min_max_vars_gradient
from minitf.ops.math.quantization import fake_quant_with_min_max_vars_per_channel
from minitf.ops.math.quantization import fake_quant_with_min_max_vars_per_channel_gradient, quantize_and_dequantize
