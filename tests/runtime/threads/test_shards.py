"""Programs cut for several threads compute, bit for bit, what one thread computes."""

import numpy as np
import pytest
from forced import shared
from helpers import fails
from op_samples import SAMPLES

import minitf as tf
from minitf.kernels.compile.abi import FLOATS, T, kernel
from minitf.kernels.compile.splitting import By, Window
from minitf.kernels.machine import pool
from minitf.kernels.math import batches, convolution, elementwise, state
from minitf.kernels.math.gemm import gemm
from minitf.runtime import inspect
from minitf.runtime.execute import program
from minitf.runtime.lower.ir import Buffer, Call, Ref, Repeat
from minitf.runtime.threads import shards
from minitf.runtime.threads.accesses import access, clash
from minitf.runtime.threads.dividing import divided
from minitf.runtime.threads.shards import cost

pytestmark = pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")


@pytest.fixture(params=["even", "first late", "last late", "three"])
def force(request):
    """Makes sessions of two or three threads, which share whatever can be shared."""
    threads = 3 if request.param == "three" else 2

    def session(threads_wanted=threads):
        return tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads_wanted))

    with shared({"first late": 0, "last late": 1}.get(request.param)) as session.shared:
        yield session


B, STEPS, D, N = 9, 4, 3, 8


def cell(kind):
    return {
        "rnn": lambda: tf.nn.rnn_cell.BasicRNNCell(N),
        "gru": lambda: tf.nn.rnn_cell.GRUCell(N),
        "lstm": lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(N) for _ in range(2)]),
        "layer_norm": lambda: tf.contrib.rnn.LayerNormBasicLSTMCell(N),
    }[kind]()


def rnn(kind, unroll, lengths=None):
    def build(x):
        if unroll == "static":
            outputs, _ = tf.nn.static_rnn(cell(kind), tf.unstack(x, axis=1), dtype=tf.float32, sequence_length=lengths)
            return tf.stack(outputs, 1)
        return tf.nn.dynamic_rnn(cell(kind), x, dtype=tf.float32, sequence_length=lengths)[0]

    return build


def while_loop(x):
    """Trips that depend on data, and a loop in the loop."""
    w = tf.get_variable("w", [D, D])
    limit = tf.cast(tf.reduce_sum(tf.abs(x)), tf.int32) % 3 + 2

    def inner(h):
        return tf.while_loop(lambda j, g: j < 2, lambda j, g: (j + 1, tf.sin(tf.matmul(g, w))), [0, h])[1]

    return tf.while_loop(lambda i, h: i < limit, lambda i, h: (i + 1, inner(h) + h), [0, x[:, 0]])[1]


def branches(x):
    w = tf.get_variable("w", [D, N])
    y = tf.matmul(x[:, 0], w)
    return tf.cond(tf.reduce_sum(y) > 0, lambda: tf.tanh(y) * 2.0, lambda: tf.matmul(x[:, 1], w))


def nested_branches(x):
    """A loop in a branch, whose trips take one branch or another, in which there are others."""
    w = tf.get_variable("w", [D, D])
    half = lambda h: tf.cond(tf.reduce_sum(h) > 0, lambda: h * 0.5, lambda: tf.tanh(h))  # noqa: E731
    other = lambda h: tf.matmul(h, w) + half(h)  # noqa: E731

    def turn(i, h):
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: other(h) - 0.1, lambda: half(tf.sin(h)))

    loop = lambda: tf.while_loop(lambda i, h: i < 5, turn, [0, x[:, 0]])[1]  # noqa: E731
    return tf.cond(tf.reduce_sum(w) < 100.0, loop, lambda: x[:, 1]) + half(x[:, 2])


def convolved(x):
    """Softmax, sums over all kinds of axes, gathered and scattered rows."""
    table = tf.get_variable("table", [7, N])
    rows = tf.nn.embedding_lookup(table, tf.cast(tf.abs(x[:, :, 0]) * 3.0, tf.int32) % 7)
    y = tf.nn.softmax(rows + tf.reduce_sum(rows, 1, keepdims=True) + tf.reduce_mean(rows, [0, 2], keepdims=True))
    return y * tf.reduce_max(rows, 2, keepdims=True)


def images(x):
    """Convolution, pooling of both kinds, and their gradients."""
    x = tf.stack([x, x + 1.0], 3)
    y = tf.nn.max_pool(tf.layers.conv2d(x, N, 3, padding="same", activation=tf.nn.relu), 2, 1, "SAME")
    return tf.nn.avg_pool(tf.layers.conv2d(y, 3, 2, 2, padding="same"), 2, 1, "SAME")


def few_gradients(x):
    """The largest of large windows, behind which hardly any gradient is not zero."""
    x = tf.tile(tf.stack([x + k / 16 for k in range(16)], 3), [1, 4, 3, 1])
    y = tf.layers.conv2d(x, 32, 3, padding="same", activation=tf.nn.relu)
    return tf.nn.max_pool(tf.layers.conv2d(y, 64, 3, padding="same"), 9, 9, "SAME")


MODELS = {
    "images": images,
    "few gradients": few_gradients,
    "rnn dynamic": rnn("rnn", "dynamic"),
    "rnn static": rnn("rnn", "static"),
    "gru dynamic": rnn("gru", "dynamic"),
    "lstm dynamic": rnn("lstm", "dynamic"),
    "lstm static": rnn("lstm", "static"),
    "lengths dynamic": rnn("lstm", "dynamic", np.arange(B) % (STEPS + 1)),
    "lengths static": rnn("gru", "static", np.arange(B) % (STEPS + 1)),
    "norm dynamic": rnn("layer_norm", "dynamic"),
    "while": while_loop,
    "branches": branches,
    "nested branches": nested_branches,
    "convolved": convolved,
}


@pytest.mark.parametrize("model", MODELS)
def test_training_is_the_same_to_the_last_bit(model, force):
    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, [B, STEPS, D])
    y = MODELS[model](x)
    loss = tf.reduce_mean(tf.square(y - 0.3))
    train = tf.train.AdamOptimizer(0.05).minimize(loss)
    batch = np.random.RandomState(0).standard_normal((B, STEPS, D)).astype(np.float32)
    found = {}
    for threads in (1, None):
        with force(1) if threads else force() as session:
            session.run(tf.global_variables_initializer())
            steps = [session.run([loss, y, train], {x: batch})[:2] for _ in range(4)]
            found[threads] = [*steps, session.run(tf.global_variables())]
    assert force.shared, "nothing was shared"
    tf_equal(found[1], found[None])


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("force", ["last late", "three"], indirect=True)
def test_many_ops_in_one_program(force, part):
    """Calls that have nothing to do with each other are made at the same time."""
    fetches, feeds = [], {}
    for type, function, arrays, options in SAMPLES[part::4]:
        if type == "Print":
            continue
        arrays = [np.asarray(a) for a in arrays]
        if options.get("dtypes") == ("float32",):
            arrays = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arrays]
        inputs = [tf.placeholder(a.dtype, a.shape) for a in arrays]
        feeds |= dict(zip(inputs, arrays))
        made = function(*inputs)
        made = [t for t in (made if isinstance(made, list) else [made]) if t is not None]
        fetches += made
        if options.get("grads", True):
            floats = [[t for t in tensors if t.dtype.is_floating] for tensors in (made, inputs)]
            fetches += [g for g in tf.gradients(*floats) if g is not None]
    with force(1) as alone, force() as together:
        for _ in range(2):
            tf_equal(alone.run(fetches, feeds), together.run(fetches, feeds))
    assert force.shared


def test_scratch_memory_is_nobody_elses(force):
    """Of several draws each has sums of its own, whichever thread makes it."""
    logits = [tf.placeholder(tf.float32, [60, 400]) for _ in range(6)]
    drawn = [tf.multinomial(x, 2, seed=k) for k, x in enumerate(logits)]
    random = np.random.RandomState(0)
    with force(1) as alone, force() as together:
        for _ in range(20):
            feeds = {x: random.standard_normal((60, 400)) for x in logits}
            tf_equal(alone.run(drawn, feeds), together.run(drawn, feeds))
    assert force.shared


@kernel(T=FLOATS, split=By("n", a=1, o=1))
def shards_untold(a: T, o: T.out, total: T.inout, n):
    """A kernel that writes what its rule does not cut."""
    for i in range(n):
        o[i] = a[i]
        total[0] += a[i]
    return 0


def test_what_is_written_by_all_parts_is_not_cut():
    a, o, total = (ref(0, count, placed(offset, 16)) for count, offset in ((16, 0), (16, 64), (1, 128)))
    assert divided(Call(shards_untold[np.float32], (a, o, total, 16), None, None), 2) == []
    assert len(divided(Call(state.assign[np.uint32], (a, o, 16), None, None), 2)) == 2


def test_an_operand_read_twice_in_place_is_not_cut():
    """x = x * x[0]: a thread would write what the others still read."""
    x = ref(0, 16, placed(0, 16))
    first = Ref((), np.float32, x.buffer)
    apart = ref(0, 16, placed(64, 16))
    mul = elementwise.mul[np.float32]
    assert divided(Call(mul, (x, first, x, 1, (16, 1, 0)), None, None), 2) == []
    assert len(divided(Call(mul, (x, first, apart, 1, (16, 1, 0)), None, None), 2)) == 2
    assert len(divided(Call(mul, (x, x, x, 1, (16, 1, 1)), None, None), 2)) == 2


def tf_equal(one, other):
    if isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for a, b in zip(one, other):
            tf_equal(a, b)
    else:
        np.testing.assert_array_equal(one, other)


def test_an_error_leaves_variables_as_before_the_failed_op(force):
    index = tf.placeholder(tf.int32, [B])
    v = tf.Variable(tf.zeros([B, N]))
    first = tf.assign_add(v, tf.ones([B, N]))
    with tf.control_dependencies([first]):
        rows = tf.gather(tf.ones([4, N]), index, name="look")  # this line
    with tf.control_dependencies([rows]):
        last = tf.assign_add(v, 10 * rows)
    good, bad = np.arange(B) % 4, np.arange(B) % 4
    bad[7] = 99
    with force() as session:
        session.run(v.initializer)
        session.run(last, {index: good})
        for _ in range(3):
            with fails(tf.errors.InvalidArgumentError, "look", "99", "[0, 4)", "# this line"):
                session.run(last, {index: bad})
        np.testing.assert_array_equal(session.run(v), np.full([B, N], 14.0))
        session.run(last, {index: good})
        np.testing.assert_array_equal(session.run(v), np.full([B, N], 25.0))
    assert force.shared


def test_an_error_in_a_part_of_a_branch(force):
    x, i, taken = tf.placeholder(tf.float32, [20, 3]), tf.placeholder(tf.int32, [20]), tf.placeholder(tf.bool, [])
    y = tf.cond(taken, lambda: tf.gather(tf.tanh(x) * 2.0, i) + 1.0, lambda: tf.sin(x))
    with force() as session:
        for k in (1, 18):
            wrong = {x: np.ones((20, 3)), i: np.where(np.arange(20) == k, 27, np.arange(20))}
            with fails(tf.errors.InvalidArgumentError, f"[{k}] = 27 is not in [0, 20)"):
                session.run(y, {**wrong, taken: True})
            np.testing.assert_allclose(session.run(y, {**wrong, taken: False}), np.sin(np.ones((20, 3))), 1e-6)
    assert force.shared


def test_large_inputs_are_read_where_they_are(force):
    x = tf.placeholder(tf.float32, [None, 100])
    y = tf.reduce_sum(tf.square(x), 1)
    with force() as session:
        for rows in (200, 300, 200):
            batch = np.random.standard_normal((rows, 100)).astype(np.float32)
            np.testing.assert_allclose(session.run(y, {x: batch}), (batch.astype(np.float64) ** 2).sum(1), 1e-5)


# ---------------------------------------------------------------- where threads have to meet


def ref(first, count, buffer, moves=()):
    return Ref((count,), np.float32, buffer, 4 * first, moves)


def placed(offset, count):
    buffer = Buffer(4 * count)
    buffer.offset = offset
    return buffer


def test_accesses_that_clash():
    one, other = placed(0, 16), placed(64, 16)
    assert clash(access(ref(0, 8, one), True), access(ref(7, 4, one), False))
    assert not clash(access(ref(0, 8, one), False), access(ref(7, 4, one), False))
    assert not clash(access(ref(0, 8, one), True), access(ref(8, 4, one), True))
    assert not clash(access(ref(0, 16, one), True), access(ref(0, 16, other), True))
    assert clash(access(ref(0, 16, placed(32, 16)), True), access(ref(0, 16, one), True))


def test_ranges_of_columns():
    place, loop = placed(0, 80), Repeat()
    left, right = Window(0, 28, 4, 8), Window(4, 28, 4, 8)  # halves of four rows of 8
    whole, moving = ref(0, 32, place), ref(0, 32, placed(0, 320), ((loop, 128),))
    for value in (whole, moving):
        assert not clash(access(value, True, left), access(value, True, right))
        assert clash(access(value, True, left), access(value, False, Window(3, 9)))
        assert clash(access(value, True, left), access(value, True, Window(2, 28, 4, 8)))
    assert not clash(access(whole, True, left), access(whole, False, Window(4, 4)))


def test_slices_of_different_trips_may_clash():
    stack, loop = placed(0, 80), Repeat()
    here = access(ref(0, 4, stack, ((loop, 32),)), True)  # the first half of each slice of 8
    low = here.before(loop)
    assert not clash(low, access(ref(4, 4, stack, ((loop, 32),)), True))
    assert not clash(low, access(ref(12, 4, stack, ((loop, 32),)), True))
    assert clash(low, access(ref(7, 2, stack, ((loop, 32),)), True))
    assert clash(access(ref(7, 2, stack, ((loop, 32),)), True), low)
    assert not clash(here, access(ref(7, 2, stack, ((loop, 32),)), True))
    assert clash(here, access(ref(3, 2, stack, ((loop, 32),)), True))
    assert clash(here.before(Repeat()), access(ref(3, 2, stack, ((loop, 32),)), True))
    assert clash(low, access(ref(0, 9, stack), False))
    assert clash(low, access(ref(8, 2, stack), False))
    assert not clash(low, access(ref(12, 2, stack), False))


def test_lanes_of_counts_that_are_others_in_each_trip_are_those_of_one():
    buffer, loop, inner = placed(0, 80), Repeat(), Repeat()
    mine = access(ref(0, 20, buffer), True)._replace(lane="half of a count", trips=(loop,))
    assert not clash(mine, mine)
    assert not clash(mine.before(inner), mine)
    assert clash(mine.before(loop), mine)
    moving = access(ref(0, 20, buffer, ((inner, 0),)), True)
    moving = moving._replace(here=moving.here._replace(lane="half of a count", trips=(loop,)))
    assert not clash(moving, moving)
    assert clash(moving.before(loop), moving)
    assert clash(moving.before(inner), moving)


def test_rows_are_cut_alike_in_flat_and_in_nested_calls():
    from minitf.kernels.compile import layout
    from minitf.kernels.math import elementwise

    def add(shape, *others):
        a, b = (Ref(s, np.float32, placed(0, 400)) for s in (shape, *(others or (shape,))))
        shape, rank, dims = layout.broadcast(a.shape, b.shape)
        return Call(elementwise.add[np.float32], (a, b, Ref(shape, np.float32, placed(0, 400)), rank, dims), None, None)

    flat, nested = divided(add((9, 5)), 2), divided(add((9, 5), (5,)), 2)
    assert [p.node.operands[2].size for p in flat] == [p.node.operands[2].size for p in nested] == [20, 25]
    assert divided(add((3, 2)), 2) == []  # too few


def test_what_products_cost():
    x, f, y = (Ref(s, np.float32, placed(0, 4000)) for s in ((4, 5, 6, 2), (3, 2, 2, 7), (4, 5, 6, 7)))
    numbers = (5, 6, 2, 5, 6, 7, 3, 2, 1, 1, 1, 1, 1, 0)
    flops = 2 * y.size * 3 * 2 * 2
    for kind, operands in [
        (convolution.conv2d, (x, f, y, 0, 120)),
        (batches.conv2d_batch, (x, f, y, 0, 4)),
        (convolution.conv2d_input, (y, f, x, 0, 4)),
        (batches.conv2d_input_batch, (y, f, x, 0, 4)),
        (convolution.conv2d_filter, (x, y, f, f, 0, 12, 0, 7, 4)),
        (batches.conv2d_filter_batch, (x, y, f, f, 0, 12, 0, 7, 4)),
    ]:
        call = Call(kind[np.float32], (*operands, *numbers), None, None)
        assert cost(call) == flops / shards._FLOPS
    product = Call(gemm[np.float32], (x, f, y, 3, 4, 5, 0, 0, 5, 4, 4, 0, 1, 0, 0, 0), None, None)
    assert cost(product) == 120 / shards._FLOPS


def test_what_is_in_a_branch_is_cut_as_it_is_outside():
    x, taken = tf.placeholder(tf.float32, [B, STEPS, D]), tf.placeholder(tf.bool, [])
    network = rnn("gru", "dynamic", np.arange(B) % (STEPS + 1))
    found, named, feeds = {}, [], {x: np.ones((B, STEPS, D)), taken: True}
    with tf.variable_scope("outside"):
        found["outside"] = network(x)
    with tf.variable_scope("inside"):
        found["inside"] = tf.cond(taken, lambda: network(x), lambda: tf.zeros([B, STEPS, N]))
    with shared() as walks, tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=2)) as session:
        session.run(tf.global_variables_initializer())
        for where, y in found.items():
            gradients = tf.gradients(tf.reduce_sum(y), tf.trainable_variables(where))
            session.run([y, *gradients], feeds)
            named.append([[call.name for call in part.instructions.calls.values()] for part in walks[-1].parts])
    for without, with_it in zip(*named):
        assert with_it.count("meet") <= without.count("meet") + 3
        assert with_it.count("gemm") == without.count("gemm") > 4


def test_a_program_with_little_work_is_not_shared():
    x = tf.placeholder(tf.float32, [])
    y = x + 1.0
    with tf.Session() as session:
        for _ in range(300):
            session.run(y, {x: 1.0})
        [made] = inspect(session).programs
        assert made._pace is None and made._together is None


def test_one_thread_is_one_thread(monkeypatch):
    monkeypatch.setattr(program, "thread_pool", lambda threads: pytest.fail("workers for one thread"))
    x = tf.placeholder(tf.float32, [400, 400])
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        for _ in range(20):
            session.run(tf.matmul(x, x), {x: np.eye(400)})


def test_a_number_of_threads():
    for wrong, error in ((-1, ValueError), (1.5, TypeError), ("2", TypeError), (True, ValueError)):
        with fails(error, "intra_op_parallelism_threads"):
            tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=wrong))
