"""Sessions that are ready to train: restored from a checkpoint, or initialized."""

from __future__ import annotations

import time

import minitf as tf
from minitf.framework import errors
from minitf.framework.graph import get_default_graph
from minitf.train.checkpoint_state import get_checkpoint_state

_FIRST_PAUSE = 0.05  # seconds between the first two looks at a model that others initialize


class SessionManager:
    """Makes sessions whose variables have values: those of a checkpoint, or those of initializers.

    local_init_op: what is run in every new session, restored or not. ready_op: a tensor of names (as
    `tf.report_uninitialized_variables()`), empty when the model may be used; ready_for_local_init_op: the
    same for `local_init_op`. graph: the default one if None. recovery_wait_secs: the pause between two looks
    at a model that is not ready, or a checkpoint that is not there.

    >>> import minitf as tf
    >>> v = tf.Variable(3, name="v")
    >>> manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables())
    >>> with manager.prepare_session("", init_op=v.initializer) as sess:
    ...     print(sess.run(v))
    3
    """

    def __init__(
        self,
        local_init_op=None,
        ready_op=None,
        ready_for_local_init_op=None,
        graph=None,
        recovery_wait_secs: float = 30,
        local_init_run_options=None,
    ):
        self._local_init_op, self._options = local_init_op, local_init_run_options
        self._ready_op, self._ready_for_local_init_op = ready_op, ready_for_local_init_op
        self._graph = get_default_graph().root if graph is None else graph
        self._pause = recovery_wait_secs

    def prepare_session(
        self,
        master,
        init_op=None,
        saver=None,
        checkpoint_dir=None,
        checkpoint_filename_with_path=None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config=None,
        init_feed_dict=None,
        init_fn=None,
    ):
        """A session that is ready: restored if there is a checkpoint, else initialized.

        init_op, with init_feed_dict, and init_fn(session) give variables their values where nothing is
        restored. checkpoint_dir: its newest checkpoint is restored by `saver`; or a checkpoint of its own
        path. wait_for_checkpoint: wait up to max_wait_secs seconds for one.

        Raises:
          RuntimeError: if variables have no values in the end, or nothing is there that could give them some.
          ValueError: if both kinds of paths are given.
        """
        sess, loaded = self._restored(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, config
        )
        if not loaded:
            self._initialize(sess, init_op, init_feed_dict, init_fn)
        how = f"init_op: {_named(init_op)}, init_fn: {init_fn}"
        done, why = self._run_local_init(sess)
        if not done:
            raise RuntimeError(
                f"Init operations did not make model ready for local_init ({how}): {why}. Initialize them in "
                "init_op, or let the saver restore them"
            )
        ready, why = _ready(self._ready_op, sess)
        if not ready:
            raise RuntimeError(
                f"Init operations did not make model ready ({how}, local_init_op: {_named(self._local_init_op)}): "
                f"{why}. Initialize them in init_op, or let the saver restore them"
            )
        return sess

    def _initialize(self, sess, init_op, feeds, init_fn) -> None:
        if init_op is None and not init_fn and self._local_init_op is None:
            raise RuntimeError(
                "Model is not initialized and no init_op or init_fn or local_init_op was given: pass "
                "init_op=tf.global_variables_initializer()"
            )
        if init_op is not None:
            sess.run(init_op, feeds)
        if init_fn:
            init_fn(sess)

    def recover_session(
        self,
        master,
        saver=None,
        checkpoint_dir=None,
        checkpoint_filename_with_path=None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config=None,
    ):
        """A session, and whether it could be restored from a checkpoint and is ready."""
        sess, loaded = self._restored(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, config
        )
        done, why = self._run_local_init(sess)
        if not loaded:
            return sess, False
        if done:
            done, why = _ready(self._ready_op, sess)
        if not done:
            tf.logging.info("Restoring model from %s did not make it ready: %s", checkpoint_dir, why)
        return sess, done

    def wait_for_session(self, master, config=None, max_wait_secs: float = float("Inf")):
        """A session that is ready once somebody else has initialized the model.

        At `tf.train.Server.target` the sessions of a cluster share variables; else they belong to one session
        here, so that only a model without global variables can become ready. It looks again soon at first,
        then ever less often, up to once in recovery_wait_secs.

        Raises:
          tf.errors.DeadlineExceededError: if it is not ready after `max_wait_secs` seconds.
        """
        end = time.monotonic() + (float("Inf") if max_wait_secs is None else max_wait_secs)
        pause = min(_FIRST_PAUSE, self._pause)
        while True:
            sess = tf.Session(master, graph=self._graph, config=config)
            done, why = self._run_local_init(sess)
            if done:
                done, why = _ready(self._ready_op, sess)
            if done:
                return sess
            tf.logging.info("Waiting for model to be ready: %s", why)
            sess.close()
            if time.monotonic() + pause > end:
                raise errors.DeadlineExceededError(
                    None, None, f"Session was not ready after waiting {max_wait_secs} secs: {why}"
                )
            time.sleep(pause)
            pause = min(2 * pause, self._pause)

    def _restored(self, master, saver, folder, path, wait: bool, max_wait_secs: float, config):
        """A new session, and whether a checkpoint was restored in it."""
        if folder and path:
            raise ValueError(
                f"Can not provide both checkpoint_dir and checkpoint_filename_with_path: {folder!r} and {path!r}"
            )
        sess = tf.Session(master, graph=self._graph, config=config)
        if not saver or not (folder or path):
            return sess, False
        if path:
            saver.restore(sess, path)
            return sess, True
        state = self._awaited(folder, wait, max_wait_secs)
        if state is None:
            return sess, False
        saver.restore(sess, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return sess, True

    def _awaited(self, folder, wait: bool, max_wait_secs: float):
        """What the folder's `checkpoint` file says; None if there is no checkpoint (in time)."""
        end = time.monotonic() + max_wait_secs
        while True:
            state = get_checkpoint_state(folder)
            if state is not None and state.model_checkpoint_path:
                return state
            if not wait or time.monotonic() >= end:
                return None
            tf.logging.info("Waiting for checkpoint to be available in %s.", folder)
            time.sleep(self._pause)

    def _run_local_init(self, sess) -> tuple[bool, str | None]:
        """Whether the local_init_op could be run, and why not."""
        if self._local_init_op is None:
            return True, None
        ready, why = _ready(self._ready_for_local_init_op, sess)
        if ready:
            sess.run(self._local_init_op, options=self._options)
        return ready, why


def _ready(op, sess) -> tuple[bool, str | None]:
    """Whether what an op lists is nothing, and what to say of it otherwise."""
    if op is None:
        return True, None
    try:
        lacking = sess.run(op)
    except errors.FailedPreconditionError as error:
        if "uninitialized" not in str(error):
            raise
        return False, str(error)
    if lacking is None or lacking.dtype == "int32" or not lacking.size:
        return True, None
    return False, f"Variables not initialized: {', '.join(name.decode() for name in lacking)}"


def _named(op) -> str:
    return getattr(op, "name", str(op))
