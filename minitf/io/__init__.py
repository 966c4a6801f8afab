"""tf.io."""

from minitf.io import gfile as gfile
from minitf.ops.strings import decode_base64 as decode_base64
from minitf.ops.strings import encode_base64 as encode_base64
