import minitf as tf


def test_a_hook_does_nothing_unless_it_is_told_to():
    hook = tf.train.SessionRunHook()
    assert hook.begin() is hook.after_create_session(None, None) is hook.end(None) is None
    context = tf.train.SessionRunContext(tf.train.SessionRunArgs("x"), "session")
    values = tf.train.SessionRunValues(None, None, None)
    assert hook.before_run(context) is hook.after_run(context, values) is None
    assert (context.original_args.fetches, context.session, context.stop_requested) == ("x", "session", False)
    context.request_stop()
    assert context.stop_requested
