"""Numbers that only a run finds out and on which shapes depend: the program stays one, and is resized in its midst."""

import gc

import numpy as np
import pytest
from resized import watched

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.plan.region import Region

N, D = 24, 3


def fed():
    """A mask, rows, lengths and a number below N."""
    return (
        tf.placeholder(tf.bool, [None]),
        tf.placeholder(tf.float32, [None, D]),
        tf.placeholder(tf.int32, [None]),
        tf.placeholder(tf.int32, []),
    )


def grown(m, x, n, i):
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    longest = tf.reduce_max(n)
    step = lambda k, a: (k + 1, a.write(k, x[k % 4] * 2.0))  # noqa: E731
    return tf.while_loop(lambda k, a: k < longest, step, [0, array])[1].stack()


def of_computed_size(m, x, n, i):
    array = tf.TensorArray(tf.float32, tf.reduce_max(n) + 2)
    step = lambda k, a: (k + 1, a.write(k, x[k % 4]))  # noqa: E731
    return tf.while_loop(lambda k, a: k < tf.reduce_max(n) + 2, step, [0, array])[1].stack()


KINDS = {
    "where": lambda m, x, n, i: tf.cast(tf.where(m), tf.float32) * x[0, 0],
    "where of a matrix": lambda m, x, n, i: tf.gather_nd(x, tf.where(x > 0.1)),
    "boolean_mask": lambda m, x, n, i: tf.boolean_mask(x * x, m),
    "unique": lambda m, x, n, i: tf.gather(x, tf.unique(n)[0]) * 2.0,
    "unique_with_counts": lambda m, x, n, i: x[0, 0] * tf.cast(tf.unique_with_counts(n)[2], tf.float32),
    "setdiff1d": lambda m, x, n, i: tf.gather(x, tf.setdiff1d(tf.range(12), n)[0]),
    "dynamic_partition": lambda m, x, n, i: sum(map(tf.reduce_sum, tf.dynamic_partition(x, tf.cast(m, tf.int32), 2))),
    "dynamic_stitch": lambda m, x, n, i: tf.dynamic_stitch([n, n + 2], [x, x * 2.0]),
    "range": lambda m, x, n, i: tf.cast(tf.range(tf.reduce_sum(n)), tf.float32) * x[0, 0],
    "range from there": lambda m, x, n, i: tf.cast(tf.range(n[0], n[0] + n[1] + 4), tf.float32) * x[0, 0],
    "range of floats": lambda m, x, n, i: tf.range(x[0, 0], 5.0, 0.25) * x[0, 1],
    "range of a fed length": lambda m, x, n, i: tf.cast(tf.range(i + 4), tf.float32) * x[0, 0],
    "linspace": lambda m, x, n, i: tf.linspace(x[0, 0], 3.0, tf.reduce_sum(n)),
    "sequence_mask": lambda m, x, n, i: tf.cast(tf.sequence_mask(n), tf.float32) * x[0, 0],
    "repeat": lambda m, x, n, i: tf.repeat(x, n + 3, axis=0),
    "slice": lambda m, x, n, i: x[n[0] : n[0] + tf.reduce_max(n)] * 2.0,
    "pad": lambda m, x, n, i: tf.pad(x, [[0, tf.reduce_sum(n)], [0, 0]]),
    "fill": lambda m, x, n, i: tf.fill([tf.reduce_sum(n), 2], x[0, 0]),
    "tile": lambda m, x, n, i: tf.tile(x[:2], [tf.reduce_sum(n), 1]),
    "reshape": lambda m, x, n, i: tf.reshape(tf.boolean_mask(x, m), [-1]) * 2.0,
    "split": lambda m, x, n, i: tf.concat(tf.split(x, [tf.reduce_max(n), N - tf.reduce_max(n)])[::-1], 0) * 2.0,
    "split at a fed place": lambda m, x, n, i: tf.concat(tf.split(x, [i % 16 + 4, 20 - i % 16])[::-1], 0) * 2.0,
    "a list of computed size": of_computed_size,
    "a list that grows": grown,
}


def drawn(kind, runs=40):
    draw = np.random.RandomState(sum(map(ord, kind)))
    for _ in range(runs):
        yield draw.rand(N) > draw.uniform(0.2, 0.7), draw.randn(N, D), draw.randint(2, 12, N), draw.randint(N)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_runs_on_the_host_and_little_is_lowered(kind, threads):
    given = fed()
    value = KINDS[kind](*given)
    gradients = tf.gradients(tf.reduce_sum(tf.sin(value)), given[1])
    fetches = [value, *[tf.convert_to_tensor(g) for g in gradients if g is not None]]
    found, lowered = {}, []
    for executor in ("native", "op_by_op"):
        config = tf.ConfigProto(executor=executor, passes="none", intra_op_parallelism_threads=threads)
        with watched() as watch, tf.Session(config=config) as session:
            found[executor] = []
            for values in drawn(kind):
                found[executor].append(session.run(fetches, dict(zip(given, values))))
                if executor == "native":
                    [step] = inspect(session).last.steps
                    lowered.append(step.lowered - watch.counts["resized"] - watch.counts["another form"])
                    assert not step.on_host and not inspect(session).last.called
            assert not watch.wrong
    for ours, theirs in zip(*found.values()):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b)
    assert np.count_nonzero(np.diff(lowered[28:])) <= 3, lowered


@pytest.mark.parametrize("threads", [1, 2])
def test_any_number_from_none_to_all(threads):
    m, x = tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [None, D])
    picked = tf.boolean_mask(x, m)
    total = tf.reduce_sum(picked * tf.cast(tf.shape(picked)[0], tf.float32))
    values = np.arange(1.0, N + 1)[:, None] * np.ones(D)
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads)) as session:
        for count in [*range(N + 1), 0, N, 1, N - 1, 0, 7, 0, 8, 0, 9, N]:
            mask = np.arange(N) < count
            assert session.run(total, {m: mask, x: values}) == values[mask].sum() * count


def test_what_is_written_before_it_is_known_is_written_once():
    m = tf.placeholder(tf.bool, [None])
    v = tf.get_variable("v", [2], initializer=tf.zeros_initializer())
    noise = tf.random_uniform([N], seed=1)
    with tf.control_dependencies([tf.assign_add(v, [1.0, 2.0])]):
        picked = tf.boolean_mask(noise, tf.identity(m))
    with tf.control_dependencies([picked]):
        after = tf.assign_add(v, [10.0, tf.cast(tf.size(picked), tf.float32)])
    found, draw = {}, np.random.RandomState(0)
    masks = [draw.rand(N) > draw.rand() for _ in range(20)]
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(v.initializer)
            found[executor] = [session.run([picked, after], {m: mask}) for mask in masks]
    for ours, theirs in zip(*found.values()):
        for a, b in zip(ours, theirs):
            np.testing.assert_array_equal(a, b)


def test_a_bad_index_behind_it_is_reported_with_the_sizes_of_the_run():
    m, x = tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [None])
    picked = tf.gather(tf.boolean_mask(x, m) * 2.0, [5])
    with tf.Session() as session:
        for count in (7, 9, 8, 12, 10, 11, 6, 13):
            assert session.run(picked, {m: np.arange(N) < count, x: np.arange(N)}) == [10.0]
        for count in (3, 4, 1, 0):
            with pytest.raises(tf.errors.InvalidArgumentError, match=rf"5 is not in \[0, {count}\)"):
                session.run(picked, {m: np.arange(N) < count, x: np.arange(N)})
        assert session.run(picked, {m: np.arange(N) < 9, x: np.arange(N)}) == [10.0]


def test_numbers_that_have_nothing_in_common():
    """They are not assumed for ever: in the end the op runs on the host."""
    x, n = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.int32, [None])
    sizes = tf.stack([tf.reduce_prod(n[:2]) * 0 + n[2], tf.reduce_sum(n[3:])])
    y = tf.reshape(x, sizes) * 2.0
    pairs = [(a, 64 // a) for a in (1, 2, 4, 8, 16, 32, 64)] * 8
    with tf.Session() as session:
        for rows, columns in pairs:
            found = session.run(y, {x: np.arange(64), n: [1, 1, rows, columns, 0]})
            np.testing.assert_array_equal(found, 2 * np.arange(64.0).reshape(rows, columns))


@pytest.mark.parametrize("rows", [3, 9])
def test_numbers_that_shrink_where_others_grow(rows):
    """Programs are not made for sizes there cannot be: less than no rows."""
    m, x = tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [None, D])
    parts = [tf.boolean_mask(tf.tanh(x), mask) for mask in (m, tf.logical_not(m), x[:, 0] > 0)]
    loss = sum(tf.reduce_sum(tf.exp(part)) for part in parts)
    fetches, draw = [loss, *parts, *tf.gradients(loss, x)], np.random.RandomState(0)
    feeds = [{m: draw.rand(rows) > 0.5, x: draw.randn(rows, D)} for _ in range(60)]
    found = []
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as session:
            found.append([session.run(fetches, feed) for feed in feeds])
    for ours, theirs in zip(*found):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


def lowered_for_each(fetches, feeds):
    """How often programs that are not resized ones were lowered by the end of each run; all are as op by op."""
    found, lowered = [], []
    for executor in ("native", "op_by_op"):
        with watched() as watch, tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as session:
            found.append([])
            for feed in feeds:
                found[-1].append(session.run(fetches, feed))
                if executor == "native":
                    [step] = inspect(session).last.steps
                    lowered.append(step.lowered - watch.counts["resized"] - watch.counts["another form"])
            assert not watch.wrong
    for ours, theirs in zip(*found):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)
    return lowered


@pytest.mark.parametrize("computed", [False, True])
def test_a_part_that_shrinks_where_another_one_grows(computed):
    """What is constant in a program for all sizes is as long as it is for any of them."""
    n, x = tf.placeholder(tf.int32, [2]), tf.placeholder(tf.float32, [None, D])
    sizes = [tf.reduce_sum(n) - N // 2, 3 * N // 2 - tf.reduce_sum(n)] if computed else n
    a, b = tf.split(tf.tanh(x), sizes)
    loss = tf.reduce_sum(tf.sin(a)) + tf.reduce_sum(tf.exp(b))
    fetches, draw = [loss, a, b, *tf.gradients(loss, x)], np.random.RandomState(0)
    firsts = [draw.randint(2, N - 1) for _ in range(40)]
    feeds = [{n: [k, N // 2] if computed else [k, N - k], x: draw.randn(N, D)} for k in firsts]
    lowered = lowered_for_each(fetches, feeds)
    assert np.count_nonzero(np.diff(lowered[20:])) <= 2, lowered


def test_memory_stays_bounded():
    m, x = tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [None, None])
    loss = tf.reduce_mean(tf.tanh(tf.boolean_mask(tf.tanh(x), m)))
    fetches, draw, held = [loss, *tf.gradients(loss, x)], np.random.RandomState(0), []
    with tf.Session() as session:
        for run in range(200):
            rows = draw.randint(10, 210)
            session.run(fetches, {m: draw.rand(rows) > draw.rand(), x: draw.randn(rows, 20)})
            if run in (40, 199):
                gc.collect()
                held.append(sum(memory.arena.size for memory in inspect(session).memories))
    assert held[1] <= 2 * held[0]


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_what_was_too_much_is_not_assumed_again(executor):
    n, x = tf.placeholder(tf.int32, [3]), tf.placeholder(tf.float32, [])
    total = tf.reduce_sum(tf.fill([tf.reduce_sum(n), tf.reduce_max(n)], x))
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        for k in (2, 3):
            assert session.run(total, {n: [k, k, k], x: 0.5}) == 1.5 * k * k
            with pytest.raises(tf.errors.ResourceExhaustedError):
                session.run(total, {n: [10**8] * 3, x: 0.5})


def test_a_run_like_the_one_before_looks_for_no_program(monkeypatch):
    m = tf.placeholder(tf.bool, [None])
    y = tf.cast(tf.where(m), tf.float32) * 2.0
    looked = []
    program = Region.program
    monkeypatch.setattr(Region, "program", lambda *args: looked.append(args) or program(*args))
    with tf.Session() as session:
        counts = [3, 3, 3, 5, 5, 3, 3]
        for count in counts:
            given = np.arange(12) % 12 < count
            np.testing.assert_array_equal(session.run(y, {m: given})[:, 0], 2.0 * np.arange(count))
        before = len(looked)
        session.run(y, {m: np.arange(12) < 3})
        assert len(looked) == before
        session.run(y, {m: np.arange(15) < 3})
        assert len(looked) > before


def of_masks(count, dense):
    """Sums over a few rows each, picked by a mask; with a layer behind them or without."""
    masks, x = [tf.placeholder(tf.bool, [None]) for _ in range(count)], tf.placeholder(tf.float32, [None, D])
    w, b = tf.get_variable("w", [D, D]), tf.get_variable("b", [D])
    hidden, parts = tf.tanh(tf.matmul(x, w)), []
    for mask in masks:
        picked = tf.boolean_mask(hidden, mask)
        parts.append(tf.nn.relu(tf.nn.xw_plus_b(picked, w, b)) if dense else picked)
    loss = sum(tf.reduce_sum(tf.square(part)) for part in parts)
    return [*masks, x], [loss, *parts, *tf.gradients(loss, [x, w])]


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize(("count", "most"), [(1, 12), (2, 24), (3, 48)])
def test_none_and_one_are_as_good_as_many(count, most, dense):
    tf.set_random_seed(1)
    given, fetches = of_masks(count, dense)
    draw, found = np.random.RandomState(0), []
    feeds = [
        {**{m: draw.permutation(N) < draw.randint(4) for m in given[:-1]}, given[-1]: draw.randn(N, D)}
        for _ in range(60)
    ]
    for executor in ("native", "op_by_op"):
        with watched() as watch, tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as session:
            session.run(tf.global_variables_initializer())
            found.append([])
            for feed in feeds:
                found[-1].append(session.run(fetches, feed))
            if executor == "native":
                [step] = inspect(session).last.steps
                assert step.lowered - watch.counts["resized"] - watch.counts["another form"] <= most
            assert not watch.wrong
    for ours, theirs in zip(*found):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def cut_and_padded(x, longest):
    return tf.pad(tf.tanh(x)[:, :longest], [[0, 0], [0, tf.shape(x)[1] - longest], [0, 0]])


def cut_from_both_sides(x, longest):
    return tf.tanh(x)[:, longest - 10 : longest]


def masked_and_cut(x, longest):
    mask = tf.cast(tf.sequence_mask(tf.fill([2], longest)), tf.float32)
    return tf.tanh(x)[:, : tf.shape(mask)[1]] * mask[:, :, None]


@pytest.mark.parametrize("fewest", [10, 11])
@pytest.mark.parametrize("value", [cut_and_padded, cut_from_both_sides, masked_and_cut])
def test_a_few_sizes_that_take_turns(value, fewest, monkeypatch):
    """All steps there are, or one or two less: that is no other program, and no run is made again in the end."""
    again, take = [], Region._take
    monkeypatch.setattr(Region, "_take", lambda *args: again.append(0) or take(*args))
    n, x = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [2, None, D])
    y = value(x, tf.reduce_max(n))
    fetches, draw, lowered, found = [y, *tf.gradients(tf.reduce_sum(tf.sin(y)), x)], np.random.RandomState(0), [], []
    feeds = [{n: [3, draw.randint(fewest, 13)], x: draw.randn(2, 12, D)} for _ in range(80)]
    for executor in ("native", "op_by_op"):
        with watched() as watch, tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as session:
            found.append([])
            for feed in feeds:
                found[-1].append(session.run(fetches, feed))
                if executor == "native":
                    [step] = inspect(session).last.steps
                    made = step.lowered - watch.counts["resized"] - watch.counts["another form"]
                    lowered.append((made, len(again)))
            assert not watch.wrong
    for ours, theirs in zip(*found):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)
    assert lowered[50] == lowered[-1]


def over_all_pairs(x, n, m):
    return tf.matmul(tf.nn.softmax(tf.matmul(x[:n], x[:n], transpose_b=True)), x[:n])


def over_pairs_of_masked(x, n, m):
    picked = tf.boolean_mask(x, m)
    return tf.matmul(tf.nn.softmax(tf.matmul(picked, picked, transpose_b=True)), picked)


def largest_in_the_middle(x, n, m):
    """A product of each of the first rows and each of the rest."""
    return tf.reduce_sum(x[:n, None] * x[None, n:], 2)


@pytest.mark.parametrize("value", [over_all_pairs, over_pairs_of_masked, largest_in_the_middle])
def test_squares_of_what_is_counted(value):
    n, m, x = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [None, D])
    y = value(tf.tanh(x), tf.reduce_max(n), m)
    fetches, draw = [y, *tf.gradients(tf.reduce_sum(tf.sin(y)), x)], np.random.RandomState(0)
    counts = [*draw.randint(2, 7, 20), *draw.randint(2, N - 1, 60)]
    feeds = [{n: [k, 1], m: draw.permutation(N) < k, x: draw.randn(N, D)} for k in counts]
    lowered = lowered_for_each(fetches, feeds)
    assert np.count_nonzero(np.diff(lowered[50:])) <= 2, lowered


OF_NONE = {
    "argmax": lambda x: tf.argmax(x, 0),
    "first": lambda x: x[0],
    "gather": lambda x: tf.gather(x, [0]),
    "largest": lambda x: tf.reduce_max(x, 0),
    "mean": lambda x: tf.reduce_mean(x, 0),
    "mean of all": tf.reduce_mean,
    "product": lambda x: tf.reduce_prod(x, 0),
    "softmax": lambda x: tf.nn.softmax(x, 0),
    "squeeze": lambda x: tf.squeeze(x[:, :2]),
    "squeeze of one": tf.squeeze,
    "sum of columns": lambda x: tf.reduce_sum(x, 0),
    "sum of rows": lambda x: x + tf.reduce_sum(x, 1, keepdims=True),
    "broadcast": lambda x: x + tf.ones([3, D]),
    "joined": lambda x: tf.concat([x, tf.ones([2, D])], 0),
    "padded": lambda x: tf.pad(x, [[1, 2], [0, 1]]),
    "pairs": lambda x: tf.matmul(x, x, transpose_b=True),
    "reversed": lambda x: tf.reverse(x, [0]),
    "rolled": lambda x: tf.roll(x, 1, 0),
    "transposed": lambda x: tf.transpose(x) * 2.0,
    "tiled": lambda x: tf.tile(x, [2, 1]),
    "two of the largest": lambda x: tf.nn.top_k(tf.transpose(x), 2)[0],
    "cumulated": lambda x: tf.cumsum(x, 0),
    "one hot": lambda x: tf.one_hot(tf.argmax(x, 1), 4),
    "without the first": lambda x: x[1:] * 2.0,
    "by a loop": lambda x: tf.map_fn(lambda row: row * 2.0, x),
    "normalized": lambda x: tf.nn.l2_normalize(x, 0),
    "moments": lambda x: tf.nn.moments(x, [0])[1],
}


@pytest.mark.parametrize("kind", OF_NONE)
def test_what_none_one_and_many_give(kind):
    """What is resized gives, and refuses, what each op does alone."""
    m, x = tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [None, D])
    y = OF_NONE[kind](tf.boolean_mask(tf.tanh(x), m))
    fetches = [y, *([g for g in tf.gradients(y, x) if g is not None] if y.dtype.is_floating else [])]
    draw, found = np.random.RandomState(0), {}
    counts = [*draw.permutation([0, 1, 2, 3] * 5), *draw.randint(0, 9, 20)]
    feeds = [{m: draw.permutation(N) < k, x: draw.randn(N, D)} for k in counts]
    for executor in ("native", "op_by_op"):
        found[executor] = []
        with tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as session:
            for feed in feeds:
                try:
                    found[executor].append(session.run(fetches, feed))
                except tf.errors.OpError as error:
                    found[executor].append([type(error).__name__])
    for k, ours, theirs in zip(counts, *found.values()):
        assert len(ours) == len(theirs), (k, ours, theirs)
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("ranged", [False, True])
def test_a_size_that_is_another_one_by_chance_leaves_no_op_to_python(ranged):
    """The number of rows is found out, and at first as large as that of columns: made up for other sizes, both would
    be taken for it, which fits no product.
    """
    x, n = tf.placeholder(tf.float32, [None, D]), tf.placeholder(tf.int32, [None])
    first = tf.fill([tf.reduce_max(n), D], 0.5)
    weights = tf.constant(np.full((2 * D, D), 0.1, np.float32))
    step = lambda i, s: (i + 1, tf.tanh(tf.concat([x, s], 1) @ weights))  # noqa: E731
    _, last = tf.while_loop(lambda i, s: i < 3, step, [0, first])
    loss = tf.reduce_sum(last * last)
    if ranged:
        loss += tf.reduce_sum(tf.sin(tf.cast(tf.range(tf.reduce_min(n) * 2), tf.float32)))
    fetches = [loss, *tf.gradients(loss, x)]
    config = tf.ConfigProto(executor="op_by_op")
    with tf.Session() as session, tf.Session(config=config) as reference:
        for rows in (D, 5, 7, D, 0, 5, 4, 7):
            feeds = {x: np.random.RandomState(rows).randn(rows, D), n: [rows] * 4}
            for one, other in zip(session.run(fetches, feeds), reference.run(fetches, feeds)):
                np.testing.assert_allclose(one, other, 1e-5, 1e-6)
        assert [(plan.on_host, plan.called) for plan in inspect(session).plans] == [([], [])]
