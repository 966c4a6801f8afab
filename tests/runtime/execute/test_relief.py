"""Plans that are lowered in every other run: one op at a time where that costs less, and the same values."""

import numpy as np
import pytest

import minitf as tf
from minitf.runtime.execute import executor, relief
from minitf.runtime.plan.region import Region


@pytest.fixture
def lowered(monkeypatch):
    """In which way runs were made: how often was lowered until then, or None where ops ran by themselves."""
    monkeypatch.setattr(Region, "resizes", False)  # else one program serves all sizes
    found, natively, plainly = [], executor.NativeExecutor._run_natively, executor.OpByOpExecutor.run

    def native(self, fed):
        results = natively(self, fed)
        found.append(self.lowered)
        return results

    monkeypatch.setattr(executor.NativeExecutor, "_run_natively", native)
    monkeypatch.setattr(executor.OpByOpExecutor, "run", lambda self, fed: found.append(None) or plainly(self, fed))
    return found


def runs(build, count, lowered):
    x = tf.placeholder(tf.float32, [None])
    total = tf.get_variable("total", [], initializer=tf.zeros_initializer())
    y, added = build(x), total.assign_add(1.0)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        lowered.clear()
        for k in range(count):
            given = np.arange(k + 2) / 9
            result, runs_so_far = session.run([y, added], {x: given})
            assert runs_so_far == k + 1
            yield result, given


def test_it_runs_op_by_op_where_it_would_be_lowered_again_and_again(lowered):
    for result, given in runs(lambda x: tf.reduce_sum(tf.sin(x) * x), 90, lowered):
        np.testing.assert_allclose(result, (np.sin(given) * given).sum(), 1e-4, 1e-6)
    first, again, tried = relief._FIRST, relief._FIRST + relief._SPELL, relief._OFTEN
    assert None not in lowered[:first] + lowered[again : again + tried]
    assert lowered[first:again] == [None] * relief._SPELL
    assert lowered[again + tried] is None


def test_what_the_session_owns_goes_on(lowered):
    """Random numbers, variables and what optimizers keep are what they are without relief."""
    x, found = tf.placeholder(tf.float32, [None]), []
    v = tf.get_variable("v", [], initializer=tf.ones_initializer())
    y = tf.reduce_mean(tf.square(tf.nn.dropout(x * v, 0.5, seed=1) + tf.random_normal(tf.shape(x), seed=2)))
    fetches = [y, v, tf.train.AdamOptimizer(0.01).minimize(y)]
    for executor_name in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor_name)) as session:
            session.run(tf.global_variables_initializer())
            lowered.clear()
            found.append([session.run(fetches, {x: np.ones(k + 2)})[:2] for k in range(80)])
            assert None in lowered
    np.testing.assert_allclose(*found, 1e-4, 1e-5)


def test_not_where_the_ops_take_longer(lowered):
    def long(x):
        return tf.while_loop(lambda i, _: i < 200, lambda i, a: (i + 1, a * 0.99), [0, x])[1]

    for result, given in runs(long, 110, lowered):
        np.testing.assert_allclose(result, given * 0.99**200, 1e-3)
    first = relief._FIRST
    assert [k for k, often in enumerate(lowered) if often is None] == [first, 2 * first + 1]


def test_sizes_that_come_again_are_no_reason(lowered):
    x = tf.placeholder(tf.float32, [None])
    y = tf.cumsum(x)
    with tf.Session() as session:
        for k in range(80):
            session.run(y, {x: np.ones(2 + k % 20)})
    assert None not in lowered


def test_spells_grow():
    """Every run is lowered for; what runs by itself is cheap."""
    made, spells = relief.Relief([]), []
    made._ops, lowered = 10, 0
    while len(spells) < 8:
        while not made.due:
            lowered += 1
            made.note(lowered)
        spells.append(0)
        while made.due:
            made.note_relieved(3)
            spells[-1] += 1
    assert spells == [24, 48, 96, 192, 384, 768, 1536, 1536]
