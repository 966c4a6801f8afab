"""Runs with hooks around them."""

from __future__ import annotations

import minitf as tf
from minitf.train.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunValues


class HookedSession:
    """A session whose runs fetch and are fed what hooks ask for, too; after a hook requested a stop, none is made."""

    def __init__(self, session, hooks: list):
        self._session, self._hooks, self.stopped = session, hooks, False

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """What the caller's fetches give."""
        if self.stopped:
            raise RuntimeError("Run called even after should_stop requested.")
        args = SessionRunArgs(fetches, feed_dict, options)
        context = SessionRunContext(args, self._session)
        options = options if options is not None else tf.RunOptions()
        metadata = run_metadata if run_metadata is not None else tf.RunMetadata()
        asked = {hook: hook.before_run(context) for hook in self._hooks}
        asked = {hook: args for hook, args in asked.items() if args is not None}
        feeds, options = _merged_feeds(feed_dict, asked.values()), _merged_options(options, asked.values())
        fetching = [hook for hook, args in asked.items() if args.fetches is not None]
        wanted = [fetches, *[asked[hook].fetches for hook in fetching]]
        own, *others = self._session.run(wanted, feeds, options, metadata)
        results = dict(zip(fetching, others))
        for hook in self._hooks:
            hook.after_run(context, SessionRunValues(results.get(hook), options, metadata))
        self.stopped = self.stopped or context.stop_requested
        return own


def _merged_feeds(own, asked) -> dict:
    """What the caller and all hooks feed; RuntimeError if two of them feed the same."""
    by_hooks: dict = {}
    for args in asked:
        if any(key in by_hooks for key in args.feed_dict or ()):
            raise RuntimeError(f"Same tensor is fed by two hooks: {_common(by_hooks, args.feed_dict)}")
        by_hooks.update(args.feed_dict or {})
    if not own:
        return by_hooks
    if any(key in by_hooks for key in own):
        raise RuntimeError(f"Same tensor is fed by a SessionRunHook and user: {_common(by_hooks, own)}")
    return {**own, **by_hooks}


def _common(one, two) -> str:
    return ", ".join(getattr(key, "name", str(key)) for key in one if key in two)


def _merged_options(own, asked):
    """The caller's options, with the finest trace and the longest time that anybody asks for."""
    others = [args.options for args in asked if args.options is not None]
    if not others:
        return own
    return tf.RunOptions(
        trace_level=max(o.trace_level for o in [own, *others]),
        timeout_in_ms=max(o.timeout_in_ms for o in [own, *others]),
    )
