"""tf.layers."""

from minitf.layers.base import InputSpec as InputSpec
from minitf.layers.base import Layer as Layer
from minitf.layers.core import Dense as Dense
from minitf.layers.core import Dropout as Dropout
from minitf.layers.core import Flatten as Flatten
from minitf.layers.core import dense as dense
from minitf.layers.core import dropout as dropout
from minitf.layers.core import flatten as flatten
