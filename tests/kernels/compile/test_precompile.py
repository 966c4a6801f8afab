"""The second process compiles what most programs need; there is one only where it helps."""

import atexit
import os
import subprocess
import sys
import types

import pytest

from minitf.kernels.compile import cache, folders, precompile

_SCRIPT = """
import sys, time
import minitf as tf
from minitf.kernels.compile import precompile, cache
session = tf.Session()
end = time.monotonic() + 100
while not all(cache.has(made.name, made.kernel.function) for made in precompile.common()[:{count}]):
    assert time.monotonic() < end
    time.sleep(0.05)
"""
_RUN = """
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

        def kill(self):
            self.ended = True

    monkeypatch.setattr(subprocess, "Popen", Process)
    monkeypatch.setattr(cache, "is_made_elsewhere", cache.is_made_elsewhere)  # undone at the end
    monkeypatch.setattr(precompile, "cores", lambda: 2)
    monkeypatch.setattr(cache, "has", lambda name, function: False)
    monkeypatch.delenv(precompile.MARK, raising=False)
    precompile.start.cache_clear()
    yield commands
    precompile.start.cache_clear()


def test_one_process_where_nothing_is_compiled(started):
    precompile.start()
    precompile.start()
    assert started == [[sys.executable, "-P", "-m", "minitf.kernels.compile.precompile"]]


@pytest.mark.parametrize("reason", ["one core", "is the second process", "compiled", "no interpreter"])
def test_none_where_it_does_not_help(started, monkeypatch, reason):
    if reason == "one core":
        monkeypatch.setattr(precompile, "cores", lambda: 1)
    elif reason == "compiled":
        monkeypatch.setattr(cache, "has", lambda name, function: True)
    elif reason == "no interpreter":
        monkeypatch.setattr(sys, "executable", None)
    else:
        monkeypatch.setenv(precompile.MARK, "1")
    precompile.start()
    assert started == []


def test_what_is_being_made_is_waited_for(started, monkeypatch, tmp_path):
    precompile.start()
    first, second = [made.name for made in precompile.common()][:2]
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
    precompile.start()


@pytest.mark.parametrize("temporary", [False, True])
def test_it_is_ended_where_its_work_would_be_lost(started, monkeypatch, temporary):
    registered = []
    monkeypatch.setattr(atexit, "register", lambda function, process: registered.append((function, process)))
    monkeypatch.setattr(folders, "is_temporary", lambda path: temporary)
    precompile.start()
    assert len(registered) == temporary
    for function, process in registered:
        function(process)
        assert process.ended


def waited_for(count, then, **variables):
    """What a process prints and says that waits for so many kernels, then does something."""
    path = os.pathsep.join(filter(None, sys.path))
    variables = {**os.environ, "PYTHONPATH": path, **variables}
    variables.pop(precompile.MARK, None)
    command = [sys.executable, "-c", _SCRIPT.replace("{count}", str(count)) + then]
    found = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120)
    return found.stdout.split(), found.stderr


@pytest.mark.skipif(precompile.cores() < 2, reason="needs two cores")
def test_the_kernels_arrive(tmp_path):
    assert waited_for(5, _RUN, MINITF_CACHE_DIR=str(tmp_path)) == (["False", "7.0"], "")


@pytest.mark.skipif(precompile.cores() < 2, reason="needs two cores")
def test_they_arrive_in_a_temporary_folder_and_end_with_it(tmp_path):
    """The second process is still at work when the first one ends."""
    kept = "print(cache.kept_in(precompile.vm.function))"
    (folder,), said = waited_for(1, kept, MINITF_CACHE_DIR="relative", TMPDIR=str(tmp_path))
    assert folder.startswith(f"{tmp_path}/minitf-") and said.count("Warning") == 1
    assert not list(tmp_path.iterdir())


def test_code_that_cannot_be_kept_is_not_waited_for(tmp_path, monkeypatch):
    kernel = precompile.vm
    monkeypatch.setattr(cache, "_folder", lambda source: tmp_path)
    assert not cache.has("vm[]", kernel.function)
    (tmp_path / "vm[].o").write_bytes(b"code")
    assert cache.has("vm[]", kernel.function) and not cache.has("other[]", kernel.function)
    with monkeypatch.context() as readonly:
        readonly.setattr(os, "access", lambda path, mode: False)
        assert cache.has("other[]", kernel.function)
    monkeypatch.setattr(cache, "_folder", lambda source: None)
    assert cache.has("other[]", kernel.function)


TRAP = "import os, sys\nos.write(1, b'ran ' + __file__.encode())\nsys.exit(1)\n"
SHADOWED = ("numpy", "random", "minitf", "llvmlite", "numba", "runpy")


@pytest.mark.parametrize("options", [[], ["-I"], ["-E", "-s"], ["-S"]])
def test_nothing_in_the_working_folder_is_imported(tmp_path, monkeypatch, options):
    for name in SHADOWED:
        (tmp_path / f"{name}.py").write_text(TRAP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    isolation = isolation_under(options)
    assert isolation[0] == "-P" and set(options) <= set(isolation)
    command = [sys.executable, *isolation, "-c", "import numpy, random, minitf"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "ran" not in found.stdout
    assert found.returncode == 0 or options, found.stderr  # what is found depends on how minitf is installed


def isolation_under(options):
    """The options that an interpreter started with these gives to the second process."""
    names = ("isolated", "ignore_environment", "no_user_site", "no_site")
    code = f"import sys; print(*[getattr(sys.flags, name) for name in {names}])"
    found = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True)
    flags = types.SimpleNamespace(**dict(zip(names, map(int, found.stdout.split()))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "flags", flags)
        return precompile._isolation()
