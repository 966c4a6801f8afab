"""Rewrites of random programs of products: with each pass, with all and with none; on several threads."""

import pytest
from products import assert_rewrites_keep, assert_threads_agree

from minitf.kernels.machine import pool
from minitf.runtime.passes import PASSES

ALONE = list(PASSES)


@pytest.mark.parametrize("seed", range(72))
def test_rewrites_change_no_value(seed):
    assert_rewrites_keep(seed, ["", ALONE[seed % len(ALONE)]])


@pytest.mark.parametrize("seed", [11120, 11264, 12147])
def test_gradients_of_loops_in_loops_that_never_run(seed):
    """Found by the campaign: op by op the inner loop's stacks were taken for scalars."""
    assert_rewrites_keep(seed, [""])


@pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")
@pytest.mark.parametrize("seed", range(24))
def test_threads_change_no_bit(seed):
    assert_threads_agree(seed, late=(None, 0, 1)[seed % 3])
