"""tf.layers."""

from minitf.layers.base import InputSpec as InputSpec
from minitf.layers.base import Layer as Layer
from minitf.layers.convolution import Conv1D as Conv1D
from minitf.layers.convolution import Conv2D as Conv2D
from minitf.layers.convolution import Conv2DTranspose as Conv2DTranspose
from minitf.layers.convolution import conv1d as conv1d
from minitf.layers.convolution import conv2d as conv2d
from minitf.layers.convolution import conv2d_transpose as conv2d_transpose
from minitf.layers.core import Dense as Dense
from minitf.layers.core import Dropout as Dropout
from minitf.layers.core import Flatten as Flatten
from minitf.layers.core import dense as dense
from minitf.layers.core import dropout as dropout
from minitf.layers.core import flatten as flatten
from minitf.layers.pooling import AveragePooling1D as AveragePooling1D
from minitf.layers.pooling import AveragePooling2D as AveragePooling2D
from minitf.layers.pooling import MaxPooling1D as MaxPooling1D
from minitf.layers.pooling import MaxPooling2D as MaxPooling2D
from minitf.layers.pooling import average_pooling1d as average_pooling1d
from minitf.layers.pooling import average_pooling2d as average_pooling2d
from minitf.layers.pooling import max_pooling1d as max_pooling1d
from minitf.layers.pooling import max_pooling2d as max_pooling2d
from minitf.layers.normalization import BatchNormalization as BatchNormalization
from minitf.layers.normalization import batch_normalization as batch_normalization
from minitf.layers.separable import SeparableConv2D as SeparableConv2D
from minitf.layers.separable import separable_conv2d as separable_conv2d
