import pickle

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.framework import dtypes

NAMES = [
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex64",
    "complex128",
]


@pytest.mark.parametrize("name", NAMES)
def test_one_type_under_all_its_names(name):
    dtype = getattr(tf, name)
    same = [dtype, name, np.dtype(name), np.dtype(name).type, dtype.as_datatype_enum, dtype.as_numpy_dtype]
    assert all(tf.as_dtype(s) is dtype for s in same)
    assert dtype == name and dtype == np.dtype(name) and dtype != "string"
    assert np.zeros(2, dtype.as_numpy_dtype).dtype == np.dtype(name)
    assert dtype.size == np.dtype(name).itemsize


@pytest.mark.parametrize(
    "value, dtype",
    [
        ("float", tf.float32),
        ("double", tf.float64),
        ("half", tf.float16),
        (float, tf.float32),
        (int, tf.int32),
        (bool, tf.bool),
        (str, tf.string),
        (np.object_, tf.string),
        (np.dtype("S3"), tf.string),
        (101, tf.float32.as_ref),
    ],
)
def test_other_names(value, dtype):
    assert tf.as_dtype(value) is dtype


@pytest.mark.parametrize("value", ["floaty", b",", object(), np.dtype("datetime64[s]"), -1, 99])
def test_no_type(value):
    with fails(TypeError, "is not an element type"):
        tf.as_dtype(value)


def test_kinds():
    kinds = {d: [d.is_floating, d.is_integer, d.is_unsigned, d.is_complex, d.is_bool] for d in map(tf.as_dtype, NAMES)}
    assert kinds[tf.float16] == [True, False, False, False, False]
    assert kinds[tf.uint8] == [False, True, True, False, False]
    assert kinds[tf.int64] == [False, True, False, False, False]
    assert kinds[tf.complex64] == [False, False, False, True, False]
    assert kinds[tf.bool] == [False, False, False, False, True]


def test_limits():
    assert (tf.int8.min, tf.int8.max, tf.uint8.limits) == (-128, 127, (0, 255))
    assert tf.float32.max == np.finfo(np.float32).max
    with fails(TypeError, "string has no"):
        _ = tf.string.max


def test_references_are_types_of_their_own():
    ref = tf.float32.as_ref
    assert ref is not tf.float32 and ref.base_dtype is tf.float32 and ref.is_ref_dtype
    assert ref.name == "float32_ref" and tf.as_dtype("float32_ref") is ref
    assert ref.is_compatible_with(tf.float32) and not ref.is_compatible_with(tf.int32)
    assert tf.Variable(1.0)._ref().dtype is ref


def test_parts_of_complex_numbers():
    assert (tf.complex64.real_dtype, tf.complex128.real_dtype) == (tf.float32, tf.float64)
    assert tf.float32.real_dtype is tf.float32


def test_text_and_copies():
    assert (str(tf.int32), repr(tf.int32)) == ("<dtype: 'int32'>", "tf.int32")
    assert pickle.loads(pickle.dumps(tf.int32)) is tf.int32
    assert {tf.int32, tf.int64} == dtypes.INDEX
