"""Importing this makes `tensorflow`, and everything under it, resolve to minitf: for scripts of TensorFlow 1.

>>> import minitf.as_tensorflow
>>> import tensorflow as tf
>>> from tensorflow.python.ops import rnn_cell
>>> import tensorflow.compat.v1 as tf1
>>> tf.__version__, rnn_cell.GRUCell is tf.nn.rnn_cell.GRUCell, tf1 is tf
('1.15.0', True, True)

Where an old path leads stands in `aliases`. `minitf run SCRIPT` does this before it runs a script.
"""

from minitf.as_tensorflow.modules import install

install()
