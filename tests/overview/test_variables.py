import io
import subprocess
import sys

import pytest

import minitf as tf


def test_counts_and_bytes():
    tf.get_variable("w", [3, 4])
    tf.get_variable("half", [5], tf.float64, trainable=False)
    tf.Variable(tf.placeholder(tf.float32), validate_shape=False, name="unknown")
    tf.Variable(["a", "b"], name="words")
    table = tf.summary_of(tf.get_default_graph())
    assert [(r.name, r.shape, r.trainable, r.count, r.bytes) for r in table.rows] == [
        ("w", "(3, 4)", True, 12, 48),
        ("half", "(5,)", False, 5, 40),
        ("unknown", "?", True, None, None),
        ("words", "(2,)", True, 2, None),
    ]
    assert (table.count, table.trainable, table.bytes) == (19, 14, 88)
    assert str(table).splitlines()[0] == "4 variables, 14 of 19 values trainable, 88 bytes"


def test_names_are_shown_as_they_are():
    tf.Variable(0.0, name="a" * 100)
    table = tf.summary_of()
    rich = pytest.importorskip("rich.console")
    console = rich.Console(width=70, record=True, file=io.StringIO())
    console.print(table)
    text = console.export_text()
    assert text.count("a") - text.count("trainable") * 2 - text.count("variable") * 2 >= 100
    tf.Variable(0.0, name="x")
    assert "<td>x</td>" in tf.summary_of()._repr_html_()


def test_without_rich():
    code = "import sys; sys.modules['rich'] = None; import minitf as tf; tf.Variable(1); print(tf.summary_of())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.startswith("1 variable, 1 of 1 values trainable, 4 bytes\n"), done.stderr


@pytest.mark.parametrize("bad", [3, "graph", tf.Session])
def test_what_is_no_graph(bad):
    with pytest.raises(TypeError, match="takes a tf.Graph"):
        tf.summary_of(bad)
