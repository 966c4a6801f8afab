import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("timers"))
def test_like_tensorflow(name):
    check(name)


def test_seconds(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("minitf.train.hooks.timer.time.time", lambda: clock[0])
    timer = tf.train.SecondOrStepTimer(every_secs=2.0)
    assert timer.should_trigger_for_step(1) and timer.update_last_triggered_step(1) == (None, None)
    clock[0] += 1.5
    assert not timer.should_trigger_for_step(5)
    clock[0] += 0.5
    assert timer.should_trigger_for_step(5) and not timer.should_trigger_for_step(1)
    assert timer.update_last_triggered_step(5) == (2.0, 4)
