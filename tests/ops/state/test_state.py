"""Ops that change variables: values, aliasing, types without kernels, shapes and errors."""

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.runtime.session.state import State

TYPES = [tf.float32, tf.float64, tf.int8, tf.int32, tf.uint16, tf.float16, tf.complex64]
UFUNCS = {
    "update": None,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "min": np.minimum,
    "max": np.maximum,
}


def numbers(shape, dtype, seed=0):
    return np.random.default_rng(seed).integers(1, 7, shape).astype(dtype.as_numpy_dtype)


@pytest.fixture
def session():
    with tf.Session() as session:
        yield session


def variable(session, value, **options):
    made = tf.Variable(value, **options)
    session.run(made.initializer)
    return made


@pytest.mark.parametrize("dtype", TYPES)
def test_assignments(session, dtype):
    old, new = numbers([2, 3], dtype), numbers([2, 3], dtype, 1)
    for function, expected in [(tf.assign, new), (tf.assign_add, old + new), (tf.assign_sub, old - new)]:
        v = variable(session, old)
        result = session.run(function(v, new))
        assert result.dtype == old.dtype
        np.testing.assert_array_equal(result, expected)
        np.testing.assert_array_equal(session.run(v), expected)


@pytest.mark.parametrize("value", ["text", True, [b"a", b"b"]])
def test_assignment_of_other_types(session, value):
    v = variable(session, value)
    expected = np.array(value, object if v.dtype.base_dtype is tf.string else bool)
    expected = np.vectorize(lambda s: s.encode() if isinstance(s, str) else s, otypes=[expected.dtype])(expected)
    np.testing.assert_array_equal(session.run(v), expected)


def takes(name, dtype):
    return not (name == "div" and dtype.is_integer or name in ("min", "max") and dtype.is_complex)


@pytest.mark.parametrize("name, dtype", [(n, d) for n in UFUNCS for d in TYPES if takes(n, d)])
def test_scatter(session, name, dtype):
    old, rows, index = numbers([5, 2], dtype), numbers([2, 2, 2], dtype, 1), np.array([[4, 0], [2, 1]])
    expected, ufunc = old.copy(), UFUNCS[name] or (lambda a, b: b)
    for place in np.ndindex(2, 2):
        expected[index[place]] = ufunc(expected[index[place]], rows[place])
    v = variable(session, old)
    np.testing.assert_array_equal(session.run(getattr(tf, f"scatter_{name}")(v, index, rows)), expected)
    v = variable(session, old)
    delta = tf.IndexedSlices(tf.constant(rows[0]), tf.constant(index[0]))
    result = session.run(getattr(v, f"scatter_{name}")(delta))
    np.testing.assert_array_equal(result[index[0]], expected[index[0]])


@pytest.mark.parametrize("dtype", [tf.float32, tf.float16, tf.int64])
def test_scatter_of_one_number(session, dtype):
    v = variable(session, numbers([4, 2], dtype))
    result = session.run(tf.scatter_update(v, [1, 3], 9))
    assert (result[[1, 3]] == 9).all() and (result[[0, 2]] < 9).all()
    before = session.run(v)
    np.testing.assert_array_equal(session.run(tf.scatter_add(v, 2, [1, 2]))[2], before[2] + [1, 2])


def test_repeated_indices_accumulate(session):
    v = variable(session, np.zeros(3, np.float32))
    np.testing.assert_array_equal(session.run(tf.scatter_add(v, [1, 1, 2, 1], [1, 2, 4, 8])), [0, 11, 4])
    np.testing.assert_array_equal(session.run(tf.scatter_nd_sub(v, [[1], [1]], [1, 2])), [0, 8, 4])


@pytest.mark.parametrize("dtype", [tf.float32, tf.float16, tf.int32])
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["update", "add", "sub"])
def test_scatter_nd(session, name, depth, dtype):
    old = numbers([2, 3, 4], dtype)
    index = np.array([[1, 2, 3], [0, 1, 0]], np.int32)[: 1 if depth == 0 else 2, :depth]
    updates = numbers([len(index), *old.shape[depth:]], dtype, 1)
    expected, ufunc = old.copy(), UFUNCS[name] or (lambda a, b: b)
    for place, update in zip(map(tuple, index), updates):
        expected[place] = ufunc(expected[place], update)
    v = variable(session, old)
    np.testing.assert_array_equal(session.run(getattr(v, f"scatter_nd_{name}")(index, updates)), expected)


@pytest.mark.parametrize("dtype", [tf.float32, tf.float16])
@pytest.mark.parametrize("bad", [-1, 3])
@pytest.mark.parametrize("name", UFUNCS)
def test_a_bad_index_changes_nothing(session, name, bad, dtype):
    v = variable(session, numbers([3], dtype))
    before = session.run(v)
    with fails(tf.errors.InvalidArgumentError, f"Scatter{name.title()}", "indices[1]", str(bad), "3"):
        session.run(getattr(tf, f"scatter_{name}")(v, [0, bad], [5, 6]))
    np.testing.assert_array_equal(session.run(v), before)


def test_a_variable_may_be_its_own_update(session):
    v = variable(session, [1.0, 2.0, 3.0])
    assert session.run(tf.assign(v, v)).tolist() == [1, 2, 3]
    assert session.run(tf.assign_add(v, v)).tolist() == [2, 4, 6]
    assert session.run(tf.scatter_update(v, [2, 1, 0], v)).tolist() == [6, 4, 2]


def test_count_up_to(session):
    for dtype in (tf.int32, tf.int64):
        v = variable(session, 0, dtype=dtype)
        count = tf.count_up_to(v, 3)
        assert [session.run(count) for _ in range(3)] == [0, 1, 2]
        with fails(tf.errors.OutOfRangeError, v.op.name, "limit of 3"):
            session.run(count)
        assert session.run(v) == 3


def test_a_value_of_another_shape(session):
    v = variable(session, [1.0, 2.0], validate_shape=False)
    assert session.run(tf.assign(v, [[3.0]], validate_shape=False)).tolist() == [[3]]
    assert session.run(v).shape == (1, 1)
    x = tf.placeholder(tf.float32)
    w = variable(session, [1.0, 2.0])
    for change in (tf.assign, tf.assign_add, tf.assign_sub):
        with fails(tf.errors.InvalidArgumentError, "(3,)", "(2,)"):
            session.run(change(w, x), {x: [1, 2, 3]})
    assert session.run(w).tolist() == [1, 2]


def test_memory_stays_in_place():
    v = tf.Variable([1.0, 2.0])
    state = State()
    slot = state.slot(v.op)
    slot.store(np.zeros(2, np.float32))
    memory, version = slot.array, slot.version
    slot.store(np.ones(2, np.float32))
    assert slot.array is memory and slot.version == version and memory.tolist() == [1, 1]


@pytest.mark.parametrize(
    "make, error, parts",
    [
        (lambda v: tf.assign(v, [1.0]), ValueError, ["(2, 3)", "(1,)"]),
        (lambda v: tf.assign(v, tf.ones([2, 3], tf.int32)), TypeError, ["float32"]),
        (lambda v: tf.assign(tf.constant(1.0), 1.0), TypeError, ["has to be a variable", "Const"]),
        (lambda v: tf.assign_add(v, [[1.0]]), ValueError, ["(2, 3)", "(1, 1)"]),
        (lambda v: tf.scatter_add(v, [0.5], [[1.0] * 3]), TypeError, ["indices", "float32"]),
        (lambda v: tf.scatter_add(v, [0], [[1.0] * 4]), ValueError, ["(1, 3)", "(1, 4)"]),
        (lambda v: tf.scatter_nd_add(v, [[0, 0, 0, 0]], [1.0]), ValueError, ["(1, 4)", "(2, 3)"]),
        (lambda v: tf.scatter_nd_add(v, [[0]], [1.0]), ValueError, ["(1, 3)", "(1,)"]),
        (lambda v: tf.scatter_nd_add(v, 0, [1.0]), ValueError, ["()"]),
        (lambda v: tf.count_up_to(v, 3), TypeError, ["float32", "int32"]),
        (lambda v: v.scatter_add([1.0]), TypeError, ["IndexedSlices"]),
    ],
)
def test_errors(make, error, parts):
    with fails(error, *parts):
        make(tf.Variable(np.ones([2, 3], np.float32)))


def test_updates_of_a_wrong_shape_at_run_time(session):
    v = variable(session, np.ones([2, 3], np.float32))
    x, index = tf.placeholder(tf.float32), tf.placeholder(tf.int32)
    for op, place in [(tf.scatter_add(v, index, x), [0]), (tf.scatter_nd_add(v, index, x), [[0]])]:
        with fails(tf.errors.InvalidArgumentError, "(1, 2)", "(1, 3)"):
            session.run(op, {x: [[1, 2]], index: place})
    with fails(tf.errors.InvalidArgumentError, "(1, 3)", "do not index"):
        session.run(tf.scatter_nd_add(v, index, x), {x: [1], index: [[0, 0, 0]]})


def test_a_fed_variable_cannot_be_changed(session):
    v = variable(session, 1.0)
    for change in (v.assign(2.0), v.assign_add(2.0), tf.is_variable_initialized(v)):
        with fails(tf.errors.InvalidArgumentError, "fed in this run"):
            session.run(change, {v: 5.0})
    assert run(v * 2, feed_dict={v: 5.0}) == 10


def test_changes_of_what_has_no_value(session):
    v = tf.Variable([1.0, 2.0], name="late")
    for change in (v.assign_add([1.0, 1.0]), tf.scatter_add(v, [0], [1.0]), v.read_value()):
        with fails(tf.errors.FailedPreconditionError, "late"):
            session.run(change)
    assert session.run(v.assign([3.0, 4.0])).tolist() == [3, 4]
