"""The code cache: fresh processes, damaged files, folders that cannot be written, two processes at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minitf.kernels import cache

SCRIPT = Path(__file__).with_name("kernels_for_cache.py")
RESULTS = ["0 0.6931 1.3133 2.1269", "0 0.0 2.0 4.0"]


def start(folder):
    environment = {
        **os.environ,
        "MINITF_CACHE_DIR": str(folder),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, str(SCRIPT)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process):
    """Whether the process had to compile; it must have got its results either way."""
    out, err = process.communicate(timeout=120)
    *results, numba = out.splitlines()
    assert (process.returncode, err, results) == (0, "", RESULTS)
    return numba == "True"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A cache filled by two processes at the same time (or, where one is late, by the first)."""
    folder = tmp_path_factory.mktemp("cache")
    assert any([finish(p) for p in [start(folder), start(folder)]])
    return folder


def code_files(folder):
    return sorted(folder.glob("kernels_for_cache-*/*"))


def test_a_second_process_does_not_import_numba(folder):
    assert [f.name for f in code_files(folder)] == ["double[float32].o", "soften[float32].o"]
    assert not finish(start(folder))


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: data[:-1] + b"?"]
)
def test_damaged_files_are_replaced(folder, damage):
    file = code_files(folder)[0]
    file.write_bytes(damage(file.read_bytes()))
    assert finish(start(folder))
    assert not finish(start(folder))


def test_works_without_a_folder_it_can_write(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    assert finish(start(blocked / "cache"))


def test_folder_depends_on_every_source_a_kernel_uses(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "SOURCES", tmp_path)
    (tmp_path / "scalar.py").write_text("x = 1")
    (tmp_path / "nn.py").write_text("from minitf.kernels.scalar import x\n")
    (tmp_path / "other.py").write_text("")

    def folders():
        monkeypatch.setattr(cache, "STARTED", time.time() + 1)
        cache._folder.cache_clear()
        return [cache._folder(str(tmp_path / name)) for name in ("nn.py", "other.py")]

    before = folders()
    (tmp_path / "scalar.py").write_text("x = 2")
    nn, other = folders()
    assert nn != before[0] and other == before[1]
    cache._folder.cache_clear()


def test_nothing_is_kept_of_sources_edited_after_their_import(tmp_path):
    source = tmp_path / "edited.py"
    source.write_text("")
    os.utime(source, (cache.STARTED - 1,) * 2)
    assert cache._folder(str(source)) is not None
    cache._folder.cache_clear()
    os.utime(source)
    assert cache._folder(str(source)) is None
    cache._folder.cache_clear()


def test_old_folders_are_removed(tmp_path):
    for age in range(8):
        folder = tmp_path / f"nn-{age}"
        folder.mkdir()
        os.utime(folder, (age, age))
    (tmp_path / "other-1").mkdir()
    cache._prune(tmp_path / "nn-7")
    assert sorted(f.name for f in tmp_path.iterdir()) == ["nn-4", "nn-5", "nn-6", "nn-7", "other-1"]


def test_root_follows_the_environment(monkeypatch):
    monkeypatch.delenv("MINITF_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache.root() == Path("/somewhere/minitf")
    monkeypatch.setenv("MINITF_CACHE_DIR", "/elsewhere")
    assert cache.root() == Path("/elsewhere")
