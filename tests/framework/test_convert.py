import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.framework.convert import convert_n_to_tensor


@pytest.mark.parametrize(
    "value, dtype, shape",
    [
        (1, "int32", []),
        (2**40, "int64", []),
        (1.5, "float32", []),
        (True, "bool", []),
        (1j, "complex128", []),
        ("a", "string", []),
        (b"a", "string", []),
        ([1, 2.5], "float32", [2]),
        ([[1], [2]], "int32", [2, 1]),
        ([], "float32", [0]),
        (np.float64(1), "float64", []),
        (np.arange(3), "int64", [3]),
        (np.zeros([2, 0], np.float16), "float16", [2, 0]),
        (tf.TensorShape([2, 3]), "int32", [2]),
        (tf.Dimension(2), "int32", []),
        (range(3), "int32", [3]),
    ],
    ids=str,
)
def test_types_of_values(value, dtype, shape):
    tensor = tf.convert_to_tensor(value)
    assert (tensor.dtype.name, tensor.shape.as_list()) == (dtype, shape)


@pytest.mark.parametrize(
    "value, dtype, error",
    [
        (1.5, tf.int32, TypeError),
        ("a", tf.float32, TypeError),
        (2**40, tf.int32, TypeError),
        (True, tf.float32, TypeError),
        (None, None, ValueError),
        ([[1], [2, 3]], None, ValueError),
        pytest.param(object(), None, TypeError, id="object"),
        ({"a": 1}, None, TypeError),
        (tf.TensorShape([None]), None, ValueError),
    ],
    ids=str,
)
def test_values_that_do_not_fit(value, dtype, error):
    with pytest.raises(error, match="."):
        tf.convert_to_tensor(value, dtype)


def test_tensors_stay_what_they_are():
    x = tf.constant(1.0)
    assert tf.convert_to_tensor(x) is x and tf.convert_to_tensor(x, tf.float32) is x
    with fails(ValueError, "Const:0", "float32", "int32", "tf.cast"):
        tf.convert_to_tensor(x, tf.int32)


def test_preferred_type_is_taken_where_it_fits():
    assert tf.convert_to_tensor(1, preferred_dtype=tf.float64).dtype == tf.float64
    assert tf.convert_to_tensor(1.5, preferred_dtype=tf.int32).dtype == tf.float32


def test_nested_tensors_are_packed():
    x = tf.constant(2.0)
    np.testing.assert_array_equal(run(tf.convert_to_tensor([1.0, x, [3.0][0]])), [1, 2, 3])
    np.testing.assert_array_equal(run(tf.convert_to_tensor([[x, 1.0], [x, x]])), [[2, 1], [2, 2]])


def test_own_classes():
    class Point:
        x, y = 1.0, 2.0

    tf.register_tensor_conversion_function(
        Point, lambda value, dtype=None, name=None, as_ref=False: tf.constant([value.x, value.y], dtype, name=name)
    )
    np.testing.assert_array_equal(run(tf.convert_to_tensor(Point()) * 2.0), [2, 4])
    np.testing.assert_array_equal(run(tf.add(Point(), 1.0)), [2, 3])


def test_several():
    a, b = convert_n_to_tensor([1, 2.0], name="n")
    assert (a.op.name, b.op.name, b.dtype) == ("n_0", "n_1", tf.float32)
