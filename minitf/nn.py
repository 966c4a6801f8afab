"""tf.nn: neural network ops."""

from minitf.ops.activations import crelu as crelu
from minitf.ops.activations import elu as elu
from minitf.ops.activations import leaky_relu as leaky_relu
from minitf.ops.activations import relu as relu
from minitf.ops.activations import relu6 as relu6
from minitf.ops.activations import selu as selu
from minitf.ops.activations import softplus as softplus
from minitf.ops.activations import softsign as softsign
from minitf.ops.embedding import embedding_lookup as embedding_lookup
from minitf.ops.math import log_sigmoid as log_sigmoid
from minitf.ops.math import sigmoid as sigmoid
from minitf.ops.math import tanh as tanh
from minitf.ops.nn import batch_norm_with_global_normalization as batch_norm_with_global_normalization
from minitf.ops.nn import batch_normalization as batch_normalization
from minitf.ops.nn import bias_add as bias_add
from minitf.ops.nn import dropout as dropout
from minitf.ops.nn import l2_loss as l2_loss
from minitf.ops.nn import l2_normalize as l2_normalize
from minitf.ops.nn import log_softmax as log_softmax
from minitf.ops.nn import moments as moments
from minitf.ops.nn import relu_layer as relu_layer
from minitf.ops.nn import softmax as softmax
from minitf.ops.nn import weighted_moments as weighted_moments
from minitf.ops.nn import xw_plus_b as xw_plus_b
from minitf.ops.nn import zero_fraction as zero_fraction
from minitf.ops.sampled_loss import nce_loss as nce_loss
from minitf.ops.sampled_loss import sampled_softmax_loss as sampled_softmax_loss
from minitf.ops.sampling import all_candidate_sampler as all_candidate_sampler
from minitf.ops.sampling import compute_accidental_hits as compute_accidental_hits
from minitf.ops.sampling import fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler
from minitf.ops.sampling import learned_unigram_candidate_sampler as learned_unigram_candidate_sampler
from minitf.ops.sampling import log_uniform_candidate_sampler as log_uniform_candidate_sampler
from minitf.ops.sampling import uniform_candidate_sampler as uniform_candidate_sampler
from minitf.ops.top_k import in_top_k as in_top_k
from minitf.ops.top_k import top_k as top_k
from minitf.ops.xent import log_poisson_loss as log_poisson_loss
from minitf.ops.xent import sigmoid_cross_entropy_with_logits as sigmoid_cross_entropy_with_logits
from minitf.ops.xent import softmax_cross_entropy_with_logits as softmax_cross_entropy_with_logits
from minitf.ops.xent import softmax_cross_entropy_with_logits_v2 as softmax_cross_entropy_with_logits_v2
from minitf.ops.xent import (
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,
)
from minitf.ops.xent import weighted_cross_entropy_with_logits as weighted_cross_entropy_with_logits
from minitf.rnn import rnn_cell as rnn_cell
from minitf.rnn.dynamic import bidirectional_dynamic_rnn as bidirectional_dynamic_rnn
from minitf.rnn.dynamic import dynamic_rnn as dynamic_rnn
from minitf.rnn.raw import raw_rnn as raw_rnn
from minitf.rnn.static import static_bidirectional_rnn as static_bidirectional_rnn
from minitf.rnn.static import static_rnn as static_rnn
from minitf.rnn.static import static_state_saving_rnn as static_state_saving_rnn
