"""Checkpoints of objects of which only the newest are kept."""

from __future__ import annotations

import os
import time

from minitf.train import checkpoint_state
from minitf.train.object_checkpoints import Checkpoint, _session

_HOUR = 3600.0


class CheckpointManager:
    """Saves a `tf.train.Checkpoint` in a folder, and deletes old ones.

    max_to_keep: how many are kept, all for None; keep_checkpoint_every_n_hours: one of each so many hours is kept
    besides; checkpoint_name: what the files' names begin with.

    Raises:
      ValueError: for a max_to_keep that is not positive.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory,
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
    ):
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(
                f"Expected a positive integer or `None` for `max_to_max_to_keep`, got {max_to_keep}: max_to_keep"
            )
        self._checkpoint, self._most, self._folder = checkpoint, max_to_keep, os.fsdecode(directory)
        self._hours, self._prefix = keep_checkpoint_every_n_hours, os.path.join(self._folder, checkpoint_name)
        state = checkpoint_state.get_checkpoint_state(self._folder)
        paths = [] if state is None else state.all_model_checkpoint_paths
        times = list(state.all_model_checkpoint_timestamps) if paths else []
        self._kept = dict(zip(paths, times if len(times) == len(paths) else [time.time()] * len(paths)))
        self._preserved = (state and state.last_preserved_timestamp) or time.time()

    @property
    def checkpoints(self) -> list[str]:
        """The paths of those that are kept, the newest last."""
        return list(self._kept)

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the newest one."""
        return next(reversed(self._kept), None)

    def save(self, checkpoint_number: int | None = None) -> str:
        """Writes a checkpoint in the default session, and returns its path.

        checkpoint_number: by default that of the checkpoint's `save_counter`, which counts anyway.
        """
        session = _session(None)
        counted = self._checkpoint._count(session)
        number = counted if checkpoint_number is None else int(checkpoint_number)
        path = self._checkpoint.write(f"{self._prefix}-{number}", session)
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        gone = self._surplus()
        times = list(self._kept.values())
        checkpoint_state._update(
            self._folder, path, self.checkpoints, "checkpoint", times, self._preserved, relative=True
        )
        for old in gone:
            checkpoint_state.remove_checkpoint(old)
        return path

    def _surplus(self) -> list[str]:
        """Takes those away that are not kept any longer; returns those to be deleted."""
        gone = []
        while self._most is not None and len(self._kept) > self._most:
            path = next(iter(self._kept))
            moment = self._kept.pop(path)
            if self._hours is not None and moment - self._preserved >= self._hours * _HOUR:
                self._preserved = moment
            else:
                gone.append(path)
        return gone
