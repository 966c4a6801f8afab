"""tf.train: optimizers, learning rates, moving averages and the global step."""

from minitf.train.decay import cosine_decay as cosine_decay
from minitf.train.decay import cosine_decay_restarts as cosine_decay_restarts
from minitf.train.decay import exponential_decay as exponential_decay
from minitf.train.decay import inverse_time_decay as inverse_time_decay
from minitf.train.decay import linear_cosine_decay as linear_cosine_decay
from minitf.train.decay import natural_exp_decay as natural_exp_decay
from minitf.train.decay import noisy_linear_cosine_decay as noisy_linear_cosine_decay
from minitf.train.decay import piecewise_constant as piecewise_constant
from minitf.train.decay import polynomial_decay as polynomial_decay
from minitf.train.global_step import assert_global_step as assert_global_step
from minitf.train.global_step import create_global_step as create_global_step
from minitf.train.global_step import get_global_step as get_global_step
from minitf.train.global_step import get_or_create_global_step as get_or_create_global_step
from minitf.train.global_step import global_step as global_step
from minitf.train.moving_averages import ExponentialMovingAverage as ExponentialMovingAverage
from minitf.train.optimizer import Optimizer as Optimizer
from minitf.train.optimizers import AdadeltaOptimizer as AdadeltaOptimizer
from minitf.train.optimizers import AdagradOptimizer as AdagradOptimizer
from minitf.train.optimizers import AdamOptimizer as AdamOptimizer
from minitf.train.optimizers import FtrlOptimizer as FtrlOptimizer
from minitf.train.optimizers import GradientDescentOptimizer as GradientDescentOptimizer
from minitf.train.optimizers import MomentumOptimizer as MomentumOptimizer
from minitf.train.optimizers import ProximalAdagradOptimizer as ProximalAdagradOptimizer
from minitf.train.optimizers import ProximalGradientDescentOptimizer as ProximalGradientDescentOptimizer
from minitf.train.optimizers import RMSPropOptimizer as RMSPropOptimizer
