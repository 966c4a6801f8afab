import shutil
import xml.etree.ElementTree as xml

import pytest

import minitf as tf
from minitf import profiler


def things():
    w = tf.Variable(2.0, name="w")
    loss = tf.square(w, name="loss")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    sess = tf.Session()
    sess.run(w.initializer)
    return [tf.get_default_graph(), train, loss, sess, profiler.profile(sess, train, runs=1)]


KINDS = ["graph", "operation", "tensor", "session", "profile"]


@pytest.mark.skipif(not shutil.which("dot"), reason="needs Graphviz")
@pytest.mark.parametrize("index", range(5), ids=KINDS)
def test_pictures(index):
    bundle = things()[index]._repr_mimebundle_()
    picture = xml.fromstring(bundle["image/svg+xml"])
    words = " ".join(picture.itertext())
    assert ["w", "update_w", "w/read", "w", "w"][index] in words and "height: auto" in picture.attrib["style"]


@pytest.mark.parametrize("index", range(5), ids=KINDS)
def test_texts_without_dot(index, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    bundle = things()[index]._repr_mimebundle_(include=None, exclude=None)
    starts = ["Graph ", "<tf.Operation 'GradientDescent'", "<tf.Tensor 'loss:0'", "Session (open) of\nGraph", ""]
    assert bundle.keys() == {"text/plain"} and bundle["text/plain"].startswith(starts[index])
    assert index != 4 or "us per run" in bundle["text/plain"]
