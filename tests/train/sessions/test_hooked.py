import pytest
from session_facts import check, names

import minitf as tf
from minitf.train.sessions.hooked import HookedSession


@pytest.mark.parametrize("name", names("hooks_are_called"))
def test_like_tensorflow(name):
    check(name)


class Asks(tf.train.SessionRunHook):
    def __init__(self, **options):
        self.options, self.seen = options, None

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(None, options=tf.RunOptions(**self.options))

    def after_run(self, run_context, run_values):
        self.seen = run_values


def test_the_finest_trace_and_the_longest_time_count():
    hooks = [Asks(trace_level=tf.RunOptions.FULL_TRACE), Asks(timeout_in_ms=700)]
    with tf.Session() as sess:
        HookedSession(sess, hooks).run(tf.constant(1) + 1, options=tf.RunOptions(timeout_in_ms=5))
    options, metadata = hooks[0].seen.options, hooks[0].seen.run_metadata
    assert (options.trace_level, options.timeout_in_ms) == (3, 700) and metadata.step_stats is not None


def test_what_is_fed_twice_is_named():
    x = tf.placeholder(tf.float32, [], name="x")
    hook = tf.train.FeedFnHook(lambda: {x: 1.0})
    with tf.Session() as sess, pytest.raises(RuntimeError, match="fed by a SessionRunHook and user: x:0"):
        HookedSession(sess, [hook]).run(x, {x: 2.0})
