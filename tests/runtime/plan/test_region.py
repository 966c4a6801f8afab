"""Native programs: interrupted, failing, long, shared and kept."""

import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.execute import walk
from minitf.runtime.plan import region
from minitf.runtime.resize import group


def _programs(session) -> int:
    """How many programs the session keeps for the plan it ran last."""
    return sum(len(step.programs) for step in inspect(session).last.steps)


_ENDLESS = textwrap.dedent("""
    import signal
    import minitf as tf
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it in its background
    x, n = tf.placeholder(tf.float32, [{size}, {size}]), tf.placeholder(tf.int32, [])
    v = tf.Variable(1.0)
    body = lambda i, h, t: (i + 1, tf.tanh(tf.matmul(h, x)), t + tf.reduce_sum(h))
    _, h, total = tf.while_loop(lambda i, h, t: i < n, body, [0, tf.eye({size}), 0.0])
    {fetch}
    with tf.Session() as session:
        session.run(v.initializer)
        feed = {{x: [[0.3] * {size}] * {size}, n: 5}}
        for _ in range(9):  # a large program is tried with two threads by then
            session.run(v.initializer)
            before = session.run(fetch, feed)
        session.run(v.initializer)
        print("ready", flush=True)
        try:
            session.run(fetch, {{**feed, n: 2**25}})
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        assert session.run(v) == 1.0
        assert session.run(fetch, feed) == before
        print("usable", flush=True)
""")


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot send itself Ctrl-C there")
@pytest.mark.parametrize(
    "fetch",
    ["fetch = tf.assign_add(v, total)", "fetch = tf.assign_add(v, tf.gradients(total, x)[0][0, 0])"],
    ids=["forward", "gradient"],
)
@pytest.mark.parametrize("size", [4, 150])
def test_ctrl_c_ends_a_long_loop_and_leaves_the_session_usable(fetch, size):
    # With a gradient the loop grows its stacks, so the interruption may come while it is lowered again.
    script = _ENDLESS.replace("{fetch}", fetch).replace("{size}", str(size))
    if "gradients" in fetch:
        script = script.replace("2**25", "2**20" if size < 100 else "2**15")
    command = [sys.executable, "-c", script.replace("{{", "{").replace("}}", "}")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            sent = time.monotonic()
            assert process.stdout.readline() == "interrupted\n"
            waited = time.monotonic() - sent
            assert process.stdout.read() == "usable\n" and process.wait() == 0
        finally:
            process.kill()
    assert waited < 5.0  # far less where nothing else runs


def test_the_machine_is_resumed_where_it_paused(monkeypatch):
    monkeypatch.setattr(walk, "_SLICE", 0.0)  # pauses at every second back-edge
    n = tf.placeholder(tf.int32, [])
    pairs = tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s + _sum_below(i)), [0, 0])[1]
    with tf.Session() as session:
        assert session.run(pairs, {n: 40}) == sum(sum(range(i)) for i in range(40))


def _sum_below(i):
    return tf.while_loop(lambda j, s: j < i, lambda j, s: (j + 1, s + j), [0, 0])[1]


def test_a_bad_index_deep_in_a_loop():
    table, v = tf.constant(np.arange(6.0)), tf.Variable([1.0, 2.0])
    places = tf.placeholder(tf.int32, [None])

    def body(i, s):
        return i + 1, s + tf.gather(table, places[i], name="look")  # this line

    total = tf.while_loop(lambda i, s: i < tf.size(places), body, [0, tf.constant(0.0, tf.float64)])[1]
    update = tf.assign_add(v, [1.0, tf.cast(total, tf.float32)])
    bad = np.zeros(1000, np.int32)
    with tf.Session() as session:
        session.run(v.initializer)
        session.run(update, {places: bad})
        bad[700] = 17
        with fails(tf.errors.InvalidArgumentError, "look", "17", "[0, 6)", "# this line") as raised:
            session.run(update, {places: bad})
        assert raised.value.op.type == "GatherV2"
        np.testing.assert_array_equal(session.run(v), [2.0, 2.0])
        bad[700] = 3
        np.testing.assert_array_equal(session.run(update, {places: bad}), [3.0, 5.0])


def test_a_hundred_thousand_trips():
    w, n = tf.constant(0.99999), 100_000
    _, h = tf.while_loop(lambda i, h: i < n, lambda i, h: (i + 1, h * w), [0, tf.constant(1.0)])
    with tf.Session() as session:
        h, slope = session.run([h, tf.gradients(h, w)[0]])
    np.testing.assert_allclose([h, slope], [np.exp(-1), n * np.exp(-1) / 0.99999], rtol=2e-3)


def test_threads_share_a_program_with_a_loop():
    x = tf.placeholder(tf.float32, [None, 3])
    _, h = tf.while_loop(lambda i, h: i < 50, lambda i, h: (i + 1, h + x), [0, tf.zeros_like(x)])
    y, wrong = tf.reduce_sum(h), []
    with tf.Session() as session:

        def work(number):
            for _ in range(30):
                if session.run(y, {x: np.full([2, 3], number)}) != 300 * number:
                    wrong.append(number)

        threads = [threading.Thread(target=work, args=[n]) for n in range(1, 4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_programs_are_kept_per_shape_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(region, "_PROGRAMS_KEPT", 3)
    monkeypatch.setattr(group, "_SIZES", 100)
    monkeypatch.setattr(group, "_POINTS", 100)
    made = []
    lowered = region.Region._lowered
    monkeypatch.setattr(
        region.Region, "_lowered", lambda self, *given: made.append(given[0].arrays[0].shape) or lowered(self, *given)
    )
    x = tf.placeholder(tf.float32, [None])
    y = tf.reduce_sum(x * 2.0)
    with tf.Session() as session:
        for n in [1, 2, 1, 3, 1, 4, 1, 2]:  # 2 is used least when 4 comes
            assert session.run(y, {x: np.ones(n)}) == 2 * n
        assert made == [(1,), (2,), (3,), (4,), (2,)] and _programs(session) == 3


def test_a_new_batch_size_costs_milliseconds():
    x = tf.placeholder(tf.float32, [None, 20, 4])
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(8), x, dtype=tf.float32)
    train = tf.train.AdamOptimizer().minimize(tf.reduce_mean(outputs**2))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train, {x: np.ones([2, 20, 4])})
        started = time.process_time()
        for batch in range(3, 8):
            session.run(train, {x: np.ones([batch, 20, 4])})
        assert (time.process_time() - started) / 5 < 0.15  # 0.01 on an idle core; compiling would take seconds


def _seconds_to_first_run(length: int) -> float:
    with tf.Graph().as_default(), tf.Session() as session:
        h = x = tf.placeholder(tf.float32, [2, 4])
        w = tf.constant(np.full([8, 4], 0.1, np.float32))
        for _ in range(length):
            h = tf.tanh(tf.matmul(tf.concat([x, h], 1), w) + x)
        slope = tf.gradients(h, w)
        started = time.process_time()
        session.run(slope, {x: np.ones([2, 4])})
        return time.process_time() - started


def test_lowering_takes_linear_time():
    _seconds_to_first_run(10)  # compiles the kernels
    short = min(_seconds_to_first_run(100) for _ in range(2))
    assert _seconds_to_first_run(800) < 24 * short  # 8 times if linear, 64 if quadratic


def test_what_decides_shapes_is_asked_for_at_once(monkeypatch):
    lowered = []
    lowering = region.RegionLowering
    monkeypatch.setattr(region, "RegionLowering", lambda *args: lowered.append(args) or lowering(*args))
    x, p = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.bool, [])
    mask, y = tf.placeholder(tf.bool, [None]), x
    for _ in range(20):
        y = tf.cond(p, lambda y=y: y * tf.tanh(x[:1]), lambda y=y: y)
    with tf.control_dependencies([y]):
        loss = tf.reduce_sum(tf.boolean_mask(y, mask))  # its gradient is in another region
    gradient = tf.gradients(loss, x)[0]
    with tf.Session() as session:
        session.run(gradient, {x: np.ones([2, 3]), p: True, mask: [True, True]})
    assert len(lowered) < 10  # not one for each of the branches
