"""Every op, and every optimizer, where an axis is empty: the executors agree, in values or in refusing."""

import contextlib

import numpy as np
import pytest
from helpers import _listed, _run_both_ways, assert_same
from op_samples import SAMPLES
from ops.state.test_training import OPTIMIZERS

import minitf as tf

WAYS = ("op_by_op", "native")
REFUSALS = (tf.errors.InvalidArgumentError, tf.errors.OutOfRangeError, tf.errors.FailedPreconditionError)
REFUSED = ["MatrixSolveLs"]  # a ValueError says why it has no gradient


def emptied(arrays):
    """The arrays with one axis of one of them empty, and with all axes of that size empty."""
    found = {}
    for array in arrays:
        for axis, size in enumerate(np.shape(array)):
            one = [np.take(a, [], axis) if a is array else a for a in arrays]
            for some in (one, [without(a, size) for a in arrays]):
                found[tuple(map(np.shape, some))] = some
    return list(found.values())


def without(array, size):
    for axis, n in enumerate(np.shape(array)):
        array = np.take(array, [], axis) if n == size else array
    return array


def built(function, arrays):
    """Inputs, outputs and gradients; None if the op refuses the shapes when it is made."""
    inputs = [tf.placeholder(a.dtype, [None] * a.ndim) for a in arrays]
    try:
        outputs = _listed(function(*inputs))
    except (ValueError, TypeError):
        return None
    xs, ys = ([t for t in part if t.dtype.is_floating] for part in (inputs, outputs))
    gradients = []
    if xs and ys and all(y.op.definition.differentiable and y.op.type not in REFUSED for y in ys):
        with contextlib.suppress(LookupError, NotImplementedError):
            gradients = [tf.convert_to_tensor(g) for g in tf.gradients(ys, xs) if g is not None]
    return inputs, outputs, gradients


def result(fetches, feeds, way):
    """The values, or the class of the error."""
    with tf.Session(config=tf.ConfigProto(executor=way, passes="none")) as session:
        session.run(tf.global_variables_initializer())
        try:
            return session.run(fetches, feeds)
        except REFUSALS as error:
            return type(error)


def agreed(fetches, feeds, what):
    """The values, by both executors; None if they refuse."""
    one, two = (result(fetches, feeds, way) for way in WAYS)
    if isinstance(one, list) and isinstance(two, list):
        for a, b in zip(one, two, strict=True):
            assert_same(a, b, 1e3, what)
        return two
    assert one is two, f"{what}: {one} op by op, {two} natively"
    return None


@pytest.mark.parametrize("type, function, arrays, options", SAMPLES, ids=[s[0] for s in SAMPLES])
def test_ops(type, function, arrays, options):
    arrays = [np.asarray(a) for a in arrays]
    if "dtypes" in options:
        arrays = [a.astype(options["dtypes"][0]) if a.dtype.kind == "f" else a for a in arrays]
    for some in emptied(arrays):
        with tf.Graph().as_default():
            made = built(function, some)
            if made is None:
                continue
            feeds = dict(zip(made[0], some))
            for fetches in filter(None, made[1:]):
                values = agreed(fetches, feeds, f"{type} of {[a.shape for a in some]}")
                if values is not None and type != "PlaceholderWithDefault":  # its shape is the script's word
                    _run_both_ways(fetches, feeds, 1e3)


@pytest.mark.parametrize("indices", ([], [1, 0], [[0], [1]]), ids=str)
@pytest.mark.parametrize("shape", ((2, 0), (0, 2), (2, 3, 0), (2, 0, 3), (0, 2, 3), (0, 0)), ids=str)
def test_gathers(shape, indices):
    for axis in range(len(shape)):
        x = tf.placeholder_with_default(np.ones(shape, np.float32), [None] * len(shape))
        y = tf.gather(x, np.array(indices, np.int32), axis=axis)
        slopes = [tf.convert_to_tensor(g) for g in (tf.gradients(y * y, x) if shape[axis] or not indices else ())]
        for value in agreed([y, *slopes], {}, f"axis {axis}")[1:] if slopes else ():
            assert value.shape == shape


@pytest.mark.parametrize("indices", (None, [], [0, 0]), ids=("dense", "no rows", "rows"))
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name, indices):
    for shape in ((0,), (0, 3), (3, 0), (0, 0)):
        with tf.Graph().as_default():
            v = tf.get_variable("v", shape)
            loss = v if indices is None else tf.gather(v, np.array(indices, np.int32))
            train = OPTIMIZERS[name]().minimize(tf.reduce_sum(loss * loss))
            with tf.control_dependencies([train]):
                after = v.read_value()
            values = agreed([after], {}, f"{name} of {shape}")
            if indices and shape[0] == 0:
                assert values is None
            else:
                assert values[0].shape == shape


@pytest.mark.parametrize("shape", ((0,), (0, 3), (2, 0)), ids=str)
def test_constants(shape):
    for value in (0.5, [], [1.0, 2.0]):
        assert agreed([tf.constant(value, tf.float32, shape)], {}, "constant")[0].shape == shape
    initializer = tf.constant_initializer(0.5)
    assert agreed([tf.get_variable("v", shape, initializer=initializer)], {}, "v")[0].shape == shape
