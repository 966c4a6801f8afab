"""`minitf run` in processes of its own, as people call it."""

import json
import subprocess
import sys

import pytest
from apart import COMMAND


@pytest.fixture
def run(tmp_path, apart):
    def call(script, *arguments, options=(), name="script.py", **files):
        (tmp_path / name).write_text(script)
        for file, text in files.items():
            path = tmp_path / f"{file}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        script = [] if "-m" in options else [str(tmp_path / name)]
        return apart(COMMAND, "run", *options, *script, *arguments, cwd=tmp_path)

    return call


def test_a_script_with_arguments_and_modules_of_its_own(run):
    done = run(
        "import sys, tensorflow as tf, helper\nfrom inner import deep\n"
        "with tf.Session() as sess:\n    print(sess.run(tf.constant(helper.half)), sys.argv[1:], deep.x)\n"
        "print(__name__, __file__.endswith('script.py'))",
        "--epochs",
        "3",
        helper="half = int(__import__('numpy').array([3]))",
        **{"inner/__init__": "", "inner/deep": "x = 'b'.decode('utf8')"},
    )
    assert done.stdout == "3 ['--epochs', '3'] b\n__main__ True\n", done.stderr


def test_python2_with_modules_of_its_own(run):
    pytest.importorskip("fissix")
    done = run(
        "import cPickle, urllib2, reader\nprint reader.half(7), cPickle.loads(cPickle.dumps(1))\n",
        reader="def half(x):\n    print 'half of', x\n    return x / 2\n",
    )
    assert done.stdout == "half of 7\n3 1\n", done.stderr


def test_what_a_script_raises_is_printed_with_its_own_lines(run):
    pytest.importorskip("fissix")
    done = run("import tensorflow as tf\nprint 'a'\ntf.reduce_summ(\n   1)\n")
    lines = done.stderr.splitlines()
    assert done.returncode == 1 and done.stdout == "a\n"
    assert lines[0].startswith("Traceback") and lines[1].endswith('script.py", line 3, in <module>')
    assert lines[2] == "    tf.reduce_summ(" and "has no attribute 'reduce_summ'" in lines[-1]


@pytest.mark.parametrize(
    "script, code, words",
    [
        ("import sys; sys.exit(7)", 7, ""),
        ("raise SystemExit('no')", 1, "no"),
        ("import sys; sys.exit()", 0, ""),
        ("raise KeyboardInterrupt", 130, "KeyboardInterrupt"),
        ("x = = 1", 2, "script.py, line 1"),
        ("import tensorflow.estimator", 1, "minitf has no tensorflow.estimator"),
    ],
)
def test_exit_codes(run, script, code, words):
    done = run(script)
    assert done.returncode == code and words in done.stderr
    assert code != 2 or len(done.stderr.splitlines()) == 1


def test_a_script_that_is_not_there(run, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "minitf", "run", str(tmp_path / "none.py")], capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stderr.endswith("none.py: No such file or directory\n")


def test_notebooks_show_values_and_save_figures(run, tmp_path):
    pytest.importorskip("matplotlib")
    cells = [
        "%matplotlib inline\nimport matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt",
        "plt.plot([1, 2])\nplt.pause(100)\nplt.show()\nplt.plot([2, 1])\n2 + 2",
        "1 / 0",
    ]
    book = {"cells": [{"cell_type": "code", "source": c} for c in cells], "nbformat": 4}
    done = run(json.dumps(book), name="book.ipynb")
    assert done.stdout == "4\n" and done.returncode == 1
    assert "book.ipynb, cell 3" in done.stderr and "    1 / 0" in done.stderr
    assert "book.ipynb, cell 3 of 3 failed" in done.stderr
    assert "2 figures are in" in done.stderr
    assert sorted(p.name for p in (tmp_path / "book_figures").iterdir()) == ["figure-001.png", "figure-002.png"]


def test_figures_elsewhere(run, tmp_path):
    pytest.importorskip("matplotlib")
    done = run("from pylab import *\nplot([1])\nshow()", options=["--figures", str(tmp_path / "f")])
    assert done.returncode == 0 and (tmp_path / "f" / "figure-001.png").exists(), done.stderr


def test_notebooks_of_python2(run):
    """What could be either is Python 2 if the notebook says so; what one cell imports holds in the next."""
    pytest.importorskip("fissix")
    cells = [
        "print ('a %s'\n   % 1), \nprint ('b', 2)",
        "from __future__ import print_function, division\nimport own",
        "print('c', 3)\nprint(own.half(3), 3 / 2, len(map(abs, [1])))",
    ]
    book = {"cells": [{"cell_type": "code", "source": c} for c in cells], "nbformat": 4}
    kernel = {"kernelspec": {"name": "python2"}}
    own = "def half(x):\n    return x / 2\n"
    done = run(json.dumps({**book, "metadata": kernel}), name="book.ipynb", own=own)
    assert done.stdout == "a 1 ('b', 2)\nc 3\n1 1.5 1\n", done.stderr
    done = run(json.dumps(book), name="book.ipynb", own=own)
    assert done.stdout.endswith("c 3\n1.5 1.5 1\n"), done.stderr  # nothing says that it is Python 2


def test_checkpoints_with_names_of_before_tensorflow_1_2(run):
    done = run(
        "import tensorflow as tf\n"
        "old = {'RNN/GRUCell/Gates/Linear/Matrix': tf.Variable([[1., 2.]]), 'b': tf.Variable([3.]),\n"
        "       'RNN/GRUCell/Gates/Linear/Bias': tf.Variable([3.])}\n"
        "with tf.Session() as sess:\n"
        "    sess.run(tf.global_variables_initializer())\n"
        "    path = tf.train.Saver(old).save(sess, './model')\n"
        "tf.reset_default_graph()\n"
        "kernel = tf.get_variable('rnn/gru_cell/gates/kernel', [1, 2])\n"
        "bias = tf.get_variable('rnn/gru_cell/gates/bias', [1])\n"
        "with tf.Session() as sess:\n"
        "    tf.train.Saver().restore(sess, path)\n"
        "    print(sess.run([kernel, bias]))\n"
    )
    assert done.stdout == "[array([[1., 2.]], dtype=float32), array([3.], dtype=float32)]\n", done.stderr
    note = "taken for those of today: RNN/GRUCell/Gates/Linear/"
    assert done.stderr.count(note) == 1 and done.stderr.endswith(", and 1 more\n")


def test_scripts_made_of_notebooks(run):
    done = run("get_ipython().run_line_magic('matplotlib', 'inline')\nprint(get_ipython().getoutput('ls'))")
    assert done.stdout == "[]\n", done.stderr
    assert "NameError" in run("get_ipython()").stderr


def test_check_lists_what_is_missing_with_lines(run):
    script = (
        "import tensorflow as tf\nfrom tensorflow.contrib import rnn\nx = tf.nn.reluu(rnn.GRUCell(3))\n"
        "tf.keras.layers.Dense(3)\ntf.nn.relu(x).eval\n"
    )
    done = run(script, options=["--check"])
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and len(lines) == 3, done.stderr
    assert "script.py:3: module 'tensorflow.nn' has no attribute 'reluu'; the nearest" in lines[0]
    assert "script.py:4: minitf has no tensorflow.keras" in lines[1]
    assert run("import tensorflow as tf\ntf.nn.relu", options=["--check"]).returncode == 0


def test_check_follows_modules_of_the_script(run):
    done = run(
        "import own\nfrom inner import deep\n",
        options=["--check"],
        own="import tensorflow as tf\nimport own\ntf.nn.reluu\n",
        **{"inner/__init__": "", "inner/deep": "import tensorflow\ntensorflow.nothing\n"},
    )
    places = [line.split(" module")[0].split("/")[-1] for line in done.stdout.splitlines()]
    assert places[:2] == ["own.py:3:", "deep.py:2:"] and done.returncode == 1, done


def test_a_module_of_a_package(run):
    files = {
        "inner/__init__": "",
        "inner/deep": "x = 3",
        "inner/main": "from . import deep\nfrom inner import deep as d",
    }
    files["inner/main"] += (
        "\nimport sys, helper\nprint(__name__, __package__, deep.x, d is deep, helper.y, sys.argv[1:])"
    )
    files["inner/__main__"] = "from .deep import x\nprint(x, __package__)"
    done = run("", "inner.main", "-v", options=["-m"], helper="y = 4", **files)
    assert done.stdout == "__main__ inner 3 True 4 ['-v']\n", done.stderr
    done = run("", "inner", options=["-m"], **files)
    assert done.stdout == "3 inner\n", done.stderr
    done = run("", "inner.nothing", options=["-m"])
    assert done.returncode != 0 and "there is no module inner.nothing" in done.stderr
