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


def recorder(tf, calls):
    """A hook that writes down how it is called."""

    class Recorder(tf.train.SessionRunHook):
        def begin(self):
            calls.append("begin")

        def after_create_session(self, session, coord):
            calls.append(["created", coord.should_stop(), session.graph.finalized])

        def before_run(self, run_context):
            args = run_context.original_args
            calls.append(["before", str(args.fetches), args.feed_dict, run_context.stop_requested])
            return tf.train.SessionRunArgs({"a": "w:0"}) if len(calls) < 5 else None

        def after_run(self, run_context, run_values):
            results = run_values.results
            calls.append(["after", None if results is None else {k: float(v) for k, v in results.items()}])

        def end(self, session):
            calls.append(["end", float(session.run("w:0"))])

    return Recorder()


@scenario
def hooks_are_called_in_order(tf):
    model(tf)
    calls = []
    with tf.train.MonitoredSession(hooks=[recorder(tf, calls)]) as sess:
        for _ in range(2):
            sess.run("w/read")
    after = raised(sess.close), sess.should_stop(), sess.graph is None
    return [calls, list(after), tf.get_default_graph().finalized]


@scenario
def an_error_ends_without_end(tf):
    model(tf)
    calls = []

    def fail(error):
        with tf.train.SingularMonitoredSession(hooks=[recorder(tf, calls)]) as sess:
            sess.raw_session().run("w:0")
            raise error
        return "quiet"

    kinds = [raised(fail, KeyError("x")), raised(fail, tf.errors.AbortedError(None, None, "x"))]
    return [calls, kinds, fail(StopIteration()), fail(tf.errors.OutOfRangeError(None, None, "x"))]


@scenario
def training_session_events(tf):
    folder = tempfile.mkdtemp()
    model(tf)
    train = tf.get_default_graph().get_operation_by_name("group_deps")
    steps = []
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir=folder,
        hooks=[tf.train.StopAtStepHook(last_step=7)],
        save_checkpoint_steps=3,
        save_summaries_steps=2,
        log_step_count_steps=4,
    ) as sess:
        while not sess.should_stop():
            sess.run(train)
            steps.append(
                int(
                    tf.train.global_step(
                        sess._tf_sess() if hasattr(sess, "_tf_sess") else sess._running.session, "global_step:0"
                    )
                )
            )
    tf.summary.FileWriterCache.clear()
    first = steps, files(folder), events(tf, folder)
    tf.reset_default_graph()
    _, train = model(tf)
    count = 0
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir=folder,
        save_summaries_steps=None,
        save_summaries_secs=None,
        save_checkpoint_secs=None,
        hooks=[tf.train.StopAtStepHook(num_steps=2)],
        log_step_count_steps=None,
    ) as sess:
        while not sess.should_stop():
            sess.run(train)
            count += 1
    return [list(first), count]


@scenario
def hooks_log(tf):
    x, w = tf.placeholder(tf.float32, [], name="x"), tf.Variable(5.0, name="w")
    hooks = [
        tf.train.LoggingTensorHook({"value": x, "also": "x:0"}, every_n_iter=2),
        tf.train.LoggingTensorHook(["w:0"], at_end=True),
        tf.train.LoggingTensorHook([x], every_n_iter=3, formatter=lambda d: f"f {d[x]:.0f}"),
    ]
    with logged(tf) as lines, tf.train.MonitoredSession(hooks=hooks) as sess:
        for number in range(4):
            sess.run(w, {x: number})
    return [re.sub(r"[\d.]+ sec", "T sec", line) for line in lines if "=" in line or line.startswith("f ")]


@scenario
def hooks_stop_feed_and_finish(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = x * 2
    loss = tf.log(x)
    final = tf.train.FinalOpsHook({"y": y}, {x: 9.0})
    feeds = iter([1.0, 2.0, -1.0])
    hooks = [final, tf.train.FeedFnHook(lambda: {x: next(feeds)}), tf.train.NanTensorHook(loss, fail_on_nan_loss=False)]
    seen = []
    with tf.train.MonitoredSession(hooks=hooks) as sess:
        while not sess.should_stop():
            seen.append(float(sess.run(y)))
        over = raised(sess.run, y)
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32, [], name="x")
    with tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(x)]) as sess:
        nan = raised(sess.run, x, {x: float("nan")})
    twice = tf.train.FeedFnHook(lambda: {x: 1.0})
    with tf.train.MonitoredSession(hooks=[twice]) as sess:
        by_user = raised(sess.run, x, {x: 2.0})
    with tf.train.MonitoredSession(hooks=[twice, tf.train.FeedFnHook(lambda: {x: 1.0})]) as sess:
        by_two = raised(sess.run, x)
    return [seen, over, {k: float(v) for k, v in final.final_ops_values.items()}, nan, by_user, by_two]


@scenario
def hooks_refuse(tf):
    t = tf.train
    w = tf.Variable(1.0)
    step_less = [
        raised(t.StopAtStepHook(1).begin),
        raised(t.CheckpointSaverHook(tempfile.mkdtemp(), save_steps=1).begin),
        raised(t.SummarySaverHook(1, summary_op=w, summary_writer=3).begin),
        raised(t.StepCounterHook(summary_writer=3).begin),
        raised(t.GlobalStepWaiterHook(1).begin),
    ]
    return [
        step_less,
        raised(t.StopAtStepHook),
        raised(t.StopAtStepHook, 1, 2),
        raised(t.CheckpointSaverHook, "d"),
        raised(t.CheckpointSaverHook, "d", 1, 1),
        raised(t.CheckpointSaverHook, "d", 1, saver=1, scaffold=2),
        raised(t.LoggingTensorHook, [w]),
        raised(t.LoggingTensorHook, [w], 1, 1),
        raised(t.LoggingTensorHook, [w], 0),
        raised(t.StepCounterHook, 1, 1),
        raised(t.StepCounterHook, None, None),
        raised(t.SummarySaverHook, 1),
        raised(t.SummarySaverHook, 1, summary_op=1, scaffold=2),
        raised(t.SecondOrStepTimer),
        raised(t.SecondOrStepTimer, 1, 1),
        str(t.NanLossDuringTrainingError()),
        list(t.SessionRunArgs(1)),
        t.SessionRunArgs(1)._fields,
        t.SessionRunValues._fields,
    ]


@scenario
def timers(tf):
    timer = tf.train.SecondOrStepTimer(every_steps=3)
    said = []
    for step in [0, 0, 1, 3, 3, 7, 8]:
        due = timer.should_trigger_for_step(step)
        passed = timer.update_last_triggered_step(step)[1] if due else None
        said.append([step, due, passed, timer.last_triggered_step()])
    timer.reset()
    return [said, timer.last_triggered_step(), timer.should_trigger_for_step(8)]


@scenario
def listeners_of_checkpoints(tf):
    folder, calls = tempfile.mkdtemp(), []
    _, train = model(tf)

    class Listener(tf.train.CheckpointSaverListener):
        def begin(self):
            calls.append("begin")

        def before_save(self, session, global_step_value):
            calls.append(["before", int(global_step_value)])

        def after_save(self, session, global_step_value):
            calls.append(["after", int(global_step_value), len(files(folder))])
            return global_step_value == 4

        def end(self, session, global_step_value):
            calls.append(["end", int(global_step_value)])

    saver = tf.train.Saver()
    hook = tf.train.CheckpointSaverHook(folder, save_steps=2, saver=saver, listeners=[Listener()])
    count = 0
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        while not sess.should_stop():
            sess.run(train)
            count += 1
    return [calls, count, [os.path.basename(path) for path in saver.last_checkpoints]]


@scenario
def queues_end_a_monitored_session(tf):
    number = tf.train.range_input_producer(3, num_epochs=1, shuffle=False).dequeue()
    seen = []
    with tf.train.MonitoredSession() as sess:
        while not sess.should_stop():
            seen.append(int(sess.run(number)))
    return seen


@scenario
def a_lost_session_is_replaced(tf):
    w, train = model(tf)
    calls, fails = [], [tf.errors.AbortedError(None, None, "lost")]

    class Losing(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            calls.append("created")

        def after_run(self, run_context, run_values):
            if len(calls) == 1 and run_context.session.run(w) == 2:
                raise fails[0]

    with tf.train.MonitoredSession(hooks=[Losing()]) as sess:
        values = []
        for _ in range(3):
            sess.run(train)
            values.append(float(sess.run(w)))
    return [calls, values]


@scenario
def step_functions(tf):
    w, train = model(tf)
    calls = []

    def step(step_context):
        step_context.session.run(train)
        calls.append(float(step_context.run_with_hooks(w)))
        if len(calls) == 2:
            step_context.request_stop()
        return "done"

    with tf.train.MonitoredSession() as sess:
        while not sess.should_stop():
            calls.append(sess.run_step_fn(step)) if len(calls) > 5 else sess.run_step_fn(step)
    with tf.train.MonitoredSession() as sess:
        kinds = [raised(sess.run_step_fn, lambda x: x), raised(sess.run_step_fn, 3)]
    return [calls, kinds]


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
