"""Values computed while lowering, from constants, are those that kernels compute: native programs without
rewrites and the op-by-op executor agree to the last bit, whatever is known beforehand.
"""

import numpy as np
import pytest
from op_samples import SAMPLES

import minitf as tf

FLOATS = ("float32", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
LINEAR_ALGEBRA = ("Matrix", "Cholesky", "SelfAdjointEig", "Svd", "Qr")  # by LAPACK, which refuses NaN
OF_FLOATS = [
    (*sample[:3], dtype)
    for sample in SAMPLES
    for dtype in sample[3].get("dtypes", FLOATS)
    if not sample[0].startswith(LINEAR_ALGEBRA) and sample[0] != "Print"
]


def special(dtype, shape, seed):
    """Numbers among which are all that are treated in a way of their own."""
    random, kind = np.random.RandomState(seed), np.dtype(dtype)
    if kind.kind == "b":
        return random.uniform(size=shape) < 0.5
    if kind.kind in "iu":
        info = np.iinfo(kind)
        ends = [info.min, info.min + 1, info.max, info.max - 1, 0, 1, 2, 3, 7]
        return np.array([int(ends[i]) for i in random.randint(0, len(ends), int(np.prod(shape)))], kind).reshape(shape)
    info = np.finfo(kind)
    ends = [np.nan, np.inf, -np.inf, -0.0, 0.0, info.tiny / 8, -info.tiny / 4, info.max, info.tiny, -1.0, 0.5]
    drawn = random.standard_normal(shape) * 3
    chosen = np.asarray(ends)[random.randint(0, len(ends), shape)]
    return np.where(random.uniform(size=shape) < 0.4, chosen, drawn).astype(kind)


def outcome(build, arrays, fed, executor):
    """The values, as bytes, or the kind of error; inputs numbered in `fed` are given when it runs."""
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(1)
        tensors = [tf.placeholder(a.dtype, a.shape) if i in fed else tf.constant(a) for i, a in enumerate(arrays)]
        made = build(*tensors)
        made = [t for t in (made if isinstance(made, (list, tuple)) else [made]) if t is not None]
        config = tf.ConfigProto(executor=executor, passes="none")
        with tf.Session(graph=graph, config=config) as session:
            try:
                values = session.run(made, {tensors[i]: arrays[i] for i in fed})
            except tf.errors.OpError as error:
                return type(error).__name__
    return [(v.dtype, v.shape, v.tobytes()) if hasattr(v, "tobytes") else v for v in values]


def assert_same_bits(build, arrays):
    for fed in {(), tuple(range(len(arrays) // 2)), tuple(range(len(arrays)))}:
        with np.errstate(all="ignore"):
            one, other = (outcome(build, arrays, fed, executor) for executor in ("native", "op_by_op"))
        assert one == other, (fed, describe(one), describe(other))


def describe(values):
    if isinstance(values, str):
        return values
    return [np.frombuffer(v[2], v[0]) if isinstance(v, tuple) else v for v in values]


@pytest.mark.parametrize("type, function, arrays, dtype", OF_FLOATS, ids=[f"{s[0]}-{s[3]}" for s in OF_FLOATS])
def test_ops_of_constants(type, function, arrays, dtype):
    arrays = [
        special(dtype, np.shape(a), i) if np.asarray(a).dtype.kind == "f" else np.asarray(a)
        for i, a in enumerate(arrays)
    ]
    assert_same_bits(function, arrays)


UNARY = [tf.negative, tf.abs, tf.sign, tf.square, tf.nn.relu, tf.exp, tf.tanh, tf.sqrt, tf.floor, tf.logical_not]
BINARY = [
    tf.add,
    tf.subtract,
    tf.multiply,
    tf.divide,
    tf.maximum,
    tf.minimum,
    tf.squared_difference,
    tf.atan2,
    tf.floordiv,
    tf.floormod,
    tf.truncatediv,
    tf.truncatemod,
    tf.div_no_nan,
    tf.pow,
    tf.less,
    tf.equal,
    tf.bitwise.bitwise_and,
    tf.bitwise.left_shift,
    tf.bitwise.right_shift,
]
REDUCING = [tf.reduce_sum, tf.reduce_mean, tf.reduce_max, tf.reduce_min, tf.reduce_prod, tf.argmax, tf.cumsum]
SHAPES = [(), (3,), (2, 3), (2, 1), (1, 3), (0, 3)]


def random_program(seed):
    """A function of some tensors, and arrays for them."""
    random = np.random.RandomState(seed)
    dtypes = [(*FLOATS, *FLOATS, *INTEGERS, "bool")[i] for i in random.randint(0, 13, 4)]
    arrays = [special(t, SHAPES[random.randint(len(SHAPES))], seed + i) for i, t in enumerate(dtypes)]
    picks = random.randint(0, 2**31, (12, 4))

    def build(*tensors):
        made = list(tensors)
        for kind, which, one, other in picks:
            x, y = made[one % len(made)], made[other % len(made)]
            try:
                if kind % 4 == 0:
                    made.append(UNARY[which % len(UNARY)](x))
                elif kind % 4 == 1:
                    made.append(REDUCING[which % len(REDUCING)](x, which % max(x.shape.rank, 1)))
                elif kind % 4 == 2 or y.dtype == x.dtype:
                    made.append(BINARY[which % len(BINARY)](x, y if y.dtype == x.dtype else x))
                else:
                    made.append(tf.cast(x, y.dtype))
            except (TypeError, ValueError):
                pass  # no such op for these
        return made

    return build, arrays


@pytest.mark.parametrize("seed", range(80))
def test_random_programs_of_constants(seed):
    assert_same_bits(*random_program(seed))
