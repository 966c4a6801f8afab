"""JSON for Model Explorer: a GraphCollection of its, in which edges come from nodes that are there."""

import json

import picture_networks as networks
import pytest

import minitf as tf
from minitf.viz import to_model_explorer

FIELDS = {"id": str, "label": str, "namespace": str, "attrs": list, "incomingEdges": list, "outputsMetadata": list}


@pytest.mark.parametrize("unroll", ["static", "dynamic"])
def test_every_op_is_a_node_with_its_edges(unroll, tmp_path):
    graph = networks.time_series(unroll, 8)
    text = to_model_explorer(graph, path=tmp_path / "graph.json")
    assert (tmp_path / "graph.json").read_text("utf-8") == text
    found = json.loads(text)
    [drawn] = found["graphs"]
    assert set(found) == {"label", "graphs"} and set(drawn) == {"id", "nodes"}
    nodes = {node["id"]: node for node in drawn["nodes"]}
    assert len(nodes) == len(drawn["nodes"]) and {op.name for op in graph.ops} <= set(nodes)
    for node in nodes.values():
        assert {key: type(value) for key, value in node.items()} == FIELDS
        for edge in node["incomingEdges"]:
            assert set(edge) == {"sourceNodeId", "sourceNodeOutputId", "targetNodeInputId"}
            outputs = {item["id"] for item in nodes[edge["sourceNodeId"]]["outputsMetadata"]}
            assert edge["sourceNodeOutputId"] in outputs | {"control"}
        for item in node["attrs"] + [a for o in node["outputsMetadata"] for a in o["attrs"]]:
            assert set(item) == {"key", "value"} and isinstance(item["value"], str)


def test_steps_scopes_and_bodies_are_layers():
    def namespaces(graph):
        nodes = json.loads(to_model_explorer(graph))["graphs"][0]["nodes"]
        return {node["id"]: node["namespace"] for node in nodes}

    static = namespaces(networks.time_series("static", 8))
    assert static["rnn/basic_rnn_cell/Tanh_5"] == "rnn/basic_rnn_cell/step 5"
    assert static["rnn/basic_rnn_cell/kernel/read"] == "rnn/basic_rnn_cell/kernel"
    dynamic = namespaces(networks.time_series("dynamic", 8))
    assert dynamic["rnn/while/basic_rnn_cell/Tanh"].startswith("rnn/while/body/")


def test_an_empty_graph_and_odd_names():
    assert json.loads(to_model_explorer(tf.Graph()))["graphs"][0]["nodes"] == []
    with tf.Graph().as_default() as graph:
        for text in ("a\ud800", "a?", 'quote"', "x" * 5000, "y" + "x" * 4999):
            tf.no_op().op.name = text
    nodes = json.loads(to_model_explorer(graph))["graphs"][0]["nodes"]
    assert len({node["id"] for node in nodes}) == 5 and all(len(node["id"]) < 2100 for node in nodes)
