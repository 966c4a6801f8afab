"""tf.contrib.staging: values put aside for later runs."""

from minitf.ops.io.staging import StagingArea
