import threading
import time

import pytest
from queue_facts import cases, check_case

import minitf as tf


@pytest.mark.parametrize("id", cases("coordinator", "looper"))
def test_like_tensorflow(id):
    check_case(id)


def test_the_first_error_is_raised():
    coord = tf.train.Coordinator()
    coord.request_stop(KeyError("first"))
    coord.request_stop(ValueError("second"))
    with pytest.raises(KeyError, match="first"):
        coord.join()
    assert coord.joined


def test_a_request_may_give_what_sys_exc_info_says():
    coord = tf.train.Coordinator()
    error = ValueError("x")
    coord.request_stop((ValueError, error, None))
    with pytest.raises(ValueError, match="x"):
        coord.raise_requested_exception()


def test_only_exceptions_are_reasons():
    with pytest.raises(TypeError, match=r"with an exception, or sys.exc_info\(\), not with 'x'"):
        tf.train.Coordinator().request_stop("x")


def test_an_error_after_join_is_raised_at_once():
    coord = tf.train.Coordinator()
    coord.request_stop()
    coord.join()
    coord.request_stop()
    with pytest.raises(ValueError, match="late"):
        coord.request_stop(ValueError("late"))


def test_clear_stop_forgets():
    coord = tf.train.Coordinator()
    coord.request_stop(ValueError("x"))
    coord.clear_stop()
    assert not coord.should_stop()
    coord.raise_requested_exception()
    assert coord.wait_for_stop(0.001) is False


def test_join_ends_with_the_threads():
    coord = tf.train.Coordinator()
    thread = threading.Thread(target=time.sleep, args=[0.01])
    coord.register_thread(thread)
    thread.start()
    coord.join()
    assert not thread.is_alive() and not coord.should_stop()


def test_join_names_threads_that_go_on():
    coord, end = tf.train.Coordinator(), threading.Event()
    thread = threading.Thread(target=end.wait, name="lazy")
    thread.start()
    coord.request_stop()
    with pytest.raises(RuntimeError, match="threads still run 0.02 s after they were asked to stop: lazy"):
        coord.join([thread], stop_grace_period_secs=0.02)
    end.set()
    thread.join()


def test_a_looper_of_ones_own():
    calls = []

    class Looper(tf.train.LooperThread):
        def start_loop(self):
            calls.append("start")

        def run_loop(self):
            calls.append("run")
            if len(calls) == 3:
                self._coord.request_stop()

        def stop_loop(self):
            calls.append("stop")

    coord = tf.train.Coordinator()
    Looper(coord, None).start()
    coord.join()
    assert calls == ["start", "run", "run", "stop"]


def test_a_looper_that_fails_stops_all():
    def fail():
        raise KeyError("k")

    coord = tf.train.Coordinator()
    tf.train.LooperThread.loop(coord, 0.001, fail)
    with pytest.raises(KeyError, match="k"):
        coord.join()


def test_a_looper_keeps_its_interval():
    coord, times = tf.train.Coordinator(), []

    def note():
        times.append(time.monotonic())
        if len(times) == 4:
            coord.request_stop()

    tf.train.LooperThread.loop(coord, 0.02, note)
    coord.join()
    assert times[-1] - times[0] >= 0.055


def test_a_looper_belongs_to_a_coordinator():
    with pytest.raises(ValueError, match=r"coord is a tf.train.Coordinator, not 3"):
        tf.train.LooperThread(3, 1.0)
