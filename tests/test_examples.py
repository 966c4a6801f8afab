import importlib.util
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(name, monkeypatch, *arguments):
    """Runs an example's main() with these command-line arguments."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    module.main()


@pytest.mark.parametrize("cell", ["static", "dynamic"])
def test_time_series_learns_and_writes_its_pictures(cell, tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("PATH", str(tmp_path))  # without Graphviz's program, which takes long
    run("time_series", monkeypatch, "--steps", 101, "--cell", cell, "--out", tmp_path / "out")
    printed = [line.split("\tMSE: ") for line in capsys.readouterr().out.splitlines() if "MSE" in line]
    first, last = (float(mse) for _, mse in printed)
    assert [int(step) for step, _ in printed] == [0, 100] and first > 3 and last < 0.8
    assert {p.name for p in (tmp_path / "out").iterdir()} == {f"{cell}.dot", "prediction.png"}
    assert "digraph" in (tmp_path / "out" / f"{cell}.dot").read_text()
