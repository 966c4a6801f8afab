"""What TensorFlow wrote of the examples' networks (tests/facts/examples): trained on, frozen, and written again."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

import minitf as tf
from minitf.framework import protos

FACTS = Path(__file__).parents[1] / "facts" / "examples"
NAMES = ["char_rnn_dynamic", "char_rnn_static", "mnist_rows", "time_series_dynamic", "time_series_static"]


def recorded(name):
    """(feeds, the names of prediction, loss and training op, the prediction, the losses)."""
    found = dict(np.load(FACTS / name / "values.npz"))
    feeds = {key.removeprefix("feed_"): value for key, value in found.items() if key.startswith("feed_")}
    return feeds, list(map(str, found["names"])), found["predicted"], found["losses"]


def restored(session, name, folder):
    with gzip.open(FACTS / name / "m.meta.gz") as source, open(folder / "m.meta", "wb") as target:
        shutil.copyfileobj(source, target)
    saver = tf.train.import_meta_graph(str(folder / "m.meta"))
    saver.restore(session, str(FACTS / name / "m"))
    return saver


def agree(session, name):
    feeds, (_, loss, train), _, losses = recorded(name)
    found = [session.run([loss, train], feeds)[0] for _ in losses]
    np.testing.assert_allclose(found, losses, rtol=1e-5)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("name", NAMES)
def test_training_goes_on_with_tensorflows_losses(name, tmp_path):
    with tf.Session() as session:
        restored(session, name, tmp_path)
        agree(session, name)
        types = {op.type for op in tf.get_default_graph().get_operations()}
    assert not types & {"Enter", "Switch", "Missing"} and ("Loop" in types) == ("static" not in name)


@pytest.mark.parametrize("name", NAMES)
def test_written_again_it_is_the_same_network(name, tmp_path):
    with tf.Session() as session:
        saver = restored(session, name, tmp_path)
        path = saver.save(session, str(tmp_path / "again"))
    with tf.Graph().as_default(), tf.Session() as session:
        tf.train.import_meta_graph(f"{path}.meta").restore(session, path)
        agree(session, name)


@pytest.mark.parametrize("name", NAMES)
def test_frozen(name):
    feeds, (prediction, _, _), expected, _ = recorded(name)
    content = gzip.decompress((FACTS / name / "frozen.pb.gz").read_bytes())
    tf.import_graph_def(protos.message("GraphDef").FromString(content), name="")
    there = tf.get_default_graph()._by_name
    with tf.Session() as session:
        found = session.run(prediction, {n: v for n, v in feeds.items() if n[:-2] in there})
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_all_that_was_recorded_is_tested():
    assert sorted(path.name for path in FACTS.iterdir()) == NAMES
