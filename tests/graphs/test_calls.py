"""Functions in graphs of TensorFlow 2 (tests/facts/functions): called, looped over, chosen between."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.framework import protos

FACTS = Path(__file__).parents[1] / "facts" / "functions"
VALUES = dict(np.load(FACTS / "values.npz"))
FEEDS = {"x:0": VALUES["x"], "n:0": VALUES["n"]}


def read(name):
    return protos.message("GraphDef").FromString(gzip.decompress((FACTS / f"{name}.pb.gz").read_bytes()))


def near(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("executor", ["", "op_by_op"])
def test_called(executor, monkeypatch):
    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    tf.import_graph_def(read("called"), name="")
    with tf.Session() as session:
        session.run(["v/Assign", "count/Assign"])
        y, y2 = session.run(["y:0", "y2:0"], FEEDS)
        near(y, VALUES["y"]), near(y2, VALUES["y2"])
        count = session.run("count/Read/ReadVariableOp:0")
        assert count == VALUES["count"] == 21
        for n, more in ((3, 100), (1, 0)):  # a call that gives nothing out
            session.run("StatefulPartitionedCall_2", {"n:0": n})
            assert session.run("count/Read/ReadVariableOp:0") == count + more
            count += more


@pytest.mark.parametrize("name", ["frozen", "lowered"])
def test_frozen(name):
    tf.import_graph_def(read(name), name="")
    types = [op.type for op in tf.get_default_graph().get_operations()]
    assert (types.count("Loop"), types.count("If")) == (1, 1)
    with tf.Session() as session:
        for i, key in enumerate(["all", "last", "total"]):
            near(session.run(f"Identity{f'_{i}' * (i > 0)}:0", FEEDS), VALUES[key])


def test_saved():
    with tf.Session() as session:
        found = tf.saved_model.loader.load(session, ["serve"], str(FACTS / "saved"))
        signature = found.signature_def["serving_default"]
        feeds = {signature.inputs[key].name: VALUES[key] for key in ("x", "n")}
        for key in ("all", "last", "total"):
            near(session.run(signature.outputs[key].name, feeds), VALUES[key])
    predict = tf.contrib.predictor.from_saved_model(str(FACTS / "saved"))
    near(predict({"x": VALUES["x"], "n": VALUES["n"]})["total"], VALUES["total"])


def function_of(definition, name):
    return next(f for f in definition.library.function if f.signature.name.startswith(name))


def of_op(definition, op):
    return next(
        n
        for f in [definition, *definition.library.function]
        for n in (f.node if f is definition else f.node_def)
        if n.op == op
    )


def calls_itself(definition):
    name = of_op(definition, "StatefulPartitionedCall").attr["f"].func.name
    function = function_of(definition, name)
    call = function.node_def.add(name="again", op="PartitionedCall")
    call.attr["f"].func.name = name
    call.input.extend(argument.name for argument in function.signature.input_arg)
    for output in function.signature.output_arg:
        function.ret[output.name] = "again:output:0"


def has_no_function(definition):
    del definition.library.function[:]


def lacks_arguments(definition):
    del of_op(definition, "StatefulPartitionedCall").input[:]


def says_no_result(definition):
    for function in definition.library.function:
        function.ret.clear()


def reads_what_is_not_there(definition):
    for function in definition.library.function:
        for node in function.node_def:
            node.input[:] = ["nowhere:0:0" for _ in node.input]


def has_no_end(definition):
    """Each of 40 functions calls the next one twice."""
    kind = type(definition.library.function[0])
    for i in range(40):
        made = kind()
        made.signature.name = f"f{i}"
        for name in ("a", "b") if i < 39 else ():
            call = made.node_def.add(name=name, op="PartitionedCall")
            call.attr["f"].func.name = f"f{i + 1}"
        definition.library.function.append(made)
    definition.node.add(name="first", op="PartitionedCall").attr["f"].func.name = "f0"


@pytest.mark.parametrize(
    "damage, text",
    [
        (has_no_function, ""),
        (calls_itself, "calls itself"),
        (lacks_arguments, "0 of"),
        (says_no_result, "does not say what it returns"),
        (reads_what_is_not_there, "which is not there"),
        (has_no_end, "more than 500 nodes"),
    ],
)
def test_functions_that_cannot_be(damage, text, monkeypatch):
    monkeypatch.setattr("minitf.graphs.functions._MOST", 500)
    definition = read("called")
    damage(definition)
    with fails((ValueError, tf.errors.UnimplementedError), text):
        tf.import_graph_def(definition, name="")
        with tf.Session() as session:
            session.run(["v/Assign", "count/Assign"])
            session.run("y:0", FEEDS)
