import json

import numpy as np
import pytest
from session_facts import check, names

import minitf as tf

learning = tf.contrib.slim.learning


@pytest.mark.parametrize("name", names("slim_trains"))
def test_like_tensorflow(name):
    check(name)


def model():
    x = np.random.RandomState(0).rand(8, 3).astype(np.float32)
    y = tf.contrib.layers.fully_connected(x, 1, activation_fn=None)
    return tf.losses.mean_squared_error(x.sum(1, keepdims=True), y)


def test_steps_that_are_traced(tmp_path):
    train = learning.create_train_op(model(), tf.train.GradientDescentOptimizer(0.1))
    learning.train(train, str(tmp_path), number_of_steps=5, log_every_n_steps=0, trace_every_n_steps=2)
    found = sorted(path.name for path in tmp_path.glob("tf_trace-*.json"))
    assert found == ["tf_trace-1.json", "tf_trace-3.json", "tf_trace-5.json"]
    assert json.loads((tmp_path / found[0]).read_text())["traceEvents"]
    events = [e for path in tmp_path.glob("events*") for e in tf.train.summary_iterator(str(path))]
    tags = [e.tagged_run_metadata.tag for e in events if e.HasField("tagged_run_metadata")]
    assert tags == ["run_metadata-1", "run_metadata-3", "run_metadata-5"]


def test_steps_of_synchronized_replicas():
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 1)
    train = learning.create_train_op(model(), optimizer)
    first = learning.train(train, None, number_of_steps=1, sync_optimizer=optimizer)
    assert first > 0


def test_synchronized_replicas_learn():
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.3), 1)
    train = learning.create_train_op(model(), optimizer)
    assert learning.train(train, None, number_of_steps=100, log_every_n_steps=0, sync_optimizer=[optimizer]) < 0.01


@pytest.mark.parametrize(
    "how, words",
    [
        ({"trace_every_n_steps": 3}, "because logdir=None"),
        ({"sync_optimizer": 3}, "must be a tf.train.SyncReplicasOptimizer"),
    ],
)
def test_refusals(how, words):
    with pytest.raises(ValueError, match=words):
        learning.train(tf.constant(1.0), None, **how)


def test_refusals_of_steps():
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 1)
    with pytest.raises(ValueError, match="must be zero"):
        learning.train(tf.constant(1.0), None, sync_optimizer=optimizer, startup_delay_steps=2)
    with pytest.raises(ValueError, match="logdir must be present"):
        learning.train_step(None, None, None, {"should_trace": tf.constant(True)})
