"""Sizes that are new in each run: a region is lowered a few times, and its program resized from then on."""

import gc
import time

import numpy as np
import pytest
from campaigns import sizes
from random_graphs.build import Built
from resized import watched

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.execute.program import Program
from minitf.runtime.plan import region
from minitf.runtime.resize import group
from minitf.runtime.resize.box import Sizes

D, N = 3, 4


@pytest.fixture
def lowered(monkeypatch):
    """How often a region was lowered."""
    found, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: found.append(1) or real(self, *given))
    return found


@pytest.fixture(autouse=True)
def watch():
    with watched() as watch:
        yield watch
    assert not watch.wrong


def gru(x, n):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(N), x, n, dtype=tf.float32)[0]


def two(x, n):
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(N) for _ in range(2)])
    return tf.nn.dynamic_rnn(cell, x, n, dtype=tf.float32)[0]


def both(x, n):
    cells = [tf.nn.rnn_cell.LSTMCell(N, use_peepholes=True) for _ in range(2)]
    return tf.concat(tf.nn.bidirectional_dynamic_rnn(*cells, x, n, dtype=tf.float32)[0], 2)


def attention(x, n):
    h = gru(x, n)
    scores = tf.nn.softmax(tf.reduce_sum(h * h[:, :1], 2))
    return h * scores[:, :, None]


def pairs(x, n):
    """Each step looks at all others, and at how far they are."""
    h, steps = gru(x, n), tf.range(tf.shape(x)[1])
    far = tf.cast(tf.abs(steps[:, None] - steps[None]), tf.float32)
    return tf.matmul(tf.nn.softmax(tf.matmul(h, h, transpose_b=True) - 0.1 * far), h) + tf.concat(
        [h[:, 1:], h[:, :1]], 1
    )


def positions(x, n):
    steps = tf.cast(tf.range(tf.shape(x)[1]), tf.float32)
    return gru(x + steps[None, :, None] / tf.cast(tf.shape(x)[1], tf.float32), n)


def looked_up(x, n):
    table = tf.get_variable("positions", [100, D], initializer=tf.ones_initializer())
    places = tf.tile(tf.range(tf.shape(x)[1])[None], [tf.shape(x)[0], 1])
    return gru(x + tf.nn.embedding_lookup(table, places), n)


def masked(x, n):
    return tf.boolean_mask(gru(x, n), tf.reduce_sum(x, 2) > 0)


def selected(x, n):
    h = gru(x, None)
    return tf.gather_nd(h, tf.where(tf.sequence_mask(n, tf.shape(x)[1])))


def grown(x, n):
    h = gru(x, n)
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    _, array = tf.while_loop(
        lambda i, array: i < tf.shape(h)[1], lambda i, array: (i + 1, array.write(i, h[:, i] * 2.0)), [0, array]
    )
    return array.stack()


def raw(x, n):
    cell, steps = tf.nn.rnn_cell.GRUCell(N), tf.shape(x)[1]
    inputs = tf.TensorArray(tf.float32, steps).unstack(tf.transpose(x, [1, 0, 2]))

    def loop(time, output, state, _):
        over = time >= steps
        following = tf.cond(over, lambda: tf.zeros([tf.shape(x)[0], D]), lambda: inputs.read(time))
        following.set_shape([None, D])
        state = cell.zero_state(tf.shape(x)[0], tf.float32) if output is None else state
        return tf.fill([tf.shape(x)[0]], over), following, state, output, None

    return tf.nn.raw_rnn(cell, loop)[0].stack()


MODELS = [gru, two, both, attention, pairs, positions, masked, selected, grown, raw]


def fed(draw, x, n, least=4):
    batch, steps = draw.randint(3, 12), draw.randint(least, 25)
    return {x: draw.randn(batch, steps, D), n: draw.randint(0, steps + 1, batch)}


def built(model):
    tf.set_random_seed(1)
    x, n = tf.placeholder(tf.float32, [None, None, D]), tf.placeholder(tf.int32, [None])
    loss = tf.reduce_mean(tf.square(model(x, n)))
    gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, tf.trainable_variables()), 0.5)
    train = tf.train.AdamOptimizer().apply_gradients(zip(gradients, tf.trainable_variables()))
    return [loss, norm, train], x, n


@pytest.mark.parametrize(("model", "threads"), [*((model, 1) for model in MODELS), (masked, 2)])
def test_new_sizes_in_every_run(model, threads, lowered, watch):
    fetches, x, n = built(model)
    found, anew = {}, []
    for executor in ("native", "op_by_op"):
        config = tf.ConfigProto(executor=executor, intra_op_parallelism_threads=threads)
        draw, found[executor] = np.random.RandomState(0), []
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            for _ in range(26):
                found[executor].append(session.run(fetches, fed(draw, x, n, 12 if model is pairs else 4))[:2])
                anew.append(len(lowered) - watch.counts["resized"])  # each of which is lowered by the watch
    np.testing.assert_allclose(found["native"], found["op_by_op"], rtol=1e-3, atol=1e-6)
    assert np.count_nonzero(np.diff(anew[10:26])) <= 4 and watch.counts["resized"] >= 14


def tagger(x, n):
    """Its products read rows that were stacked in another order, of which there are more or less."""
    return tf.layers.dense(both(x, n), 2)


def attending(x, n):
    """A decoder as long as the input that looks at what an encoder gave, whose length is another one."""
    seq2seq, memory = tf.contrib.seq2seq, gru(tf.concat([x, x], 1), n)
    attention = seq2seq.LuongAttention(N, memory, n)
    cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(N), attention, attention_layer_size=N)
    batch, steps = tf.shape(x)[0], tf.shape(x)[1]
    helper = seq2seq.TrainingHelper(x, tf.fill([batch], steps))
    return seq2seq.dynamic_decode(seq2seq.BasicDecoder(cell, helper, cell.zero_state(batch, tf.float32)))[0].rnn_output


def test_a_number_in_doubt_is_found_out_before_programs_are_made(monkeypatch):
    """25 steps may follow 24 rows: nothing is lowered by a guess."""
    made, real = [], region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, wanted: made.append(real(self, wanted)) or made[-1])
    fetches, x, n = built(raw)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        made.clear()
        for batch, steps in [(24, 25), (29, 33), (27, 30)]:
            session.run(fetches, {x: np.zeros([batch, steps, D]), n: np.arange(batch) + 1})
    assert [program is None for program in made][:4] == [False, True, False, False]


@pytest.mark.parametrize("model", [gru, two, tagger, attention, pairs, looked_up, masked, selected, raw, attending])
def test_how_often_new_sizes_are_lowered(model, lowered, watch):
    """The first ones, and when there are others two samples of all that may come; or more, where the first program is
    of another form. With what is found out on the way and does not follow them, twice.
    """
    fetches, x, n = built(model)
    draw = np.random.RandomState(0)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        lowered.clear()
        for k in range(16):
            batch, steps = 24 + k * 5 % 9, 25 + k * 8 % 17
            session.run(fetches, {x: draw.randn(batch, steps, D), n: draw.randint(1, steps + 1, batch)})
    most = {attending: 5, raw: 4}  # 25 steps may be 24 rows and one: that is found out, and tells less
    assert len(lowered) - watch.counts["resized"] <= most.get(model, 3)


@pytest.mark.parametrize("seed", [2, 3, 16, 46])
def test_random_graphs_are_lowered_a_few_times(seed, lowered, watch):
    """With constants of text in them, and steps along axes of one that are others for the sizes of the first run."""
    built = Built(seed, batches=[19, 40, 27, 33, 22, 45, 30, 21, 38, 25, 42, 29, 35, 24])
    lowered.clear()
    _, error = sizes.outcomes(built, "native", "")
    assert error is None and len(lowered) - watch.counts["resized"] <= 9


@pytest.mark.parametrize("seed", range(2))
def test_numbers_of_lowerings_do_not_depend_on_the_sizes(seed, lowered, watch):
    """However they come, up to twice as large as the smallest: those outside of what was expected are lowered."""
    fetches, x, n = built([gru, tagger, raw][seed % 3])
    draw = np.random.RandomState(seed)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        lowered.clear()
        for _ in range(24):
            batch, steps = draw.randint(12, 25), draw.randint(16, 33)
            session.run(fetches, {x: draw.randn(batch, steps, D), n: draw.randint(1, steps + 1, batch)})
    assert len(lowered) - watch.counts["resized"] <= 10


def test_one_row_or_one_step_among_many_are_lowered_for_all_the_others(lowered, watch):
    """What is lowered in ways of its own has a program of its own for all sizes, too."""
    fetches, x, n = built(gru)
    draw = np.random.RandomState(0)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        lowered.clear()
        for k in range(60):
            batch, steps = draw.randint(4, 12), draw.randint(9, 25)
            batch, steps = [(batch, steps), (1, steps), (batch, 1)][k % 3]
            session.run(fetches, {x: draw.randn(batch, steps, D), n: draw.randint(0, steps + 1, batch)})
    assert len(lowered) - watch.counts["resized"] - watch.counts["another form"] <= 42


def test_what_was_better_for_the_first_sizes_is_done_for_all(lowered, watch):
    """Kernels for few images or for many, a bias repeated for few rows, numbers computed while lowering or in the run:
    which of two ways is the better one depends on the sizes, and is no reason for a program of another form.
    """
    x = tf.placeholder(tf.float32, [None, 6, 6, 2])
    rows = tf.shape(x)[0]
    outputs, _ = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(64), tf.reshape(tf.layers.conv2d(x, 4, 3), [rows, 4, 16]), dtype=tf.float32
    )
    picked = tf.gather(tf.reshape(outputs, [-1, 64]), tf.range(rows) * 4 + tf.range(1, rows + 1) % 4)
    fetches = tf.gradients(tf.reduce_mean(picked), tf.trainable_variables())
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        lowered.clear()
        for count in (5, 17, 9, 21, 6, 12):
            session.run(fetches, {x: np.ones((count, 6, 6, 2))})
    assert len(lowered) - watch.counts["resized"] <= 4 and watch.counts["resized"] >= 4


def test_a_flag_that_decides_shapes(lowered, watch):
    """It is no size: of each branch that is taken there is a program for all sizes."""
    x, flag = tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.bool, [])
    part = tf.cond(flag, lambda: x[:, 1:], lambda: x[:, :-2])
    fetches = [tf.matmul(part, part, transpose_b=True), tf.gradients(tf.tanh(part), x)]
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        for run in range(10):
            given = np.ones((8 + run * 5 % 7, 9 + run * 3 % 8))
            product, _ = session.run(fetches, {x: given, flag: run % 2 == 0})
            assert (product == given.shape[1] - 1 - run % 2).all()
            if run == 3:  # each way was taken for two sizes
                lowered.clear()
                watch.counts.clear()
    assert len(lowered) == watch.counts["resized"] >= 6


def test_batch_and_steps_that_are_fed(lowered, watch):
    """Numbers of which each run is told are sizes like others: nobody takes them for what they were before."""
    x, (batch, steps) = tf.placeholder(tf.float32, [None, D]), [tf.placeholder(tf.int32, []) for _ in range(2)]
    cell = tf.nn.rnn_cell.GRUCell(N)
    rows = tf.reshape(x, [batch, steps, D])
    outputs, _ = tf.nn.dynamic_rnn(cell, rows, initial_state=cell.zero_state(batch, tf.float32))
    fetches = tf.gradients(tf.reduce_mean(outputs), tf.trainable_variables())
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        session.run(fetches, {x: np.ones((36, D)), batch: 4, steps: 9})
        lowered.clear()
        for run in range(8):
            b, t = 5 + run * 5 % 7, 14 - run * 3 % 8
            session.run(fetches, {x: np.ones((b * t, D)), batch: b, steps: t})
    assert len(lowered) - watch.counts["resized"] <= 4


def squared_if_long(x):
    return tf.cond(tf.shape(x)[1] > 12, lambda: x * x, lambda: tf.tanh(x))


def first_steps_if_long(x):
    """What is not taken may not be there: it gives no array for these sizes."""
    steps = tf.shape(x)[1]
    return tf.cond(steps > 12, lambda: x[:, : steps - 2], lambda: tf.reshape(x, [-1, steps // 2, 2 * tf.shape(x)[2]]))


@pytest.mark.parametrize("model", [squared_if_long, first_steps_if_long])
def test_sizes_that_decide_for_a_branch(model, lowered, watch):
    """Both are lowered as soon as sizes have decided for the one and for the other, where that is possible."""
    x, found = tf.placeholder(tf.float32, [None, None, D]), {}
    fetches = tf.gradients(tf.reduce_sum(model(x) ** 2), x)
    for executor in ("native", "op_by_op"):
        draw = np.random.RandomState(0)
        with tf.Session(config=tf.ConfigProto(executor=executor, intra_op_parallelism_threads=1)) as session:
            found[executor] = []
            for run in range(12):
                steps = 10 + run * 6 % 8
                found[executor].append(session.run(fetches, {x: draw.randn(8 + run * 5 % 7, steps, D)})[0])
    for ours, theirs in zip(*found.values()):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert model is not squared_if_long or len(lowered) - watch.counts["resized"] <= 4


@pytest.mark.parametrize("seed", range(3))
def test_random_graphs(seed):
    assert sizes.examine(seed)[0] is None


def test_an_error_knows_the_sizes_of_its_run():
    x, i = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.int32, [None])
    y = tf.gather(x * 2.0, i)
    with tf.Session() as session:
        for rows in (5, 9, 7, 6, 8):
            session.run(y, {x: np.ones((rows, 2)), i: np.arange(rows)})
            with pytest.raises(tf.errors.InvalidArgumentError, match=rf"{rows}.*\[0, {rows}\)"):
                session.run(y, {x: np.ones((rows, 2)), i: np.arange(rows) + 1})
        assert session.run(y, {x: np.ones((7, 2)), i: [6] * 7}).tolist() == [[2.0, 2.0]] * 7


def test_variables_that_change_their_memory():
    w = tf.Variable(tf.ones([2]), validate_shape=False)
    x = tf.placeholder(tf.float32, [None, 2])
    longer = tf.assign(w, tf.concat([w, w], 0), validate_shape=False)
    y = tf.reduce_sum(x, 1)[:, None] * w
    with tf.Session() as session:
        session.run(w.initializer)
        for rows in (5, 9, 7, 6, 8, 4):
            assert session.run(y, {x: np.ones((rows, 2))}).shape == (rows, 2)
        session.run(longer)
        for rows in (5, 9, 7, 6, 8, 4):
            assert (session.run(y, {x: np.ones((rows, 2))}) == np.full((rows, 4), 2.0)).all()


def test_memory_stays_bounded():
    fetches, x, n = built(two)
    draw, biggest = np.random.RandomState(0), []
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        for run in range(48):
            session.run(fetches, fed(draw, x, n))
            if run in (20, 47):
                gc.collect()
                [steps] = inspect(session).last.ways
                biggest.append(sum(memory.arena.size for step in steps for memory in step.memories))
    assert biggest[1] <= 1.5 * biggest[0]


def test_programs_that_were_only_looked_at_are_let_go():
    """The first one and the one that is resized are left."""
    fetches, x, n = built(attending)
    draw = np.random.RandomState(0)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run(tf.global_variables_initializer())
        gc.collect()
        before = {id(each) for each in gc.get_objects() if type(each) is Program}
        for rows in (9, 12, 7):
            session.run(fetches, {x: draw.randn(rows, rows + 3, D), n: np.full(rows, 2)})
        made = [each for each in gc.get_objects() if type(each) is Program and id(each) not in before]
    assert len(made) == 2


COUNTED = {
    "where": tf.where,
    "indices": lambda picked: tf.where(picked)[:, 0],
    "unique": lambda picked: tf.unique(tf.cast(tf.where(picked)[:, 1] * 7, tf.int32))[0],
    "setdiff1d": lambda picked: tf.setdiff1d(tf.range(tf.size(picked)), tf.cast(tf.where(picked)[:, 0], tf.int32))[0],
    "dynamic_partition": lambda picked: tf.dynamic_partition(picked, tf.cast(picked, tf.int32), 2)[1],
    "boolean_mask": lambda picked: tf.boolean_mask(picked, picked),
}


@pytest.mark.parametrize("count", COUNTED)
@pytest.mark.parametrize("for_python", [False, True])
def test_what_is_counted_and_leaves_a_region(count, for_python):
    """Programs are made for more of it than there can be: where there is no memory for it, nobody looks."""
    x, draw = tf.placeholder(tf.float32, [None, 4]), np.random.RandomState(0)
    found = COUNTED[count](x > 0.0)
    fetches = [found, tf.py_func(np.size, [found], tf.int64)] if for_python else [found]
    reference = tf.Session(config=tf.ConfigProto(executor="op_by_op"))
    with tf.Session() as session, reference:
        for run in range(24):
            given = {x: draw.randn(32 if run < 12 else draw.randint(2, 40), 4) - draw.rand()}
            for one, other in zip(session.run(fetches, given), reference.run(fetches, given)):
                np.testing.assert_array_equal(one, other)


def test_numbers_that_were_equal_follow_each_other():
    """Of what only a run finds out the first time tells: here a size, a product, the same number twice, and 1."""
    seen, given = (40, 36, 36, 1440, 900, 900, 1), (31, 45, 36, 1440, 900, 900, 1)
    counted = frozenset(range(2, 7))
    first, *_ = group._ways([seen, given], counted, counted, 4)
    assert [sorted(first.free), first.usable] == [[0, 1, 4], True]
    values = {0: 10, 1: 20, 4: 30}
    assert first.point(tuple([values[position] for position in first.free])) == (10, 20, 20, 200, 30, 30, 1)


def test_what_one_size_leaves_another_one_may_follow_it():
    twice = list(group._ways([(40, 0, 9), (39, 1, 9)], frozenset(), frozenset(), 3))
    assert [len(sizes.free) for sizes in twice] == [2, 1]
    more = list(group._ways([(40, 0, 9), (39, 1, 9), (37, 3, 9)], frozenset(), frozenset([2]), 3))
    assert [len(sizes.free) for sizes in more] == [2, 1] and 2 in more[0].free and 2 not in more[1].free


def test_numbers_that_follow_others_do_so_where_a_run_is_made_again():
    """Both parts of what is split in two, the gradient of one and where that is put: the first of them tells of all."""
    x, w, limit = tf.placeholder(tf.float32, [None, D]), tf.get_variable("w", [D]), tf.placeholder(tf.float32, [])
    parts = tf.dynamic_partition(tf.square(x * w), tf.cast(x[:, 0] > limit, tf.int32), 2)
    loss = tf.reduce_mean(parts[0]) + tf.reduce_mean(parts[1])
    fetches, draw = [loss, *tf.gradients(loss, [x, w])], np.random.RandomState(0)
    reference = tf.Session(config=tf.ConfigProto(executor="op_by_op"))
    with tf.Session() as session, reference:
        for each in (session, reference):
            w.load([0.5, 1.0, 2.0], each)
        for run in range(100):
            given = {x: draw.rand(400, D), limit: 0.15 + 0.008 * run}  # ever more of them
            for one, other in zip(session.run(fetches, given), reference.run(fetches, given)):
                np.testing.assert_allclose(one, other, rtol=1e-5)
        assert len(inspect(session).last.steps) == 1 and not inspect(session).last.on_host


def test_many_numbers_that_vary_are_no_sizes():
    """It takes no time to find out that they are too many."""
    points = [tuple(int(n) for n in np.random.RandomState(k).randint(2, 90, 60)) for k in range(5)]
    started = time.process_time()
    assert not Sizes(points).usable
    assert time.process_time() - started < 0.5
