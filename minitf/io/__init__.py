"""tf.io."""

from minitf.io import gfile as gfile
