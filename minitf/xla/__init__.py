"""tf.xla: what scripts ask of TensorFlow's compiler, which minitf has no need of."""

from minitf.xla import experimental
