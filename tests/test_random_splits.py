"""A small part of the campaign of splits, in which nothing is left op by op; and a fault that it would find."""

import pytest
from campaigns import splits

from minitf.runtime.plan import region

# Lists of unlike elements, of which only the kind is known, that grow from region to region; known branches.
TOLD = [1, 15, 36, 380, 403, 830]


@pytest.mark.parametrize("seed", [*range(20, 32), *TOLD])
def test_nothing_is_left_op_by_op(seed):
    assert splits.check(seed) == []


def test_a_loop_that_runs_op_by_op_is_found(monkeypatch):
    monkeypatch.setattr(region, "only_kind_wanted", lambda tensor: False)
    (found,) = splits.check(36)
    assert found.startswith("runs op by op: ")
