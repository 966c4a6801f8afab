"""tf.image."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.ops.images.bounding_boxes import combined_non_max_suppression, draw_bounding_boxes, non_max_suppression
from minitf.ops.images.bounding_boxes import non_max_suppression_overlaps, non_max_suppression_padded
from minitf.ops.images.bounding_boxes import non_max_suppression_with_scores
from minitf.ops.images.color_spaces import hsv_to_rgb, rgb_to_hsv
from minitf.ops.images.distorted_boxes import sample_distorted_bounding_box
from minitf.ops.images.image_colors import adjust_brightness, adjust_contrast, adjust_gamma, adjust_hue
from minitf.ops.images.image_colors import adjust_saturation, grayscale_to_rgb, per_image_standardization
from minitf.ops.images.image_colors import random_brightness, random_contrast, random_hue, random_saturation
from minitf.ops.images.image_colors import rgb_to_grayscale, rgb_to_yiq, rgb_to_yuv, yiq_to_rgb, yuv_to_rgb
from minitf.ops.images.image_crops import central_crop, crop_to_bounding_box, pad_to_bounding_box
from minitf.ops.images.image_crops import resize_image_with_crop_or_pad, resize_image_with_pad
from minitf.ops.images.image_files import adjust_jpeg_quality, decode_and_crop_jpeg, decode_bmp, decode_gif
from minitf.ops.images.image_files import decode_image, decode_jpeg, decode_png, encode_jpeg, encode_png
from minitf.ops.images.image_files import extract_jpeg_shape, is_jpeg, random_jpeg_quality
from minitf.ops.images.image_parts import crop_and_resize, extract_glimpse, extract_image_patches, extract_patches
from minitf.ops.images.image_quality import image_gradients, psnr, sobel_edges, ssim, ssim_multiscale, total_variation
from minitf.ops.images.image_turns import flip_left_right, flip_up_down, random_flip_left_right, random_flip_up_down
from minitf.ops.images.image_turns import rot90, transpose_image
from minitf.ops.images.images import ResizeMethod, convert_image_dtype, resize_area, resize_bicubic, resize_bilinear
from minitf.ops.images.images import resize_images, resize_nearest_neighbor
from minitf.ops.random.random import random_crop

resize = resize_images
resize_with_crop_or_pad = resize_image_with_crop_or_pad
transpose = transpose_image
