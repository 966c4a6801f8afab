"""tf.initializers: the initializers under their short names, and the ops that run the variables' own."""

# ruff: noqa: F401 - names that are handed on

from minitf.ops.random.initializers import Constant as constant
from minitf.ops.random.initializers import GlorotNormal as glorot_normal
from minitf.ops.random.initializers import GlorotUniform as glorot_uniform
from minitf.ops.random.initializers import Identity as identity
from minitf.ops.random.initializers import Ones as ones
from minitf.ops.random.initializers import Orthogonal as orthogonal
from minitf.ops.random.initializers import RandomNormal as random_normal
from minitf.ops.random.initializers import RandomUniform as random_uniform
from minitf.ops.random.initializers import TruncatedNormal as truncated_normal
from minitf.ops.random.initializers import UniformUnitScaling as uniform_unit_scaling
from minitf.ops.random.initializers import VarianceScaling as variance_scaling
from minitf.ops.random.initializers import Zeros as zeros
from minitf.ops.random.initializers import he_normal, he_uniform, lecun_normal, lecun_uniform
from minitf.ops.state.tables import tables_initializer
from minitf.ops.state.variables import global_variables_initializer as global_variables
from minitf.ops.state.variables import local_variables_initializer as local_variables
from minitf.ops.state.variables import variables_initializer as variables
