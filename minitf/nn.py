"""tf.nn: neural network ops."""

from minitf.ops.math.math import log_sigmoid as log_sigmoid
from minitf.ops.math.math import sigmoid as sigmoid
from minitf.ops.math.math import tanh as tanh
from minitf.ops.nn.activations import crelu as crelu
from minitf.ops.nn.activations import elu as elu
from minitf.ops.nn.activations import leaky_relu as leaky_relu
from minitf.ops.nn.activations import relu as relu
from minitf.ops.nn.activations import relu6 as relu6
from minitf.ops.nn.activations import selu as selu
from minitf.ops.nn.activations import softplus as softplus
from minitf.ops.nn.activations import softsign as softsign
from minitf.ops.nn.activations import swish as swish
from minitf.ops.nn.batch_norm import fused_batch_norm as fused_batch_norm
from minitf.ops.nn.conv_forms import atrous_conv2d as atrous_conv2d
from minitf.ops.nn.conv_forms import atrous_conv2d_transpose as atrous_conv2d_transpose
from minitf.ops.nn.conv_forms import conv1d as conv1d
from minitf.ops.nn.conv_forms import conv1d_transpose as conv1d_transpose
from minitf.ops.nn.conv_forms import conv_transpose as conv_transpose
from minitf.ops.nn.conv_forms import convolution as convolution
from minitf.ops.nn.convolution import conv2d as conv2d
from minitf.ops.nn.convolution import conv2d_backprop_filter as conv2d_backprop_filter
from minitf.ops.nn.convolution import conv2d_backprop_input as conv2d_backprop_input
from minitf.ops.nn.convolution import conv2d_transpose as conv2d_transpose
from minitf.ops.nn.convolution3d import conv3d as conv3d
from minitf.ops.nn.convolution3d import conv3d_backprop_filter as conv3d_backprop_filter
from minitf.ops.nn.convolution3d import conv3d_transpose as conv3d_transpose
from minitf.ops.nn.ctc import ctc_beam_search_decoder as ctc_beam_search_decoder
from minitf.ops.nn.ctc import ctc_beam_search_decoder_v2 as ctc_beam_search_decoder_v2
from minitf.ops.nn.ctc import ctc_greedy_decoder as ctc_greedy_decoder
from minitf.ops.nn.ctc import ctc_loss as ctc_loss
from minitf.ops.nn.depthwise import depthwise_conv2d as depthwise_conv2d
from minitf.ops.nn.depthwise import depthwise_conv2d_native as depthwise_conv2d_native
from minitf.ops.nn.depthwise import (
    depthwise_conv2d_native_backprop_filter as depthwise_conv2d_native_backprop_filter,
)
from minitf.ops.nn.depthwise import (
    depthwise_conv2d_native_backprop_input as depthwise_conv2d_native_backprop_input,
)
from minitf.ops.nn.depthwise import separable_conv2d as separable_conv2d
from minitf.ops.nn.embedding import embedding_lookup as embedding_lookup
from minitf.ops.nn.fractional_pooling import fractional_avg_pool as fractional_avg_pool
from minitf.ops.nn.fractional_pooling import fractional_max_pool as fractional_max_pool
from minitf.ops.nn.lrn import local_response_normalization as local_response_normalization
from minitf.ops.nn.lrn import lrn as lrn
from minitf.ops.nn.morphology import dilation2d as dilation2d
from minitf.ops.nn.morphology import erosion2d as erosion2d
from minitf.ops.nn.nn import batch_norm_with_global_normalization as batch_norm_with_global_normalization
from minitf.ops.nn.nn import batch_normalization as batch_normalization
from minitf.ops.nn.nn import bias_add as bias_add
from minitf.ops.nn.nn import dropout as dropout
from minitf.ops.nn.nn import l2_loss as l2_loss
from minitf.ops.nn.nn import l2_normalize as l2_normalize
from minitf.ops.nn.nn import log_softmax as log_softmax
from minitf.ops.nn.nn import moments as moments
from minitf.ops.nn.nn import relu_layer as relu_layer
from minitf.ops.nn.nn import softmax as softmax
from minitf.ops.nn.nn import weighted_moments as weighted_moments
from minitf.ops.nn.nn import xw_plus_b as xw_plus_b
from minitf.ops.nn.nn import zero_fraction as zero_fraction
from minitf.ops.nn.pool_places import max_pool_with_argmax as max_pool_with_argmax
from minitf.ops.nn.pooling import avg_pool as avg_pool
from minitf.ops.nn.pooling import avg_pool2d as avg_pool2d
from minitf.ops.nn.pooling import max_pool as max_pool
from minitf.ops.nn.pooling import max_pool2d as max_pool2d
from minitf.ops.nn.pooling3d import avg_pool3d as avg_pool3d
from minitf.ops.nn.pooling3d import max_pool3d as max_pool3d
from minitf.ops.nn.pools import avg_pool1d as avg_pool1d
from minitf.ops.nn.pools import avg_pool_v2 as avg_pool_v2
from minitf.ops.nn.pools import max_pool1d as max_pool1d
from minitf.ops.nn.pools import max_pool_v2 as max_pool_v2
from minitf.ops.nn.pools import pool as pool
from minitf.ops.nn.sampled_loss import nce_loss as nce_loss
from minitf.ops.nn.sampled_loss import sampled_softmax_loss as sampled_softmax_loss
from minitf.ops.nn.sampling import all_candidate_sampler as all_candidate_sampler
from minitf.ops.nn.sampling import compute_accidental_hits as compute_accidental_hits
from minitf.ops.nn.sampling import fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler
from minitf.ops.nn.sampling import learned_unigram_candidate_sampler as learned_unigram_candidate_sampler
from minitf.ops.nn.sampling import log_uniform_candidate_sampler as log_uniform_candidate_sampler
from minitf.ops.nn.sampling import uniform_candidate_sampler as uniform_candidate_sampler
from minitf.ops.nn.spaces import depth_to_space as depth_to_space
from minitf.ops.nn.spaces import space_to_batch as space_to_batch
from minitf.ops.nn.spaces import space_to_depth as space_to_depth
from minitf.ops.nn.spaces import with_space_to_batch as with_space_to_batch
from minitf.ops.nn.statistics import normalize_moments as normalize_moments
from minitf.ops.nn.statistics import sufficient_statistics as sufficient_statistics
from minitf.ops.nn.top_k import in_top_k as in_top_k
from minitf.ops.nn.top_k import top_k as top_k
from minitf.ops.nn.xent import log_poisson_loss as log_poisson_loss
from minitf.ops.nn.xent import sigmoid_cross_entropy_with_logits as sigmoid_cross_entropy_with_logits
from minitf.ops.nn.xent import softmax_cross_entropy_with_logits as softmax_cross_entropy_with_logits
from minitf.ops.nn.xent import softmax_cross_entropy_with_logits_v2 as softmax_cross_entropy_with_logits_v2
from minitf.ops.nn.xent import (
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,
)
from minitf.ops.nn.xent import weighted_cross_entropy_with_logits as weighted_cross_entropy_with_logits
from minitf.ops.sparse.ids import embedding_lookup_sparse as embedding_lookup_sparse
from minitf.ops.sparse.ids import safe_embedding_lookup_sparse as safe_embedding_lookup_sparse
from minitf.rnn import rnn_cell as rnn_cell
from minitf.rnn.dynamic import bidirectional_dynamic_rnn as bidirectional_dynamic_rnn
from minitf.rnn.dynamic import dynamic_rnn as dynamic_rnn
from minitf.rnn.raw import raw_rnn as raw_rnn
from minitf.rnn.static import static_bidirectional_rnn as static_bidirectional_rnn
from minitf.rnn.static import static_rnn as static_rnn
from minitf.rnn.static import static_state_saving_rnn as static_state_saving_rnn

conv3d_backprop_filter_v2 = conv3d_backprop_filter
depthwise_conv2d_backprop_filter = depthwise_conv2d_native_backprop_filter
depthwise_conv2d_backprop_input = depthwise_conv2d_native_backprop_input
