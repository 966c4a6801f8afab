"""Embeddings that look up symbols once, or whole bags of them."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.contrib.framework import model_variable
from minitf.contrib.layers.core import safe_embedding_lookup_sparse
from minitf.contrib.layers.sequences import dense_to_sparse
from minitf.framework.graph import name_scope


def embedding_lookup_unique(params, ids, partition_strategy: str = "mod", name: str | None = None) -> tf.Tensor:
    """Rows of `params` [n, ...] for `ids` of any shape, each looked up once: [*ids.shape, ...].

    >>> import minitf as tf
    >>> tf.Session().run(tf.contrib.layers.embedding_lookup_unique(tf.constant([[1.0], [2.0]]), [[1, 0]])).tolist()
    [[[2.0], [1.0]]]
    """
    with name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        ids = tf.convert_to_tensor(ids)
        symbols, places = tf.unique(tf.reshape(ids, [-1]))
        found = tf.nn.embedding_lookup(params, symbols, partition_strategy)
        rows = tf.reshape(tf.gather(found, places), tf.concat([tf.shape(ids), tf.shape(found)[1:]], 0))
        rows.set_shape(ids.shape.concatenate(found.shape[1:]))
        return rows


def bow_encoder(
    ids,
    vocab_size: int,
    embed_dim: int,
    sparse_lookup: bool = True,
    initializer=None,
    regularizer: Callable | None = None,
    trainable: bool = True,
    scope=None,
    reuse=None,
) -> tf.Tensor:
    """The means of the embeddings of bags of words: ids [batch, words] or sparse -> [batch, embed_dim].

    sparse_lookup: symbols 0 do not count, but for bags without others; else they count as the others do.

    Raises:
      ValueError: if a size is missing.
      TypeError: for sparse ids without sparse_lookup.
    """
    if not vocab_size or not embed_dim:
        raise ValueError(f"Must specify vocab size and embedding dimension, given are {vocab_size} and {embed_dim}")
    with tf.variable_scope(scope, "bow_encoder", [ids], reuse=reuse):
        embeddings = model_variable(
            "embeddings", [vocab_size, embed_dim], initializer=initializer, regularizer=regularizer, trainable=trainable
        )
        is_sparse = isinstance(ids, tf.SparseTensor)
        if sparse_lookup:
            bags = ids if is_sparse else dense_to_sparse(ids)
            return safe_embedding_lookup_sparse([embeddings], bags, combiner="mean", default_id=0)
        if is_sparse:
            raise TypeError(f"ids are expected to be dense Tensor, got: {ids}; sparse_lookup=True takes sparse ones")
        return tf.reduce_mean(tf.nn.embedding_lookup(embeddings, ids), axis=1)
