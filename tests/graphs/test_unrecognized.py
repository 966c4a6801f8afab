"""Loops and branches of primitives in orders that no Python gives: they are not recognized, and run in frames."""

import json
from pathlib import Path

import pytest
from google.protobuf import json_format
from helpers import fails

import minitf as tf
from minitf.framework import protos
from minitf.runtime.execute import frames

RECORDED = json.loads((Path(__file__).parents[1] / "facts" / "primitives.json").read_text())
WHY = {"an_array_read_twice": "TensorArray", "a_stack": "Pop"}  # they cannot be computed
NODE = "node { name: '%s' op: '%s' %s } "


def imported(case, **options):
    definition = json_format.ParseDict(RECORDED[case]["graph"], tf.GraphDef())
    tf.import_graph_def(definition, **{"name": "", **options})


def agree(name, session, prefix=""):
    init = [op.name for op in session.graph.get_operations() if op.name == f"{prefix}init"]
    for at, row in RECORDED[name]["values"]:
        for k, expected in enumerate(row):
            session.run(init)
            feeds = {f"{prefix}x:0": at}
            if expected == "InvalidArgumentError":
                with fails(tf.errors.InvalidArgumentError, WHY.get(name, "is dead")):
                    session.run(f"{prefix}y{k}:0", feeds)
            else:
                assert session.run(f"{prefix}y{k}:0", feeds) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("executor", ["", "op_by_op"])
@pytest.mark.parametrize("name", RECORDED)
def test_values_are_tensorflows(name, executor, monkeypatch):
    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    imported(name)
    types = {op.type for op in tf.get_default_graph().get_operations()}
    assert {"Switch", "RefSwitch"} & types and "Missing" not in types
    with tf.Session() as session:
        agree(name, session)


@pytest.mark.parametrize("executor", ["", "op_by_op"])
@pytest.mark.parametrize("name", RECORDED)
def test_gradients_are_tensorflows_where_it_has_some(name, executor, monkeypatch):
    """Through branches; those through loops are refused, where TensorFlow fails."""
    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    imported(name)
    at, x = tf.get_default_graph().get_tensor_by_name, [row[0] for row in RECORDED[name]["values"]]
    for k, expected in enumerate(RECORDED[name]["slopes"]):
        if expected == "refused":
            with fails(LookupError, "has no gradient", "not recognized"):
                tf.gradients(at(f"y{k}:0"), at("x:0"))
        elif not at(f"y{k}:0").dtype.is_floating or expected is None:
            continue
        else:
            [slope] = tf.gradients(at(f"y{k}:0"), at("x:0"))
            with tf.Session() as session:
                assert [session.run(slope, {"x:0": value}) for value in x] == expected


@pytest.mark.parametrize("name", RECORDED)
def test_in_a_scope_with_a_list_of_ops_and_again_from_what_was_made_of_it(name):
    imported(name, name="a", producer_op_list=protos.message("OpList")())
    definition = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(definition, name="b")
        agree(name, session, "b/a/")


def test_only_the_loop_that_is_not_understood_runs_in_frames():
    x = tf.placeholder(tf.float32, [], name="start")
    tf.identity(tf.while_loop(lambda a: a < 10.0, lambda a: a * 2.0, [x]), name="end")
    definition = tf.graph_util.to_tensorflow(x.graph)
    definition.MergeFrom(json_format.ParseDict(RECORDED["exit_in_the_middle"]["graph"], tf.GraphDef()))
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.import_graph_def(definition, name="")
        types = [op.type for op in graph.get_operations()]
        assert types.count("Loop") == 1 and types.count("LoopCond") == 1
        agree("exit_in_the_middle", session)
        assert session.run("end:0", {"start:0": 3.0}) == 12.0


def test_what_one_input_map_gives_goes_round():
    imported("exit_in_the_middle", input_map={"x": tf.constant(4.0)})
    with tf.Session() as session:
        assert session.run(["y0:0", "y1:0"]) == pytest.approx([0.1624999940, 0.3249999880], rel=1e-6)


def text(*nodes):
    from google.protobuf import text_format

    typed = [(name, op, f"{rest} attr {{ key: 'T' value {{ type: DT_FLOAT }} }}") for name, op, rest in nodes]
    return text_format.Parse("".join(NODE % node for node in typed), tf.GraphDef())


@pytest.mark.parametrize(
    "nodes, words",
    [
        ([("m", "Merge", "input: 'n'"), ("n", "NextIteration", "input: 'm'")], "begin"),
        ([("x", "Abs", "input: 'x'"), ("s", "Switch", "input: 'x' input: 'x'")], "cycle"),
        ([("s", "Switch", "input: 'x'")], "takes 2 inputs"),
        ([("m", "Merge", "input: 'x' input: 'x'")], "Unknown input node 'x'"),
    ],
)
def test_what_contradicts_itself_is_refused(nodes, words):
    if nodes[-1][1] != "Switch":
        nodes = [*nodes, ("p", "Switch", "input: 'm' input: 'm'")]
    with fails(ValueError, words):
        tf.import_graph_def(text(*nodes))


def test_what_goes_round_outside_of_any_loop_says_so():
    definition = odd = json_format.ParseDict(RECORDED["next_before_merge"]["graph"], tf.GraphDef())
    for node in odd.node:
        if node.op == "Enter":
            node.op = "Identity"
            for key in [key for key in node.attr if key != "T"]:
                del node.attr[key]
    tf.import_graph_def(definition, name="")
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "outside of any loop"):
        session.run("y0:0", {"x:0": 2.0})


@pytest.mark.parametrize("name, x", [("shared_index", -300.0), ("nested", 0.0001), ("next_before_merge", 900.0)])
def test_values_of_trips_that_are_over_are_forgotten(name, x, monkeypatch):
    most = []

    class Watched(frames._Run):
        def step(self):
            most.append(max(len(self.values), len(self.seen)))
            return super().step()

    monkeypatch.setattr(frames, "_Run", Watched)
    imported(name)
    with tf.Session() as session:
        session.run("y0:0", {"x:0": x})
    assert len(most) > 200 and max(most) < 90
