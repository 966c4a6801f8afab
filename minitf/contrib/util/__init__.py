"""tf.contrib.util: tensors as messages."""

from minitf.framework.static import constant_value
from minitf.graphs.tensor_protos import make_ndarray, make_tensor_proto
