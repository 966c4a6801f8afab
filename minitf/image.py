"""tf.image."""

from minitf.ops.images.bounding_boxes import combined_non_max_suppression as combined_non_max_suppression
from minitf.ops.images.bounding_boxes import draw_bounding_boxes as draw_bounding_boxes
from minitf.ops.images.bounding_boxes import non_max_suppression as non_max_suppression
from minitf.ops.images.bounding_boxes import non_max_suppression_overlaps as non_max_suppression_overlaps
from minitf.ops.images.bounding_boxes import non_max_suppression_padded as non_max_suppression_padded
from minitf.ops.images.bounding_boxes import (
    non_max_suppression_with_scores as non_max_suppression_with_scores,
)
from minitf.ops.images.color_spaces import hsv_to_rgb as hsv_to_rgb
from minitf.ops.images.color_spaces import rgb_to_hsv as rgb_to_hsv
from minitf.ops.images.distorted_boxes import sample_distorted_bounding_box as sample_distorted_bounding_box
from minitf.ops.images.image_colors import adjust_brightness as adjust_brightness
from minitf.ops.images.image_colors import adjust_contrast as adjust_contrast
from minitf.ops.images.image_colors import adjust_gamma as adjust_gamma
from minitf.ops.images.image_colors import adjust_hue as adjust_hue
from minitf.ops.images.image_colors import adjust_saturation as adjust_saturation
from minitf.ops.images.image_colors import grayscale_to_rgb as grayscale_to_rgb
from minitf.ops.images.image_colors import per_image_standardization as per_image_standardization
from minitf.ops.images.image_colors import random_brightness as random_brightness
from minitf.ops.images.image_colors import random_contrast as random_contrast
from minitf.ops.images.image_colors import random_hue as random_hue
from minitf.ops.images.image_colors import random_saturation as random_saturation
from minitf.ops.images.image_colors import rgb_to_grayscale as rgb_to_grayscale
from minitf.ops.images.image_colors import rgb_to_yiq as rgb_to_yiq
from minitf.ops.images.image_colors import rgb_to_yuv as rgb_to_yuv
from minitf.ops.images.image_colors import yiq_to_rgb as yiq_to_rgb
from minitf.ops.images.image_colors import yuv_to_rgb as yuv_to_rgb
from minitf.ops.images.image_crops import central_crop as central_crop
from minitf.ops.images.image_crops import crop_to_bounding_box as crop_to_bounding_box
from minitf.ops.images.image_crops import pad_to_bounding_box as pad_to_bounding_box
from minitf.ops.images.image_crops import resize_image_with_crop_or_pad as resize_image_with_crop_or_pad
from minitf.ops.images.image_crops import resize_image_with_pad as resize_image_with_pad
from minitf.ops.images.image_files import adjust_jpeg_quality as adjust_jpeg_quality
from minitf.ops.images.image_files import decode_and_crop_jpeg as decode_and_crop_jpeg
from minitf.ops.images.image_files import decode_bmp as decode_bmp
from minitf.ops.images.image_files import decode_gif as decode_gif
from minitf.ops.images.image_files import decode_image as decode_image
from minitf.ops.images.image_files import decode_jpeg as decode_jpeg
from minitf.ops.images.image_files import decode_png as decode_png
from minitf.ops.images.image_files import encode_jpeg as encode_jpeg
from minitf.ops.images.image_files import encode_png as encode_png
from minitf.ops.images.image_files import extract_jpeg_shape as extract_jpeg_shape
from minitf.ops.images.image_files import is_jpeg as is_jpeg
from minitf.ops.images.image_files import random_jpeg_quality as random_jpeg_quality
from minitf.ops.images.image_parts import crop_and_resize as crop_and_resize
from minitf.ops.images.image_parts import extract_glimpse as extract_glimpse
from minitf.ops.images.image_parts import extract_image_patches as extract_image_patches
from minitf.ops.images.image_parts import extract_patches as extract_patches
from minitf.ops.images.image_quality import image_gradients as image_gradients
from minitf.ops.images.image_quality import psnr as psnr
from minitf.ops.images.image_quality import sobel_edges as sobel_edges
from minitf.ops.images.image_quality import ssim as ssim
from minitf.ops.images.image_quality import ssim_multiscale as ssim_multiscale
from minitf.ops.images.image_quality import total_variation as total_variation
from minitf.ops.images.image_turns import flip_left_right as flip_left_right
from minitf.ops.images.image_turns import flip_up_down as flip_up_down
from minitf.ops.images.image_turns import random_flip_left_right as random_flip_left_right
from minitf.ops.images.image_turns import random_flip_up_down as random_flip_up_down
from minitf.ops.images.image_turns import rot90 as rot90
from minitf.ops.images.image_turns import transpose_image as transpose_image
from minitf.ops.images.images import ResizeMethod as ResizeMethod
from minitf.ops.images.images import convert_image_dtype as convert_image_dtype
from minitf.ops.images.images import resize_area as resize_area
from minitf.ops.images.images import resize_bicubic as resize_bicubic
from minitf.ops.images.images import resize_bilinear as resize_bilinear
from minitf.ops.images.images import resize_images as resize_images
from minitf.ops.images.images import resize_nearest_neighbor as resize_nearest_neighbor
from minitf.ops.random.random import random_crop as random_crop

resize = resize_images
resize_with_crop_or_pad = resize_image_with_crop_or_pad
transpose = transpose_image
