"""tf.image."""

from minitf.ops.image_files import decode_jpeg as decode_jpeg
from minitf.ops.image_files import decode_png as decode_png
from minitf.ops.image_files import encode_jpeg as encode_jpeg
from minitf.ops.image_files import encode_png as encode_png
from minitf.ops.images import ResizeMethod as ResizeMethod
from minitf.ops.images import convert_image_dtype as convert_image_dtype
from minitf.ops.images import flip_left_right as flip_left_right
from minitf.ops.images import flip_up_down as flip_up_down
from minitf.ops.images import resize_area as resize_area
from minitf.ops.images import resize_bicubic as resize_bicubic
from minitf.ops.images import resize_bilinear as resize_bilinear
from minitf.ops.images import resize_images as resize_images
from minitf.ops.images import resize_nearest_neighbor as resize_nearest_neighbor

resize = resize_images
