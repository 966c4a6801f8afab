"""Samples of ops on images and volumes: convolutions, pools, sizes, numbers kept in few bits."""

import numpy as np
from sampled import CUBES, FILTER, IMAGE, RANDOM, ROW, VOLUME, X, sample

import minitf as tf
from minitf.framework.apply import apply

BOXES = np.array([[0.1, 0.2, 0.9, 0.8], [0.7, 0.9, 0.3, 0.1], [0.5, 0.5, 1.5, 1.5]])
BITS = {"num_bits": 4, "narrow_range": True}


def largest(x):
    """Of each window, by the op that says where they are."""
    return tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1] * 4, "SAME")[0]


def moved(x):
    """Images scaled and moved."""
    return tf.raw_ops.ScaleAndTranslate(x, [5, 2], [1.6, 0.4], [0.3, -0.2])


SAMPLES = [
    sample("Conv2D", IMAGE, FILTER, of=lambda x, f: tf.nn.conv2d(x, f, 2, "SAME")),
    sample(
        "Conv2DBackpropInput",
        FILTER,
        RANDOM.normal(size=(2, 3, 4, 3)),
        of=lambda f, g: tf.nn.conv2d_transpose(g, f, [2, 3, 4, 2], 1),
    ),
    sample(
        "Conv2DBackpropFilter",
        IMAGE,
        IMAGE[:, :, :3],
        of=lambda x, g: tf.nn.conv2d_backprop_filter(x, [1, 2, 2, 2], g, [1] * 4, "VALID"),
    ),
    sample("LRN", IMAGE, of=lambda x: tf.nn.lrn(x, 1, 2.0, 0.5, 0.75), order=1),
    sample("LRNGrad", IMAGE, of=lambda x: tf.gradients(tf.nn.lrn(x, 1) ** 2, x), grads=False),
    sample("DepthwiseConv2dNative", IMAGE, FILTER, of=lambda x, f: tf.nn.depthwise_conv2d(x, f, [1] * 4, "SAME")),
    sample(
        "DepthwiseConv2dNativeBackpropInput",
        IMAGE,
        FILTER,
        of=lambda x, f: tf.gradients(tf.nn.depthwise_conv2d(x, f, [1] * 4, "SAME") ** 2, x),
    ),
    sample(
        "DepthwiseConv2dNativeBackpropFilter",
        IMAGE,
        FILTER,
        of=lambda x, f: tf.gradients(tf.nn.depthwise_conv2d(x, f, [1] * 4, "SAME") ** 2, f),
    ),
    *[
        sample(type, IMAGE, of=function)
        for type, function in {
            "MaxPool": lambda x: tf.nn.max_pool(x, 2, 1, "SAME"),
            "MaxPoolGrad": lambda x: tf.gradients(tf.nn.max_pool(x, 2, 1, "SAME") ** 2, x),
            "MaxPoolGradGrad": lambda x: tf.gradients(tf.gradients(tf.nn.max_pool(x * x, 2, 1, "SAME"), x), x),
            "AvgPool": lambda x: tf.nn.avg_pool(x, 2, 1, "SAME"),
            "AvgPoolGrad": lambda x: tf.gradients(tf.nn.avg_pool(x, 2, 1, "SAME") ** 2, x),
        }.items()
    ],
    sample("RGBToHSV", abs(IMAGE[..., :1]) + [0.1, 0.5, 0.3], of=tf.image.rgb_to_hsv),
    sample(
        "ExtractImagePatches",
        IMAGE,
        of=lambda x: tf.extract_image_patches(x, [1, 2, 2, 1], [1, 1, 2, 1], [1, 2, 1, 1], "SAME"),
    ),
    *[
        sample(type, VOLUME, of=function)
        for type, function in {
            "MaxPool3D": lambda x: tf.nn.max_pool3d(x, 2, 1, "SAME"),
            "MaxPool3DGrad": lambda x: tf.gradients(tf.nn.max_pool3d(x, [2, 2, 3], 1, "SAME") ** 2, x),
            "MaxPool3DGradGrad": lambda x: tf.gradients(tf.gradients(tf.nn.max_pool3d(x * x, 2, 1, "SAME"), x), x),
            "AvgPool3D": lambda x: tf.nn.avg_pool3d(x, [1, 2, 2], [1, 1, 2], "SAME"),
            "AvgPool3DGrad": lambda x: tf.gradients(tf.nn.avg_pool3d(x, 2, 1, "SAME") ** 2, x),
            "ExtractVolumePatches": lambda x: tf.extract_volume_patches(x, [1, 2, 1, 2, 1], [1] * 5, "SAME"),
        }.items()
    ],
    sample("Conv3D", VOLUME, CUBES, of=lambda x, f: tf.nn.conv3d(x, f, [1, 2, 1, 1, 1], "SAME")),
    sample(
        "Conv3DBackpropInputV2",
        CUBES,
        VOLUME[:, :1],
        of=lambda f, g: tf.nn.conv3d_transpose(tf.concat([g, g[..., :1]], 4), f, [1, 2, 3, 4, 2], [1, 2, 1, 1, 1]),
    ),
    sample(
        "Conv3DBackpropFilterV2",
        VOLUME,
        VOLUME[:, :1],
        of=lambda x, g: tf.nn.conv3d_backprop_filter(x, [2, 1, 2, 2, 2], g[:, :, :, :3], [1] * 5, "VALID"),
    ),
    *[
        sample(type, IMAGE, of=function)
        for type, function in {
            "MaxPoolWithArgmax": lambda x: largest(x),
            "MaxPoolGradWithArgmax": lambda x: tf.gradients(largest(x) ** 2, x),
            "MaxPoolGradGradWithArgmax": lambda x: tf.gradients(tf.gradients(largest(x * x * x), x), x),
            "SpaceToBatchND": lambda x: tf.space_to_batch_nd(x, [2, 3], [[1, 0], [0, 2]]),
            "BatchToSpaceND": lambda x: tf.batch_to_space_nd(x, [2], [[1, 2]]),
            "SpaceToDepth": lambda x: tf.space_to_depth(x[:, :2], 2),
            "DepthToSpace": lambda x: tf.depth_to_space(tf.concat([x, x * x], 3), 2),
        }.items()
    ],
    sample(
        "Dilation2D", IMAGE, X, of=lambda x, f: tf.nn.dilation2d(x, f[None, :, :2], [1] * 4, [1] * 4, "SAME"), order=1
    ),
    *[
        sample(
            f"Dilation2DBackprop{kind}",
            IMAGE,
            X,
            grads=False,
            of=lambda x, f, i=i: tf.gradients(tf.nn.dilation2d(x, f[None, :, :2], [1] * 4, [1] * 4, "SAME"), [x, f])[i],
        )
        for i, kind in enumerate(["Input", "Filter"])
    ],
    *[
        sample(type, IMAGE, of=of, grads=False, dtypes=("float32",))
        for kind, function in {
            "Bilinear": tf.image.resize_bilinear,
            "Bicubic": tf.image.resize_bicubic,
            "NearestNeighbor": tf.image.resize_nearest_neighbor,
        }.items()
        for type, of in {
            f"Resize{kind}": lambda x, f=function: f(x, [5, 3], align_corners=True),
            f"Resize{kind}Grad": lambda x, f=function: tf.gradients(f(x, [2, 7]) ** 2, x),
        }.items()
    ],
    sample("ScaleAndTranslate", IMAGE, of=moved, grads=False, dtypes=("float32",)),
    sample("ScaleAndTranslateGrad", IMAGE, of=lambda x: tf.gradients(moved(x), x), grads=False, dtypes=("float32",)),
    sample("ResizeArea", IMAGE, of=lambda x: tf.image.resize_area(x, [2, 7]), grads=False, dtypes=("float32",)),
    *[
        sample(type, IMAGE, BOXES, np.int32([0, 1, 1]), of=of, grads=False, dtypes=("float32",))
        for type, of in {
            "CropAndResize": lambda x, b, i: tf.image.crop_and_resize(x, b, i, [2, 3], "nearest", 0.5),
            "CropAndResizeGradImage": lambda x, b, i: tf.gradients(tf.image.crop_and_resize(x, b, i, [2, 3]) ** 2, x),
            "CropAndResizeGradBoxes": lambda x, b, i: tf.gradients(tf.image.crop_and_resize(x, b, i, [2, 3]) ** 2, b),
        }.items()
    ],
    *[
        sample(type, X, of=of, grads=False, dtypes=("float32",))
        for type, of in {
            "FakeQuantWithMinMaxArgs": lambda x: tf.fake_quant_with_min_max_args(x, -1, 2),
            "FakeQuantWithMinMaxArgsGradient": lambda x: tf.fake_quant_with_min_max_args_gradient(x, x, -1, 2),
            "QuantizeAndDequantizeV2": lambda x: tf.quantization.quantize_and_dequantize(x, 0.0, 0.0),
        }.items()
    ],
    *[
        sample(f"FakeQuantWithMinMax{kind}{rest}", X, low, high, of=of, grads=False, dtypes=("float32",))
        for kind, low, high in (("Vars", -1.0, 2.0), ("VarsPerChannel", -abs(ROW), abs(ROW)))
        for rest, of in {
            "": lambda x, low, high, kind=kind: apply(f"FakeQuantWithMinMax{kind}", x, low, high, **BITS),
            "Gradient": lambda x, low, high, kind=kind: list(
                apply(f"FakeQuantWithMinMax{kind}Gradient", x, x, low, high, **BITS)
            ),
        }.items()
    ],
]
