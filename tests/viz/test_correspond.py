"""What is the same in a static and a dynamic unroll of one network."""

import picture_networks as networks
import pytest

from minitf.viz.correspond import correspondences
from minitf.viz.outline import Outline


def numbered(outline):
    return [op for graph in outline.graphs for op in graph.ops]


@pytest.mark.parametrize(
    "cell, layers, of_step, of_loop",
    [
        ("rnn", 1, "basic_rnn_cell/Tanh_5", "basic_rnn_cell/Tanh"),
        (
            "lstm",
            2,
            "rnn/multi_rnn_cell/cell_1/basic_lstm_cell/Sigmoid_10",
            "rnn/multi_rnn_cell/cell_1/basic_lstm_cell/Sigmoid_1",
        ),  # three in each step
        ("gru", 1, "gru_cell/MatMul_5", "gru_cell/MatMul_1"),  # two in each step
    ],
)
def test_steps_are_paired_with_the_body_of_the_loop(cell, layers, of_step, of_loop):
    one, other = (Outline(networks.time_series(how, 8, cell, layers)) for how in ("static", "dynamic"))
    static, dynamic = numbered(one), numbered(other)
    same: dict = {}
    for a, b in correspondences(one, other):
        same.setdefault(static[a].name, set()).add(dynamic[b].name)
    assert same[f"rnn/{of_step}"] == {f"rnn/while/{of_loop}"}
    kind = {"Tanh": "TanhGrad", "Sigm": "SigmoidGrad", "MatM": "MatMul"}[of_step.rpartition("/")[2][:4]]
    gradients = same[f"gradients/rnn/{of_step}_grad/{kind}"]
    assert gradients == {f"gradients/rnn/while/Loop_grad/rnn/while/{of_loop}_grad/{kind}"}
    assert same["x"] == {"x"} and same["loss"] == {"loss"}


def test_it_is_the_same_the_other_way_round():
    one, other = (Outline(networks.time_series(how, 6)) for how in ("static", "dynamic"))
    assert sorted([b, a] for a, b in correspondences(other, one)) == correspondences(one, other)


def test_different_networks_have_nothing_in_common():
    one, other = Outline(networks.deep(6)), Outline(networks.time_series("dynamic", 6, train=False))
    names = numbered(one)
    assert {names[a].name for a, _ in correspondences(one, other)} <= {"x", "Const"}
