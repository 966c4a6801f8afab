"""Products that nothing spoils, and other small functions: values as recorded from TensorFlow 1.15.5."""

import numpy as np
import pytest

import minitf as tf


@pytest.mark.parametrize(
    "make, value",
    [
        (lambda: tf.lbeta([[1.0, 2.0], [3.0, 4.0]]), [-0.6931472, -4.0943446]),
        (lambda: tf.lbeta([3.0]), 0),
        (lambda: tf.lbeta(tf.zeros([2, 0])), [-np.inf, -np.inf]),
        (lambda: tf.math.reciprocal_no_nan([0.0, 2.0]), [0, 0.5]),
        (lambda: tf.math.multiply_no_nan([np.nan, 2.0], [0.0, 3.0]), [0, 6]),
        (lambda: tf.math.multiply_no_nan([[np.inf], [1.0]], [0.0, 3.0]), [[0, np.inf], [0, 3]]),
        (lambda: tf.math.multiply_no_nan(tf.constant(np.complex64([np.inf, 2j])), [0, 1j]), [0, -2]),
        (lambda: tf.math.polyval([1.0, 2.0, 3.0], 2.0), 11),
        (lambda: tf.math.reduce_euclidean_norm([[3.0, 4.0], [6.0, 8.0]], 1), [5, 10]),
        (lambda: tf.numpy_function(np.cumsum, [[1.0, 2.0]], tf.float32), [1, 3]),
    ],
)
def test_values(make, value):
    np.testing.assert_allclose(tf.Session().run(make()), value, rtol=1e-6)


def test_errors():
    with pytest.raises(TypeError, match="coeffs"):
        tf.math.polyval(3.0, 2.0)
    assert tf.errors.error_code_from_exception_type(tf.errors.NotFoundError) == 5
    assert tf.errors.exception_type_from_error_code(5) is tf.errors.NotFoundError
    with pytest.raises(KeyError, match="99"):
        tf.errors.exception_type_from_error_code(99)


def test_names():
    assert tf.version.VERSION == tf.VERSION and tf.GRAPH_DEF_VERSION == 134
    assert tf.get_static_value(tf.constant([1, 2])).tolist() == [1, 2]
    assert tf.dimension_value(tf.Dimension(3)) == 3 == tf.dimension_value(3)
    assert tf.dimension_at_index(tf.TensorShape([3, None]), 1).value is None
    assert tf.compat.as_str_any(3) == "3" and tf.compat.as_str_any(b"a") == "a"
    assert isinstance(np.float32(1), tf.compat.real_types) and tf.compat.forward_compatible(2019, 1, 1)


def test_products_that_nothing_spoils_are_one_op_as_tensorflows():
    x, y = tf.placeholder(tf.float32, [2, 2]), tf.constant([0.0, 3.0])
    z = tf.math.multiply_no_nan(x, y)
    grads = tf.gradients(z, [x, y])
    assert (z.op.name, z.op.type) == ("multiply_no_nan", "MulNoNan")
    found = tf.Session().run([z, *grads], {x: [[np.nan, 2], [np.inf, np.nan]]})
    wanted = [[0, 6], [0, np.nan]], [[0, 3], [0, 3]], [np.nan, np.nan]
    for mine, theirs in zip(found, wanted):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.raises(TypeError, match="it takes complex128"):
        tf.math.multiply_no_nan([1], [2])
