"""Conditional accumulators: values, errors and ops as recorded from TensorFlow 1.15.5."""

import threading

import numpy as np
import pytest

import minitf as tf


def test_gradients_of_earlier_steps_are_left_out():
    made = tf.ConditionalAccumulator(tf.float32, shape=[2], name="acc")
    g, step = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.int64, [])
    add, one, two, count = (made.apply_grad(g, step), made.take_grad(1), made.take_grad(2), made.num_accumulated())
    assert one.shape == [2] and made.name == "acc" and made.dtype is tf.float32
    with tf.Session() as sess:
        assert sess.run(count) == 0
        for value in ([1, 2], [3, 2]):
            sess.run(add, {g: value, step: 0})
        assert sess.run(count) == 2 and sess.run(one).tolist() == [2, 2] and sess.run(count) == 0
        for at in (0, 1, 7):  # the accumulator is in step 1 now
            sess.run(add, {g: [1, 2], step: at})
        assert sess.run(two).tolist() == [1, 2]
        sess.run(made.set_global_step(5))
        for at in (4, 5):
            sess.run(add, {g: [1, 2], step: at})
        assert sess.run(count) == 1
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"Shape mismatch: expected \[2\], got \[3\]"):
            sess.run(add, {g: [1, 2, 3], step: 5})
        sess.run(made.set_global_step(3))
        sess.run(add, {g: [1, 2], step: 4})
        assert sess.run(count) == 2
        with pytest.raises(tf.errors.InvalidArgumentError, match="num_required must be positive, but was 0"):
            sess.run(made.take_grad(0))


def test_ops():
    made = tf.ConditionalAccumulator(tf.float32, name="acc")
    made.apply_grad([1.0])
    made.num_accumulated()
    sparse = tf.SparseConditionalAccumulator(tf.float32, shape=[5, 2], name="rows")
    sparse.apply_grad([0, 2], [[1.0, 2.0], [3.0, 4.0]], [5, 2])
    ops = [op for op in tf.get_default_graph().get_operations() if op.type != "Const"]
    assert [(op.name, op.type, len(op.inputs)) for op in ops] == [
        ("acc", "ResourceConditionalAccumulator", 0),
        ("Cast", "Cast", 1),
        ("ResourceAccumulatorApplyGradient", "ResourceAccumulatorApplyGradient", 3),
        ("acc_NumAccumulated", "ResourceAccumulatorNumAccumulated", 1),
        ("rows", "SparseConditionalAccumulator", 0),
        ("Cast_1", "Cast", 1),
        ("Cast_2", "Cast", 1),
        ("Cast_3", "Cast", 1),
        ("SparseAccumulatorApplyGradient", "SparseAccumulatorApplyGradient", 5),
    ]


@pytest.mark.parametrize("dtype", [tf.float16, tf.float32, tf.float64, tf.int32, tf.complex64])
@pytest.mark.parametrize("reduction", ["MEAN", "SUM"])
def test_types(dtype, reduction):
    made = tf.ConditionalAccumulator(dtype, reduction_type=reduction)
    with tf.Session() as sess:
        for value in ([1, 2], [5, 2]):
            sess.run(made.apply_grad(np.array(value, dtype.as_numpy_dtype)))
        taken = sess.run(made.take_grad(2))
    assert taken.dtype == dtype.as_numpy_dtype and taken.tolist() == ([3, 2] if reduction == "MEAN" else [6, 4])


def test_a_taker_waits():
    made = tf.ConditionalAccumulator(tf.float32)
    add, taken, found = made.apply_grad([2.0]), made.take_grad(2), []
    with tf.Session() as sess:
        thread = threading.Thread(target=lambda: found.append(sess.run(taken).tolist()))
        thread.start()
        sess.run(add)
        sess.run(add)
        thread.join()
        assert found == [[2.0]]
        with pytest.raises(tf.errors.FailedPreconditionError, match="holds 0 gradients; wanted: 2"):
            sess.run(taken)


def test_shared():
    with tf.Session() as sess:
        one, other = (tf.ConditionalAccumulator(tf.float32, [2], shared_name="q") for _ in range(2))
        sess.run(one.apply_grad([1.0, 2.0]))
        assert sess.run(other.num_accumulated()) == 1
        for wrong in (
            tf.ConditionalAccumulator(tf.float64, [2], shared_name="q"),
            tf.SparseConditionalAccumulator(tf.float32, [2], shared_name="q"),
        ):
            with pytest.raises(tf.errors.InvalidArgumentError, match="accumulator 'q' is shared by"):
                sess.run(wrong.num_accumulated())


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda a: tf.ConditionalAccumulator(tf.string), TypeError, "cannot be string"),
        (lambda a: tf.SparseConditionalAccumulator(tf.bool), TypeError, "cannot be bool"),
        (lambda a: tf.ConditionalAccumulator(tf.float32, reduction_type="X"), ValueError, "'MEAN' or 'SUM'"),
        (lambda a: a.apply_grad([[1.0]]), ValueError, "not compatible"),
        (lambda a: a.apply_grad([1.0, 2.0], [1]), ValueError, "'local_step' .* is a scalar"),
        (lambda a: a.take_grad([1]), ValueError, "'num_required' .* is a scalar"),
        (lambda a: a.take_grad(1.5), TypeError, "num_required"),
        (
            lambda a: tf.SparseConditionalAccumulator(tf.float32).apply_indexed_slices_grad(3),
            TypeError,
            "tf.IndexedSlices, not 3",
        ),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make(tf.ConditionalAccumulator(tf.float32, [2]))


# ---- of rows


def test_rows_have_counts_of_their_own():
    made = tf.SparseConditionalAccumulator(tf.float32, shape=[5, 2])
    with tf.Session() as sess:
        sess.run(made.apply_grad([0, 2], [[1.0, 2.0], [3.0, 4.0]], [5, 2]))
        sess.run(made.apply_grad([2, 3], [[1.0, 2.0], [3.0, 4.0]], [5, 2], local_step=0))
        indices, values, shape = sess.run(made.take_grad(1))
        assert indices.tolist() == [0, 2, 3] and shape.tolist() == [5, 2]
        assert values.tolist() == [[1, 2], [2, 3], [3, 4]]
        sess.run(made.apply_grad([4, 1], [[1.0, 2.0], [3.0, 4.0]], [5, 2], local_step=1))
        slices = tf.IndexedSlices(tf.constant([[1.0, 1.0]]), tf.constant([1], tf.int64))
        sess.run(made.apply_indexed_slices_grad(slices))  # of step 0: left out
        sess.run(made.apply_indexed_slices_grad(slices, 1))
        taken = sess.run(made.take_indexed_slices_grad(2))
    assert taken.indices.tolist() == [1, 4, 1] and taken.dense_shape.tolist() == [5, 2]
    assert taken.values.tolist() == [[1, 1], [1, 2], [3, 4]]


@pytest.mark.parametrize("reduction, values", [("MEAN", [[1, 2], [1, 2]]), ("SUM", [[2, 4], [1, 2]])])
def test_rows_of_unknown_shape(reduction, values):
    made = tf.SparseConditionalAccumulator(tf.float32, reduction_type=reduction)
    with tf.Session() as sess:
        for rows in ([1], [1, 2]):
            sess.run(made.apply_grad(rows, [[1.0, 2.0]] * len(rows)))
        indices, taken, shape = sess.run(made.take_grad(1))
        with pytest.raises(tf.errors.InvalidArgumentError, match="expected values"):
            sess.run([made.apply_grad([1], [[1.0] * n], local_step=1) for n in (2, 3)])
    assert indices.tolist() == [1, 2] and taken.tolist() == values and shape.tolist() == [-1, 2]


@pytest.mark.parametrize(
    "rows, values, shape, message",
    [
        ([1], [[1.0, 2.0, 3.0]], None, r"expected values \[2\], got \[3\]"),
        ([1], [[1.0, 2.0]], [6, 2], r"expected shape \[5, 2\], got \[6, 2\]"),
        ([7], [[1.0, 2.0]], None, "index of a slice exceeded limits of shape: .*5 rows"),
        ([-1], [[1.0, 2.0]], None, "index of a slice exceeded limits"),
        ([1, 2], [[1.0, 2.0]], None, "Expected 2 non-empty input values, got 1"),
        ([[1]], [[1.0, 2.0]], None, r"should be vector but received shape: \[1, 1\]"),
        ([1], [1.0], None, "expected values rank 2, got 1"),
        ([1], [[1.0, 2.0]], [5], "expected shape rank at least 2, got 1"),
    ],
)
def test_rows_that_do_not_fit(rows, values, shape, message):
    made = tf.SparseConditionalAccumulator(tf.float32, shape=[5, 2])
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            sess.run(made.apply_grad(rows, values, shape))
        assert sess.run(made.num_accumulated()) == 0
        sess.run(made.apply_grad([], np.zeros([0, 2], np.float32)))
        assert sess.run(made.num_accumulated()) == 1
