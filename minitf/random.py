"""tf.random: random numbers under their short names."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.framework.graph import set_random_seed
from minitf.ops.nn.sampling import all_candidate_sampler, fixed_unigram_candidate_sampler
from minitf.ops.nn.sampling import learned_unigram_candidate_sampler, log_uniform_candidate_sampler
from minitf.ops.nn.sampling import uniform_candidate_sampler
from minitf.ops.random.random import categorical, get_seed, multinomial, truncated_normal
from minitf.ops.random.random import random_gamma as gamma
from minitf.ops.random.random import random_normal as normal
from minitf.ops.random.random import random_poisson as poisson
from minitf.ops.random.random import random_shuffle as shuffle
from minitf.ops.random.random import random_uniform as uniform
from minitf.ops.random.stateless import stateless_categorical, stateless_multinomial, stateless_normal
from minitf.ops.random.stateless import stateless_truncated_normal, stateless_uniform
