"""The code cache: fresh processes, damaged files, folders that cannot be written, two processes at once."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from minitf.kernels.compile import cache, folders

SCRIPT = Path(__file__).with_name("kernels_for_cache.py")
RESULTS = ["0 0.6931 1.3133 2.1269", "0 0.0 2.0 4.0"]


def start(folder):
    environment = {**os.environ, "MINITF_CACHE_DIR": str(folder), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, str(SCRIPT)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process, said=""):
    """Whether the process had to compile; it must have got its results either way."""
    out, err = process.communicate(timeout=120)
    *results, numba = out.splitlines()
    assert (process.returncode, results) == (0, RESULTS)
    assert (said in err and err.count("Warning") == 1) if said else err == ""
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


@pytest.mark.skipif(sys.platform != "linux", reason="takes addresses without memory")
def test_kernels_may_be_far_apart():
    """Code and the numbers in it are near each other, however much memory a process takes between two kernels."""
    script = Path(__file__).with_name("kernels_far_apart.py")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    result = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=300)
    assert (result.returncode, result.stderr) == (0, "")


def test_damaged_files_are_replaced(folder):
    """Whatever the damage, as below it."""
    for file, damage in zip(code_files(folder), (lambda data: data[: len(data) // 2], lambda data: data[:-1] + b"?")):
        file.write_bytes(damage(file.read_bytes()))
    assert finish(start(folder))
    assert not finish(start(folder))


def test_works_without_a_folder_it_can_write(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    assert finish(start(blocked / "cache"), said="file' is not a folder. Every run will compile")


def test_a_renamed_file_is_not_another_kernel(folder):
    """Each does what the other should: had they been taken by their names, both results would be wrong."""
    one, other = code_files(folder)
    spare = one.with_name("spare")
    for old, new in ((one, spare), (other, one), (spare, other)):
        old.rename(new)
    assert finish(start(folder))
    assert not finish(start(folder))


def test_a_folder_open_to_all_is_not_used(folder):
    before = [(f.name, f.read_bytes()) for f in code_files(folder)]
    folder.chmod(0o777)
    try:
        assert finish(start(folder), said=f"{str(folder)!r} can be changed by everyone")
    finally:
        folder.chmod(0o700)
    assert [(f.name, f.read_bytes()) for f in code_files(folder)] == before
    assert not finish(start(folder))


CODE = "symbol", bytes(range(256)) * 20


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A file of code."""
    monkeypatch.setattr(folders, "_told", set())
    tmp_path.chmod(0o700)
    path = tmp_path / "elementwise-1" / "sub[float32].o"
    cache._write(path, *CODE)
    assert cache._read(path) == CODE
    return path


@pytest.mark.parametrize(
    "place",
    [
        "../elementwise-1/add[float32].o",
        "../elementwise-1/sub[float64].o",
        "../elementwise-2/sub[float32].o",
        "../nn-1/sub[float32].o",
        "sub/sub[float32].o",
    ],
)
@pytest.mark.parametrize("how", ["rename", "copy", "link"])
def test_code_is_taken_only_in_its_own_place(kept, place, how):
    path = kept.parent / place
    path.parent.mkdir(exist_ok=True)
    moved = {"rename": os.rename, "copy": shutil.copy, "link": os.link}[how]
    moved(kept, path)
    assert cache._read(path) is None


def test_swapped_files_are_both_refused(kept):
    other = kept.with_name("add[float32].o")
    cache._write(other, *CODE)
    a, b = kept.read_bytes(), other.read_bytes()
    kept.write_bytes(b)
    other.write_bytes(a)
    assert cache._read(kept) is None and cache._read(other) is None


def test_any_changed_bit_is_seen(kept):
    data = kept.read_bytes()
    random = np.random.default_rng(0)
    places = [*range(80), *random.integers(0, len(data), 200)]  # all of the checksum and the symbol, some code
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << random.integers(8)
        kept.write_bytes(changed)
        assert cache._read(kept) is None, place


DAMAGE = {
    "empty": lambda data: b"",
    "no more than a checksum": lambda data: data[:32],
    "the checksum of nothing": lambda data: hashlib.blake2b(b"", digest_size=32).digest(),
    "cut": lambda data: data[:-1],
    "cut in front": lambda data: data[1:],
    "longer": lambda data: data + b"\0",
    "twice": lambda data: data * 2,
    "zeros": lambda data: bytes(len(data)),
    "zeros at the end": lambda data: data[:1000] + bytes(len(data) - 1000),
    "another's checksum": lambda data: hashlib.blake2b(data[32:], digest_size=32).digest() + data[32:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_code_is_not_read(kept, damage):
    kept.write_bytes(damage(kept.read_bytes()))
    assert cache._read(kept) is None


def test_a_folder_in_place_of_a_file_is_named(kept):
    kept.unlink()
    kept.mkdir()
    with pytest.warns(RuntimeWarning, match=rf"Is a directory: '{re.escape(str(kept))}'\. Every run"):
        cache._write(kept, *CODE)
    assert cache._read(kept) is None and os.listdir(kept.parent) == [kept.name]


def test_what_numba_is_told_is_part_of_the_place(monkeypatch, tmp_path):
    """Code of a run with NUMBA_OPT=0 is not for those without it."""
    monkeypatch.chdir(tmp_path)
    toolchain = cache._toolchain.__wrapped__
    before = toolchain()
    for name in cache.NOT_IN_CODE:
        monkeypatch.setenv(name, "1")
    assert toolchain() == before
    monkeypatch.setenv("NUMBA_OPT", "0")
    told = toolchain()
    (tmp_path / ".numba_config.yaml").write_text("opt: 1")
    assert before != told != toolchain()


def test_folder_depends_on_every_source_a_kernel_uses(tmp_path, monkeypatch):
    monkeypatch.setenv("MINITF_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(cache, "SOURCES", tmp_path)
    (tmp_path / "scalar.py").write_text("x = 1")
    (tmp_path / "nn.py").write_text("from minitf.kernels.compile.scalar import x\n")
    (tmp_path / "other.py").write_text("")

    def places():
        monkeypatch.setattr(cache, "STARTED", time.time() + 1)
        cache._folder.cache_clear()
        return [cache._folder(str(tmp_path / name)) for name in ("nn.py", "other.py")]

    before = places()
    (tmp_path / "scalar.py").write_text("x = 2")
    nn, other = places()
    assert nn != before[0] and other == before[1]
    (tmp_path / "trust.py").write_text("")  # decides where code is kept, not what it is
    (tmp_path / "scalar.py").write_text("x = 2\nfrom minitf.kernels.compile import trust\n")
    cache._imported.cache_clear()
    before = places()
    (tmp_path / "trust.py").write_text("x = 1")
    assert places() == before
    cache._folder.cache_clear()


def test_nothing_is_kept_of_sources_edited_after_their_import(tmp_path, monkeypatch):
    monkeypatch.setenv("MINITF_CACHE_DIR", str(tmp_path))
    source = tmp_path / "edited.py"
    source.write_text("")
    os.utime(source, (cache.STARTED - 1,) * 2)
    assert cache._folder(str(source)) is not None
    cache._folder.cache_clear()
    os.utime(source)
    assert cache._folder(str(source)) is None
    cache._folder.cache_clear()
