"""Random programs of all ops: two threads compute, bit for bit, what one thread computes."""

from unittest import mock

import pytest
from chained_samples import among_threads, dealt
from forced import shared

from minitf.kernels.compile.abi import KERNELS
from minitf.kernels.machine import pool
from minitf.runtime.threads import shards

pytestmark = pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")


def test_each_kernel_among_threads():
    cut, divided = set(), shards.divided

    def watched(call, threads):
        parts = divided(call, threads)
        cut.update([call.name] * bool(parts))
        return parts

    with shared() as programs, mock.patch.object(shards, "divided", watched):
        for seed, links in enumerate(dealt(0)):
            assert among_threads(links, seed) == [], [type for type, *_ in links]
    assert len(programs) > 10
    shareable = {n for n, k in KERNELS.items() if k.split is not None and k.function.__module__.startswith("minitf.")}
    assert sorted(shareable - cut) == ["copy_shaped"]  # only sizes that a run finds out need it
