"""A small part of the differential campaign, in which no graph differs; and faults that it would find."""

import os
from types import SimpleNamespace

import pytest
from campaigns import differential
from random_graphs.build import Built
from random_graphs.modes import Difference, Mode, differences, modes, says_nothing, tried
from random_graphs.shrink import story

import minitf as tf
from minitf.kernels.machine import pool
from minitf.runtime.passes import PASSES

SLICES_THAT_COME_IN = 93490  # what a branch reads beside them is no small integer that decides its shapes


@pytest.mark.parametrize("seed", [*range(20), SLICES_THAT_COME_IN])
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
    assert not pool.AVAILABLE or {"two threads", "two threads, the last late", "three threads"} <= names


def test_a_number_stands_for_one_graph():
    first, second = Built(7), Built(7)
    assert [op.name for op in first.graph.ops] == [op.name for op in second.graph.ops]
    assert str(first.feeds(1)) == str(second.feeds(1))


def test_a_wrong_pass_is_found_and_told(monkeypatch):
    def wrong(uses):
        with uses:
            uses.replace({call: [] for call in uses.calls if getattr(call.op, "type", None) == "Tanh"})

    monkeypatch.setitem(PASSES, "drop_unread", wrong)
    findings = differential.examine(list(PASSES).index("drop_unread"))  # the pass that runs alone goes by the seed
    kinds = {kind for kind, _ in findings.differences}
    assert {"all passes", "only drop_unread"} <= kinds and "no passes" not in kinds
    assert "first in Tanh" in findings.differences[0][1]


def test_a_crash_costs_one_graph(monkeypatch):
    clean = differential.Findings([])
    monkeypatch.setattr(differential, "examine", lambda seed: os._exit(1) if seed == 1 else clean)
    found = dict(differential.searched(range(3)))
    assert [found[seed].differences for seed in range(3)] == [[], [("crash", "")], []]


def test_values_that_say_nothing():
    """The second gradient of normalized layers in graph 3002392 is 8.3, and 0.02 in float32."""
    noise = Built(3002392)
    assert says_nothing(noise, Difference(Mode("all passes"), 0, 13, ""))
    sound = next(built for built in map(Built, range(20)) if built.world.dtype == tf.float32)
    places = range(len(sound.fetches))
    assert not any(says_nothing(sound, Difference(Mode("all passes"), 0, k, "")) for k in places)
    assert not says_nothing(noise, Difference(Mode("all passes"), 0, None, "an error"))
    assert not says_nothing(noise, Difference(Mode("no passes", exact=True), 0, 13, ""))
