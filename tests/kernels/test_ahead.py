"""The second process compiles what most programs need; there is one only where it helps."""

import os
import subprocess
import sys

import pytest

from minitf.kernels import ahead, cache

_SCRIPT = """
import sys, time
import minitf as tf
from minitf.kernels import ahead, cache
session = tf.Session()
end = time.monotonic() + 100
while not all(cache.has(made.name, made.kernel.function) for made in ahead.common()):
    assert time.monotonic() < end
    time.sleep(0.05)
print("numba" in sys.modules)
print(session.run(tf.constant(2.0) * 3.0 + tf.placeholder_with_default(1.0, [])))
"""


@pytest.fixture
def started(monkeypatch):
    """The processes that were asked for; none is started."""
    commands = []

    class Process:
        def __init__(self, command, **options):
            commands.append(command)

        def wait(self):
            return 0

        def poll(self):
            return None

    monkeypatch.setattr(subprocess, "Popen", Process)
    monkeypatch.setattr(cache, "is_made_elsewhere", cache.is_made_elsewhere)  # undone at the end
    monkeypatch.setattr(ahead, "cores", lambda: 2)
    monkeypatch.setattr(cache, "has", lambda name, function: False)
    monkeypatch.delenv(ahead.MARK, raising=False)
    ahead.start.cache_clear()
    yield commands
    ahead.start.cache_clear()


def test_one_process_where_nothing_is_compiled(started):
    ahead.start()
    ahead.start()
    assert started == [[sys.executable, "-m", "minitf.kernels.ahead"]]


@pytest.mark.parametrize("reason", ["one core", "is the second process", "compiled", "no interpreter"])
def test_none_where_it_does_not_help(started, monkeypatch, reason):
    if reason == "one core":
        monkeypatch.setattr(ahead, "cores", lambda: 1)
    elif reason == "compiled":
        monkeypatch.setattr(cache, "has", lambda name, function: True)
    elif reason == "no interpreter":
        monkeypatch.setattr(sys, "executable", None)
    else:
        monkeypatch.setenv(ahead.MARK, "1")
    ahead.start()
    assert started == []


def test_what_is_being_made_is_waited_for(started, monkeypatch, tmp_path):
    ahead.start()
    first, second = [made.name for made in ahead.common()][:2]
    assert cache.is_made_elsewhere(first) and not cache.is_made_elsewhere(second)
    kept, path = {first}, tmp_path / "code.o"
    monkeypatch.setattr(cache, "has", lambda name, function: name in kept)
    assert cache.is_made_elsewhere(second) and not cache.is_made_elsewhere(first)
    cache._write(path, "symbol", b"code")
    assert cache._made_elsewhere(path, first) == ("symbol", b"code")
    monkeypatch.setattr(cache, "PATIENCE", 0.05)
    assert cache._made_elsewhere(tmp_path / "never.o", second) is None


def test_a_process_that_cannot_be_started_is_done_without(started, monkeypatch):
    def refuse(*args, **options):
        raise OSError

    monkeypatch.setattr(subprocess, "Popen", refuse)
    ahead.start()


@pytest.mark.skipif(ahead.cores() < 2, reason="needs two cores")
def test_the_kernels_arrive(tmp_path):
    path = os.pathsep.join(filter(None, sys.path))
    variables = {**os.environ, "MINITF_CACHE_DIR": str(tmp_path), "PYTHONPATH": path}
    variables.pop(ahead.MARK, None)
    command = [sys.executable, "-c", _SCRIPT]
    found = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120)
    assert (found.stdout, found.stderr) == ("False\n7.0\n", "")


def test_code_that_cannot_be_kept_is_not_waited_for(tmp_path, monkeypatch):
    kernel = ahead.vm
    folder = tmp_path / "vm"
    monkeypatch.setattr(cache, "_folder", lambda source: folder)
    assert not cache.has("vm[]", kernel.function)
    folder.mkdir()
    (folder / "vm[].o").write_bytes(b"code")
    assert cache.has("vm[]", kernel.function)
    monkeypatch.setattr(cache, "_folder", lambda source: None)
    assert cache.has("other[]", kernel.function)
