"""The situations of `cliffs`: two threads compute what one does."""

import dataclasses

import numpy as np
import pytest
from forced import shared

import minitf as tf
from benchmarks import cliffs, situations, specs
from minitf.kernels.machine import pool
from minitf.runtime.plan import region

WORKLOAD = dataclasses.replace(cliffs.WORKLOAD, units=8, inputs=4, outputs=8, shortest=20)


@pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")
@pytest.mark.parametrize("name", situations.SITUATIONS)
def test_two_threads_train_as_one_does_to_the_last_bit(name):
    batches, found = specs.batches(WORKLOAD, 4), []
    with shared() as walks:
        for threads in (1, 2):
            model = situations.build(tf, WORKLOAD, name, threads)
            losses = [model.step(batches[k % 4]) for k in range(10)]
            with model.given.x.graph.as_default():
                found.append((losses, model.session.run(tf.global_variables())))
    (losses, variables), (others, of_others) = found
    assert losses == others
    assert all(map(np.array_equal, variables, of_others))
    assert walks, "nothing was shared"


@pytest.mark.parametrize("name", ["dynamic_partition", "pad_by_data"])
def test_sizes_that_add_up_are_not_lowered_for_after_a_few_batches_took_turns(name, monkeypatch):
    batches, lowered = specs.batches(WORKLOAD, 16), []
    lower = region.Region._lowered
    monkeypatch.setattr(region.Region, "_lowered", lambda self, *given: lowered.append(self) or lower(self, *given))
    model = situations.build(tf, WORKLOAD, name, 1)
    for k in range(60):
        model.step(batches[k % 4])
    for k in range(48):
        model.step(batches[k % 16])
    before = len(lowered)
    for k in range(32):
        model.step(batches[k % 16])
    assert len(lowered) == before
