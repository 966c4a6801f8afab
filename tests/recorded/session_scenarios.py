"""Trainings as programs of `tf`, each giving something to compare: run with TensorFlow, they make
tests/facts/sessions.json (tests/recorded/record_sessions.py); the tests run them with minitf.
"""

import contextlib
import json
import logging
import os
import re
import tempfile

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def raised(function, *args, **kwargs):
    """The name of the class of what a function raises."""
    try:
        function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__


def model(tf):
    """A step that adds 1 to `w`, and a summary (not of `w`: which value it had would be a race)."""
    w = tf.Variable(0.0, name="w")
    step = tf.train.get_or_create_global_step()
    tf.summary.scalar("two", tf.constant(2.0))
    return w, tf.group(w.assign_add(1.0), step.assign_add(1))


def files(folder):
    """Names without what differs between runs, or is not written by both."""
    found = sorted(os.listdir(folder))
    return [re.sub(r"(tfevents).*", r"\1", name) for name in found if not name.endswith(".meta")]


def events(tf, folder):
    """Events of all files of a folder: what they are and their steps."""
    found = []
    for name in sorted(os.listdir(folder)):
        if "tfevents" in name:
            for event in tf.train.summary_iterator(os.path.join(folder, name)):
                found.append(_said(event, folder))
    return [f for f in found if f is not None]


def _said(event, folder):
    kind = event.WhichOneof("what")
    if kind == "summary":
        [value] = event.summary.value
        number = None if value.tag.endswith("/sec") else value.simple_value
        return [kind, event.step, value.tag, number]
    if kind == "session_log":
        path = event.session_log.checkpoint_path.replace(folder, "DIR")
        return [kind, event.step, event.session_log.status, path]
    return [kind, event.step] if kind == "graph_def" else None


@contextlib.contextmanager
def logged(tf):
    """What is logged inside."""
    lines, handler = [], logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger, level = logging.getLogger("tensorflow"), tf.logging.get_verbosity()
    logger.addHandler(handler)
    tf.logging.set_verbosity(tf.logging.INFO)
    try:
        yield lines
    finally:
        tf.logging.set_verbosity(level)
        logger.removeHandler(handler)


@scenario
def supervisor_makes_ops_and_collections(tf):
    model(tf)
    graph = tf.get_default_graph()
    sv = tf.train.Supervisor()
    keys = sorted(k for k in graph.get_all_collection_keys() if "cond" not in k)
    noop = [op.name for op in graph.get_operations() if op.type in ("NoOp", "MergeSummary", "SaveV2")]
    last = graph.get_operations()[-1]
    ids = getattr(last, "_id", None) or last.id
    return [noop, keys, ids, graph.finalized, sv.save_path, sv.save_model_secs, sv.save_summaries_secs]


@scenario
def supervisor_without_variables(tf):
    sv = tf.train.Supervisor(graph=tf.get_default_graph())
    with sv.managed_session() as sess:
        inside = sess.graph.finalized
    return [sv.saver is None, sv.global_step is None, sv.summary_op is None, sv.summary_writer is None, inside]


@scenario
def supervisor_writes_and_restores(tf):
    folder = tempfile.mkdtemp()
    w, train = model(tf)
    sv = tf.train.Supervisor(logdir=folder, save_summaries_secs=0, save_model_secs=0)
    with sv.managed_session() as sess:
        for _ in range(3):
            sess.run(train)
        path = sv.saver.save(sess, sv.save_path, global_step=sv.global_step)
        sv.summary_computed(sess, sess.run(sv.summary_op))
    tf.reset_default_graph()
    w, train = model(tf)
    sv = tf.train.Supervisor(logdir=folder, summary_writer=None, save_model_secs=0)
    with sv.managed_session() as sess:
        again = sess.run([w, sv.global_step])
    return [path.replace(folder, "DIR"), files(folder), events(tf, folder), [float(n) for n in again]]


@scenario
def supervisor_stops_on_exceptions(tf):
    model(tf)
    sv = tf.train.Supervisor()

    def ends(error):
        with sv.managed_session() as sess:
            raise error
        return sv.should_stop(), raised(sess.run, sv.global_step)

    out = ends(tf.errors.OutOfRangeError(None, None, "x"))
    return [list(out), raised(ends, ValueError("x")), raised(ends, tf.errors.AbortedError(None, None, "x"))]


@scenario
def supervisor_loops(tf):
    model(tf)
    sv, calls = tf.train.Supervisor(), []

    def work(n):
        calls.append(n)
        if len(calls) == 3:
            sv.request_stop()

    with sv.managed_session():
        thread = sv.loop(None, work, [7])
        sv.wait_for_stop()
        thread.join()
    return [calls, sv.should_stop()]


@scenario
def supervisor_takes_what_it_is_given(tf):
    w = tf.Variable(0.0, name="w")
    x = tf.placeholder(tf.float32, [])
    bigger = w.assign_add(1.0)
    sv = tf.train.Supervisor(
        init_op=tf.group(w.assign(x)),
        init_feed_dict={x: 4.0},
        saver=None,
        init_fn=lambda sess: sess.run(bigger),
        ready_op=None,
    )
    with sv.managed_session() as sess:
        value = float(sess.run(w))
    return [value, sv.saver is None, sv.ready_op is None, sv.init_feed_dict[x]]


@scenario
def supervisor_refuses(tf):
    model(tf)
    nowhere = raised(tf.train.Supervisor, is_chief=False)
    tf.reset_default_graph()
    with tf.device("/cpu:0"):
        model(tf)
    worker = tf.train.Supervisor(is_chief=False, logdir=tempfile.mkdtemp(), recovery_wait_secs=0.01)
    tf.reset_default_graph()
    tf.Variable(1.0)
    lazy = tf.train.Supervisor(init_op=None, local_init_op=None)
    tf.reset_default_graph()
    v = tf.Variable(1.0, name="v")
    tf.Variable(2.0, name="u")
    half = tf.train.Supervisor(init_op=v.initializer)
    return [
        nowhere,
        worker.save_path,
        worker.save_model_secs,
        worker.summary_writer is None,
        raised(worker.start_standard_services, None),
        raised(worker.prepare_or_wait_for_session, max_wait_secs=0),
        raised(worker.summary_computed, None, b""),
        raised(lazy.prepare_or_wait_for_session),
        raised(half.prepare_or_wait_for_session),
    ]


@scenario
def manager_prepares_and_recovers(tf):
    folder, v = tempfile.mkdtemp(), tf.Variable(1.0, name="v")
    local = tf.Variable(2.0, name="local", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    saver, ready, double = tf.train.Saver([v]), tf.report_uninitialized_variables(), v.assign_add(v)
    manager = tf.train.SessionManager(
        local_init_op=local.initializer,
        ready_op=ready,
        ready_for_local_init_op=tf.report_uninitialized_variables([v]),
        recovery_wait_secs=0,
    )
    both = raised(manager.prepare_session, "", v.initializer, saver, folder, folder + "/x")
    first = manager.recover_session("", saver, folder)[1]
    sess = manager.prepare_session("", v.initializer, saver, folder, init_fn=lambda s: s.run(double))
    found = [float(n) for n in sess.run([v, local])]
    path = saver.save(sess, folder + "/m", global_step=1)
    sess, second = manager.recover_session("", saver, folder)
    by_path = manager.prepare_session("", None, saver, checkpoint_filename_with_path=path)
    left = raised(tf.train.SessionManager(ready_op=ready).prepare_session, "", v.initializer)
    return [both, first, found, second, float(sess.run(v)), float(by_path.run(v)), left]


@scenario
def scaffold_makes_what_is_missing(tf):
    w, _ = model(tf)
    scaffold = tf.train.Scaffold(init_op=w.initializer, init_fn=lambda scaffold, sess: None)
    before = scaffold.saver is None, scaffold.summary_op is None
    scaffold.finalize()
    graph = tf.get_default_graph()
    last = graph.get_operations()[-1]
    copy = tf.train.Scaffold(copy_from_scaffold=scaffold)
    return [
        list(before),
        graph.finalized,
        getattr(last, "_id", None) or last.id,
        last.name,
        scaffold.init_op.name,
        scaffold.local_init_op.name,
        scaffold.ready_op.name,
        scaffold.ready_for_local_init_op.name,
        scaffold.summary_op.name,
        tf.get_collection("savers") == [scaffold.saver],
        copy.saver is scaffold.saver,
        copy.init_fn is scaffold.init_fn,
        copy.init_op is scaffold.init_op,
        raised(tf.train.Scaffold, copy_from_scaffold=3),
    ]


@scenario
def basic_loop(tf):
    w, train = model(tf)
    sv, calls = tf.train.Supervisor(), []

    def step(sess, n, word=""):
        sess.run(train)
        calls.append([n, word, float(sess.run(w))])
        if len(calls) == 2:
            sv.request_stop()

    tf.train.basic_train_loop(sv, step, [3], {"word": "x"})
    return calls


def run(tf, name):
    """What a scenario gives, as JSON has it."""
    tf.reset_default_graph()
    tf.summary.FileWriterCache.clear()
    return json.loads(json.dumps(SCENARIOS[name](tf)))
