"""A small part of the differential campaign: no graph differs from mode to mode."""

from types import SimpleNamespace

import pytest
from random_graphs.build import Built
from random_graphs.modes import differences, modes, tried
from random_graphs.shrink import story

from minitf.kernels import team
from minitf.runtime.passes import PASSES


@pytest.mark.parametrize("seed", range(60))
def test_no_mode_differs(seed):
    built = Built(seed)
    found = differences(tried(built))
    assert not found, f"{found[0].mode.name}: {story(built, found[0])}"


def test_every_pass_and_thread_has_its_turn():
    world = SimpleNamespace(changes=False)
    graphs = [SimpleNamespace(seed=seed, world=world, fetches=[None]) for seed in range(60)]
    names = {mode.name for built in graphs for mode in modes(built)}
    assert {f"only {name}" for name in PASSES} <= names
    assert {"op by op", "no passes", "all passes", "traced", "one fetch"} <= names
    assert not team.AVAILABLE or {"two threads", "two threads, the last late", "three threads"} <= names
