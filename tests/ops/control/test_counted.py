"""map_fn, scan, foldl, foldr and the counted loop below them."""

import control_facts
import numpy as np
import pytest
from helpers import check, fails, run

import minitf as tf
from minitf.ops.control.counted import counted_loop

DIFFERENT = [  # what TensorFlow cannot do on no slices works; wrong types and sizes are refused at once
    "map_fn/dtype_missing",
    "map_fn/empty",
    "foldl/empty_initializer",
    "foldr/empty_initializer",
    "scan/empty_initializer",
    "foldl/type_changes",
    "foldr/type_changes",
    "scan/type_changes",
    "foldl/scalar",
    "foldr/scalar",
    "scan/scalar",
    "foldl/unequal",
    "foldr/unequal",
    "foldl/empty",
    "scan/empty",
]


@pytest.mark.parametrize("id", control_facts.ids("map_fn/", "foldl/", "foldr/", "scan/", but=DIFFERENT))
def test_as_tensorflow(id):
    control_facts.check(id)


@pytest.mark.parametrize("name", ["map_fn", "foldl", "foldr", "scan"])
def test_ids_as_tensorflow(name):
    control_facts.check_ids(name)


@pytest.mark.parametrize(
    "id", ["map_fn/empty", "foldl/empty_initializer", "foldr/empty_initializer", "scan/empty_initializer"]
)
def test_no_slices_have_gradients(id):
    names = control_facts.built(id)
    gradient = tf.gradients(names["result"], names["wrt"])[0]
    value, slope = run(names["result"], gradient)
    assert value.shape == tuple(names["result"].shape.as_list()) and slope.shape == tuple(
        names["wrt"][0].shape.as_list()
    )


@pytest.mark.parametrize(
    "fn",
    [
        lambda x, w: tf.map_fn(lambda v: tf.tanh(v * w), x),
        lambda x, w: tf.scan(lambda a, v: tf.sin(a * v) + w, x),
        lambda x, w: tf.scan(lambda a, v: tf.sin(a * v) + w, x, initializer=w, reverse=True),
        lambda x, w: tf.foldl(lambda a, v: tf.sin(a * v) + w, x),
        lambda x, w: tf.foldr(lambda a, v: tf.sin(a * v) + w, x),
    ],
    ids=["map_fn", "scan", "scan_reverse", "foldl", "foldr"],
)
def test_values_shapes_and_derivatives_to_second_order(fn):
    x, w = np.linspace(-0.9, 0.8, 8).reshape(4, 2), np.array([0.4, -0.7])
    check(fn, x, w, openness=("known", "open"))


def test_many_slices():
    x = np.linspace(0, 1, 100_000, dtype=np.float32)
    value = run(tf.scan(lambda a, v: 0.5 * a + v, x))
    wanted = np.zeros_like(x)
    for i, v in enumerate(x):
        wanted[i] = 0.5 * wanted[i - 1] + v if i else v
    np.testing.assert_allclose(value, wanted, rtol=1e-6)


def test_messages_say_what_to_change():
    x = tf.constant([1, 2])
    with fails(TypeError, "tf.map_fn: fn returns float32 where int32 is expected", "dtype="):
        tf.map_fn(tf.to_float, x)
    with fails(TypeError, "tf.scan: the accumulator is int32 before an iteration and float32 after it"):
        tf.scan(lambda a, v: tf.to_float(v), x)
    with fails(ValueError, "tf.foldl: the accumulator has shape (1,) before an iteration and (2,) after it"):
        tf.foldl(lambda a, v: tf.concat([a, a], 0), x, initializer=tf.ones([1]))
    with fails(ValueError, "tf.foldr: all of elems need the same first size", "(2,)", "(3,)"):
        tf.foldr(lambda a, v: a + v[0], (tf.ones([2]), tf.ones([3])), initializer=0.0)
    with fails(ValueError, "tf.scan", "is a scalar"):
        tf.scan(lambda a, v: a, tf.constant(1))
    with fails(ValueError, "tf.foldl: without an initializer", "empty"):
        tf.foldl(lambda a, v: a, tf.zeros([0]))
    with fails(ValueError, "tf.map_fn", "another structure"):
        tf.map_fn(lambda v: (v, v), x)


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
def test_slices_that_are_not_reached_are_zero(executor):
    n = tf.placeholder(tf.int32, [])
    x = tf.constant([1.0, 2.0, 3.0])
    finals, ys = counted_loop(lambda carry, xs: ([carry[0] + xs[0]], [carry[0] * xs[0]]), [tf.constant(1.0)], [x], n)
    gradient = tf.gradients(ys[0], x)[0]
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        for count, total, stacked, slopes in [
            (3, 7, [1, 4, 12], [6, 5, 4]),
            (2, 4, [1, 4, 0], [3, 2, 0]),
            (0, 1, [0, 0, 0], [0, 0, 0]),
        ]:
            values = session.run([finals[0], ys[0], gradient], {n: count})
            assert values[0] == total and values[1].tolist() == stacked and values[2].tolist() == slopes


def test_folds_over_tensor_arrays():
    x = tf.constant([1.0, 2.0, 3.0])
    one, other = ((tf.constant(0), tf.TensorArray(tf.float32, 3)) for _ in range(2))
    count, array = tf.foldl(lambda a, x: (a[0] + 1, a[1].write(a[0], x * x)), x, one)
    _, back = tf.foldr(lambda a, x: (a[0] + 1, a[1].write(a[0], x)), x, other)
    with tf.Session() as sess:
        count, squares, back = sess.run([count, array.stack(), back.stack()])
    assert count == 3 and squares.tolist() == [1, 4, 9] and back.tolist() == [3, 2, 1]


def test_the_gradient_of_rows_looked_up_in_what_has_no_known_shape():
    table, i = tf.placeholder(tf.float64), tf.placeholder(tf.int32)
    y = tf.map_fn(lambda e: e * tf.reduce_sum(tf.gather(table, i)), tf.constant([1.0, 2.0, 4.0], tf.float64))
    gradient = tf.convert_to_tensor(tf.gradients(y, table)[0])
    with tf.Session() as session:
        found = [session.run(gradient, {table: np.ones([4, 2]), i: ids})[:, 0] for ids in ([0, 2, 2], 3)]
    np.testing.assert_array_equal(found, [[7, 0, 14, 0], [0, 0, 0, 7]])
