"""tf.nn: neural network ops."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.ops.math.math import log_sigmoid, sigmoid, tanh
from minitf.ops.nn.activations import crelu, elu, leaky_relu, relu, relu6, selu, softplus, softsign, swish
from minitf.ops.nn.averages import compute_average_loss, scale_regularization_loss
from minitf.ops.nn.batch_norm import fused_batch_norm
from minitf.ops.nn.conv_forms import atrous_conv2d, atrous_conv2d_transpose, conv1d, conv1d_transpose, conv_transpose
from minitf.ops.nn.conv_forms import convolution
from minitf.ops.nn.convolution import conv2d, conv2d_backprop_filter, conv2d_backprop_input, conv2d_transpose
from minitf.ops.nn.convolution3d import conv3d, conv3d_backprop_filter, conv3d_transpose
from minitf.ops.nn.ctc import ctc_beam_search_decoder, ctc_beam_search_decoder_v2, ctc_greedy_decoder, ctc_loss
from minitf.ops.nn.ctc_dense import collapse_repeated, ctc_loss_v2, ctc_unique_labels
from minitf.ops.nn.depthwise import depthwise_conv2d, depthwise_conv2d_native, depthwise_conv2d_native_backprop_filter
from minitf.ops.nn.depthwise import depthwise_conv2d_native_backprop_input, separable_conv2d
from minitf.ops.nn.embedding import embedding_lookup
from minitf.ops.nn.fractional_pooling import fractional_avg_pool, fractional_max_pool
from minitf.ops.nn.lrn import local_response_normalization, lrn
from minitf.ops.nn.morphology import dilation2d, erosion2d
from minitf.ops.nn.nn import batch_norm_with_global_normalization, batch_normalization, bias_add, dropout, l2_loss
from minitf.ops.nn.nn import l2_normalize, log_softmax, moments, relu_layer, softmax, weighted_moments, xw_plus_b
from minitf.ops.nn.nn import zero_fraction
from minitf.ops.nn.pool_places import max_pool_with_argmax
from minitf.ops.nn.pooling import avg_pool, avg_pool2d, max_pool, max_pool2d
from minitf.ops.nn.pooling3d import avg_pool3d, max_pool3d
from minitf.ops.nn.pools import avg_pool1d, avg_pool_v2, max_pool1d, max_pool_v2, pool
from minitf.ops.nn.sampled_loss import nce_loss, sampled_softmax_loss
from minitf.ops.nn.sampling import all_candidate_sampler, compute_accidental_hits, fixed_unigram_candidate_sampler
from minitf.ops.nn.sampling import learned_unigram_candidate_sampler, log_uniform_candidate_sampler
from minitf.ops.nn.sampling import uniform_candidate_sampler
from minitf.ops.nn.spaces import depth_to_space, space_to_batch, space_to_depth, with_space_to_batch
from minitf.ops.nn.statistics import normalize_moments, sufficient_statistics
from minitf.ops.nn.top_k import in_top_k, top_k
from minitf.ops.nn.xent import log_poisson_loss, sigmoid_cross_entropy_with_logits, softmax_cross_entropy_with_logits
from minitf.ops.nn.xent import softmax_cross_entropy_with_logits_v2, sparse_softmax_cross_entropy_with_logits
from minitf.ops.nn.xent import weighted_cross_entropy_with_logits
from minitf.ops.sparse.ids import embedding_lookup_sparse, safe_embedding_lookup_sparse
from minitf.rnn import rnn_cell
from minitf.rnn.dynamic import bidirectional_dynamic_rnn, dynamic_rnn
from minitf.rnn.raw import raw_rnn
from minitf.rnn.static import static_bidirectional_rnn, static_rnn, static_state_saving_rnn

conv3d_backprop_filter_v2 = conv3d_backprop_filter
depthwise_conv2d_backprop_filter = depthwise_conv2d_native_backprop_filter
depthwise_conv2d_backprop_input = depthwise_conv2d_native_backprop_input
