"""The commands about the machine: doctor, cache and bench; and what all commands have."""

import importlib.util
import shutil
import subprocess
import sys

import pytest

from minitf.commands import COMMANDS, main
from minitf.kernels.compile import folders


def test_every_command_has_help_with_examples(capsys):
    for name in COMMANDS:
        with pytest.raises(SystemExit) as end:
            main([name, "--help"])
        text = capsys.readouterr().out
        assert end.value.code == 0 and f"    minitf {name}" in text.partition("options:")[0]


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["graph"], ["bench", "--steps", "0"]])
def test_wrong_calls_are_2(arguments, capsys):
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    assert code == 2 and capsys.readouterr().err


def test_bench(capsys):
    assert main(["bench", "--steps", "3"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[:2] for line in lines[1:]] == [["3", "static"], ["3", "dynamic"]]
    assert all(float(number) >= 0 for line in lines[1:] for number in line[3:])


def test_doctor(capsys, monkeypatch, tmp_path):
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in ("minitf-engine", "Python 3", "numpy 2", "vectors of", "GiB", "missing"))
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "fissix" else found(name))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setenv("MINITF_CACHE_DIR", "not/absolute")
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "pip install 'minitf-engine[py2]'" in text and "apt install graphviz" in text
    assert "not kept in not/absolute: it is not an absolute path" in text


def test_doctor_goes_on_where_a_part_fails(capsys, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "scipy" else found(name))
    assert main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "scipy not found: pip install minitf-engine" in text and "cores for this process" in text


@pytest.fixture
def kernels(tmp_path, monkeypatch):
    """A cache with a kernel, and things that are not the cache's."""
    ours = tmp_path / "cache" / ("gemm-" + "0a" * 12)
    ours.mkdir(parents=True)
    (ours / "gemm.o").write_bytes(bytes(2048))
    (tmp_path / "cache" / "data").mkdir()
    (tmp_path / "cache" / "data" / "x.o").write_bytes(bytes(5))
    monkeypatch.setenv("MINITF_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_cache_shows_and_clears_only_kernels(kernels, capsys):
    assert main(["cache"]) == 0 and f"{kernels}: 1 compiled kernels, 2.0 KiB\n" == capsys.readouterr().out
    assert main(["cache", "--clear"]) == 0 and "1 compiled kernels removed" in capsys.readouterr().out
    assert folders.kept() == (0, 0) and [p.name for p in kernels.iterdir()] == ["data"]
    assert (kernels / "data" / "x.o").exists()


def test_cache_that_is_not_there(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MINITF_CACHE_DIR", str(tmp_path / "none"))
    assert main(["cache"]) == 0 and "0 compiled kernels" in capsys.readouterr().out
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MINITF_CACHE_DIR", str(tmp_path / "file"))
    assert main(["cache"]) == 1 and "minitf cache: " in capsys.readouterr().err


def test_help_in_a_process_of_its_own():
    done = subprocess.run([sys.executable, "-m", "minitf", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and all(f"    {name} " in done.stdout for name in COMMANDS)
