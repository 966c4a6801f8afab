"""tf.contrib.layers: layers, regularizers, initializers, training in one call."""

from minitf.contrib.layers.convolution import avg_pool2d as avg_pool2d
from minitf.contrib.layers.convolution import conv2d as conv2d
from minitf.contrib.layers.convolution import conv2d_transpose as conv2d_transpose
from minitf.contrib.layers.convolution import convolution2d as convolution2d
from minitf.contrib.layers.convolution import convolution2d_transpose as convolution2d_transpose
from minitf.contrib.layers.convolution import max_pool2d as max_pool2d
from minitf.contrib.layers.core import dropout as dropout
from minitf.contrib.layers.core import embed_sequence as embed_sequence
from minitf.contrib.layers.core import flatten as flatten
from minitf.contrib.layers.core import fully_connected as fully_connected
from minitf.contrib.layers.core import linear as linear
from minitf.contrib.layers.core import one_hot_encoding as one_hot_encoding
from minitf.contrib.layers.core import relu as relu
from minitf.contrib.layers.core import relu6 as relu6
from minitf.contrib.layers.initializers import variance_scaling_initializer as variance_scaling_initializer
from minitf.contrib.layers.initializers import xavier_initializer as xavier_initializer
from minitf.contrib.layers.initializers import xavier_initializer_conv2d as xavier_initializer_conv2d
from minitf.contrib.layers.optimizers import optimize_loss as optimize_loss
from minitf.contrib.layers.regularizers import apply_regularization as apply_regularization
from minitf.contrib.layers.regularizers import l1_l2_regularizer as l1_l2_regularizer
from minitf.contrib.layers.regularizers import l1_regularizer as l1_regularizer
from minitf.contrib.layers.regularizers import l2_regularizer as l2_regularizer
from minitf.contrib.layers.regularizers import sum_regularizer as sum_regularizer
