"""tf.contrib.slim: layers, default arguments, losses, training and evaluating."""

from minitf.contrib.slim import data_decoder, data_provider, dataset, dataset_data_provider, parallel_reader
from minitf.contrib.slim import prefetch_queue, tfexample_decoder, evaluation, learning, losses, model_analyzer, queues
from minitf.contrib.slim import summaries, nets
from minitf.contrib import layers
from minitf.contrib.layers import initializers, regularizers, utils
from minitf.contrib.framework import add_arg_scope, add_model_variable, arg_scope, arg_scoped_arguments
from minitf.contrib.framework import assert_global_step, assert_or_get_global_step, assign_from_checkpoint
from minitf.contrib.framework import assign_from_checkpoint_fn, assign_from_values, assign_from_values_fn
from minitf.contrib.framework import create_global_step, current_arg_scope, filter_variables, get_global_step
from minitf.contrib.framework import get_local_variables, get_model_variables, get_or_create_global_step
from minitf.contrib.framework import get_trainable_variables, get_unique_variable, get_variable_full_name, get_variables
from minitf.contrib.framework import get_variables_by_name, get_variables_by_suffix, get_variables_to_restore
from minitf.contrib.framework import global_variable, has_arg_scope, local_variable, model_variable, variable
from minitf.contrib.framework import VariableDeviceChooser, zero_initializer
from minitf.contrib.framework.scopes import arg_scope_func_key
from minitf.contrib.layers.optimizers import adaptive_clipping_fn
from minitf.contrib.layers import apply_regularization, avg_pool2d, batch_norm, bias_add, conv2d, conv2d_transpose
from minitf.contrib.layers import convolution2d, convolution2d_transpose, dropout, embed_sequence, flatten
from minitf.contrib.layers import fully_connected, l1_l2_regularizer, l1_regularizer, l2_regularizer, layer_norm, linear
from minitf.contrib.layers import max_pool2d, maxout, one_hot_encoding, optimize_loss, avg_pool3d, conv1d
from minitf.contrib.layers import conv2d_in_plane, conv3d, conv3d_transpose, convolution, convolution1d
from minitf.contrib.layers import convolution2d_in_plane, convolution3d, convolution3d_transpose, elu, group_norm
from minitf.contrib.layers import instance_norm, max_pool3d, relu, relu6, repeat, separable_conv2d
from minitf.contrib.layers import separable_convolution2d, softmax, spatial_softmax, stack, sum_regularizer, unit_norm
from minitf.contrib.layers import variance_scaling_initializer, xavier_initializer, xavier_initializer_conv2d
from minitf.contrib.layers import GDN, OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, RevBlock, gdn, recompute_grad
from minitf.contrib.layers import rev_block
from minitf.contrib.layers import bow_encoder, dense_to_sparse, embedding_lookup_unique, images_to_sequence
from minitf.contrib.layers import safe_embedding_lookup_sparse, sequence_to_images
from minitf.contrib.layers.pooling import pool
from minitf.contrib import metrics
from minitf.contrib.layers.legacy import legacy_fully_connected, legacy_linear, legacy_relu, scale_gradient
from minitf.contrib.layers.summaries import summarize_activation, summarize_activations, summarize_biases
from minitf.contrib.layers.summaries import summarize_collection, summarize_tensor, summarize_tensors
from minitf.contrib.layers.summaries import summarize_variables, summarize_weights
