"""Networks for images: variables, end points, penalties and outputs as in TensorFlow 1.15.5."""

import hashlib

import numpy as np
import pytest
from helpers import fails

import minitf as tf

slim = tf.contrib.slim
nets = slim.nets
RESNET, VGG = nets.resnet_utils.resnet_arg_scope, nets.vgg.vgg_arg_scope


def digest(names):
    return hashlib.md5("|".join(names).encode()).hexdigest()[:10]


def tiny(module, kind, **how):
    make = getattr(module, f"resnet_{kind}_block")
    blocks = [make("b1", base_depth=4, num_units=2, stride=2), make("b2", base_depth=8, num_units=1, stride=1)]
    return lambda x: getattr(module, f"resnet_{kind}")(x, blocks, include_root_block=False, **how)


def network(label):
    """The arg_scope, the network, and the size of the images."""
    module = nets.resnet_v2 if label.endswith("_2") else nets.resnet_v1
    fifty = getattr(module, f"resnet_v{label[-1]}_50", None)
    inception = nets.inception
    return {
        "vgg_a": lambda: (VGG(), lambda x: nets.vgg.vgg_a(x, num_classes=10), 224),
        "vgg16": lambda: (VGG(), lambda x: nets.vgg.vgg_16(x, spatial_squeeze=False, is_training=False), 256),
        "vgg19": lambda: (VGG(0.1), nets.vgg.vgg_e, 224),
        "alex": lambda: (nets.alexnet.alexnet_v2_arg_scope(), lambda x: nets.alexnet.alexnet_v2(x, num_classes=7), 224),
        "over": lambda: (nets.overfeat.overfeat_arg_scope(), lambda x: nets.overfeat.overfeat(x, num_classes=7), 231),
        "r50n_1": lambda: (RESNET(), lambda x: fifty(x, is_training=False), 64),
        "r50n_2": lambda: (RESNET(), lambda x: fifty(x, is_training=False), 64),
        "r50o_1": lambda: (
            RESNET(batch_norm_scale=False),
            lambda x: fifty(x, output_stride=8, global_pool=False, num_classes=5),
            97,
        ),
        "i1": lambda: (inception.inception_v1_arg_scope(), lambda x: inception.inception_v1(x, num_classes=10), 224),
        "i2m": lambda: (
            inception.inception_v2_arg_scope(),
            lambda x: inception.inception_v2(x, num_classes=10, depth_multiplier=0.25, is_training=False),
            64,
        ),
        "i3s": lambda: (
            inception.inception_v3_arg_scope(batch_norm_decay=0.9, use_fused_batchnorm=False),
            lambda x: inception.inception_v3(x, num_classes=10, spatial_squeeze=False, depth_multiplier=0.5),
            299,
        ),
    }[label]()


FACTS = {  # variables, their names and shapes, end points, the output, their shapes, penalties, updates, moving_vars
    "vgg_a": [
        22,
        "fa7b955280",
        16,
        "89c432f7cf",
        "(2, 10)",
        "vgg_a/fc8/squeezed",
        "e8ab31a0ad",
        "77b3488377",
        0,
        "d41d8cd98f",
    ],
    "vgg16": [
        32,
        "3ebb4964cc",
        21,
        "2e5cafe57d",
        "(2, 2, 2, 1000)",
        "vgg_16/fc8/BiasAdd",
        "1f659b833f",
        "ca6a939b79",
        0,
        "d41d8cd98f",
    ],
    "vgg19": [
        38,
        "983cc3f15b",
        24,
        "2b0bf3afc6",
        "(2, 1000)",
        "vgg_19/fc8/squeezed",
        "1da61fad03",
        "8bc41aed01",
        0,
        "d41d8cd98f",
    ],
    "alex": [
        16,
        "2cbfd2aaf7",
        11,
        "41d565faa2",
        "(2, 7)",
        "alexnet_v2/fc8/squeezed",
        "0aaa7dc534",
        "6570aac13a",
        0,
        "d41d8cd98f",
    ],
    "over": [
        16,
        "af75ba405c",
        11,
        "0b3505df45",
        "(2, 7)",
        "overfeat/fc8/squeezed",
        "9a98ba7824",
        "9110d4caa4",
        0,
        "d41d8cd98f",
    ],
    "r50n_1": [
        265,
        "9e9e1415ca",
        73,
        "ce783b19cc",
        "(2, 1, 1, 2048)",
        "resnet_v1_50/pool5",
        "57228be1b6",
        "e72da714b7",
        0,
        "d41d8cd98f",
    ],
    "r50n_2": [
        270,
        "86ac7ef1f5",
        73,
        "9e7645e47f",
        "(2, 1, 1, 2048)",
        "resnet_v2_50/pool5",
        "57228be1b6",
        "87f2da2231",
        0,
        "d41d8cd98f",
    ],
    "r50o_1": [
        214,
        "08a0738002",
        75,
        "dcf92bc9cc",
        "(2, 13, 13, 5)",
        "resnet_v1_50/logits/BiasAdd",
        "8705276a17",
        "2877ac1bb6",
        106,
        "d41d8cd98f",
    ],
    "i1": [
        230,
        "3822baa27f",
        18,
        "8f96716c53",
        "(2, 10)",
        "InceptionV1/Logits/SpatialSqueeze",
        "02fc57bbe4",
        "268f8e7e58",
        114,
        "30385ae4b7",
    ],
    "i2m": [
        277,
        "f0cfddd9ff",
        17,
        "3d334d1b0e",
        "(2, 10)",
        "InceptionV2/Logits/SpatialSqueeze",
        "76fa7eb829",
        "b6fc5cec11",
        0,
        "a679cb26c9",
    ],
    "i3s": [
        388,
        "18e29b9b46",
        22,
        "78d5a0af27",
        "(2, 1, 1, 10)",
        "InceptionV3/Logits/Conv2d_1c_1x1/BiasAdd",
        "e41e4b5b25",
        "bafdd746bf",
        192,
        "23139557ac",
    ],
}


@pytest.mark.parametrize("label", FACTS)
def test_graphs(label):
    scope, make, size = network(label)
    with slim.arg_scope(scope):
        net, end_points = make(tf.zeros([2, size, size, 3]))
    names = [v.op.name + str(v.shape.as_list()) for v in tf.global_variables()]
    found = [
        len(names),
        digest(names),
        len(end_points),
        digest(end_points),
        str(net.shape),
        net.op.name,
        digest([str(t.shape) for t in end_points.values()]),
        digest([t.op.name for t in tf.losses.get_regularization_losses()]),
        len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)),
        digest([v.op.name for v in tf.get_collection("moving_vars")]),
    ]
    assert found == FACTS[label]


@pytest.mark.parametrize(
    "module, kind, expected",
    [(nets.resnet_v1, "v1", [-1.3498, 0.6171, 0.917]), (nets.resnet_v2, "v2", [-0.0497, 0.7417, -0.2097])],
)
def test_values(module, kind, expected):
    tf.set_random_seed(3)
    x = np.random.RandomState(0).rand(2, 33, 33, 3).astype(np.float32)
    with slim.arg_scope(RESNET()):
        net, _ = tiny(module, kind, num_classes=3, scope="tiny")(tf.constant(x))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        np.testing.assert_allclose(sess.run(net).ravel()[:3], expected, atol=2e-3)


def test_holes_instead_of_strides():
    x = np.random.RandomState(0).rand(1, 33, 33, 3).astype(np.float32)
    with slim.arg_scope(RESNET()), slim.arg_scope([slim.batch_norm], is_training=False):
        dense, _ = tiny(nets.resnet_v1, "v1", global_pool=False, output_stride=1, scope="t", is_training=False)(x)
        strided, _ = tiny(nets.resnet_v1, "v1", global_pool=False, scope="t", reuse=True, is_training=False)(x)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        dense, strided = sess.run([dense, strided])
    np.testing.assert_allclose(dense[:, ::2, ::2], strided, rtol=1e-3, atol=1e-4)


def test_a_network_trains():
    tf.set_random_seed(1)
    x, y = np.random.RandomState(0).rand(4, 64, 64, 3).astype(np.float32), [0, 1, 2, 0]
    with slim.arg_scope(nets.inception.inception_v2_arg_scope()):
        logits, _ = nets.inception.inception_v2(x, num_classes=3, depth_multiplier=0.1, dropout_keep_prob=1.0)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    train = slim.learning.create_train_op(loss, tf.train.AdamOptimizer(0.01))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        losses = [sess.run(train) for _ in range(12)]
    assert losses[-1] < 0.2 * losses[0]


def test_refusals():
    images = tf.zeros([1, 65, 65, 3])
    for stride, words in ((6, "a multiple of 4"), (128, "cannot be reached")):
        with fails(ValueError, words), slim.arg_scope(RESNET()):
            nets.resnet_v1.resnet_v1_50(images, output_stride=stride)
    with fails(ValueError, "Unknown final endpoint"):
        nets.inception.inception_v1_base(images, final_endpoint="Mixed_9c")
    with fails(ValueError, "depth_multiplier"):
        nets.inception.inception_v3(images, depth_multiplier=0)
    with fails(ValueError, "does not fit"), slim.arg_scope(VGG()):
        nets.vgg.vgg_a(images)
