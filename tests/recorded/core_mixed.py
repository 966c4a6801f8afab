"""Random programs that mix variables, accumulators, barriers, staging areas, queues, critical sections, handles and
partial runs with loops and branches.
"""

import random

import numpy as np
from core_support import programs, said


def _behind(tf, first, make):
    with tf.control_dependencies([first]):
        return make()


def _counted(tf, times, turn, start):
    """A loop whose turns, one after the other, do something to what is kept."""
    body = tf.while_loop(lambda i, s: i < times, lambda i, s: (i + 1, turn(s)), [0, start], parallel_iterations=1)
    return body[1]


def _fetches(tf, x, y):
    """What never waits, by name."""
    from tensorflow.python.ops import data_flow_ops

    v = tf.Variable(np.float32(2), use_resource=True, name="v")
    u = tf.Variable(np.float32([1, 2]), use_resource=True, name="u")
    accumulated, section = tf.ConditionalAccumulator(tf.float32, []), tf.CriticalSection()
    barrier = data_flow_ops.Barrier((tf.float32,), shapes=((),))
    stage, queue = data_flow_ops.StagingArea([tf.float32], shapes=[[]]), tf.FIFOQueue(99, tf.float32, [[]])

    def doubled():
        return _behind(tf, v.assign(v * 2.0, read_value=False), v.read_value)

    def halved(s):
        return tf.cond(s > 2.0, lambda: v.assign_sub(1.0) + 0.0, lambda: s + v.assign_add(1.0))

    return {
        "add": _behind(tf, v.assign_add(x, read_value=False), lambda: v.read_value() * 2.0),
        "loop": _counted(tf, 3, lambda s: s + v.assign_add(1.0), y),
        "branch": tf.cond(x > 1, lambda: v.assign_add(10.0) + 0.0, lambda: v.assign_sub(1.0) + 0.0),
        "both": _counted(tf, 3, halved, y),
        "section": section.execute(doubled),
        "rows": u.scatter_nd_add([[1]], [2.0]),
        "give": _behind(tf, accumulated.apply_grad(x, local_step=0), accumulated.num_accumulated),
        "gives": _counted(tf, 2, lambda s: _behind(tf, accumulated.apply_grad(s, local_step=1), lambda: s + 1.0), y),
        "step": _behind(tf, accumulated.set_global_step(1), accumulated.num_accumulated),
        "put": _behind(tf, stage.put([x]), stage.size),
        "puts": tf.cond(y > 1, lambda: _behind(tf, stage.put([y]), stage.size), stage.size),
        "clear": _behind(tf, stage.clear(), stage.size),
        "key": _behind(tf, barrier.insert_many(0, tf.as_string([x]), [y]), barrier.ready_size),
        "ready": [barrier.ready_size(), barrier.incomplete_size()],
        "queue": _counted(tf, 2, lambda s: _behind(tf, queue.enqueue(s), lambda: s + v), x),
        "queued": [queue.size(), v.read_value()],
        "end": queue.close(),
        "close": barrier.close(),
    }


def _turn(tf, rng, session, fetches, feed, kept):
    """One thing more that is run: what it gave."""
    kind = rng.choice(["run"] * 4 + ["keep", "use", "part"])
    if kind == "keep":
        kept.append(session.run(tf.get_session_handle(fetches[rng.choice(["add", "loop", "both"])]), feed))
        return said(kept[-1].eval())
    if kind == "use" and kept:
        holder, tensor = tf.get_session_tensor(rng.choice(kept).handle, tf.float32)
        return said(session.run(tensor * 2.0, {holder: kept[-1].handle}))
    if kind == "part":
        (x, one), (y, other) = feed.items()
        handle = session.partial_run_setup([fetches["branch"], fetches["both"]], [x, y])
        found = [session.partial_run(handle, fetches["branch"], {x: one}), session.partial_run(handle, [])]
        return said([*found, session.partial_run(handle, fetches["both"], {y: other})])
    name = rng.choice([*fetches])
    return [name, said(session.run(fetches[name], feed))]


def mixed_stores(tf, seed):
    rng, found, kept = random.Random(seed), [], []
    x, y = tf.placeholder(tf.float32, [], "x"), tf.placeholder(tf.float32, [], "y")
    fetches = _fetches(tf, x, y)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(16):
            feed = {x: float(rng.randint(0, 3)), y: float(rng.randint(0, 3))}
            try:
                found.append(_turn(tf, rng, session, fetches, feed, kept))
            except Exception as error:
                found.append(type(error).__name__)
        return found


programs(mixed_stores, **{str(seed): seed for seed in range(12)})
