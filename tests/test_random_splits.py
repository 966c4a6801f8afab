"""A small part of the campaign of splits, in which nothing is left op by op; and a fault that it would find."""

import pytest
from campaigns import splits

from minitf.runtime.plan import region

# Lists of unlike elements, of which only the kind is known, that grow from region to region; known branches; slices of
# loops that make no trip, and such of shapes that loops in loops saved.
TOLD = [15, 36, 830, 1071, 1481, 3015]


@pytest.mark.parametrize("seed", [*range(20, 26), *TOLD])
def test_nothing_is_left_op_by_op(seed):
    assert splits.check(seed) == []


def test_a_loop_that_runs_op_by_op_is_found(monkeypatch):
    def leaves(self, low, makers, wanted):
        raise region.Split(low.top)

    monkeypatch.setattr(region.Region, "_leave_lists", leaves)
    (found,) = splits.check(15)
    assert found.startswith("runs op by op: ")
