"""Random bodies of loops and branches on rows that data pick: a part of `python -m tests.campaigns counted_bodies`."""

import pytest
from campaigns import counted_bodies


@pytest.mark.parametrize("seed", range(10))
def test_all_ways_agree(seed):
    counted_bodies.check(seed)
