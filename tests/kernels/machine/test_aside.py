"""Work done aside: its results and errors, and what is left when nobody waits for it any more."""

import _thread
import functools
import gc
import os
import signal
import threading
import time
import weakref

import pytest
from injector import Injector

from minitf.kernels.machine.aside import Aside


def soon(seconds=0.05):
    """Ctrl-C, a moment later."""
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()


@pytest.fixture(autouse=True)
def interrupts():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_results_and_errors():
    aside = Aside()
    assert aside.do(threading.get_ident) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        aside.do(lambda: 1 / 0)
    assert not aside._jobs


def test_threads_that_hear_no_signals_do_it_themselves():
    found = []
    thread = threading.Thread(target=lambda: found.append(Aside().do(threading.current_thread)))
    thread.start()
    thread.join()
    assert found == [thread]


def test_without_threads_it_is_done_here(monkeypatch):
    def none(work, arguments):
        raise RuntimeError("can't start new thread")

    aside = Aside()
    monkeypatch.setattr(_thread, "start_new_thread", none)
    assert aside.do(threading.current_thread) is threading.main_thread()
    assert not aside._jobs


def test_an_interrupt_is_heard_at_once_and_the_work_goes_on():
    aside, may_end, events = Aside(), threading.Event(), []
    soon()
    with pytest.raises(KeyboardInterrupt):
        aside.do(lambda: may_end.wait(60) and events.append("done"), lambda: events.append("halt"))
    assert events == ["halt"] and aside._jobs
    threading.Timer(0.05, may_end.set).start()
    aside.settle()
    assert events == ["halt", "done"] and not aside._jobs


def test_a_handler_that_raises_nothing_changes_nothing():
    heard = []
    signal.signal(signal.SIGINT, lambda *_: heard.append(True))
    soon(0.02)
    assert Aside().do(lambda: time.sleep(0.2) or 5) == 5 and heard


def test_a_signal_that_reaches_another_thread():
    aside, may_end = Aside(), threading.Event()
    with pytest.raises(KeyboardInterrupt):
        aside.do(lambda: signal.raise_signal(signal.SIGINT) or may_end.wait(60))
    may_end.set()
    aside.settle()


def test_waiting_for_the_rest_is_interrupted_as_well():
    aside, may_end = Aside(), threading.Event()
    soon()
    with pytest.raises(KeyboardInterrupt):
        aside.do(lambda: may_end.wait(60))
    soon()
    with pytest.raises(KeyboardInterrupt):
        aside.settle()
    may_end.set()
    aside.settle()


def test_an_interrupt_at_every_place():
    """The work is done once, or never begins; nothing waits for ever, and no interrupt is lost."""
    parts = ("/aside.py", "/threading.py")
    with Injector(0, parts) as places:
        assert Aside().do(lambda: 5) == 5
    for at in range(1, places.seen + 1):
        aside, done = Aside(), []
        with Injector(at, parts) as injector:
            aside.do(functools.partial(done.append, 5))
            assert injector.where is None  # it was over sooner, this time
        aside.settle()
        assert not aside._jobs and len(done) <= 1
        assert aside.do(lambda: 6) == 6


def test_errors_keep_no_memory():
    """A result's error holds frames, which hold arrays: once it is gone, they are."""

    class Array:
        pass

    def fail(array):
        raise ValueError

    gc.disable()
    try:
        array = Array()
        kept = weakref.ref(array)
        with pytest.raises(ValueError):
            Aside().do(functools.partial(fail, array))
        del array
        assert kept() is None
    finally:
        gc.enable()
