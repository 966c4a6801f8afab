"""tf.distributions: batches of distributions, their samples, probabilities and moments."""

from minitf.distributions.base import FULLY_REPARAMETERIZED, NOT_REPARAMETERIZED, Distribution, ReparameterizationType
from minitf.distributions.choices import Bernoulli, Categorical, Multinomial
from minitf.distributions.divergence import RegisterKL, kl_divergence
from minitf.distributions.located import Laplace, Normal, StudentT, Uniform
from minitf.distributions.shaped import Beta, Exponential, Gamma
from minitf.distributions.simplex import Dirichlet, DirichletMultinomial
