"""tf.contrib.tensorboard.plugins."""

from minitf.contrib.tensorboard.plugins import projector
