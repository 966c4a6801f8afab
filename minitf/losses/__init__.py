"""tf.losses."""

from minitf.losses.collected import add_loss
from minitf.losses.collected import get_losses
from minitf.losses.collected import get_regularization_loss
from minitf.losses.collected import get_regularization_losses
from minitf.losses.collected import get_total_loss
from minitf.losses.cross_entropy import sigmoid_cross_entropy
from minitf.losses.cross_entropy import softmax_cross_entropy
from minitf.losses.cross_entropy import sparse_softmax_cross_entropy
from minitf.losses.distances import absolute_difference
from minitf.losses.distances import cosine_distance
from minitf.losses.distances import hinge_loss
from minitf.losses.distances import huber_loss
from minitf.losses.distances import log_loss
from minitf.losses.distances import mean_pairwise_squared_error
from minitf.losses.distances import mean_squared_error
from minitf.losses.weighted import Reduction
from minitf.losses.weighted import compute_weighted_loss
