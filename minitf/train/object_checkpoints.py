"""Checkpoints of objects: variables are known by how one gets to them, not by their names."""

from __future__ import annotations

import os

import minitf as tf
from minitf.formats import objects
from minitf.formats.checkpoint import Checkpoint as File
from minitf.framework import errors
from minitf.framework.apply import apply_op
from minitf.ops.state.variables import Variable
from minitf.train import checkpoint_state
from minitf.train.objects import Objects, is_trackable, matched

_COUNTER = "save_counter"


class Checkpoint:
    """Variables, layers, cells and optimizers by names of the user's, to be saved and restored together.

    Unlike a `tf.train.Saver`, it knows a variable by the names that lead to it: that of an argument, those of a layer
    for its variables, and one that an optimizer keeps by the variable it belongs to. The files are TensorFlow's.

    Raises:
      ValueError: for what is none of these, nor a Checkpoint.

    >>> import minitf as tf, tempfile
    >>> v = tf.Variable(1.0)
    >>> checkpoint, path = tf.train.Checkpoint(v=v), tempfile.mkdtemp() + "/model"
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     path = checkpoint.save(path)
    >>> with tf.Session() as sess:
    ...     checkpoint.restore(path).assert_consumed().run_restore_ops()
    ...     print(sess.run(v), path[-8:])
    1.0 /model-1
    """

    def __init__(self, **kwargs):
        for name, value in sorted(kwargs.items()):
            if not is_trackable(value):
                raise ValueError(
                    "`Checkpoint` was expecting a trackable object: a variable, a layer, a cell, an optimizer or "
                    f"another Checkpoint, for {name}; got {value!r}"
                )
            setattr(self, name, value)
        self._counter: Variable | None = None
        self._next = None
        self._writers: dict = {}  # (placeholder, op) by what is written
        self._restorers: dict = {}

    def _children(self) -> dict:
        found = {name: value for name, value in vars(self).items() if name[0] != "_" and is_trackable(value)}
        return found if self._counter is None else {**found, _COUNTER: self._counter}

    @property
    def save_counter(self) -> Variable:
        """The variable that counts the calls of `save`, made when it is first asked for."""
        if self._counter is None:
            self._counter = tf.Variable(0, dtype=tf.int64, name=_COUNTER, trainable=False, use_resource=True)
        return self._counter

    # ---- saving

    def save(self, file_prefix, session=None) -> str:
        """Writes a checkpoint called `<file_prefix>-<number>`, says in the file `checkpoint` beside it that it is the
        newest, and returns its path.

        session: by default the default one. Numbers are those of `save_counter`.

        Raises:
          ValueError: if there is no session. The errors of `tf.train.Saver.save`.
        """
        session = _session(session)
        path = self.write(f"{os.fsdecode(file_prefix)}-{self._count(session)}", session)
        checkpoint_state._update(os.path.dirname(path), path, [path], "checkpoint", [], 0.0, relative=True)
        return path

    def _count(self, session) -> int:
        """The number of the next checkpoint."""
        if self._counter is None:
            session.run(self.save_counter.initializer)
        if self._next is None:
            self._next = self._counter.assign_add(1)
        return int(session.run(self._next))

    def write(self, file_prefix, session=None) -> str:
        """Writes a checkpoint of this name, and returns its path; nothing counts it, and no file mentions it."""
        session, path = _session(session), os.fsdecode(file_prefix)
        found = Objects(self)
        described = objects.described(found.nodes)
        if described not in self._writers:
            variables = found.variables()
            keys = [*variables, objects.KEY]
            prefix = tf.placeholder(tf.string, [])
            values = [*variables.values(), tf.constant(described)]
            self._writers[described] = prefix, apply_op("SaveV2", prefix, keys, [""] * len(keys), values)
        prefix, op = self._writers[described]
        session.run(op, {prefix: path})
        return path

    # ---- restoring

    def restore(self, save_path):
        """What the checkpoint at a path does to the variables here: `assert_consumed()` and its like say whether all
        fits, `run_restore_ops(session)` or `initialize_or_restore(session)` have the values read. For None, a path that
        `tf.train.latest_checkpoint` may give, the latter initializes.

        Raises:
          tf.errors.InvalidArgumentError: if there is no such checkpoint.
        """
        if save_path is None:
            self.save_counter  # noqa: B018 - it is made, so that it is among the variables
            return InitializationOnlyStatus(self)
        path = os.fsdecode(save_path)
        try:
            file = File(path)
        except errors.NotFoundError as error:
            raise errors.InvalidArgumentError(None, None, f"Unsuccessful restore: {error.message}") from None
        self.save_counter  # noqa: B018 - it is made, so that it is among what is restored
        if objects.KEY not in file.entries:
            return NameBasedSaverStatus(self, path, file.entries)
        return CheckpointLoadStatus(self, path, objects.nodes(bytes(file.array(objects.KEY).item(0))))

    def _restore(self, session, path: str, keys: dict[str, Variable]) -> None:
        """Reads variables from a checkpoint, by the keys that they have there."""
        wanted = tuple([(key, id(variable)) for key, variable in keys.items()])
        if wanted not in self._restorers:
            prefix, types = tf.placeholder(tf.string, []), [v.dtype.base_dtype for v in keys.values()]
            read = apply_op("RestoreV2", prefix, [*keys], [""] * len(keys), dtypes=types)
            assigned = [v.assign(value).op for v, value in zip(keys.values(), read.outputs)]
            self._restorers[wanted] = prefix, tf.group(*assigned)
        prefix, op = self._restorers[wanted]
        session.run(op, {prefix: path})


def _session(session):
    session = tf.get_default_session() if session is None else session
    if session is None:
        raise ValueError("no session: give one, or save and restore inside `with tf.Session():`")
    return session


class _Status:
    """What restoring a checkpoint means for the variables of some objects."""

    def __init__(self, checkpoint: Checkpoint):
        self._checkpoint = checkpoint

    def _variables(self) -> list[Variable]:
        return list(Objects(self._checkpoint).variables().values())

    def _keys(self) -> dict[str, Variable]:
        """The variables that have values in the checkpoint, by their keys there."""
        raise NotImplementedError

    def _other_variables(self) -> list[Variable]:
        read = {id(variable) for variable in self._keys().values()}
        return [variable for variable in self._variables() if id(variable) not in read]

    def assert_existing_objects_matched(self):
        """Itself; AssertionError unless all variables that there are have values in the checkpoint."""
        others = self._other_variables()
        if others:
            raise AssertionError(f"Object not assigned a value from checkpoint: {', '.join(v.name for v in others)}")
        return self

    def initialize_or_restore(self, session=None) -> None:
        """Initializes the variables that have no value in the checkpoint, and reads the others."""
        session = _session(session)
        session.run([variable.initializer for variable in self._other_variables()])
        if self._keys():
            self.run_restore_ops(session)

    def run_restore_ops(self, session=None) -> None:
        """Reads the variables that have a value in the checkpoint."""
        self._checkpoint._restore(_session(session), self._path, self._keys())


class CheckpointLoadStatus(_Status):
    """What restoring a checkpoint of objects means, for the objects and variables that there are when it is asked."""

    def __init__(self, checkpoint: Checkpoint, path: str, nodes: list):
        super().__init__(checkpoint)
        self._path, self._nodes = path, nodes

    def _matched(self) -> dict:
        return matched(self._checkpoint, self._nodes)

    def _keys(self) -> dict[str, Variable]:
        found = self._matched().items()
        return {self._nodes[n].key: v for n, v in found if isinstance(v, Variable) and self._nodes[n].key}

    def assert_consumed(self):
        """Itself; AssertionError unless all that the checkpoint holds is there, and has all values that are needed."""
        found = self._matched()
        left = [node for number, node in enumerate(self._nodes) if number not in found]
        if left:
            said = ", ".join([node.key for node in left if node.key]) or "without variables"
            raise AssertionError(f"Unresolved object in checkpoint: {said}, of {self._path}")
        return self.assert_existing_objects_matched()

    def assert_nontrivial_match(self):
        """Itself; AssertionError if nothing of the checkpoint is there."""
        if len(self._matched()) < 2:
            raise AssertionError(f"Nothing but the root object matched a checkpointed value: {self._path}")
        return self

    def expect_partial(self):
        """Itself: some of the checkpoint may stay unread."""
        return self


class NameBasedSaverStatus(_Status):
    """What restoring a checkpoint of a `tf.train.Saver` means: variables are known by their names."""

    def __init__(self, checkpoint: Checkpoint, path: str, names):
        super().__init__(checkpoint)
        self._path, self._names = path, set(names)

    def _keys(self) -> dict[str, Variable]:
        return {v.op.name: v for v in self._variables() if v.op.name in self._names}

    def assert_consumed(self):
        """Itself; AssertionError unless the names of the variables are those in the checkpoint."""
        left = self._names - set(self._keys())
        if left:
            raise AssertionError(f"Some variables of the checkpoint are not there: {sorted(left)}, of {self._path}")
        return self.assert_existing_objects_matched()

    def assert_nontrivial_match(self):
        """Itself; AssertionError if no variable has a value in the checkpoint."""
        if not self._keys():
            raise AssertionError(f"No variable has its name in the checkpoint: {self._path}")
        return self

    def expect_partial(self):
        """Itself: some of the checkpoint may stay unread."""
        return self


class InitializationOnlyStatus(_Status):
    """That of no checkpoint: variables are initialized."""

    def _keys(self) -> dict[str, Variable]:
        return {}

    def _refuse(self, *_):
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    def assert_consumed(self):
        """AssertionError: there is no checkpoint."""
        self._refuse()

    def assert_existing_objects_matched(self):
        """AssertionError: there is no checkpoint."""
        self._refuse()

    def assert_nontrivial_match(self):
        """AssertionError: there is no checkpoint."""
        self._refuse()

    def run_restore_ops(self, session=None) -> None:
        """AssertionError: there is no checkpoint."""
        self._refuse()
