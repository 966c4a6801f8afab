"""Fully connected layers and other functions of tensors, with tf.contrib's names for variables."""

from __future__ import annotations

import functools
from collections.abc import Callable

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.framework.variables import model_variable
from minitf.contrib.layers import utils
from minitf.contrib.layers.initializers import xavier_initializer
from minitf.framework.graph import add_to_collections, name_scope
from minitf.framework.taking import arguments, taking_also
from minitf.layers.core import Dense, Dropout

_XAVIER, _ZEROS = xavier_initializer(), tf.zeros_initializer()
_NAMES = {
    "kernel": "weights",
    "bias": "biases",
    "depthwise_kernel": "depthwise_weights",
    "pointwise_kernel": "pointwise_weights",
}


def weighted(
    make: Callable,
    default: str,
    inputs,
    activation_fn: Callable | None = nn.relu,
    normalizer_fn: Callable | None = None,
    normalizer_params: dict | None = None,
    weights_initializer=_XAVIER,
    weights_regularizer=None,
    biases_initializer=_ZEROS,
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    scope=None,
):
    """What the layer `make(inputs, weights_initializer, weights_regularizer, **how)` computes in its scope."""
    with tf.variable_scope(scope, default, [inputs], reuse=reuse, custom_getter=renamed) as entered:
        inputs = tf.convert_to_tensor(inputs)
        layer = make(
            inputs,
            weights_initializer,
            weights_regularizer,
            use_bias=not normalizer_fn and biases_initializer is not None,
            bias_initializer=biases_initializer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=entered.name,
            dtype=inputs.dtype.base_dtype,
            _scope=entered,
            _reuse=reuse,
        )
        outputs = layer.apply(inputs)
        for kernel in ("kernel", "depthwise_kernel", "pointwise_kernel"):
            collect(variables_collections, "weights", getattr(layer, kernel, None))
        collect(variables_collections, "biases", layer.bias)
        return finished(outputs, entered.name, outputs_collections, activation_fn, normalizer_fn, normalizer_params)


WEIGHTED = arguments(weighted)[3:]


@add_arg_scope
@taking_also(WEIGHTED)
def fully_connected(inputs, num_outputs, **how):
    """A fully connected layer `activation_fn(inputs @ weights + biases)`: [..., n] -> [..., num_outputs].

    Variables `weights` and `biases` are made in `scope` ("fully_connected"), or found there with reuse. The
    activation is a rectifier unless None is given. normalizer_fn(outputs, **normalizer_params), or
    biases_initializer=None, means that there are no biases. variables_collections: a list, or a dict of lists
    for "weights" and "biases"; outputs_collections: a collection or several.

    Raises:
      ValueError: if num_outputs is no integer or the size of the inputs' last axis is unknown.

    >>> import minitf as tf
    >>> tf.contrib.layers.fully_connected(tf.zeros([2, 3]), 4, scope="doc_connected").shape.as_list()
    [2, 4]
    """
    if not isinstance(num_outputs, int):
        raise ValueError(f"fully_connected: num_outputs is an integer, not {num_outputs!r}")

    def make(_, initializer, regularizer, **more):
        return Dense(num_outputs, kernel_initializer=initializer, kernel_regularizer=regularizer, **more)

    return weighted(make, "fully_connected", inputs, **how)


def finished(outputs, alias: str, collections, activation_fn, normalizer_fn=None, normalizer_params=None):
    """What a layer computed, normalized, activated and collected."""
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return utils.collect_named_outputs(collections, alias, outputs)


def parameter(dtype, name: str, shape, initializer, collections, trainable: bool, regularizer=None):
    """A model variable, in what `collections` has for its name."""
    return model_variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=utils.get_variable_collections(collections, name),
    )


def renamed(getter, name: str, *args, collections=None, **kwargs):
    """Gets a layer's variable under tf.contrib's name, as a model variable."""
    head, slash, last = name.rpartition("/")
    collections = [*(collections or [tf.GraphKeys.GLOBAL_VARIABLES]), tf.GraphKeys.MODEL_VARIABLES]
    return getter(head + slash + _NAMES.get(last, last), *args, collections=collections, **kwargs)


def collect(collections, name: str, variable) -> None:
    """Adds a variable, if there is one, to collections: a list of them, or for each name a list."""
    chosen = utils.get_variable_collections(collections, name)
    if chosen and variable is not None:
        add_to_collections(chosen, variable)


linear = functools.partial(fully_connected, activation_fn=None)
relu = functools.partial(fully_connected, activation_fn=nn.relu)
relu6 = functools.partial(fully_connected, activation_fn=nn.relu6)
elu = functools.partial(fully_connected, activation_fn=nn.elu)


@add_arg_scope
def dropout(
    inputs,
    keep_prob=0.5,
    noise_shape=None,
    is_training=True,
    outputs_collections=None,
    scope=None,
    seed: int | None = None,
):
    """While is_training (a bool or bool tensor), keeps a share keep_prob of the inputs, scaled up, and zeroes
    the rest.
    """
    with tf.variable_scope(scope, "Dropout", [inputs]) as entered:
        layer = Dropout(rate=1 - keep_prob, noise_shape=noise_shape, seed=seed, _scope=entered)
        outputs = layer(tf.convert_to_tensor(inputs), training=is_training)
        return utils.collect_named_outputs(outputs_collections, entered.name, outputs)


@add_arg_scope
def flatten(inputs, outputs_collections=None, scope=None):
    """All axes but the first made one: [batch, ...] -> [batch, n]."""
    with name_scope(scope, "Flatten") as entered:
        outputs = tf.layers.flatten(tf.convert_to_tensor(inputs))
        return utils.collect_named_outputs(outputs_collections, entered, outputs)


@add_arg_scope
def one_hot_encoding(
    labels, num_classes, on_value: float = 1.0, off_value: float = 0.0, outputs_collections=None, scope=None
):
    """Class numbers [...] as rows [..., num_classes], on_value at the class and off_value elsewhere."""
    with name_scope(scope, "OneHotEncoding") as entered:
        labels = tf.convert_to_tensor(labels)
        labels = tf.cast(labels, tf.int64) if labels.dtype.base_dtype is tf.int32 else labels
        outputs = tf.one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return utils.collect_named_outputs(outputs_collections, entered, outputs)


def embed_sequence(
    ids,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer=None,
    regularizer: Callable | None = None,
    trainable: bool = True,
    scope=None,
    reuse=None,
):
    """Symbols [batch, time] embedded by a variable `embeddings` [vocab_size, embed_dim]: [batch, time, embed_dim].

    The sizes may be left out with reuse. unique: look each symbol up only once.

    Raises:
      ValueError: if a size is missing.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(
            f"embed_sequence needs vocab_size and embed_dim, given are {vocab_size} and {embed_dim}; they "
            "may be left out with reuse=True"
        )
    with tf.variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = [vocab_size, embed_dim] if vocab_size and embed_dim else None
        embeddings = tf.get_variable(
            "embeddings",
            shape,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
            collections=[tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.MODEL_VARIABLES],
        )
        if not unique:
            return nn.embedding_lookup(embeddings, ids)
        ids = tf.convert_to_tensor(ids)
        symbols, places = tf.unique(tf.reshape(ids, [-1]))
        rows = tf.gather(nn.embedding_lookup(embeddings, symbols), places)
        return tf.reshape(rows, tf.concat([tf.shape(ids), tf.shape(embeddings)[1:]], 0))


def safe_embedding_lookup_sparse(
    embedding_weights,
    sparse_ids,
    sparse_weights=None,
    combiner: str | None = None,
    default_id=None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: float | None = None,
) -> tf.Tensor:
    """`tf.nn.safe_embedding_lookup_sparse`, as it was called first."""
    return tf.nn.safe_embedding_lookup_sparse(
        embedding_weights,
        sparse_ids,
        sparse_weights,
        "mean" if combiner is None else combiner,
        default_id,
        name,
        partition_strategy,
        max_norm,
    )
