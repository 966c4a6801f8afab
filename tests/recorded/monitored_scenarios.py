"""Monitored sessions and their hooks as programs of `tf`, as in session_scenarios."""

import os
import re
import tempfile

from session_scenarios import events, files, logged, model, raised, scenario


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
