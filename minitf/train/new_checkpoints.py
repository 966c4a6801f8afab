"""Waiting for the checkpoints that another program writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import minitf as tf
from minitf.train.checkpoint_state import latest_checkpoint


def wait_for_new_checkpoint(
    checkpoint_dir, last_checkpoint: str | None = None, seconds_to_sleep: float = 1, timeout: float | None = None
) -> str | None:
    """The path of the newest checkpoint in a folder, once it is another one than `last_checkpoint`.

    Looks every `seconds_to_sleep` seconds; None after `timeout` seconds (None: waits for ever).
    """
    end = None if timeout is None else time.time() + timeout
    tf.logging.info("Waiting for new checkpoint at %s", checkpoint_dir)
    while True:
        path = latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            return path
        if end is not None and time.time() + seconds_to_sleep > end:
            return None
        time.sleep(seconds_to_sleep)


def checkpoints_iterator(
    checkpoint_dir, min_interval_secs: float = 0, timeout: float | None = None, timeout_fn: Callable | None = None
) -> Iterator[str]:
    """The paths of new checkpoints in a folder, as they come, at most one every `min_interval_secs` seconds.

    timeout: it ends when there was no new one for so many seconds (None: never), or if timeout_fn is given,
    when that says True then.
    """
    path = None
    while True:
        found = wait_for_new_checkpoint(checkpoint_dir, path, timeout=timeout)
        if found is None:
            if timeout_fn is None or timeout_fn():
                return
            continue
        path, start = found, time.time()
        yield path
        time.sleep(max(0.0, start + min_interval_secs - time.time()))
