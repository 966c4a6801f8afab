import json

import pytest

from benchmarks import startup
from benchmarks.__main__ import parser

QUICK = ["--rounds", "1", "--seconds", "0.001"]
CASES = [
    ["peers", "--workloads", "long_T_10"],
    ["unroll", "--steps", "3"],
    ["scaling", "--workload", "long_T_10", "--steps", "2,4", "--batch", "1", "--units", "3"],
    ["overhead"],
    ["checkpoints", "--sizes", "2x0.1"],
    ["frozen", "--batch", "2"],
    ["host", "--workloads", "long_T_10"],
    ["single", "--ops", "sin,sin gradient,top_k,qr"],
    ["cliffs", "--situations", "boolean_mask,slice_by_a_queue", "--ops", "Where", "--steps", "6"],
    ["new_shapes", "--networks", "gru,seq2seq", "--new", "3"],
]


def test_startup_reports_medians(tmp_path, monkeypatch, capsys):
    seconds = iter([9.0, 4.0, 1.0, 6.0, 3.0])  # filling the cache, then cold and warm in turns
    monkeypatch.setattr(startup, "_first_step", lambda *args: (next(seconds), {"version": "minitf"}))
    args = parser().parse_args(["startup", "--rounds", "2", "--out", str(tmp_path)])
    args.run(args)
    found = {r["what"]: r["median"] for r in json.loads((tmp_path / "startup.json").read_text())["results"]}
    assert found == {"minitf cold": 5.0, "minitf warm": 2.0}
    assert "2.50" in capsys.readouterr().out


@pytest.mark.parametrize("command", CASES, ids=lambda c: c[0])
def test_every_benchmark_leaves_a_table_json_and_a_plot(command, tmp_path, capsys):
    args = parser().parse_args([*command, *QUICK, "--out", str(tmp_path)])
    args.run(args)
    document = json.loads((tmp_path / f"{command[0]}.json").read_text())
    assert document["results"] and document["machine"]["processor"] and document["settings"]["rounds"] == 1
    assert document["versions"]
    assert (tmp_path / f"{command[0]}.png").read_bytes().startswith(b"\x89PNG")
    assert "failed" not in capsys.readouterr().out


def test_help_names_every_benchmark(capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    text = capsys.readouterr().out
    names = "peers unroll floor startup scaling overhead host cliffs single"
    assert all(name in text for name in names.split())
