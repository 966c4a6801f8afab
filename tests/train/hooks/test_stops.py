import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("hooks_stop", "hooks_refuse"))
def test_like_tensorflow(name):
    check(name)


def test_the_first_run_waits_for_the_step(monkeypatch):
    step = tf.train.get_or_create_global_step()
    more, hook, naps = step.assign_add(1), tf.train.GlobalStepWaiterHook(3), []
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        session = sess._running.session
        monkeypatch.setattr("minitf.train.hooks.stops.time.sleep", lambda secs: (naps.append(secs), session.run(more)))
        assert sess.run(step) == 3 and sess.run(step) == 3
    assert naps == [0.5] * 3


def test_a_missing_step_is_an_error_that_says_how_to_mend_it():
    with pytest.raises(RuntimeError, match="to use StopAtStepHook: call tf.train.get_or_create_global_step"):
        tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(3)])


@pytest.mark.parametrize("kind", ["CheckpointSaverHook", "StepCounterHook", "SummarySaverHook", "ProfilerHook"])
def test_no_file_is_opened_without_a_step(kind, tmp_path):
    folder = tmp_path / "new"
    options = {
        "CheckpointSaverHook": {"checkpoint_dir": folder, "save_steps": 1},
        "StepCounterHook": {"output_dir": folder},
        "SummarySaverHook": {"output_dir": folder, "save_steps": 1, "summary_op": tf.no_op()},
        "ProfilerHook": {"output_dir": folder, "save_steps": 1},
    }[kind]
    with pytest.raises(RuntimeError, match=f"to use {kind}"):
        getattr(tf.train, kind)(**options).begin()
    assert not folder.exists()
