"""How long calls may take at worst: the estimates that decide whether Ctrl-C is listened for meanwhile."""

import time
import types

import numpy as np
import pytest

import minitf as tf
from minitf.kernels.compile.abi import KERNELS
from minitf.runtime import inspect
from minitf.runtime.execute import patience
from minitf.runtime.execute.walk import Slices
from minitf.runtime.lower.ir import Call, Choice, Repeat

NUMBERS = np.random.default_rng(1).random((500, 400), np.float32)
# Of what has a kernel, what takes longest per byte, or per operation.
OPS = {
    "matmul": lambda x: tf.matmul(x, x, transpose_b=True),
    "batch of matmuls": lambda x: tf.matmul(tf.reshape(x, [100, 50, 40]), tf.reshape(x, [100, 40, 50])),
    "integer matmul": lambda x: tf.matmul(*[tf.cast(10 * x, tf.int32)] * 2, transpose_b=True),
    "exp": tf.exp,
    "tan": tf.tan,
    "acosh": lambda x: tf.acosh(x + 1.5),
    "lgamma": tf.lgamma,
    "digamma": tf.digamma,
    "erf": tf.erf,
    "pow": lambda x: tf.pow(x + 0.5, x),
    "float64 pow": lambda x: tf.pow(tf.cast(x, tf.float64) + 0.5, 1.7),
    "floordiv": lambda x: tf.floordiv(tf.cast(100 * x, tf.int64), 7),
    "softmax": tf.nn.softmax,
    "cumsum": tf.cumsum,
    "cumprod backwards": lambda x: tf.cumprod(x, axis=1, reverse=True),
    "transpose": tf.transpose,
    "argmax": lambda x: tf.argmax(x, 0),
    "top_k": lambda x: tf.nn.top_k(tf.reshape(x, [-1]), 200_000).values,
    "gather": lambda x: tf.gather(tf.reshape(x, [-1]), tf.cast(200_000 * x, tf.int32)),
    "segment_sum": lambda x: tf.unsorted_segment_sum(x, tf.cast(tf.range(500) % 7, tf.int32), 7),
    "one_hot": lambda x: tf.one_hot(tf.cast(100 * x, tf.int32), 10),
    "random_shuffle": lambda x: tf.random_shuffle(tf.reshape(x, [-1, 1])),
    "random_normal": lambda x: tf.random_normal(x.shape),
    "truncated_normal": lambda x: tf.truncated_normal(x.shape, dtype=tf.float64),
    "random_gamma": lambda x: tf.random_gamma([], x + 0.01),
    "random_gamma above 1": lambda x: tf.random_gamma([], x + 1.01),
    "random_poisson": lambda x: tf.random_poisson(8 * x, []),
    "random_poisson of large rates": lambda x: tf.random_poisson(500 * x, []),
    "multinomial": lambda x: tf.multinomial(x, 400),
}


def program(session):
    """The only program of a session."""
    [made] = inspect(session).programs
    return made


@pytest.mark.parametrize("name", OPS)
def test_nothing_takes_much_longer(name):
    x = tf.placeholder(tf.float32, NUMBERS.shape)
    y = OPS[name](x)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as sess:
        times = []
        for _ in range(4):
            started = time.process_time()  # what else the machine does takes none of it
            sess.run(y, {x: NUMBERS})
            times.append(time.process_time() - started)
        assert 1e9 * min(times) < 2 * program(sess)._alone.once


def call():
    """A call of a kernel, given 2000 bytes."""
    memory = types.SimpleNamespace(nbytes=1000)
    return Call(KERNELS["add"]["float32"], (memory, memory, 5), None, None)


def test_spans():
    each = patience.worst(call().kernel, call().operands)
    assert each > 2000
    assert patience.spans([call(), call()]) == (2 * each, 0)
    inner = Repeat([call()], count=10**9, test=[call()])
    assert patience.spans([call(), inner]) == (3 * each, 2 * each)
    choice = Choice(None, ([call(), inner], [call()]))
    assert patience.spans([choice]) == (4 * each, 2 * each)
    outer = Repeat([inner, call(), choice], count=3)
    assert patience.spans([call(), outer]) == (8 * each, 7 * each)


def test_products_are_counted_in_full():
    found = []
    for batch, n in ((1, 64), (3, 64), (3, 128)):
        x = tf.placeholder(tf.float32, [batch, n, n])
        with tf.Session() as sess:
            sess.run(tf.matmul(x, x), {x: np.ones([batch, n, n])})
            found.append(program(sess)._alone.once)
    assert found[1] > 2.9 * found[0] and found[2] > 7.9 * found[1]


def test_slices_are_short():
    """However short the first trips of a loop were."""
    control = np.zeros(8, np.int64)
    budgets, statuses = [], iter([0xFFFFFFFC] * 5 + [0])

    def walk():
        budgets.append(int(control[1]))
        return next(statuses)

    assert Slices(control, patience.LIMIT / 10).run(walk) == 0
    assert budgets == [10] * 6
