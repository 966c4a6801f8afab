import numpy as np
import pytest
from helpers import fails

import minitf as tf

TYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128"


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,), (2, 0)])
@pytest.mark.parametrize("name", TYPES.split())
def test_numbers(name, shape):
    array = (np.arange(np.prod(shape, dtype=int)) - 1).reshape(shape).astype(name)
    found = tf.make_ndarray(tf.make_tensor_proto(array))
    assert found.dtype == name and found.shape == shape
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("values", ["text", b"\xff", ["a", "b"], [["a"], ["b"]], []])
def test_texts(values):
    found = tf.make_ndarray(tf.make_tensor_proto(values, tf.string))
    np.testing.assert_array_equal(found, np.char.encode(values) if values not in (b"\xff", []) else values)


@pytest.mark.parametrize(
    "options, expected",
    [
        ({"values": [1, 2.5], "shape": [4]}, [1, 2.5, 2.5, 2.5]),
        ({"values": 3, "shape": [2, 2]}, [[3, 3], [3, 3]]),
        ({"values": [1, 2], "dtype": tf.float32}, [1, 2]),
    ],
)
def test_shapes(options, expected):
    assert tf.make_ndarray(tf.make_tensor_proto(**options)).tolist() == expected


@pytest.mark.parametrize(
    "options, error",
    [
        ({"values": [1, 2, 3], "shape": [2]}, ValueError),
        ({"values": [1, 2, 3], "shape": [2], "verify_shape": True}, (TypeError, ValueError)),
        ({"values": None}, ValueError),
        ({"values": [[1], [2, 3]]}, ValueError),
        ({"values": 1.5, "dtype": tf.int32}, TypeError),
    ],
)
def test_what_does_not_fit(options, error):
    with pytest.raises(error):
        tf.make_tensor_proto(**options)


def listed(dtype, field, values, sizes):
    from minitf.framework import protos

    made = protos.message("TensorProto")(dtype=dtype.as_datatype_enum)
    getattr(made, field).extend(values)
    for size in sizes:
        made.tensor_shape.dim.add(size=size)
    return made


def test_the_last_value_stands_for_the_rest():
    assert tf.make_ndarray(listed(tf.int32, "int_val", [1, 2], [4])).tolist() == [1, 2, 2, 2]
    assert tf.make_ndarray(listed(tf.float32, "float_val", [], [2])).tolist() == [0, 0]
    assert tf.make_ndarray(listed(tf.string, "string_val", [b"a"], [2])).tolist() == [b"a", b"a"]
    assert tf.make_ndarray(listed(tf.float16, "half_val", [0x3C00], [])).tolist() == 1.0
    assert tf.make_ndarray(listed(tf.complex64, "scomplex_val", [1, 2], [])).tolist() == 1 + 2j
    assert tf.make_ndarray(listed(tf.int8, "int_val", [-1], [])).tolist() == -1


@pytest.mark.parametrize("sizes", [[2**40], [2**62, 4], [-1], [1] * 300, [2**31 + 1]])
def test_what_claims_too_much(sizes):
    with pytest.raises(ValueError, match="cannot be in a message|has no value|is no shape"):
        tf.make_ndarray(listed(tf.float32, "float_val", [1.0], sizes))


def test_no_tensor_proto():
    with fails(TypeError, "TensorProto"):
        tf.make_ndarray(3)
