"""tf.contrib."""

from minitf.contrib import rnn as rnn
