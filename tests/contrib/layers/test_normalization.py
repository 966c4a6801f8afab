"""Batch normalization of contrib.layers, in the cases that no record has."""

import numpy as np
import pytest

import minitf as tf

batch_norm = tf.contrib.layers.batch_norm


@pytest.mark.parametrize("how", [{"renorm": True}, {"adjustment": lambda s: (tf.ones(s[-1:]), tf.zeros(s[-1:]))}])
def test_what_one_op_cannot_do_is_done_by_several(how):
    found = batch_norm(tf.zeros([4, 5, 5, 8]), fused=True, **how)
    assert found.op.name.startswith("BatchNorm/batchnorm") and found.op.name.endswith("/add_1")


@pytest.mark.parametrize("how", [{}, {"updates_collections": None}, {"zero_debias_moving_mean": True}])
def test_whether_it_trains_may_be_a_variable(how):
    training = tf.Variable(True, trainable=False)
    x = np.random.default_rng(0).normal(3, 2, [8, 4, 4, 2]).astype(np.float32)
    found = batch_norm(x, is_training=training, **how)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert abs(sess.run(found).mean()) < 1e-5
        sess.run(training.assign(False))
        assert sess.run(found).mean() > 1


@pytest.mark.parametrize(
    "shape, how", [([2, 4, 4, 3], {"zero_debias_moving_mean": True}), ([2, 3], {"updates_collections": None})]
)
def test_half_floats_have_parameters_of_float32(shape, how):
    for center, scale in ((False, True), (True, False)):
        found = batch_norm(tf.ones(shape, tf.float16), center=center, scale=scale, **how)
        assert found.dtype == tf.float16 and found.shape.as_list() == shape
    assert {v.dtype.base_dtype for v in tf.global_variables()} == {tf.float32}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert not sess.run(found).any()
