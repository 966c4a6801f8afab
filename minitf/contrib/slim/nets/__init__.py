"""tf.contrib.slim.nets: networks for images, with the names of variables that published checkpoints have."""

from minitf.contrib.slim.nets import alexnet, inception, overfeat, resnet_utils, resnet_v1, resnet_v2, vgg
