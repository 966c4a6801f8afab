"""tf.contrib."""

from minitf.contrib import layers as layers
from minitf.contrib import rnn as rnn
