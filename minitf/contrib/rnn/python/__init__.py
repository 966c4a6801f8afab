"""tensorflow.contrib.rnn.python."""

from minitf.contrib.rnn.python import ops as ops
