"""Values that are read from checkpoints into the memory that variables have."""

import numpy as np
import pytest

import minitf as tf
from minitf.formats import checkpoint
from minitf.framework.apply import apply_op


def memory_of(session, variable):
    return session._state.slot(variable.op).array


@pytest.fixture
def large(tmp_path):
    """(a variable of more than a megabyte, the path of a checkpoint in which it has other values than it is given)."""
    v = tf.get_variable("v", [300_000], initializer=tf.zeros_initializer())
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(v.assign(tf.range(300_000.0)))
        yield v, saver.save(session, str(tmp_path / "m")), saver


@pytest.mark.parametrize("options", [{}, {"config": tf.ConfigProto(executor="op_by_op")}])
def test_values_are_read_into_the_memory_there_is(large, options):
    v, path, saver = large
    with tf.Session(**options) as session:
        session.run(v.initializer)
        memory = memory_of(session, v)
        saver.restore(session, path)
        assert memory_of(session, v) is memory and (session.run(v) == np.arange(300_000)).all()
        session.run(v.assign(v * 2.0))
        assert session.run(v)[-1] == 599_998.0


def test_damage_is_found_before_anything_changes(large):
    v, path, saver = large
    with open(f"{path}.data-00000-of-00001", "r+b") as file:
        file.seek(1_000_000)
        file.write(b"x")
    with tf.Session() as session:
        session.run(v.initializer)
        with pytest.raises(tf.errors.DataLossError, match="tensor v is damaged"):
            saver.restore(session, path)
        assert not session.run(v).any()


def test_a_file_that_changes_while_it_is_read(large, monkeypatch):
    """Nobody goes on with half of a variable."""
    v, path, saver = large
    check = checkpoint.Checkpoint.check

    def then_damaged(self, name):
        check(self, name)
        with open(f"{path}.data-00000-of-00001", "r+b") as file:
            file.seek(1_000_000)
            file.write(b"x")

    monkeypatch.setattr(checkpoint.Checkpoint, "check", then_damaged)
    with tf.Session() as session:
        session.run(v.initializer)
        with pytest.raises(tf.errors.DataLossError, match="tensor v .whole a moment ago. is damaged"):
            saver.restore(session, path)
        with pytest.raises(tf.errors.FailedPreconditionError, match="v"):
            session.run(v)


def test_what_is_read_before_it_is_assigned(large):
    """A value that is restored early is written late, and one that others want too is theirs."""
    v, path, _ = large
    restored = tf.train.load_variable(path, "v")
    [value] = apply_op("RestoreV2", path, ["v"], [""], dtypes=[tf.float32]).outputs
    value.set_shape(v.shape)
    before = tf.reduce_sum(v)
    with tf.control_dependencies([before]):
        late = tf.assign(v, value)
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run([before, late.op])[0] == 0.0
        np.testing.assert_array_equal(session.run(v), restored)
        session.run(v.initializer)
        assert session.run([tf.reduce_max(value), late.op])[0] == 299_999.0
        np.testing.assert_array_equal(session.run(v), restored)
