"""tf.dtypes: element types and conversions under their own name."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.framework.dtypes import DType, as_dtype, bool, complex64, complex128, double, float16, float32, float64
from minitf.framework.dtypes import half, int8, int16, int32, int64, resource, string, uint8, uint16, uint32, uint64
from minitf.framework.dtypes import variant
from minitf.ops.math.cast import cast
from minitf.ops.math.clip import saturate_cast
from minitf.ops.math.complex import complex
from minitf.ops.strings.strings import as_string
