"""Repeated parts are found in unrolled networks of all kinds, and only there."""

import picture_networks as networks
import pytest

import minitf as tf
from minitf.viz.outline import Outline
from minitf.viz.repeats import find_runs


def runs_of(graph):
    outline = Outline(graph, fold=False)
    return find_runs([op for op in graph.ops if op not in outline.owners], outline.owners)


def long_runs(graph, steps):
    return [run for run in runs_of(graph) if len(run.copies) == steps and run.chained]


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_each_step_and_its_gradient_is_a_copy(cell, layers):
    cells, gradients = long_runs(networks.time_series("static", 12, cell, layers), 12)
    assert cells.steps == gradients.steps == list(range(12))
    assert len({len(copy) for copy in cells.copies}) == 1
    middle = {len(copy) for copy in gradients.copies[1:-1]}
    assert len(middle) == 1 and 2 * min(map(len, gradients.copies)) >= middle.pop()
    for copy, gradient in zip(cells.copies, gradients.copies):
        names = {op.name for op in copy}
        forward = {op.name.removeprefix("gradients/").rpartition("_grad/")[0] for op in gradient} - {""}
        assert forward <= names


@pytest.mark.parametrize("build, steps, size", [(networks.by_hand, 10, 9), (networks.deep, 20, 3)])
def test_repeats_need_no_scopes_and_no_rnn(build, steps, size):
    forward, gradients, *_ = long_runs(build(steps), steps)
    assert {len(copy) for copy in forward.copies} == {size} and gradients.steps == list(range(steps))


def test_hundreds_of_steps():
    cells, gradients = long_runs(networks.time_series("static", 300), 300)
    assert gradients.copies[299][0].name.startswith("gradients/rnn/basic_rnn_cell/Tanh_299_grad")


def test_inner_repeats_stand_at_the_same_places_in_each_copy():
    with tf.Graph().as_default() as graph:
        h = tf.placeholder(tf.float32, [4])
        for t in range(8):
            with tf.name_scope(f"step{t}"):
                for _ in range(6):
                    h = tf.tanh(tf.sigmoid(tf.exp(h)) + h)
                h = tf.cumsum(h)
    from minitf.viz.repeats import inner_runs

    [run] = runs_of(graph)
    inner = inner_runs(run, {})
    assert len(run.copies) == 8 and {len(runs) for runs in inner} == {1}
    assert all(len(runs[0].copies) == 6 for runs in inner)


def test_what_differs_is_no_copy():
    with tf.Graph().as_default() as graph:
        h = tf.placeholder(tf.float32, [4])
        for k in range(20):
            h = [tf.tanh, tf.exp, tf.sin, tf.abs][(k * k // 3) % 4](h)
    assert not runs_of(graph)
    with tf.Graph().as_default() as graph:
        h = tf.placeholder(tf.float32, [4])
        for _ in range(20):
            h = tf.concat([h, h[:1]], 0)  # of another length each time
    assert not [run for run in runs_of(graph) if run.chained]


def test_few_copies_are_no_run():
    assert not runs_of(networks.time_series("static", 4)) and runs_of(networks.time_series("static", 5))
