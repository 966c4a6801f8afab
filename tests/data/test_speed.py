"""What an input pipeline costs beside the model that it feeds."""

import time

import numpy as np

import minitf as tf

BATCH, UNITS = 32, 128
LENGTHS = np.random.default_rng(0).integers(10, 50, 10 * BATCH)
SEQUENCES = [np.ones((n, UNITS), np.float32) for n in LENGTHS]


def model(x, lengths):
    cell = tf.nn.rnn_cell.BasicLSTMCell(UNITS)
    state = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32)[1]
    return tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(state.h)))


def spent(work):
    """The processor time of `work`, in seconds."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def test_padded_batches_cost_little_beside_an_lstm():
    dataset = tf.data.Dataset.from_generator(lambda: iter(SEQUENCES), tf.float32, [None, UNITS])
    dataset = dataset.map(lambda x: (x * 1.0, tf.shape(x)[0])).padded_batch(BATCH, ([None, UNITS], []))
    it = dataset.make_initializable_iterator()
    batch = it.get_next()
    x, lengths = tf.placeholder(tf.float32, [None, None, UNITS]), tf.placeholder(tf.int32, [None])
    train = model(x, lengths)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())

        def batches():
            session.run(it.initializer)
            return [session.run(batch) for _ in range(10)]

        fed = batches()

        def steps():
            for a, b in fed:
                session.run(train, {x: a, lengths: b})

        steps()
        # In turns, as the machine may become slower meanwhile; a half on an idle core.
        assert min([spent(batches) / spent(steps) for _ in range(5)]) < 0.8
