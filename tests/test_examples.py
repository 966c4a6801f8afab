import gzip
import importlib.util
import io
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = sorted((EXAMPLES / "notebooks").glob("*.ipynb"))


def run(name, monkeypatch, *arguments):
    """Runs an example's main() with these command-line arguments."""
    monkeypatch.syspath_prepend(EXAMPLES)  # as Python does for a script
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
    written = {f"{cell}.dot", f"{cell}_loss.png", "prediction.png"}
    assert pictures(tmp_path / "out") == written
    assert "digraph" in (tmp_path / "out" / f"{cell}.dot").read_text()


def pictures(folder):
    return {p.name for p in folder.iterdir()}


def numbers(text, label):
    """The numbers printed after `label`."""
    return [float(n) for n in re.findall(re.escape(label) + r" ([0-9.]+)", text)]


def write_idx(path, array, pack):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
    content = header + np.uint8(array).tobytes()
    if pack:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(content))
    else:
        path.write_bytes(content)


def test_mnist_rows_reads_idx_files_packed_or_not(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    random = np.random.default_rng(0)
    for part, n in ("train", 300), ("t10k", 60):
        labels = random.integers(0, 10, n)
        images = np.zeros([n, 5, 4])
        images[np.arange(n), labels // 2, labels % 2] = 255
        write_idx(tmp_path / f"{part}-images-idx3-ubyte", images, pack=part == "train")
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte", labels, pack=part == "t10k")
    run("mnist_rows", monkeypatch, "--data", tmp_path, "--epochs", 30, "--out", tmp_path / "out")
    accuracies = numbers(capsys.readouterr().out, "Test accuracy:")
    assert len(accuracies) == 30 and accuracies[-1] == 1.0
    assert pictures(tmp_path / "out") == {"accuracy.png", "images.png", "loss.png"}


def test_mnist_rows_says_which_file_is_missing(tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match="neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz"):
        run("mnist_rows", monkeypatch, "--data", tmp_path)


def test_mnist_rows_reads_the_digits_of_scikit_learn(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    pytest.importorskip("sklearn")
    run("mnist_rows", monkeypatch, "--epochs", 4, "--out", tmp_path / "out")
    assert numbers(capsys.readouterr().out, "Test accuracy:")[-1] > 0.7


@pytest.mark.parametrize("rnn", ["static", "dynamic"])
def test_char_rnn_learns_a_text_and_writes(rnn, tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    text, out = tmp_path / "text.txt", tmp_path / "out"
    text.write_text("the cat sat on the mat. " * 400)
    run("char_rnn", monkeypatch, "--text", text, "--epochs", 20, "--rnn", rnn, "--sample", 60, "--out", out)
    losses = numbers(capsys.readouterr().out, "loss:")
    assert losses[0] > 1.0 and losses[-1] < 0.4
    assert pictures(out) == {"loss.png", "sample.txt"}
    written = (out / "sample.txt").read_text()
    assert written.startswith("the c") and len(written) == 65 and set(written) <= set(text.read_text())


def test_char_rnn_refuses_a_short_text(tmp_path, monkeypatch):
    (tmp_path / "text.txt").write_text("short")
    with pytest.raises(SystemExit, match="needs more than 1000 characters"):
        run("char_rnn", monkeypatch, "--text", tmp_path / "text.txt")


def test_reber_tells_good_strings_from_bad(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    run("reber", monkeypatch, "--epochs", 12, "--out", tmp_path / "out")
    assert max(numbers(capsys.readouterr().out, "Validation accuracy:")) > 95
    assert pictures(tmp_path / "out") == {"accuracy.png", "loss.png"}


def test_seq2seq_learns(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    run("seq2seq", monkeypatch, "--task", "reverse", "--steps", 200, "--out", tmp_path / "out")
    assert numbers(capsys.readouterr().out, "right:")[-1] > 50
    assert pictures(tmp_path / "out") == {"training.png", "attention.png"}


def test_ctc_digits_learns_and_writes_its_pictures(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    run("ctc_digits", monkeypatch, "--steps", 101, "--out", tmp_path / "out")
    losses = numbers(capsys.readouterr().out, "loss")
    assert len(losses) == 2 and losses[0] > 25 and losses[1] < 11
    assert pictures(tmp_path / "out") == {"error.png", "loss.png", "strips.png"}


def test_attention_learns_to_write_dates(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    run("attention", monkeypatch, "--steps", 150, "--out", tmp_path / "out")
    printed = capsys.readouterr().out
    assert float(re.search(r"loss ([0-9.]+) after 150 of 150", printed)[1]) < 1.2
    assert "█" in printed and "dates that are right:" in printed
    assert pictures(tmp_path / "out") == {"alignment.png", "loss.png"}


def test_hidden_states_finds_units(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    text = tmp_path / "text.txt"
    text.write_text("if f(a cat, a mat): return it\n" * 200)
    run("hidden_states", monkeypatch, "--text", text, "--steps", 60, "--out", tmp_path / "out")
    printed = capsys.readouterr().out
    apart = [float(n) for n in re.findall(r"unit \d+, ([0-9.]+) deviations apart", printed)]
    assert "within brackets" in printed and len(apart) == 3 and min(apart) > 1
    assert pictures(tmp_path / "out") == {"hidden_states.png", "loss.png"}


def test_curves_and_heat_maps_in_the_terminal(monkeypatch):
    console = pytest.importorskip("rich.console").Console
    monkeypatch.syspath_prepend(EXAMPLES)
    import live

    assert live.rows([0, 4, 8], height=1) == [" ▄█"] and live.rows([0.0, 0.0], height=1) == ["  "]
    assert live.rows([8, 16], height=2) == [" █", "██"] and len(live.rows(range(1000))[0]) == live.WIDTH
    with console(width=40, record=True, file=io.StringIO()) as shown:
        live.heat_map(np.eye(2), "ab", "xy", shown)
    assert shown.export_text().splitlines() == ["   xy", " a █ ", " b  █"]


def cells(notebook):
    return [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_of_the_tour_run(notebook, monkeypatch):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    names = {}
    for cell in cells(notebook):
        exec("".join(cell["source"]), names)
    pyplot.close("all")


def test_notebooks_are_kept_without_what_they_print():
    assert len(NOTEBOOKS) == 8
    assert not [path for path in NOTEBOOKS if any(c["outputs"] or c["execution_count"] for c in cells(path))]


def test_mnist_cnn_reads_the_digits_of_scikit_learn(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    pytest.importorskip("sklearn")
    run("mnist_cnn", monkeypatch, "--epochs", 4, "--out", tmp_path / "out")
    assert numbers(capsys.readouterr().out, "Test accuracy:")[-1] > 0.85
    assert pictures(tmp_path / "out") == {"accuracy.png", "filters.png", "loss.png"}


def test_sentence_cnn_learns_and_finds_the_phrases(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    run("sentence_cnn", monkeypatch, "--steps", 101, "--out", tmp_path / "out")
    accuracies = numbers(capsys.readouterr().out, "Test accuracy:")
    assert len(accuracies) == 3 and accuracies[-1] > 0.9
    assert pictures(tmp_path / "out") == {"accuracy.png", "loss.png", "phrases.txt"}
    assert "not" in (tmp_path / "out" / "phrases.txt").read_text().splitlines()[0]


def test_sentence_cnn_reads_files(tmp_path, monkeypatch, capsys):
    pytest.importorskip("matplotlib")
    with pytest.raises(SystemExit, match="negative.txt"):
        run("sentence_cnn", monkeypatch, "--data", tmp_path)
    (tmp_path / "positive.txt").write_text("what a good film\n" * 40)
    (tmp_path / "negative.txt").write_text("what a bad film it was\n" * 40)
    run("sentence_cnn", monkeypatch, "--data", tmp_path, "--steps", 21, "--out", tmp_path / "out")
    assert numbers(capsys.readouterr().out, "Test accuracy:")[-1] == 1.0
