"""tf.losses."""

from minitf.losses.collected import add_loss, get_losses, get_regularization_loss, get_regularization_losses
from minitf.losses.collected import get_total_loss
from minitf.losses.cross_entropy import sigmoid_cross_entropy, softmax_cross_entropy, sparse_softmax_cross_entropy
from minitf.losses.distances import absolute_difference, cosine_distance, hinge_loss, huber_loss, log_loss
from minitf.losses.distances import mean_pairwise_squared_error, mean_squared_error
from minitf.losses.weighted import Reduction, compute_weighted_loss
