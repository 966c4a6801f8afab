"""Which groups are open."""

import picture_networks as networks
import pytest

import minitf as tf
from minitf.viz import to_dot, to_html, to_model_explorer
from minitf.viz.outline import Outline
from minitf.viz.view import Gap, first_view, view


def drawn(found):
    return set(found.node_of.values())


def test_a_small_graph_is_all_open():
    outline = Outline(networks.by_hand(3))
    assert drawn(view(outline)) == set(outline.root.ops())


def test_a_large_one_is_open_as_far_as_it_fits():
    found = view(Outline(networks.time_series("static", 60, "lstm", 3)))
    assert 60 < len(drawn(found)) <= 150
    assert {node.copies[0].step for node in drawn(found) if isinstance(node, Gap)} == {2}


def test_the_first_view_of_a_page_leaves_training_closed():
    found = first_view(Outline(networks.time_series("static", 20)))
    closed = {node.path for node in drawn(found) if getattr(node, "kind", "") == "scope"}
    assert {"gradients", "train"} <= closed and "rnn" not in closed
    assert len(drawn(found)) <= 60


def test_depth_collapse_and_focus():
    outline = Outline(networks.time_series("dynamic", 8))
    closed = {n.path for n in drawn(view(outline, depth=1)) if getattr(n, "kind", "") == "scope"}
    assert "rnn/while" in closed and "rnn" not in closed
    assert "rnn" in {getattr(n, "path", "") for n in drawn(view(outline, collapse=["rnn/"]))}
    inside = view(outline, focus="rnn/while")
    assert {"rnn/while/basic_rnn_cell/Tanh"} <= {op.name for op in drawn(inside) if hasattr(op, "type")}
    assert "gradients" in {getattr(n, "path", "") for n in drawn(inside)}


@pytest.mark.parametrize("draw", [to_dot, to_html, to_model_explorer])
@pytest.mark.parametrize("what", ["graph", 3, [], object])
def test_what_is_no_graph(draw, what):
    with pytest.raises(TypeError, match="what is drawn is a tf.Graph"):
        draw(what)
    with pytest.raises(TypeError, match="what is drawn is a tf.Graph"):
        to_html(tf.Graph(), other=what)
