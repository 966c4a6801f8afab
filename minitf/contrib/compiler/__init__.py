"""tf.contrib.compiler: what scripts ask of TensorFlow's compiler, which minitf has no need of."""

from minitf.contrib.compiler import jit, xla
