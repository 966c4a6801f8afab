import io
import sys

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.kernels.machine import alloc


@pytest.fixture
def scarce(monkeypatch):
    """A machine with 1 MiB left."""
    monkeypatch.setattr(alloc, "_LARGE", 1 << 16)
    monkeypatch.setattr(alloc, "available", lambda: float(1 << 20))


@pytest.mark.parametrize("dtype", [np.float32, np.uint8, bool])
@pytest.mark.parametrize("shape", [(), (0,), (3, 5)])
def test_arrays_start_at_cache_lines(shape, dtype):
    array = alloc.aligned(shape, dtype)
    assert array.shape == shape and array.dtype == dtype
    assert array.size == 0 or array.__array_interface__["data"][0] % alloc.LINE == 0


def test_sizes_beyond_64_bits_do_not_wrap():
    with pytest.raises(MemoryError, match="more are needed"):
        alloc.aligned((2**32, 2**32), np.float32)


def test_large_arrays_start_at_large_pages():
    large = alloc.aligned((1 << 20,), np.float32)
    assert large.ctypes.data % (1 << 21) == 0 and large.flags.c_contiguous and large.nbytes == 1 << 22


def test_small_arrays_lie_together(monkeypatch):
    monkeypatch.setattr(alloc, "_SHARED", 1 << 23)
    sizes = [3, 0, 64, 65, 1 << 22, (1 << 22) - 1, (1 << 22) - 1, 10, 3 << 22]
    arrays = alloc.aligned_together(sizes)
    assert [array.size for array in arrays] == sizes and alloc.aligned_together([]) == []
    for i, array in enumerate(arrays):
        assert array.size == 0 or array.ctypes.data % alloc.LINE == 0
        array[:] = i
    assert all((array == i).all() for i, array in enumerate(arrays))
    assert arrays[2].ctypes.data - arrays[0].ctypes.data == alloc.LINE


def test_strings_need_no_line():
    assert alloc.aligned((2,), object).tolist() == [None, None]


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux writes")
def test_what_is_left_is_part_of_what_there_is():
    with open("/proc/meminfo") as file:
        total = int(file.readline().split()[1]) * 1024
    assert 1 << 20 < alloc.available() < 16 * total


def test_nothing_is_refused_where_memory_is_not_known(monkeypatch):
    def missing(*args):
        raise FileNotFoundError

    monkeypatch.setattr("builtins.open", missing)
    assert alloc.available() == float("inf")
    monkeypatch.setattr("builtins.open", lambda *args: io.StringIO("MemTotal: 100 kB\n"))
    assert alloc.available() == float("inf")


def test_what_does_not_fit_is_refused(scarce):
    assert alloc.empty((1 << 20,), np.uint8).nbytes == 1 << 20
    with pytest.raises(MemoryError, match=r"2\.0 GiB more are needed, 0\.0 GiB are left"):
        alloc.empty((1 << 29,), np.float32)


@pytest.mark.parametrize("mode", ["native", "op_by_op"])
def test_a_run_that_needs_too_much_leaves_all_as_it_was(mode, scarce):
    x = tf.placeholder(tf.float32, [None])
    v = tf.Variable(3.0)
    n = tf.placeholder(tf.int32, [])
    last = tf.while_loop(lambda i, h: i < n, lambda i, h: (i + 1, tf.sin(h * v)), [0, x])[1]
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(last))
    with tf.Session(config=tf.ConfigProto(executor=mode)) as sess:
        sess.run(v.initializer)
        sess.run(train, {x: np.ones(4), n: 2})
        before = sess.run(v)
        with fails(tf.errors.ResourceExhaustedError, "not enough memory", "swap_memory=True"):
            sess.run(train, {x: np.ones(1 << 19), n: 5})
        assert sess.run(v) == before
        sess.run(train, {x: np.ones(4), n: 2})
        assert sess.run(v) != before


def test_a_variable_that_does_not_fit_stays_uninitialized(scarce):
    v = tf.Variable(tf.zeros([1 << 19]))
    with tf.Session() as sess:
        with fails(tf.errors.ResourceExhaustedError, "not enough memory"):
            sess.run(v.initializer)
        assert not sess.run(tf.is_variable_initialized(v))


@pytest.mark.parametrize(
    "grown",
    [
        lambda n: tf.one_hot([0, 1, 2], n),
        lambda n: tf.fill([n, 2], 1.0),
        lambda n: tf.tile([[1.0, 2.0]], [n, 1]),
        lambda n: tf.broadcast_to([1.0, 2.0], [n, 2]),
        lambda n: tf.zeros([n, 10]),
        lambda n: tf.linspace(0.0, 1.0, n),
        lambda n: tf.cast(tf.range(n), tf.float32),
        lambda n: tf.pad([1.0, 2.0], [[0, n]]),
        lambda n: tf.scatter_nd([[1]], [1.0], [n]),
        lambda n: tf.unsorted_segment_sum([1.0], [0], n),
        lambda n: tf.repeat([1.0, 2.0], n),
    ],
)
def test_fed_sizes_that_are_too_large(grown, scarce):
    """Not even where all is known before the run: NumPy is not asked to make it."""
    n = tf.placeholder(tf.int32, [])
    total = tf.reduce_sum(grown(n))
    with tf.Session() as sess:
        few = sess.run(total, {n: 5})
        with fails(tf.errors.ResourceExhaustedError, "GiB more are needed"):
            sess.run(total, {n: 2**30})
        assert sess.run(total, {n: 5}) == few
