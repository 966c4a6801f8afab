"""Numbers printed in the course deck: the hand-unrolled RNN with `tf.set_random_seed(42)`."""

import numpy as np

import minitf as tf

X0_BATCH = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 0, 1]])
X1_BATCH = np.array([[9, 8, 7], [0, 0, 0], [6, 5, 4], [3, 2, 1]])
PRINTED_Y0 = [-0.0664006, 0.96257669, 0.68105787, 0.70918542, -0.89821595]
PRINTED_Y1 = [[1.0, -1.0, -1.0, 0.40200216, -1.0], [-0.12210433, 0.62805319, 0.96718419, -0.99371207, -0.25839335]]


def test_hand_unrolled_rnn():
    tf.set_random_seed(42)
    x0, x1 = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 3])
    wx = tf.Variable(tf.random_normal(shape=[3, 5], dtype=tf.float32))
    wy = tf.Variable(tf.random_normal(shape=[5, 5], dtype=tf.float32))
    b = tf.Variable(tf.zeros([1, 5], dtype=tf.float32))
    y0 = tf.tanh(tf.matmul(x0, wx) + b)
    y1 = tf.tanh(tf.matmul(y0, wy) + tf.matmul(x1, wx) + b)
    init = tf.global_variables_initializer()
    with tf.Session() as sess:
        init.run()
        first, second = sess.run([y0, y1], feed_dict={x0: X0_BATCH, x1: X1_BATCH})
    # The last digits depend on the order in which products are summed.
    np.testing.assert_allclose(first[0], PRINTED_Y0, atol=5e-7)
    np.testing.assert_allclose(second[:2], PRINTED_Y1, atol=1e-6)
