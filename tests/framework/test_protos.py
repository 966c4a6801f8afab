import subprocess
import sys

import pytest
from helpers import fails

import minitf as tf
from minitf.framework import protos


@pytest.mark.parametrize("name", [*protos._HOMES, *protos._LACKING])
def test_messages(name):
    assert protos.has(name) and protos.message(name).DESCRIPTOR.name == name


def test_names_that_are_no_messages():
    with fails(AttributeError, "'minitf'", "'Sumary'"):
        tf.Sumary  # noqa: B018
    assert not hasattr(tf.summary, "GraphDef") and hasattr(tf, "GraphDef")
    assert tf.summary.Summary is tf.Summary and "Summary" not in vars(tf)


AS_TENSORFLOW = """
import sys
import minitf
sys.modules["tensorflow"] = minitf
import tensorflow as tf
with tf.Session() as sess, tf.summary.FileWriter(sys.argv[1], sess.graph) as writer:
    writer.add_summary(sess.run(tf.summary.scalar("s", 1.0)), 0)
"""


def test_scripts_that_know_minitf_as_tensorflow(tmp_path):
    """TensorBoard must not find it under that name: it wants a TensorFlow with files."""
    done = subprocess.run([sys.executable, "-c", AS_TENSORFLOW, str(tmp_path)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    [file] = tmp_path.iterdir()
    assert [v.tag for e in tf.train.summary_iterator(str(file)) for v in e.summary.value] == ["s"]
