"""Sequences made of images and back, and without what fills them up."""

from __future__ import annotations

import minitf as tf
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.convolution import _first
from minitf.framework.graph import name_scope


@add_arg_scope
def images_to_sequence(inputs, data_format: str | None = "NHWC", outputs_collections=None, scope=None) -> tf.Tensor:
    """Images as sequences of their columns: [batch, height, width, depth] -> [width, batch * height, depth].

    data_format: "NHWC", or "NCHW" for images [batch, depth, height, width].

    Raises:
      ValueError: for another data_format.
    """
    with name_scope(scope, "ImagesToSequence", [inputs]) as entered:
        inputs = tf.convert_to_tensor(inputs)
        if _first(data_format):
            inputs = tf.transpose(inputs, [0, 2, 3, 1])
        _, _, width, depth = inputs.shape.as_list()
        batch, height, *_ = tf.unstack(tf.shape(inputs), 4)
        outputs = tf.reshape(tf.transpose(inputs, [2, 0, 1, 3]), [width, batch * height, depth])
        return utils.collect_named_outputs(outputs_collections, entered, outputs)


@add_arg_scope
def sequence_to_images(
    inputs, height: int, output_data_format: str = "channels_last", outputs_collections=None, scope=None
) -> tf.Tensor:
    """Images out of sequences of columns: [width, batch * height, depth] -> [batch, height, width, depth].

    output_data_format: "channels_last", or "channels_first" for images [batch, depth, height, width].

    >>> import minitf as tf
    >>> tf.contrib.layers.sequence_to_images(tf.zeros([4, 6, 5]), height=2).shape.as_list()
    [3, 2, 4, 5]
    """
    with name_scope(scope, "SequenceToImages", [inputs]) as entered:
        inputs = tf.convert_to_tensor(inputs)
        width, rows, depth = inputs.shape.as_list()
        columns = tf.reshape(inputs, [width, -1 if rows is None else rows // height, height, depth])
        axes = [1, 3, 2, 0] if output_data_format == "channels_first" else [1, 2, 0, 3]
        return utils.collect_named_outputs(outputs_collections, entered, tf.transpose(columns, axes))


@add_arg_scope
def dense_to_sparse(tensor, eos_token=0, outputs_collections=None, scope=None) -> tf.SparseTensor:
    """The elements of a tensor that are not `eos_token`, where they are.

    >>> import minitf as tf
    >>> tf.Session().run(tf.contrib.layers.dense_to_sparse([[3, 0], [0, 5]])).values.tolist()
    [3, 5]
    """
    with tf.variable_scope(scope, "dense_to_sparse", [tensor]) as entered:
        tensor = tf.convert_to_tensor(tensor)
        indices = tf.where(tf.not_equal(tensor, tf.constant(eos_token, tensor.dtype)))
        outputs = tf.SparseTensor(indices, tf.gather_nd(tensor, indices), tf.shape(tensor, out_type=tf.int64))
        return utils.collect_named_outputs(outputs_collections, entered.name, outputs)
