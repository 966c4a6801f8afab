"""Attention mechanisms."""

import numpy as np
from helpers import fails, run

import minitf as tf
from minitf.contrib import seq2seq

MEMORY = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)


def test_hardmax():
    assert run(seq2seq.hardmax([[1.0, 3.0, 2.0], [5.0, 4.0, 0.0]])).tolist() == [[0, 1, 0], [1, 0, 0]]


def test_rows_past_the_end_count_for_nothing():
    for make in (seq2seq.LuongAttention, seq2seq.BahdanauAttention):
        tf.reset_default_graph()
        attention = make(3, MEMORY, memory_sequence_length=[4, 2])
        weights, state = attention(tf.ones([2, 3]), attention.initial_state(2, tf.float32))
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            found, values = sess.run([weights, attention.values])
        assert weights is state
        np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
        assert (found[1, 2:] == 0).all() and (values[1, 2:] == 0).all()


def test_other_probabilities_and_masks():
    attention = seq2seq.LuongAttention(
        3,
        MEMORY,
        [1, 2],
        probability_fn=tf.identity,
        score_mask_value=-5.0,
        custom_key_value_fn=lambda keys, values: (values, keys),
    )
    scores, _ = attention(tf.ones([2, 3]), None)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found = sess.run(scores)
    np.testing.assert_allclose(found[0], [MEMORY[0, 0].sum(), -5, -5, -5], rtol=1e-5)


def test_unknown_sizes():
    memory = tf.placeholder(tf.float32, [None, None, 3])
    attention = seq2seq.BahdanauAttention(5, memory)
    weights, _ = attention(tf.ones([2, 6]), attention.initial_state(attention.batch_size, tf.float32))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run([weights, attention.alignments_size], {memory: MEMORY})[0].shape == (2, 4)


def test_refusals():
    with fails(ValueError, "rows have a known size"):
        seq2seq.LuongAttention(3, tf.placeholder(tf.float32, [2, 4, None]))
    with fails(TypeError, "probability_fn"):
        seq2seq.LuongAttention(3, MEMORY, probability_fn=1)
    with fails(ValueError, "num_units=5"):
        seq2seq.LuongAttention(3, MEMORY)(tf.ones([2, 5]), None)
    attention = seq2seq.LuongAttention(3, MEMORY, tf.placeholder_with_default([0, 2], [2]))
    weights, _ = attention(tf.ones([2, 3]), None)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with fails(tf.errors.InvalidArgumentError, "have to be positive"):
            sess.run(weights)
