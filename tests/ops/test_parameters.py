"""Parameters that are tensors: whatever their shape and value, both executors say the same.

Each op of the table is made of placeholders of unknown shape and fed right values, then one parameter at a
time is of another shape, empty or out of range. Nothing may be read that is not there: either the results of
the native program are those of op by op, to the last bit, or both refuse with an error of the same class.
"""

import numpy as np
import pytest

import minitf as tf
from minitf.framework.apply import apply
from minitf.framework.registry import OPS

X = np.arange(6, dtype=np.float32).reshape(2, 3)
ROW = np.float32([1, 2, 3])
ONE = np.float32(0.5)
SQUARE = np.arange(9, dtype=np.float32).reshape(3, 3)


def i32(*values):
    return np.array(values, np.int32)


def i(value):
    return np.int32(value)


MASKS = dict.fromkeys(["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"], 0)

# op type: attributes, right inputs, and which of them are parameters
OPS_AND_INPUTS = {
    "Reshape": ({}, [X, i32(3, 2)], [1]),
    "ExpandDims": ({}, [X, i(1)], [1]),
    "Transpose": ({}, [X, i32(1, 0)], [1]),
    "Fill": ({}, [i32(2, 3), ONE], [0, 1]),
    "BroadcastTo": ({}, [ROW, i32(2, 3)], [1]),
    "SumToShape": ({}, [X, i32(3)], [1]),
    "GatherV2": ({"batch_dims": 0}, [X, i32(1, 0), i(1)], [1, 2]),
    "GatherNd": ({}, [X, i32([1, 2], [0, 0])], [1]),
    "ScatterNd": ({}, [i32([1], [3]), ROW[:2], i32(4)], [0, 1, 2]),
    "SparseToDense": ({"validate_indices": True}, [i32(0, 2), i32(4), ROW[:2], ONE], [0, 1, 2, 3]),
    "OneHot": ({"axis": -1}, [i32(0, 2), i(3), ONE, ONE], [1, 2, 3]),
    "Split": ({"num_split": 3}, [i(1), X], [0]),
    "SplitV": ({"num_split": 2}, [X, i32(1, 2), i(1)], [1, 2]),
    "MatrixBandPart": ({}, [SQUARE, i(1), i(0)], [1, 2]),
    "MatrixSetDiag": ({}, [SQUARE, ROW], [1]),
    "Range": ({}, [i(0), i(5), i(2)], [0, 1, 2]),
    "LinSpace": ({}, [ONE, ONE + 1, i(4)], [0, 1, 2]),
    "Pad": ({}, [X, i32([1, 0], [0, 2])], [1]),
    "PadV2": ({}, [X, i32([1, 0], [0, 2]), ONE], [1, 2]),
    "MirrorPad": ({"mode": "REFLECT"}, [X, i32([1, 0], [0, 2])], [1]),
    "Tile": ({}, [X, i32(2, 1)], [1]),
    "ReverseV2": ({}, [X, i32(1)], [1]),
    "ReverseSequence": ({"seq_dim": 1, "batch_dim": 0}, [X, i32(3, 2)], [1]),
    "Roll": ({}, [X, i(1), i(0)], [1, 2]),
    "DynamicPartition": ({"num_partitions": 2}, [X, i32(0, 1)], [1]),
    "Slice": ({}, [X, i32(0, 1), i32(2, -1)], [1, 2]),
    "StridedSlice": (MASKS, [X, i32(0, 1), i32(2, 3), i32(1, 1)], [1, 2, 3]),
    "StridedSliceGrad": (MASKS, [i32(2, 3), i32(0, 1), i32(2, 3), i32(1, 1), X[:, 1:]], [0, 1, 2, 3, 4]),
    "SliceGrad": ({}, [i32(2, 3), i32(0, 1), X[:, 1:]], [0, 1, 2]),
    "Select": ({}, [X > 2, X, X], [0, 1, 2]),
    **{t: ({"keep_dims": False}, [X, i32(1)], [1]) for t in ("Sum", "Mean", "Prod", "Max", "Min")},
    **{t: ({"keep_dims": False}, [X > 2, i32(1)], [1]) for t in ("All", "Any")},
    "SumGrad": ({"keep_dims": False}, [ROW, i32(2, 3), i32(0)], [0, 1, 2]),
    "ArgMax": ({"output_type": tf.int64}, [X, i(1)], [1]),
    "ArgMin": ({"output_type": tf.int64}, [X, i(1)], [1]),
    "Cumsum": ({"exclusive": False, "reverse": False}, [X, i(1)], [1]),
    "Cumprod": ({"exclusive": False, "reverse": False}, [X, i(1)], [1]),
    **{f"Segment{t}": ({}, [X, i32(0, 1)], [1]) for t in ("Sum", "Mean", "Prod", "Max", "Min")},
    **{f"UnsortedSegment{t}": ({}, [X, i32(0, 1), i(3)], [1, 2]) for t in ("Sum", "Prod", "Max", "Min")},
    **{
        t: ({"dtype": tf.float32, "seed": 1, "seed2": 2}, [i32(2, 3)], [0])
        for t in ("RandomUniform", "RandomStandardNormal", "TruncatedNormal")
    },
    "RandomUniformInt": ({"seed": 1, "seed2": 2}, [i32(2, 3), i(0), i(9)], [0, 1, 2]),
    "Multinomial": ({"output_dtype": tf.int64, "seed": 1, "seed2": 2}, [X, i(2)], [0, 1]),
    "RandomGamma": ({"seed": 1, "seed2": 2}, [i32(2), ROW], [0]),
    "RandomPoissonV2": ({"dtype": tf.float32, "seed": 1, "seed2": 2}, [i32(2), ROW], [0]),
    "BiasAdd": ({"data_format": "NHWC"}, [X, ROW], [1]),
    "SoftmaxCrossEntropyWithLogits": ({}, [X, X], [0, 1]),
    "SparseSoftmaxCrossEntropyWithLogits": ({}, [X, i32(2, 0)], [0, 1]),
    "TopKV2": ({"sorted": True}, [X, i(2)], [1]),
    "InTopKV2": ({}, [X, i32(2, 0), i(1)], [1, 2]),
    "LowerBound": ({"out_type": tf.int32}, [X, X], [0, 1]),
    "ConcatV2": ({}, [[X, X], i(1)], [1]),
    "GatherTree": ({}, [i32([[1]], [[2]]), i32([[0]], [[0]]), i32(2), i(0)], [0, 1, 2, 3]),
    **{t: ({}, [X, X], [0, 1]) for t in ("ReluGrad", "TanhGrad", "SoftplusGrad", "EluGrad")},
}


def others(value, least):
    """Values of other shapes, none, and out of range, of the same type."""
    value = np.asarray(value)
    first = value.reshape(-1)[:1]
    shapes = [np.resize(value, shape) for shape in ((), (1,), (2,), (5,), (2, 2), (1, 1, 1), (0,), (2, 0), (7, 1))]
    if value.dtype.kind != "i":
        return shapes
    ends = [np.full_like(value, n) for n in (-1, -2, 0, 1, 2, 4, 99, -99)]
    mixed = [np.where(np.arange(value.size).reshape(value.shape) == 0, np.int32(n), value) for n in (-1, 99, least)]
    return [*shapes, *ends, *mixed, np.concatenate([first, first, first])]


def cases():
    for type, (attrs, inputs, parameters) in OPS_AND_INPUTS.items():
        for at in parameters:
            yield pytest.param(type, attrs, inputs, at, id=f"{type}-{OPS[type].inputs[at].name}")


def executors():
    return [tf.Session(config=tf.ConfigProto(executor=name)) for name in ("native", "op_by_op")]


def outcome(session, fetches, feeds):
    try:
        return session.run(fetches, feeds)
    except tf.errors.OpError as error:
        return type(error)


def holders(inputs):
    """Placeholders of unknown shape for arrays, in lists or not."""
    return [holders(value) if isinstance(value, list) else tf.placeholder(value.dtype, None) for value in inputs]


def flat(values):
    return [part for value in values for part in (flat(value) if isinstance(value, list) else [value])]


def assert_both(sessions, fetches, feeds, what):
    native, plain = [outcome(session, fetches, feeds) for session in sessions]
    if isinstance(native, type) or isinstance(plain, type):
        assert native is plain, f"{what}: native {native}, op by op {plain}"
    else:
        for one, two in zip(native, plain, strict=True):
            assert one.dtype == two.dtype and one.shape == two.shape, what
            assert one.tobytes() == two.tobytes(), f"{what}: native {one}, op by op {two}"


@pytest.mark.parametrize("type, attrs, inputs, at", list(cases()))
def test_both_executors_say_the_same(type, attrs, inputs, at):
    given = holders(inputs)
    outputs = apply(type, *given, **attrs)
    fetches = list(outputs) if isinstance(outputs, tuple) else [outputs]
    right, sessions = dict(zip(flat(given), flat(inputs))), executors()
    assert [len(session.run(fetches, right)) for session in sessions] == [len(fetches)] * 2
    for value in others(inputs[at], -(2**9) if type == "Range" else -(2**31)):
        assert_both(sessions, fetches, {**right, given[at]: value}, f"{type} {value.tolist()}")
    for session in sessions:
        session.close()


# ---- the same of functions, and of what changes variables


def variable():
    return tf.Variable(np.arange(6, dtype=np.float32).reshape(2, 3) + 1, name="v")


def updated(op_of):
    """A function whose result is what a variable holds after the op that `op_of(variable, *inputs)` makes."""

    def function(*given):
        v = variable()
        with tf.control_dependencies([op_of(v, *given)]):
            return v.read_value() + 0.0

    return function


def trained(make):
    return updated(lambda v, rate, gradient: make(rate).apply_gradients([(gradient, v)]))


def trained_by_rows(make):
    return updated(lambda v, rate, rows, at: make(rate).apply_gradients([(tf.IndexedSlices(rows, at, tf.shape(v)), v)]))


OPTIMIZERS = {
    "GradientDescent": tf.train.GradientDescentOptimizer,
    "Momentum": lambda rate: tf.train.MomentumOptimizer(rate, 0.9),
    "Adagrad": tf.train.AdagradOptimizer,
    "Adadelta": tf.train.AdadeltaOptimizer,
    "Adam": tf.train.AdamOptimizer,
    "RMSProp": tf.train.RMSPropOptimizer,
    "Ftrl": tf.train.FtrlOptimizer,
    "ProximalAdagrad": tf.train.ProximalAdagradOptimizer,
    "ProximalGradientDescent": tf.train.ProximalGradientDescentOptimizer,
}


def in_list(function):
    """A function of a TensorArray of three rows and the inputs."""

    def made(*given):
        rows = tf.TensorArray(tf.float32, 3, clear_after_read=False).unstack(tf.constant(SQUARE))
        result = function(rows, *given)
        return result.stack() if isinstance(result, tf.TensorArray) else result

    return made


def fresh(function):
    return lambda *given: function(tf.TensorArray(tf.float32, 3, infer_shape=False), *given)


SEQUENCE = np.arange(12, dtype=np.float32).reshape(2, 3, 2) / 10
FUNCTIONS = {
    **{f"train.{n}": (trained(o), [ONE, X]) for n, o in OPTIMIZERS.items()},
    **{f"train.{n} by rows": (trained_by_rows(o), [ONE, X[:1], i32(1)]) for n, o in OPTIMIZERS.items()},
    "assign": (updated(lambda v, x: tf.assign(v, x)), [X]),
    "assign_add": (updated(lambda v, x: tf.assign_add(v, x)), [X]),
    **{
        f"scatter_{n}": (updated(getattr(tf, f"scatter_{n}")), [i32(1, 0), X])
        for n in ("update", "add", "sub", "mul", "div", "min", "max")
    },
    **{
        f"scatter_nd_{n}": (updated(getattr(tf, f"scatter_nd_{n}")), [i32([1], [0]), X])
        for n in ("update", "add", "sub")
    },
    "clip_by_value": (tf.clip_by_value, [X, ONE, ONE + 1]),
    "clip_by_norm": (tf.clip_by_norm, [X, ONE]),
    "dropout": (lambda x, keep, shape: tf.nn.dropout(x, keep, shape, seed=3), [X, ONE, i32(2, 1)]),
    "sequence_mask": (tf.sequence_mask, [i32(1, 2), i(3)]),
    "embedding_lookup": (tf.nn.embedding_lookup, [X, i32(1, 0)]),
    "boolean_mask": (tf.boolean_mask, [X, np.array([True, False])], {1: [None]}),
    "sparse_segment_sum": (tf.sparse_segment_sum, [X, i32(1, 0), i32(0, 1)]),
    "repeat": (lambda x, n: tf.repeat(x, n, 0), [X, i32(2, 1)], {0: [None, None], 1: [None]}),
    "eye": (lambda n, m: tf.eye(n, m), [i(2), i(3)]),
    "random_crop": (lambda x, n: tf.random_crop(x, n, seed=3), [X, i32(1, 2)]),
    "zeros": (tf.zeros, [i32(2, 3)]),
    "where": (tf.where, [X > 2, X, X]),
    "tensordot": (lambda a, b: tf.tensordot(a, b, [[1], [1]]), [X, X], {0: [None, None], 1: [None, None]}),
    "matmul": (tf.matmul, [X, SQUARE]),
    "bias": (lambda x, w, b: tf.nn.xw_plus_b(x, w, b), [X, SQUARE, ROW]),
    "batch_normalization": (
        lambda x, m, v, o, s: tf.nn.batch_normalization(x, m, v, o, s, 0.1),
        [X, ROW, ROW, ROW, ROW],
    ),
    "gradient fed": (lambda x, g: tf.gradients(tf.reduce_sum(tf.square(x), 1), x, grad_ys=g)[0], [X, ROW[:2]]),
    "gradient of gather fed": (
        lambda x, g: tf.convert_to_tensor(tf.gradients(tf.gather(x, [1, 0]), x, grad_ys=g)[0]),
        [X, X],
    ),
    "gradient of pad fed": (lambda x, g: tf.gradients(tf.pad(x, [[1, 0], [0, 0]]), x, grad_ys=g)[0], [X, SQUARE]),
    "gradient of concat fed": (
        lambda x, g: tf.gradients(tf.concat([x, x], 0), x, grad_ys=g)[0],
        [X, np.tile(X, (2, 1))],
    ),
    "list read": (in_list(lambda rows, at: rows.read(at)), [i(1)]),
    "list gather": (in_list(lambda rows, at: rows.gather(at)), [i32(2, 0)]),
    "list write": (fresh(lambda rows, at, x: rows.write(at, x).read(at)), [i(1), ROW]),
    "list scatter": (fresh(lambda rows, at, x: rows.scatter(at, x).stack()), [i32(2, 0, 1), SQUARE]),
    "list split": (fresh(lambda rows, x, n: rows.split(x, n).concat()), [SQUARE, np.int64([1, 0, 2])]),
    "list of a size": (lambda n: tf.TensorArray(tf.float32, n).unstack(tf.constant(SQUARE)).stack(), [i(3)]),
    "cond": (lambda p: tf.cond(p, lambda: tf.constant(1), lambda: tf.constant(2)), [np.bool_(True)]),
    "while_loop": (lambda n: tf.while_loop(lambda k: k < 9, lambda k: k + 2, [0], maximum_iterations=n), [i(3)]),
    "while_loop to a limit": (lambda n: tf.while_loop(lambda k: k < n, lambda k: k + 1, [0]), [i(3)]),
    "map_fn": (lambda x: tf.map_fn(lambda row: row * 2, x), [X]),
    "lengths": (
        lambda x, n: tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(2), x, n, dtype=tf.float32)[0],
        [SEQUENCE, i32(3, 1)],
        {0: [None, None, 2]},
    ),
    "state": (
        lambda s: tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(2), tf.constant(SEQUENCE), initial_state=s)[0],
        [X[:, :2]],
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    function, inputs, *known = FUNCTIONS[name]
    tf.set_random_seed(1)
    shapes = known[0] if known else {}
    given = [tf.placeholder(np.asarray(v).dtype, shapes.get(k)) for k, v in enumerate(inputs)]
    result, right, sessions = function(*given), dict(zip(given, inputs)), executors()
    start = tf.global_variables_initializer()
    for session in sessions:
        session.run(start)
        session.run(result, right)
    for at, value in enumerate(inputs):
        for other in others(value, -(2**9)):
            if not given[at].shape.is_compatible_with(np.shape(other)):
                continue
            for session in sessions:
                session.run(start)
            assert_both(sessions, [result], {**right, given[at]: other}, f"{name} {at} {other.tolist()}")
    for session in sessions:
        session.close()


# ---- sizes for which there is no room anywhere

HUGE = [2**31 - 1] * 3
LARGE = {
    "broadcast_to": lambda n: tf.broadcast_to(tf.constant([1.0]), n),
    "zeros": tf.zeros,
    "fill": lambda n: tf.fill(n, "a"),
    "random_normal": tf.random_normal,
    "tile": lambda n: tf.tile([[[1.0]]], n),
    "scatter_nd": lambda n: tf.scatter_nd([[0]], tf.zeros([1, *HUGE[1:]]), n),
    "one_hot": lambda n: tf.one_hot(tf.zeros([1000, 1000], tf.int32), n[0]),
    "pad": lambda n: tf.pad([[[1.0]]], tf.stack([n, n], 1)),
}


@pytest.mark.parametrize("known", [True, False], ids=["known", "fed"])
@pytest.mark.parametrize("name", LARGE)
def test_huge_shapes(name, known):
    sizes = tf.constant(HUGE) if known else tf.placeholder(tf.int32, [3])
    try:
        result = LARGE[name](sizes)
    except (ValueError, tf.errors.ResourceExhaustedError):
        return
    for session in executors():
        with pytest.raises(tf.errors.ResourceExhaustedError, match="more are needed"), session:
            session.run(result, {} if known else {sizes: HUGE})
