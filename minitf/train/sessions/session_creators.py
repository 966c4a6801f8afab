"""How a monitored session gets its session."""

from __future__ import annotations

import abc

from minitf.framework.graph import get_default_graph
from minitf.train.sessions.scaffold import Scaffold
from minitf.train.sessions.session_manager import SessionManager


class SessionCreator(abc.ABC):
    """Makes sessions: a first one, and another one when it is lost."""

    @abc.abstractmethod
    def create_session(self):
        """A session that is ready."""


class _Creator(SessionCreator):
    def __init__(self, scaffold: Scaffold | None, master, config):
        self._scaffold, self._master, self._config = scaffold or Scaffold(), master, config
        self._manager: SessionManager | None = None

    def _managed(self) -> SessionManager:
        """The manager, made when the scaffold is complete."""
        scaffold = self._scaffold.finalize()
        if self._manager is None:
            self._manager = SessionManager(
                scaffold.local_init_op, scaffold.ready_op, scaffold.ready_for_local_init_op, get_default_graph()
            )
        return self._manager


class ChiefSessionCreator(_Creator):
    """Makes sessions that are restored from a checkpoint or, where there is none, initialized.

    scaffold: the ops to do it with. checkpoint_dir: its newest checkpoint is taken; or that of the path
    checkpoint_filename_with_path.
    """

    def __init__(
        self,
        scaffold: Scaffold | None = None,
        master="",
        config=None,
        checkpoint_dir=None,
        checkpoint_filename_with_path=None,
    ):
        super().__init__(scaffold, master, config)
        self._folder, self._path = checkpoint_dir, checkpoint_filename_with_path

    def create_session(self):
        """A session that is ready; RuntimeError if variables are left without values."""
        manager, scaffold = self._managed(), self._scaffold
        return manager.prepare_session(
            self._master,
            saver=scaffold.saver,
            checkpoint_dir=self._folder,
            checkpoint_filename_with_path=self._path,
            config=self._config,
            init_op=scaffold.init_op,
            init_feed_dict=scaffold.init_feed_dict,
            init_fn=scaffold.init_fn,
        )


class WorkerSessionCreator(_Creator):
    """Makes sessions that wait until somebody else has initialized the model, up to max_wait_secs seconds."""

    def __init__(self, scaffold: Scaffold | None = None, master="", config=None, max_wait_secs: float = 30 * 60):
        super().__init__(scaffold, master, config)
        self._max_wait_secs = max_wait_secs

    def create_session(self):
        """A session that is ready; DeadlineExceededError if it is not in time."""
        return self._managed().wait_for_session(self._master, self._config, self._max_wait_secs)
