"""tf.contrib.tensorboard."""

from minitf.contrib.tensorboard import plugins
