"""Checkpoints of objects are TensorFlow's (object_scenarios.py, and files that it wrote)."""

from pathlib import Path

import numpy as np
import pytest
from helpers import fails
from record_checkpoints import trained
from session_facts import check, names

import minitf as tf

WRITTEN = Path(__file__).parents[1] / "facts" / "checkpoints" / "graph_objects"


@pytest.mark.parametrize("name", names("objects_"))
def test_like_tensorflow(name):
    check(name)


def test_what_tensorflow_wrote():
    checkpoint, step, tensors = trained(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        expected = session.run(tensors)
        session.run(step)
        checkpoint.restore(str(WRITTEN)).assert_consumed().run_restore_ops()
        for found, value in zip(session.run(tensors), expected):
            np.testing.assert_allclose(found, value, rtol=1e-5)


def test_objects_made_after_the_checkpoint_is_named(tmp_path):
    v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
    with tf.Session() as session:
        session.run(v.initializer)
        path = tf.train.Checkpoint(v=v, inner=tf.train.Checkpoint(more=v)).write(str(tmp_path / "m"))
    with tf.Graph().as_default(), tf.Session() as session:
        checkpoint = tf.train.Checkpoint()
        status = checkpoint.restore(path)
        with fails(AssertionError, "Nothing but the root object matched"):
            tf.train.Checkpoint().restore(path).assert_nontrivial_match()
        with fails(AssertionError, "Unresolved object in checkpoint: v/.ATTRIBUTES/VARIABLE_VALUE"):
            status.assert_consumed()
        checkpoint.v = tf.get_variable("other", [2], initializer=tf.zeros_initializer())
        checkpoint.inner = tf.train.Checkpoint(more=checkpoint.v)
        with fails(AssertionError, "Object not assigned a value from checkpoint: save_counter:0"):
            status.assert_consumed()
        status.expect_partial().initialize_or_restore()
        assert session.run(checkpoint.v).tolist() == [1, 1]


def test_ops_are_made_once(tmp_path):
    v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
    checkpoint = tf.train.Checkpoint(v=v)
    with tf.Session() as session:
        session.run(v.initializer)
        counts = []
        for _ in range(3):
            path = checkpoint.save(str(tmp_path / "m"))
            checkpoint.restore(path).initialize_or_restore()
            counts.append(len(tf.get_default_graph().get_operations()))
        assert len(set(counts)) == 1


def test_errors(tmp_path):
    v = tf.get_variable("v", [2])
    with fails(ValueError, "expecting a trackable object"):
        tf.train.Checkpoint(v=[v])
    checkpoint = tf.train.Checkpoint(v=v)
    with fails(ValueError, "no session"):
        checkpoint.save(str(tmp_path / "m"))
    with tf.Session() as session, fails(tf.errors.FailedPreconditionError, "v"):
        session.run(checkpoint.save_counter.initializer)
        checkpoint.save(str(tmp_path / "m"))


def test_values_of_another_shape(tmp_path):
    with tf.Session() as session:
        v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
        session.run(v.initializer)
        path = tf.train.Checkpoint(v=v).save(str(tmp_path / "m"))
        status = tf.train.Checkpoint(v=tf.get_variable("w", [3])).restore(path)
        with fails((ValueError, tf.errors.InvalidArgumentError), "hape"):
            status.run_restore_ops()


def test_a_manager_keeps_some_for_hours(tmp_path, monkeypatch):
    v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
    checkpoint, now = tf.train.Checkpoint(v=v), [1000.0]
    monkeypatch.setattr("minitf.train.checkpoint_manager.time.time", lambda: now[0])
    manager = tf.train.CheckpointManager(checkpoint, str(tmp_path), 1, keep_checkpoint_every_n_hours=1)
    with tf.Session() as session:
        session.run(v.initializer)
        for _ in range(4):
            now[0] += 1900.0
            manager.save()
    assert [p.rpartition("-")[2] for p in manager.checkpoints] == ["4"]
    assert sorted(p.stem for p in tmp_path.glob("*.index")) == ["ckpt-2", "ckpt-4"]
