"""tf.contrib.layers: layers, regularizers, initializers, training in one call."""

from minitf.contrib.layers.pooling import avg_pool2d
from minitf.contrib.layers.convolution import conv2d, conv2d_transpose, convolution2d, convolution2d_transpose
from minitf.contrib.layers.pooling import max_pool2d
from minitf.contrib.layers import utils
from minitf.contrib.layers.composed import bias_add, layer_norm, maxout, repeat, softmax, stack, unit_norm
from minitf.contrib.layers.core import dropout, embed_sequence, flatten, fully_connected, linear, one_hot_encoding, relu
from minitf.contrib.layers.core import relu6, safe_embedding_lookup_sparse
from minitf.contrib.layers.initializers import variance_scaling_initializer, xavier_initializer
from minitf.contrib.layers.initializers import xavier_initializer_conv2d
from minitf.contrib.layers.separable import separable_conv2d, separable_convolution2d
from minitf.contrib.layers.normalization import batch_norm
from minitf.contrib.layers.optimizers import OPTIMIZERS as OPTIMIZER_CLS_NAMES
from minitf.contrib.layers.optimizers import SUMMARIES as OPTIMIZER_SUMMARIES
from minitf.contrib.layers.optimizers import optimize_loss
from minitf.contrib.layers.regularizers import apply_regularization, l1_l2_regularizer, l1_regularizer, l2_regularizer
from minitf.contrib.layers.regularizers import sum_regularizer
from minitf.contrib.layers.pooling import avg_pool3d
from minitf.contrib.layers.convolution import conv1d, conv3d, conv3d_transpose, convolution1d, convolution3d
from minitf.contrib.layers.convolution import convolution3d_transpose
from minitf.contrib.layers.pooling import max_pool3d
from minitf.contrib.layers.convolution import convolution
from minitf.contrib.layers.core import elu
from minitf.contrib.layers.groups import conv2d_in_plane, convolution2d_in_plane, group_norm, instance_norm
from minitf.contrib.layers.groups import spatial_softmax
from minitf.contrib.layers.divisive import GDN, gdn
from minitf.contrib.layers.embeddings import bow_encoder, embedding_lookup_unique
from minitf.contrib.layers.reversible import RevBlock, recompute_grad, rev_block
from minitf.contrib.layers.sequences import dense_to_sparse, images_to_sequence, sequence_to_images
from minitf.contrib.layers import summaries
from minitf.contrib.layers.legacy import legacy_fully_connected, legacy_linear, legacy_relu, scale_gradient
from minitf.contrib.layers.summaries import summarize_activation, summarize_activations, summarize_collection
from minitf.contrib.layers.summaries import summarize_tensor, summarize_tensors
