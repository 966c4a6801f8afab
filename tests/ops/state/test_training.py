"""The ops that optimizers apply: types beside float32, and bad data. Their numbers are checked with the
optimizers.
"""

import numpy as np
import pytest
from helpers import fails

import minitf as tf

OPTIMIZERS = {
    "GradientDescent": lambda: tf.train.GradientDescentOptimizer(0.1),
    "Momentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9),
    "Adagrad": lambda: tf.train.AdagradOptimizer(0.1),
    "Adadelta": lambda: tf.train.AdadeltaOptimizer(0.1),
    "Adam": lambda: tf.train.AdamOptimizer(0.1),
    "RMSProp": lambda: tf.train.RMSPropOptimizer(0.1, centered=True),
    "Ftrl": lambda: tf.train.FtrlOptimizer(0.1),
    "ProximalGradientDescent": lambda: tf.train.ProximalGradientDescentOptimizer(0.1),
    "ProximalAdagrad": lambda: tf.train.ProximalAdagradOptimizer(0.1),
}


@pytest.mark.parametrize("dtype", ["float64", "float16"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_other_types_move_like_float32(name, dtype):
    moved = {}
    for kind in ("float32", dtype):
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.Variable(np.array([0.5, -1.0], kind))
            train = OPTIMIZERS[name]().minimize(tf.reduce_sum(v * v))
            session.run(tf.global_variables_initializer())
            session.run(train)
            moved[kind] = session.run(v)
    assert moved[dtype].dtype == dtype
    np.testing.assert_allclose(moved[dtype], moved["float32"], rtol=1e-6 if dtype == "float64" else 2e-2)


def test_bad_data_is_an_error_of_the_update():
    v = tf.Variable([[1.0], [2.0]], name="v")
    slices = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([2]))
    sparse = tf.train.MomentumOptimizer(0.1, 0.9).apply_gradients([(slices, v)])
    g = tf.placeholder(tf.float32)
    dense = tf.train.MomentumOptimizer(0.1, 0.9).apply_gradients([(g, v)])
    with tf.Session() as session:
        with fails(tf.errors.FailedPreconditionError, "v"):
            session.run(dense, {g: [[1.0], [1.0]]})
        session.run(tf.global_variables_initializer())
        with fails(tf.errors.InvalidArgumentError, "indices[0] = 2", "2 rows"):
            session.run(sparse)
        with fails(tf.errors.InvalidArgumentError, "(1,)", "(2, 1)"):
            session.run(dense, {g: [1.0]})
        np.testing.assert_array_equal(session.run(v), [[1.0], [2.0]])
    with fails(ValueError, "not compatible"):
        tf.train.MomentumOptimizer(0.1, 0.9).apply_gradients([(tf.zeros([3]), v)])
