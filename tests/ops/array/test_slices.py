"""Gradients that arrive as IndexedSlices: through every op and every kind of body as if they were dense."""

import control_facts
import numpy as np
import pytest
from helpers import built_types, run
from op_samples import SAMPLES

import minitf as tf
from minitf.autodiff.gradients import _REGISTERED

X, W = np.random.default_rng(1).normal(size=(4, 3)), np.random.default_rng(2).normal(size=(3, 3)) / 2


def picked(y, ids):
    """`gather(y, ids)` as a product, whose gradient is dense."""
    rows, *rest = y.shape.as_list()
    flat = tf.matmul(tf.constant(np.eye(rows)[ids], y.dtype), tf.reshape(y, [rows, -1]))
    return tf.reshape(flat, [len(ids), *rest])


def looked_up_twice(gather, y, ids):
    return gather(y, ids) * 2.0 + gather(y, ids[::-1])


def looked_up_and_whole(gather, y, ids):
    return tf.concat([gather(y, ids), y], 0)


def by_vectors(gather, y, ids):
    return picked(y, ids) if gather is picked else tf.gather_nd(y, [[i] for i in ids])


def in_a_matrix(gather, y, ids):
    found = gather(y, ids)
    return tf.stack([found, found]) if gather is picked else tf.nn.embedding_lookup(y, [ids, ids])


LOOKUPS = [lambda gather, y, ids: gather(y, ids), by_vectors, in_a_matrix, looked_up_twice, looked_up_and_whole]


def first_and_second(z, xs, random):
    """The gradients of z along random directions, and theirs, as tensors."""
    found = tf.gradients(z * tf.constant(random.normal(size=z.shape.as_list()), z.dtype), xs)
    first = [tf.convert_to_tensor(g) for g in found if g is not None]
    try:
        found = tf.gradients([tf.reduce_sum(tf.sin(g)) for g in first], xs)
    except LookupError:  # an op whose gradient has none
        found = []
    return first + [tf.convert_to_tensor(g) for g in found if g is not None]


def compare(y, xs, feeds, executors=("native",), lookups=LOOKUPS, exact=1e-9):
    """Gradients behind lookups of rows of y against those behind products."""
    ids = [0, y.shape.as_list()[0] - 1, 0]
    pairs = []
    for i, lookup in enumerate(lookups):
        for gather in (tf.gather, picked):
            pairs.append(first_and_second(lookup(gather, y, ids), xs, np.random.default_rng(i)))
    for executor in executors:
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            values = session.run(pairs, feeds)
        for mine, dense in zip(values[::2], values[1::2]):
            assert mine and len(mine) == len(dense)
            for one, other in zip(mine, dense):
                np.testing.assert_allclose(one, other, exact, exact, err_msg=executor)


SMOOTH = [s for s in SAMPLES if s[3].get("grads", True)]


@pytest.mark.parametrize("i, sample", list(enumerate(SMOOTH)), ids=[s[0] for s in SMOOTH])
def test_behind_every_op(i, sample):
    """What an op does with slices does not depend on where they come from: of the other lookups each meets some ops."""
    type, function, arrays, _ = sample
    arrays = [np.asarray(a) for a in arrays]
    inputs = [tf.placeholder(tf.float64, a.shape) if a.dtype.kind == "f" else tf.constant(a) for a in arrays]
    feeds = {t: a for t, a in zip(inputs, arrays) if a.dtype.kind == "f"}
    outputs = function(*inputs)
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    for y in outputs:
        if not y.dtype.is_floating or y.shape.rank == 0:
            continue
        if not y.shape.is_fully_defined():
            y.set_shape(run(y, feed_dict=feeds).shape)
        if y.shape.as_list()[0]:
            lookups = [LOOKUPS[0], LOOKUPS[1 + i % 4]]
            compare(y, list(feeds), feeds, lookups=lookups, exact=1e-6 if type == "Cast" else 1e-9)


def branch(x, w):
    return tf.cond(tf.reduce_sum(x) > -99.0, lambda: tf.tanh(tf.matmul(x, w)), lambda: tf.identity(x))


def same_in_both(x, w):
    return tf.cond(tf.reduce_sum(w) > -99.0, lambda: tf.identity(x), lambda: -x) * 1.0


def one_branch_only(x, w):
    return tf.cond(tf.reduce_sum(w) > 99.0, lambda: x * 2.0, lambda: tf.zeros([4, 3], x.dtype)) + x


def loop(x, w):
    return tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, tf.sin(tf.matmul(v, w))), [0, x])[1]


def unchanged(x, w):
    return tf.while_loop(lambda i, v: i < 2, lambda i, v: (i + 1, tf.identity(v)), [0, tf.matmul(x, w)])[1]


def looked_up_inside(x, w):
    step = lambda i, v: (i + 1, tf.gather(v, [1, 0, 3, 3]) * tf.gather(w, [0, i, i, 2])[0])  # noqa: E731
    return tf.while_loop(lambda i, v: i < 2, step, [0, x])[1]


def mapped(x, w):
    return tf.map_fn(lambda r: tf.reduce_sum(tf.gather(w, [0, 2, 0]) * r, 1), x)


def scanned(x, w):
    return tf.scan(lambda a, r: tf.tanh(a * r) + w[0], x, initializer=w[1])


class Cell(tf.nn.rnn_cell.RNNCell):
    """A layer whose weights are given."""

    def __init__(self, w):
        super().__init__(dtype=w.dtype)
        self._w = w

    state_size = output_size = 3

    def call(self, inputs, state):
        state = tf.tanh(tf.matmul(inputs + state, self._w))
        return state, state


def dynamic(x, w):
    outputs, state = tf.nn.dynamic_rnn(Cell(w), tf.expand_dims(x, 1), dtype=x.dtype, sequence_length=[1, 0, 1, 1])
    return outputs[:, 0] + state


def static(x, w):
    outputs, state = tf.nn.static_rnn(Cell(w), [x, tf.gather(x, [1, 1, 0, 2])], dtype=x.dtype)
    return outputs[0] * state


def loop_in_branch_in_loop(x, w):
    inner = lambda v: tf.cond(v[0, 0] > -99.0, lambda: loop(tf.gather(v, [0, 1, 1, 3]), w), lambda: v)  # noqa: E731
    return tf.while_loop(lambda i, v: i < 2, lambda i, v: (i + 1, inner(v)), [0, x])[1]


@pytest.mark.parametrize(
    "function",
    [
        branch,
        same_in_both,
        one_branch_only,
        loop,
        unchanged,
        looked_up_inside,
        mapped,
        scanned,
        dynamic,
        static,
        loop_in_branch_in_loop,
    ],
)
def test_behind_and_inside_of_bodies(function):
    x, w = tf.placeholder(tf.float64, [4, 3]), tf.placeholder(tf.float64, [3, 3])
    compare(function(x, w), [x, w], {x: X, w: W}, control_facts.EXECUTORS, LOOKUPS[::2])


def test_a_broadcast_operand_gets_a_sum():
    x, w, b = tf.ones([4, 3]), tf.ones([3, 2]), tf.zeros([2])
    y = tf.gather(tf.matmul(x, w) + b, [0, 2])
    assert run(*tf.gradients(y, [b])).tolist() == [2, 2]


KEPT = [  # as TensorFlow 1.15 does
    ("Identity", tf.identity, True),
    ("IdentityN", lambda x: tf.identity_n([x])[0], True),
    ("Neg", tf.negative, True),
    ("Cast", lambda x: tf.cast(x, tf.float64), True),
    ("AddN", lambda x: tf.add_n([x, tf.zeros([4, 3])]), True),
    ("AccumulateNV2", lambda x: tf.accumulate_n([x, tf.zeros([4, 3])]), True),
    ("PlaceholderWithDefault", lambda x: tf.placeholder_with_default(x, [4, 3]), True),
    ("Print", lambda x: tf.Print(x, [], first_n=0), True),
    ("BiasAdd", lambda x: tf.nn.bias_add(x, tf.zeros([3])), True),
    ("GatherV2", lambda x: tf.gather(x, [0, 1, 3]), True),
    ("If", lambda x: tf.cond(tf.placeholder_with_default(True, []), lambda: -x, lambda: tf.identity(x)), True),
    ("tuple", lambda x: tf.tuple([x])[0], True),
    ("Add", lambda x: x + tf.zeros([4, 3]), False),
    ("Mul", lambda x: x * 2.0, False),
    ("Tanh", tf.tanh, False),
    ("Reshape", lambda x: tf.reshape(x, [4, 3]), False),
    ("Transpose", lambda x: tf.transpose(x, [0, 1]), False),
    ("StridedSlice", lambda x: x[:4], False),
    ("Select", lambda x: tf.where(x > 0.0, x, tf.zeros([4, 3])), False),
    ("CheckNumerics", lambda x: tf.check_numerics(x, "bad"), False),
    ("Unpack", lambda x: tf.unstack(tf.expand_dims(x, 0))[0], False),
]


@pytest.mark.parametrize("type, function, kept", KEPT, ids=[k[0] for k in KEPT])
def test_what_hands_slices_on(type, function, kept):
    table = tf.get_variable("table", initializer=X.astype(np.float32))
    y = tf.gather(function(table), [0, 2, 2])
    (gradient,) = tf.gradients(y, table)
    assert isinstance(gradient, tf.IndexedSlices) is kept
    assert tf.convert_to_tensor(gradient).shape == [4, 3]


def test_slices_become_dense_once_and_only_where_they_must():
    x = tf.ones([4, 3])
    y = tf.tanh(x)
    z = tf.identity(y)
    g = tf.gather(z, [0]) + tf.gather(z, [2])
    tf.gradients(g, z)
    assert "UnsortedSegmentSum" not in built_types()
    tf.gradients(g, x)
    assert built_types().count("UnsortedSegmentSum") == 1


def test_own_gradients_are_given_tensors():
    given = []

    @tf.RegisterGradient("TestSlices")
    def doubled(op, grad):
        given.append(grad)
        return grad * 2.0

    try:
        table = tf.ones([4, 3])
        with tf.get_default_graph().gradient_override_map({"Identity": "TestSlices"}):
            y = tf.identity(table)
        found = run(*tf.gradients(tf.gather(y, [1, 1]), [table]))
    finally:
        del _REGISTERED["TestSlices"]
    assert isinstance(given[0], tf.Tensor)
    assert found.tolist() == [[0] * 3, [4] * 3, [0] * 3, [0] * 3]


def test_own_gradients_may_give_slices_to_a_broadcast_operand():
    @tf.RegisterGradient("TestSlices")
    def rows(op, grad):
        return None, tf.IndexedSlices(grad[:1], [2], tf.shape(grad))

    try:
        b = tf.zeros([3])
        with tf.get_default_graph().gradient_override_map({"Add": "TestSlices"}):
            y = tf.ones([4, 3]) + b
        found = run(*tf.gradients(y * 2.0, [b]))
    finally:
        del _REGISTERED["TestSlices"]
    assert found.tolist() == [2, 2, 2]


def test_slices_without_a_shape_flow_into_a_tensor_that_has_one():
    x = tf.constant(X)
    y = tf.sin(x)
    (g,) = tf.gradients(y, x, grad_ys=tf.IndexedSlices(tf.ones([2, 3], tf.float64), [1, 1]))
    wanted = np.zeros_like(X)
    wanted[1] = 2 * np.cos(X[1])
    np.testing.assert_allclose(run(g), wanted)


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
@pytest.mark.parametrize("trips", [0, 2, 100])
def test_rows_looked_up_in_a_loop_are_as_many_as_its_trips(executor, trips):
    table, n = tf.ones([4, 2]), tf.placeholder(tf.int32, [])
    step = lambda i, a: (i + 1, a + tf.reduce_sum(tf.gather(table, [i % 2 + 1, 3])))  # noqa: E731
    (g,) = tf.gradients(tf.while_loop(lambda i, a: i < n, step, [0, 0.0])[1], table)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        values, indices, shape = session.run(g, {n: trips})
    assert indices.tolist() == [k for i in range(trips) for k in (i % 2 + 1, 3)]
    assert values.tolist() == [[1, 1]] * 2 * trips and shape.tolist() == [4, 2]


@pytest.mark.parametrize("executor", control_facts.EXECUTORS)
def test_what_a_loop_looks_up_is_all_that_momentum_moves(executor):
    table, n = (tf.get_variable("table", initializer=np.zeros((4, 2), np.float32)), tf.placeholder(tf.int32, []))
    step = lambda i, a: (i + 1, a + tf.reduce_sum(tf.gather(table, [i])))  # noqa: E731
    total = lambda first: tf.while_loop(lambda i, a: i < n, step, [first, 0.0])[1]  # noqa: E731
    optimizer = tf.train.MomentumOptimizer(1.0, 0.5)
    first, later = optimizer.minimize(total(0)), optimizer.minimize(total(2))
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(tf.global_variables_initializer())
        session.run(first, {n: 4})
        session.run(later, {n: 4})
        assert session.run(table)[:, 0].tolist() == [-1, -1, -2.5, -2.5]
