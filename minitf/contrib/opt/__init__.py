"""tf.contrib.opt: more optimizers, what is put around others, and SciPy's."""

from minitf.contrib.opt.adams import AdamGSOptimizer, AdaMaxOptimizer, LazyAdamGSOptimizer, LazyAdamOptimizer
from minitf.contrib.opt.adams import NadamOptimizer
from minitf.contrib.opt.decayed import AdamWOptimizer, DecoupledWeightDecayExtension, MomentumWOptimizer
from minitf.contrib.opt.decayed import extend_with_decoupled_weight_decay
from minitf.contrib.opt.external import ExternalOptimizerInterface, ScipyOptimizerInterface
from minitf.contrib.opt.scaled import LARSOptimizer, RegAdagradOptimizer
from minitf.contrib.opt.signs import AddSignOptimizer, PowerSignOptimizer
from minitf.contrib.opt.wrappers import MovingAverageOptimizer, MultitaskOptimizerWrapper, VariableClippingOptimizer
from minitf.contrib.opt.wrappers import clip_gradients_by_global_norm
