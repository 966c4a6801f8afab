"""What a picture is made of: each op is in it once, wherever it is put."""

import picture_networks as networks
import pytest

import minitf as tf
from minitf.viz.outline import Outline

GRAPHS = {
    "static": lambda: networks.time_series("static", 12, "lstm", 2),
    "dynamic": lambda: networks.time_series("dynamic", 12),
    "by hand": networks.by_hand,
    "deep": networks.deep,
    "mixed": networks.mixed,
    "empty": tf.Graph,
}


def all_ops(graph):
    return {op for body in Outline(graph, fold=False).graphs for op in body.ops}


def groups(outline):
    found = [outline.root]
    for group in found:
        found += group.groups()
    return found


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("how", [{}, {"fold": False}, {"beside": True}, {"fold_variables": False}], ids=str)
def test_every_op_is_in_one_place(graph, how):
    graph = GRAPHS[graph]()
    outline = Outline(graph, **how)
    drawn = list(outline.root.ops())
    assert len(drawn) == len(set(drawn)) and set(drawn) | set(outline.owners) == all_ops(graph)
    assert not set(drawn) & set(outline.owners)
    found = groups(outline)
    assert len({group.key for group in found}) == len(found)
    for group in found:
        assert all(child.parent is group for child in group.groups())
        assert all(outline.group_of[op] is group for op in set(group.children) - set(group.groups()))


def test_no_group_is_wide():
    assert all(len(g.children) <= 100 for g in groups(Outline(networks.mixed())) if g.kind != "run")


def test_variables_of_layers_are_in_their_copies():
    outline = Outline(networks.deep())
    [run] = [g for g in groups(outline) if g.kind == "run" and g.path == "" and g.label == "step"]
    for k, copy in enumerate(run.children):
        assert {f"layer_{k}/kernel", f"layer_{k}/bias", f"layer_{k}/MatMul"} <= {op.name for op in copy.ops()}


def test_scopes_count_their_parameters():
    outline = Outline(networks.time_series("static"))
    counts = {group.path: count for group, count in outline.parameters().items()}
    assert counts[""] == counts["rnn"] == counts["rnn/basic_rnn_cell"] == 9 * 8 + 8


def test_gradients_are_parts_of_their_ops():
    graph = networks.time_series("static", 8)
    outline = Outline(graph, beside=True)
    for tail in ("", "_1", "_7"):
        op = graph.get_operation_by_name(f"rnn/basic_rnn_cell/Tanh{tail}")
        gradient = graph.get_operation_by_name(f"gradients/{op.name}_grad/TanhGrad")
        assert outline.owners[gradient] is outline.forward[gradient] is op
    [run] = [g for g in outline.groups() if g.kind == "run"][:1]
    assert [len(copy.children) for copy in run.children] == [5] * 8
