"""tf.layers."""

from minitf.layers.base import Layer
from minitf.layers.input_spec import InputSpec
from minitf.layers.convolution import Conv1D, Conv2D, Conv2DTranspose, conv1d, conv2d, conv2d_transpose
from minitf.layers.core import Dense, Dropout, Flatten, dense, dropout, flatten
from minitf.layers.pooling import AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D, average_pooling1d
from minitf.layers.pooling import average_pooling2d, max_pooling1d, max_pooling2d
from minitf.layers.normalization import BatchNormalization, batch_normalization
from minitf.layers.separable import SeparableConv2D, separable_conv2d
from minitf.layers.pooling import AveragePooling3D, MaxPooling3D, average_pooling3d, max_pooling3d
from minitf.layers.separable import SeparableConv1D, separable_conv1d
from minitf.layers.volumes import Conv3D, Conv3DTranspose, conv3d, conv3d_transpose
