"""Iterators in checkpoints: training goes on with the element behind the last one that it had."""

from __future__ import annotations

import minitf as tf
from minitf.data.iterators import GLOBAL_ITERATORS, Iterator
from minitf.framework.apply import apply, apply_op
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.train.checkpoint_state import latest_checkpoint
from minitf.train.hooks.checkpoint_saver import CheckpointSaverHook
from minitf.train.hooks.session_run_hook import SessionRunHook
from minitf.train.saver import Saver


class _Saveable:
    """What a checkpoint holds of an iterator."""

    def __init__(self, resource: Tensor):
        self.op, self.name = resource, resource.name
        self._serialized = apply("SerializeIterator", resource)

    def _saved(self) -> dict[str, Tensor]:
        return {f"{self.name}-state": self._serialized}

    def _restored(self, value: Tensor) -> Operation:
        with tf.colocate_with(self.op):
            return apply_op("DeserializeIterator", self.op, value)


def make_saveable_from_iterator(iterator: Iterator) -> _Saveable:
    """What has a `tf.train.Saver` save where an iterator is, in a list of variables or in the collection
    `tf.GraphKeys.SAVEABLE_OBJECTS`. What it holds is saved, too: the elements in the buffer of a shuffle, or computed
    ahead. An iterator that is initialized is restored in it.

    Raises (at run time):
      FailedPreconditionError: if the iterator was not initialized; or if functions of its dataset draw random numbers
        or call Python, so that nobody can tell how they go on.

    >>> import minitf as tf, tempfile
    >>> it = tf.data.Dataset.range(9).shuffle(4, seed=1).make_one_shot_iterator()
    >>> x, path = it.get_next(), tempfile.mkdtemp() + "/it"
    >>> saver = tf.train.Saver([tf.data.experimental.make_saveable_from_iterator(it)])
    >>> with tf.Session() as sess:
    ...     first = sess.run(x)
    ...     _ = saver.save(sess, path)
    ...     then = [sess.run(x).item() for _ in range(8)]
    >>> with tf.Session() as sess:
    ...     saver.restore(sess, path)
    ...     then == [sess.run(x).item() for _ in range(8)]
    True
    """
    return _Saveable(iterator._iterator_resource)


class _SaverOfIterators(Saver):
    """A saver that notes its newest checkpoint in a file of its own."""

    def __init__(self, saveables: list[_Saveable], latest_filename: str):
        super().__init__(saveables)
        self._latest_filename = latest_filename

    def save(self, sess, save_path, global_step=None, latest_filename: str | None = None, *args, **kwargs):
        return super().save(sess, save_path, global_step, latest_filename or self._latest_filename, *args, **kwargs)


class CheckpointInputPipelineHook(SessionRunHook):
    """Saves where all iterators of the graph are, as often as an estimator saves its variables and beside them, and
    has them go on from there in the next training.

    estimator: whose `model_dir` is the folder, and whose `config` says how often.
    """

    def __init__(self, estimator):
        config = estimator._config
        prefix = f"input_{config.task_type}_{config.task_id}" if config.num_worker_replicas > 1 else "input"
        self._hook = CheckpointSaverHook(
            estimator.model_dir,
            save_secs=config.save_checkpoints_secs,
            save_steps=config.save_checkpoints_steps,
            checkpoint_basename=f"{prefix}.ckpt",
        )
        self._folder, self._latest_filename, self._is_first = estimator.model_dir, f"checkpoint_{prefix}", True

    def begin(self) -> None:
        """Makes the ops that save and restore."""
        found = [_Saveable(resource) for resource in tf.get_collection(GLOBAL_ITERATORS)]
        self._hook._saver = _SaverOfIterators(found, self._latest_filename)
        self._hook.begin()

    def before_run(self, run_context):
        """Before the first run, when all hooks have initialized what they have: restores, or saves the beginning."""
        if self._is_first:
            self._is_first = False
            self._begun(run_context.session)
        return self._hook.before_run(run_context)

    def _begun(self, session) -> None:
        path = latest_checkpoint(self._folder, self._latest_filename)
        if path is None:
            self._hook.save_at(session, session.run(self._hook._step))
        else:
            self._hook._saver.restore(session, path)

    def after_run(self, run_context, run_values) -> None:
        """Saves if it is time."""
        self._hook.after_run(run_context, run_values)

    def end(self, session) -> None:
        """Saves the end."""
        self._hook.end(session)
