"""Ops outside of branches that wait for ops inside, or take their values, against what TensorFlow did."""

import inside_programs
import numpy as np
import pytest
from helpers import fails
from oracle import facts

import minitf as tf
from minitf.graphs.primitives import lowered
from minitf.viz import to_dot

PROGRAMS = facts("inside")["programs"]
EXECUTORS = ("native", "op_by_op")
# TensorFlow notices only at its end that a value is there more than once; what ran before that has run.
LATER = "InternalError"
LATE = "loop-const-dead"  # the same, by an InvalidArgumentError of the same kind as ours


@pytest.fixture(params=EXECUTORS)
def executor(request, monkeypatch):
    monkeypatch.setenv("MINITF_EXECUTOR", request.param)
    return request.param


def alike(ours, theirs):
    if isinstance(ours, str) or isinstance(theirs, str):
        return ours == theirs
    pairs = [pair for name in theirs for pair in zip(ours[name], theirs[name], strict=True)]
    return all(a == b or b.startswith(LATER) and a.startswith("InvalidArgumentError") for a, b in pairs)


@pytest.mark.parametrize("place", inside_programs.PLACES)
@pytest.mark.parametrize("target", inside_programs.TARGETS)
def test_as_tensorflow(target, place, executor):
    ids = [id for id in PROGRAMS if id.startswith(f"{target}-") and id.endswith(f"-{place}")]
    different = []
    for id in ids if executor == "native" else ids[::2]:
        with tf.Graph().as_default():
            if not alike(inside_programs.outcomes(tf, id), PROGRAMS[id]):
                different.append(id)
    assert set(different) <= {LATE}, different


def test_none_of_the_kinds_is_missing():
    parts = [set(part) for part in zip(*[id.split("-") for id in PROGRAMS])]
    kinds = inside_programs.TARGETS, inside_programs.WAITERS, inside_programs.PLACES
    assert parts == [set(kind) for kind in kinds]


@pytest.mark.parametrize("place", ["root", "other", "outer", "body", "dead"])
@pytest.mark.parametrize("waiter", ["assign", "value", "while"])
def test_the_same_in_primitives(waiter, place):
    for target in ("true", "nested", "group"):
        id = f"{target}-{waiter}-{place}"
        program = inside_programs.Program(tf, id)
        copy = lowered(tf.get_default_graph())
        with tf.Session(graph=copy) as session:
            for name in PROGRAMS[id]:
                fetch = program.fetches[name]
                if fetch.graph is tf.get_default_graph():
                    rows = [_row_of_copy(session, fetch.name, p, q) for p in (1, 0) for q in (1, 0)]
                    assert rows == PROGRAMS[id][name], (id, name)
        tf.reset_default_graph()


def _row_of_copy(session, name, p, q):
    session.run([session.graph.get_operation_by_name(f"{v}/Assign") for v in "vwu"])
    try:
        result = session.run(name, {"p:0": bool(p), "q:0": bool(q)})
        result = "-" if result is None else f"{result:g}"
    except tf.errors.OpError as error:
        result = type(error).__name__
    return " ".join([result, *[f"{x:g}" for x in session.run(["v:0", "w:0", "u:0"])]])


class Cond:
    """A cond with `inner`, which adds 1 to v, and `product`, v * v, in its branch `then`."""

    def __init__(self):
        self.p, self.v = tf.placeholder_with_default(True, [], name="p"), tf.Variable(3.0, name="v")

        def then():
            self.inner = self.v.assign_add(1.0, name="inner")
            self.product = tf.multiply(self.v, self.v, name="product")
            return self.product + 1.0

        self.result = tf.cond(self.p, then, lambda: self.v * 2.0)


def test_edges_are_seen():
    cond = Cond()
    with tf.control_dependencies([cond.inner]):
        last = tf.no_op(name="last")
    other = tf.cond(cond.p, lambda: waiting_for(cond.inner), lambda: tf.constant(1.0))
    assert last.control_inputs == [cond.inner.op]
    source = to_dot(legend=False).source
    assert source.count('"cond/inner" -> last') == 1 and source.count('"cond/inner" -> "cond_1/waits"') == 1
    assert "_const" not in source
    nodes = {node.name: node for node in tf.get_default_graph().as_graph_def().node}
    assert "^cond/inner" in nodes["last"].input and not any(name.startswith("_const") for name in nodes)
    assert other.op.name == "cond_1/Merge"


def waiting_for(op):
    with tf.control_dependencies([op]):
        return tf.constant(1.0, name="waits")


def test_flags_take_no_ids_and_seeds_stay():
    def seeds(wait):
        with tf.Graph().as_default():
            tf.set_random_seed(42)
            cond = Cond()
            with tf.control_dependencies([cond.inner] if wait else [cond.v.initializer]):
                first = tf.random_uniform([])
            with tf.Session() as session:
                session.run(cond.v.initializer)
                return session.run([first, tf.random_normal([])])

    assert seeds(True) == seeds(False)


@pytest.mark.parametrize("taken", [True, False])
def test_gradients_for_what_is_in_a_branch(taken, executor):
    """Recorded from TensorFlow 1.15.5."""
    p, x, inner = tf.placeholder(tf.bool), tf.constant(3.0), {}

    def then():
        inner["a"] = x + 1
        inner["b"] = inner["a"] * x
        return inner["b"] ** 2

    def otherwise():
        inner["c"] = x * 5
        return tf.cond(x > 0, lambda: inner.setdefault("d", inner["c"] * 3) + 1, lambda: x)

    y = tf.cond(p, then, otherwise)
    values = {"a": 72.0, "b": 24.0} if taken else {"c": 3.0, "d": 1.0}
    slopes = {name: tf.gradients(y, inner[name])[0] for name in inner}
    second = tf.gradients(slopes["b"], x)[0]
    with tf.Session() as session:
        for name, slope in slopes.items():
            if name in values:
                assert session.run(slope, {p: taken}) == values[name]
            else:
                with fails(tf.errors.InvalidArgumentError, ""):
                    session.run(slope, {p: taken})
        assert session.run(second, {p: taken}) == (14.0 if taken else 0.0)


@pytest.mark.parametrize("taken", [True, False])
def test_gradients_of_and_through_what_is_in_a_branch(taken, executor):
    """Recorded from TensorFlow 1.15.5."""
    cond, w = Cond(), tf.Variable(5.0)
    y = cond.product * w
    wanted = {
        tf.gradients(y, cond.v)[0]: 30.0 if taken else 0.0,
        tf.gradients(y, w)[0]: 9.0 if taken else tf.errors.InvalidArgumentError,
        tf.gradients(y, cond.product)[0]: 5.0,
        tf.gradients(cond.product, cond.v)[0]: 6.0 if taken else 0.0,
        tf.gradients(cond.result + y, cond.v)[0]: 36.0 if taken else 2.0,
        tf.gradients(cond.result, cond.product)[0]: 1.0 if taken else tf.errors.InvalidArgumentError,
        tf.gradients(cond.result * y, cond.product)[0]: 95.0 if taken else tf.errors.InvalidArgumentError,
    }
    assert tf.gradients(cond.v * 2.0, cond.product) == [None]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for gradient, value in wanted.items():
            if isinstance(value, type):
                with fails(value, "does not have a value", "not taken"):
                    session.run(gradient, {cond.p: taken})
            else:
                np.testing.assert_allclose(session.run(gradient, {cond.p: taken}), value)


def test_batch_norm_updates_made_in_a_branch(executor):
    training, mean = tf.placeholder(tf.bool, []), tf.Variable(0.0)
    w, x = tf.Variable(1.0), tf.placeholder(tf.float32, [None])

    def batch():
        moment = tf.reduce_mean(x)
        tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, mean.assign(0.5 * mean + 0.5 * moment))
        return moment

    loss = tf.reduce_mean((x - tf.cond(training, batch, lambda: tf.identity(mean))) * w)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.GradientDescentOptimizer(0.1).minimize((loss - 1.0) ** 2 + w * w)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for flag, after in ((True, (2.0, 0.8)), (False, (2.0, 0.8)), (True, (3.0, 0.64))):
            value, _ = session.run([loss, train], {training: flag, x: [2.0, 4.0, 6.0]})
            assert np.isfinite(value)
            np.testing.assert_allclose(session.run([mean, w]), after, rtol=1e-6)


def test_what_runs_is_what_is_waited_for(executor):
    """An op in a branch runs with the cond only if something that is needed waits for it."""
    cond = Cond()
    waiter = tf.group(cond.inner)
    with tf.Session() as session:
        for fetch, after in ((cond.result, 3.0), (waiter, 4.0), ([cond.result, waiter], 5.0), (cond.result, 5.0)):
            session.run(cond.v.initializer) if after == 3.0 else None
            session.run(fetch)
            assert session.run(cond.v) == after


def test_host_ops_wait_too(executor, capsys):
    cond, seen = Cond(), []
    with tf.control_dependencies([cond.inner]):
        called = tf.py_func(lambda v: seen.append(float(v)), [cond.v], [])
        printed = tf.Print(tf.constant(1.0), [cond.v], "v is ")
    with tf.Session() as session:
        session.run(cond.v.initializer)
        session.run([called, printed.op], {cond.p: False})
        assert seen == [] and "v is" not in capsys.readouterr().err
        session.run([called, printed], {cond.p: True})
        assert seen == [4.0] and "v is [4]" in capsys.readouterr().err


def test_loops_name_the_way_out():
    inside = []

    def body(i):
        inside.append(tf.add(i, 1, name="next"))
        return inside[-1]

    tf.while_loop(lambda i: i < 3, body, [0])
    with fails(ValueError, "while/next", "while loop", "return it from the body"):
        tf.identity(inside[0])
    with tf.control_dependencies(inside):
        waits = tf.identity(tf.placeholder_with_default(1.0, []))
        with fails(ValueError, "while/next", "different while loop", "what that loop returns"):
            tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0])
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "different frames", "what the loop returns"):
        session.run(waits)


def test_the_body_of_a_loop_waits_for_an_op_of_its_condition(executor):
    v, inside = tf.Variable(0.0), []

    def going(i):
        inside.append(v.assign_add(1.0))
        return i < 3

    def body(i):
        with tf.control_dependencies([inside[0]]):
            return i + 1

    loop = tf.while_loop(going, body, [0])
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(loop) == 3 and session.run(v) == 4


def test_an_op_outside_waits_for_one_of_a_condition(executor):
    v, inside = tf.Variable(0.0), []

    def going(i, x):
        inside.append(v.assign_add(x))
        return i < 3

    count, _ = tf.while_loop(going, lambda i, x: (i + 1, x * 2.0), [0, 1.0])
    group = tf.group(inside[0])
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(count) == 3 and session.run(v) == 0
        session.run([count, group])
        assert session.run(v) == 15


def test_a_branch_that_is_not_finished():
    graph = tf.get_default_graph()

    def then():
        inner = tf.no_op()
        with graph.as_default(), fails(ValueError, "not finished"), tf.control_dependencies([inner]):
            tf.no_op()
        return tf.constant(1.0)

    tf.cond(tf.constant(True), then, lambda: tf.constant(2.0))


# ---- edges given later


@pytest.mark.parametrize("waiter_at", ["root", "true", "other", "loop"])
@pytest.mark.parametrize("target_at", ["root", "true"])
def test_edges_given_after_a_run(waiter_at, target_at, executor):
    p, v, ops = tf.placeholder_with_default(True, []), tf.Variable(0.0), {}

    def add(place):
        ops[place] = v.assign_add(10.0).op if place == target_at else tf.identity(p, name=place).op
        with tf.control_dependencies([ops[place]]):
            return tf.constant(1.0)

    def body(i):
        with tf.control_dependencies([add("loop")]):
            return i + 1

    add("root")
    then = {True: lambda: add("true"), False: lambda: made("true", add)}[waiter_at == "true"]
    first = tf.cond(p, then, lambda: tf.constant(2.0))
    other = tf.cond(p, lambda: add("other"), lambda: tf.constant(2.0))
    loop = tf.while_loop(lambda i: i < 3, body, [0])
    fetch = {"root": ops["root"], "true": first, "other": other, "loop": loop}[waiter_at]
    with tf.Session() as session:
        for taken in (True, False):
            session.run(v.initializer)
            session.run(fetch, {p: taken})
            before = float(session.run(v))
            if waiter_at != target_at:
                assert before == 0
    if waiter_at == target_at:
        return
    ops[waiter_at]._add_control_input(ops[target_at])
    assert ops[target_at] in ops[waiter_at].control_inputs or target_at == "root"
    with tf.Session() as session:
        for taken in (True, False) if target_at == "root" or waiter_at in ("root", "other") else (True,):
            session.run(v.initializer)
            session.run(fetch, {p: taken})
            assert session.run(v) == (10.0 if taken or target_at == "root" else 0.0)


def made(place, add):
    """A number that does not need the op of a place."""
    add(place)
    return tf.constant(1.0)
