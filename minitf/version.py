"""tf.version: the TensorFlow whose behaviour this is."""

VERSION = "1.15.0"
GIT_VERSION = "v1.15.0-0-minitf"
COMPILER_VERSION = "0"  # nothing is compiled by one
GRAPH_DEF_VERSION = 134
GRAPH_DEF_VERSION_MIN_CONSUMER = GRAPH_DEF_VERSION_MIN_PRODUCER = 0
