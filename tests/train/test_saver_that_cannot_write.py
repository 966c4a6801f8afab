"""Savers on disks that are full, or not to be written: nothing is lost."""

import errno
import io
import os
import resource

import numpy as np
import pytest

import minitf as tf
from minitf.formats import checkpoint


@pytest.fixture
def session():
    with tf.Session() as sess:
        yield sess


class Small(io.FileIO):
    """A file on a disk that is nearly full."""

    room = 1000

    def write(self, data):
        """Writes, if there is room."""
        if self.tell() + len(data) > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def full_for_index(name, mode):
    """Opens files, of which the data find room, and the index not."""
    made = Small(name, mode)
    made.room = 8000 if ".data-" in name else 10
    return made


def refusing(function, code, suffix=""):
    """The function, which refuses names that end so."""

    def refused(*args, **kwargs):
        if str(args[0]).endswith(suffix):
            raise OSError(code, os.strerror(code), args[0])
        return function(*args, **kwargs)

    return refused


@pytest.mark.parametrize("sharded", [False, True])
def test_no_more_than_the_system_allows(session, tmp_path, sharded):
    """A limit of the size of files, which stands for a disk that is really full: the second shard does not fit."""
    tf.get_variable("a", [10])
    with tf.device("/cpu:1"):
        v = tf.get_variable("v", [1000])
    large = tf.get_variable("large", [10_000])
    session.run(tf.global_variables_initializer())
    saver, larger = tf.train.Saver([v], sharded=sharded), tf.train.Saver(sharded=sharded, name="larger")
    path = saver.save(session, str(tmp_path / "m"), write_meta_graph=False)
    value, before = session.run(v), sorted(os.listdir(tmp_path))
    session.run([v.assign(v + 1.0), large.assign(large + 1.0)])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
        with pytest.raises(tf.errors.ResourceExhaustedError, match="File too large"):
            larger.save(session, path, write_meta_graph=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(os.listdir(tmp_path)) == before
    np.testing.assert_array_equal(tf.train.load_variable(path, "v"), value)


FAILURES = {
    "full": ("open", lambda f: Small, tf.errors.ResourceExhaustedError),
    "full at the end": ("open", lambda f: full_for_index, tf.errors.ResourceExhaustedError),
    "full when synced": ("fsync", lambda f: refusing(f, errno.ENOSPC), tf.errors.ResourceExhaustedError),
    "over quota": ("open", lambda f: refusing(f, errno.EDQUOT, ".new"), tf.errors.ResourceExhaustedError),
    "read-only": ("open", lambda f: refusing(f, errno.EROFS, ".new"), tf.errors.PermissionDeniedError),
    "not allowed": ("open", lambda f: refusing(f, errno.EACCES, ".new"), tf.errors.PermissionDeniedError),
    "vanished": ("open", lambda f: refusing(f, errno.ENOENT, ".new"), tf.errors.NotFoundError),
    "broken": ("fsync", lambda f: refusing(f, errno.EIO), tf.errors.UnknownError),
    "data stay": (
        "replace",
        lambda f: refusing(f, errno.EACCES, ".data-00000-of-00001.new"),
        tf.errors.PermissionDeniedError,
    ),
    "index stays": ("replace", lambda f: refusing(f, errno.EROFS, ".index.new"), tf.errors.PermissionDeniedError),
}


@pytest.mark.parametrize("name, change, error", FAILURES.values(), ids=FAILURES)
def test_what_cannot_be_written_loses_nothing(name, change, error, tmp_path, monkeypatch):
    v = tf.Variable(tf.zeros([2000]), name="v")
    saver, path = tf.train.Saver(), str(tmp_path / "m")
    home = checkpoint if name == "open" else os
    with tf.Session() as session:
        session.run(v.initializer)
        saver.save(session, path)
        before = sorted(os.listdir(tmp_path))
        session.run(v.assign(tf.ones([2000])))
        with monkeypatch.context() as patch:
            patch.setattr(home, name, change(getattr(home, name, open)), raising=False)
            with pytest.raises(error, match=f"checkpoint {path}"):
                saver.save(session, path)
            value = set(tf.train.load_variable(tf.train.latest_checkpoint(tmp_path), "v").tolist())
        assert value in ({0.0}, {1.0})
        assert sorted(n for n in os.listdir(tmp_path) if not n.endswith(".index.new")) == before
        saver.save(session, path)
        assert sorted(os.listdir(tmp_path)) == before
        assert set(tf.train.load_variable(path, "v").tolist()) == {1.0}
