"""The commands that look at a script while it trains, in processes of their own."""

import json
import shutil

import pytest
from apart import COMMAND

TRAINS = """
import sys, numpy as np, tensorflow as tf
x = tf.placeholder(tf.float32, [None, 3], name="x")
w = tf.get_variable("w", [3, 1])
loss = tf.reduce_mean(tf.square(tf.matmul(x, w)))
train = {train}
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run(loss, {{x: np.ones([2, 3])}})
    for step in range(int(sys.argv[1]) if sys.argv[1:] else 50):
        try:
            sess.run(train, {{x: np.ones([2, 3])}})
        except Exception:
            pass
print("the end")
"""
OPTIMIZED = TRAINS.format(train="tf.train.AdamOptimizer().minimize(loss)")
ASSIGNED = TRAINS.format(train="w.assign_sub(0.1 * tf.gradients(loss, w)[0])")
NEVER = TRAINS.format(train="loss")


@pytest.fixture
def call(tmp_path, apart):
    def call(command, script, *options, arguments=(), **environment):
        path = tmp_path / "script.py"
        path.write_text(script)
        return apart(COMMAND, command, *map(str, options), str(path), *arguments, cwd=tmp_path, **environment)

    return call


@pytest.mark.parametrize("script", [OPTIMIZED, ASSIGNED])
def test_graph_stops_at_the_first_training_step(call, script):
    done = call("graph", script)
    assert done.returncode == 0 and "the end" not in done.stdout, done.stderr
    assert done.stdout.startswith("Graph 1: ") and "  x  float32 (?, 3)" in done.stdout


def test_graph_writes_dot(call, tmp_path):
    done = call("graph", OPTIMIZED, "--out", "g.dot", "--depth", 0)
    assert done.returncode == 0 and (tmp_path / "g.dot").read_text().startswith("digraph"), done.stderr


def test_graph_writes_a_page(call, tmp_path):
    done = call("graph", OPTIMIZED, "--out", "g.html")
    assert done.returncode == 0 and (tmp_path / "g.html").read_text("utf-8").startswith("<!doctype"), done.stderr


@pytest.mark.skipif(not shutil.which("dot"), reason="needs Graphviz")
def test_graph_draws(call, tmp_path):
    done = call("graph", OPTIMIZED, "--out", "g.svg")
    assert done.returncode == 0 and "</svg>" in (tmp_path / "g.svg").read_text(), done.stderr


@pytest.mark.parametrize(
    "script, options, code, words",
    [
        (NEVER, [], 1, "ended before its first training step"),
        ("raise ValueError('no')", [], 1, "failed (exit code 1) before its first training step"),
        ("x = = 1", [], 2, "script.py, line 1"),
        (OPTIMIZED, ["--out", "g.bmp"], 2, "has to end in one of .svg, .png, .pdf, .dot, .html"),
        (OPTIMIZED, ["--depth", "-1"], 2, "a depth is 0 or more"),
        (OPTIMIZED, ["--out", "g.html", "--depth", "1"], 2, "a page opens and closes its scopes itself"),
        (OPTIMIZED, ["--out", "none/g.dot"], 1, "none/g.dot cannot be written: No such file or directory"),
    ],
)
def test_graph_says_what_is_wrong(call, script, options, code, words):
    done = call("graph", script, *options)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == code and last.startswith("minitf graph: ") and words in last


def test_graph_without_dot(call, tmp_path):
    done = call("graph", OPTIMIZED, "--out", "g.svg", PATH=str(tmp_path))
    assert done.returncode == 1 and "apt install graphviz" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_profile_measures_some_steps(call, tmp_path):
    done = call("profile", OPTIMIZED, "--steps", 4, "--by", "types", "--out", "t.json")
    assert done.returncode == 0 and "the end" not in done.stdout, done.stderr
    assert "us per run" in done.stdout and "ApplyAdam" in done.stdout
    assert json.loads((tmp_path / "t.json").read_text())["traceEvents"]


def test_profile_of_fewer_steps_and_none(call):
    done = call("profile", OPTIMIZED, "--steps", 4, arguments=["2"])
    assert done.returncode == 0 and "the end" in done.stdout and "us per run" in done.stdout
    done = call("profile", OPTIMIZED, arguments=["0"])
    assert done.returncode == 1 and "before its first training step" in done.stderr
