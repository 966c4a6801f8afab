"""Sharing every program among threads, however small it is."""

from contextlib import ExitStack, contextmanager
from unittest import mock

import numpy as np

from minitf.kernels.compile import splitting
from minitf.kernels.math import elementwise
from minitf.runtime.execute import program
from minitf.runtime.lower.ir import Call
from minitf.runtime.plan import pace
from minitf.runtime.threads import dividing, shards


class Together(pace.Pace):
    """Always the other way."""

    def choose(self):
        return True


@contextmanager
def shared(late=None, stalls=None):
    """Shares every program that can be shared, with one thread always late if asked, or stopping as `stalls` says, as
    all threads do if none is late; gives what was.
    """
    found, memory = [], np.zeros(2_000, np.float32)
    nodes_of, share = shards.Shards._nodes_of, program.Program._share

    def delayed(self, thread, nodes):
        own = nodes_of(self, thread, nodes)
        place = memory.ctypes.data
        pause = Call(elementwise.tanh[np.float32], (place, place, memory.size), None, None)  # takes a while
        if stalls is not None and late in (None, thread):
            return [n for node in own for n in (stalls.call(), node)]
        return [n for node in own for n in (([pause, node]) if thread == late else [node])]

    with ExitStack() as patches:
        for target, name, value in (
            (program, "Pace", Together),
            (shards, "_IN_ALL", 0),
            (shards, "_PER_TRIP", 0),
            (dividing, "FEWEST", 1),
            (splitting, "LARGE", 100),  # some products are shared by columns
            (splitting, "VECTOR", 2),
            (shards.Shards, "_nodes_of", delayed),
            (program.Program, "_share", lambda self: share(self) and not found.append(self._together)),
        ):
            patches.enter_context(mock.patch.object(target, name, value))
        patches.enter_context(mock.patch("minitf.runtime.session.session._threads", lambda wanted: wanted))
        yield found
