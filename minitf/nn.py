"""tf.nn: neural network ops."""

from minitf.ops.activations import crelu as crelu
from minitf.ops.activations import elu as elu
from minitf.ops.activations import leaky_relu as leaky_relu
from minitf.ops.activations import relu as relu
from minitf.ops.activations import relu6 as relu6
from minitf.ops.activations import selu as selu
from minitf.ops.activations import softplus as softplus
from minitf.ops.activations import softsign as softsign
from minitf.ops.activations import swish as swish
from minitf.ops.batch_norm import fused_batch_norm as fused_batch_norm
from minitf.ops.conv_forms import atrous_conv2d as atrous_conv2d
from minitf.ops.conv_forms import atrous_conv2d_transpose as atrous_conv2d_transpose
from minitf.ops.conv_forms import conv1d as conv1d
from minitf.ops.conv_forms import conv1d_transpose as conv1d_transpose
from minitf.ops.conv_forms import conv_transpose as conv_transpose
from minitf.ops.conv_forms import convolution as convolution
from minitf.ops.convolution import conv2d as conv2d
from minitf.ops.convolution import conv2d_backprop_filter as conv2d_backprop_filter
from minitf.ops.convolution import conv2d_backprop_input as conv2d_backprop_input
from minitf.ops.convolution import conv2d_transpose as conv2d_transpose
from minitf.ops.convolution3d import conv3d as conv3d
from minitf.ops.convolution3d import conv3d_backprop_filter as conv3d_backprop_filter
from minitf.ops.convolution3d import conv3d_transpose as conv3d_transpose
from minitf.ops.ctc import ctc_beam_search_decoder as ctc_beam_search_decoder
from minitf.ops.ctc import ctc_beam_search_decoder_v2 as ctc_beam_search_decoder_v2
from minitf.ops.ctc import ctc_greedy_decoder as ctc_greedy_decoder
from minitf.ops.ctc import ctc_loss as ctc_loss
from minitf.ops.depthwise import depthwise_conv2d as depthwise_conv2d
from minitf.ops.depthwise import depthwise_conv2d_native as depthwise_conv2d_native
from minitf.ops.depthwise import (
    depthwise_conv2d_native_backprop_filter as depthwise_conv2d_native_backprop_filter,
)
from minitf.ops.depthwise import (
    depthwise_conv2d_native_backprop_input as depthwise_conv2d_native_backprop_input,
)
from minitf.ops.depthwise import separable_conv2d as separable_conv2d
from minitf.ops.embedding import embedding_lookup as embedding_lookup
from minitf.ops.lrn import local_response_normalization as local_response_normalization
from minitf.ops.lrn import lrn as lrn
from minitf.ops.math import log_sigmoid as log_sigmoid
from minitf.ops.math import sigmoid as sigmoid
from minitf.ops.math import tanh as tanh
from minitf.ops.morphology import dilation2d as dilation2d
from minitf.ops.morphology import erosion2d as erosion2d
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
from minitf.ops.pool_places import max_pool_with_argmax as max_pool_with_argmax
from minitf.ops.pooling import avg_pool as avg_pool
from minitf.ops.pooling import avg_pool2d as avg_pool2d
from minitf.ops.pooling import max_pool as max_pool
from minitf.ops.pooling import max_pool2d as max_pool2d
from minitf.ops.pooling3d import avg_pool3d as avg_pool3d
from minitf.ops.pooling3d import max_pool3d as max_pool3d
from minitf.ops.pools import avg_pool1d as avg_pool1d
from minitf.ops.pools import avg_pool_v2 as avg_pool_v2
from minitf.ops.pools import max_pool1d as max_pool1d
from minitf.ops.pools import max_pool_v2 as max_pool_v2
from minitf.ops.pools import pool as pool
from minitf.ops.sampled_loss import nce_loss as nce_loss
from minitf.ops.sampled_loss import sampled_softmax_loss as sampled_softmax_loss
from minitf.ops.sampling import all_candidate_sampler as all_candidate_sampler
from minitf.ops.sampling import compute_accidental_hits as compute_accidental_hits
from minitf.ops.sampling import fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler
from minitf.ops.sampling import learned_unigram_candidate_sampler as learned_unigram_candidate_sampler
from minitf.ops.sampling import log_uniform_candidate_sampler as log_uniform_candidate_sampler
from minitf.ops.sampling import uniform_candidate_sampler as uniform_candidate_sampler
from minitf.ops.spaces import depth_to_space as depth_to_space
from minitf.ops.spaces import space_to_batch as space_to_batch
from minitf.ops.spaces import space_to_depth as space_to_depth
from minitf.ops.spaces import with_space_to_batch as with_space_to_batch
from minitf.ops.sparse_ids import embedding_lookup_sparse as embedding_lookup_sparse
from minitf.ops.sparse_ids import safe_embedding_lookup_sparse as safe_embedding_lookup_sparse
from minitf.ops.statistics import normalize_moments as normalize_moments
from minitf.ops.statistics import sufficient_statistics as sufficient_statistics
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

conv3d_backprop_filter_v2 = conv3d_backprop_filter
depthwise_conv2d_backprop_filter = depthwise_conv2d_native_backprop_filter
depthwise_conv2d_backprop_input = depthwise_conv2d_native_backprop_input
