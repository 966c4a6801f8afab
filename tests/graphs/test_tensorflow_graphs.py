"""Graphs that TensorFlow wrote (tests/facts/graphs) give what they give there, trained and frozen."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.framework import protos
from minitf.graphs import importer
from minitf.runtime import inspect
from minitf.runtime.lower.ir import calls

FACTS = Path(__file__).parents[1] / "facts" / "graphs"
NAMES = sorted(path.name for path in FACTS.iterdir() if path.is_dir())


def recorded(name):
    """(what is fed, what came before training, what came after it)."""
    parts = {"feed": {}, "before": {}, "after": {}}
    for key, value in np.load(FACTS / name / "values.npz").items():
        part, _, rest = key.partition("_")
        parts[part][rest if ":" in rest else f"{rest}:0"] = value
    return list(parts.values())


def agree(session, feeds, expected, tolerance):
    for value, theirs in zip(session.run(list(expected), feeds), expected.values()):
        np.testing.assert_allclose(value, theirs, rtol=tolerance, atol=tolerance / 10)


def message(name, file, kind):
    return protos.message(kind).FromString(gzip.decompress((FACTS / name / file).read_bytes()))


@pytest.mark.parametrize("name", NAMES)
def test_frozen(name):
    feeds, before, _ = recorded(name)
    tf.import_graph_def(message(name, "frozen.pb.gz", "GraphDef"), name="")
    there = tf.get_default_graph()._by_name
    feeds = {n: v for n, v in feeds.items() if n[:-2] in there}
    with tf.Session() as session:
        agree(session, feeds, {n: v for n, v in before.items() if n != "loss:0"}, 1e-5)


def imported(name, folder):
    """Adds the meta graph to the default one; returns a saver, if there are variables."""
    with gzip.open(FACTS / name / "m.meta.gz") as source, open(folder / "m.meta", "wb") as target:
        shutil.copyfileobj(source, target)
    return tf.train.import_meta_graph(str(folder / "m.meta"))


def restore(session, name, saver):
    """Gives the session what TensorFlow's saver saved."""
    if saver is not None:
        saver.restore(session, str(FACTS / name / "m"))


def restored(session, name, folder):
    """The session with the meta graph and what TensorFlow's saver saved."""
    restore(session, name, imported(name, folder))


@pytest.fixture(scope="module", params=NAMES)
def read(request, tmp_path_factory):
    """A name, the graph of that name, and a saver for it: reading it takes longest."""
    with tf.Graph().as_default() as graph:
        return request.param, graph, imported(request.param, tmp_path_factory.mktemp(request.param))


def trains(session, name):
    """What is computed is what TensorFlow computed, before training and after it."""
    feeds, before, after = recorded(name)
    agree(session, feeds, before, 1e-5)
    for _ in range(3 if after else 0):
        session.run("train", feeds)
    agree(session, feeds, after, 1e-4)


def test_training_goes_on(read):
    name, graph, saver = read
    for executor in ("native", "op_by_op"):
        with tf.Session(graph=graph, config=tf.ConfigProto(executor=executor)) as session:
            restore(session, name, saver)
            trains(session, name)


@pytest.mark.parametrize("name", ["deeper_tf1", "lengths_tf1", "slices_tf1", "lengths_resource", "loops_resource"])
def test_what_is_not_understood_stays_what_it_is(name, tmp_path, monkeypatch):
    """As if nothing were: stacks, arrays with handles and lists, in frames or in loops that have them as values."""

    def plainly(*given):
        reading = importer.Reading(*given, plain=True)
        reading.run()
        assert reading.is_whole()
        return reading

    monkeypatch.setattr(importer, "_read", plainly)
    feeds, before, after = recorded(name)
    with tf.Session() as session:
        restored(session, name, tmp_path)
        types = {op.type for op in session.graph._by_name.values()}
        assert types & {"StackV2", "TensorListPopBack"} and not types & {"TensorArrayV3", "Missing"}
        agree(session, feeds, before, 1e-5)
        for _ in range(3):
            session.run("train", feeds)
        agree(session, feeds, after, 1e-4)


@pytest.mark.parametrize("name", ["many_ways_tf2", "many_ways_resource"])
def test_initial_values_are_tensorflows(name, tmp_path):
    with tf.Session() as session:
        restored(session, name, tmp_path)
        names = [v.name for v in tf.global_variables()]
        expected = session.run(names)
        session.run("init")
        for mine, theirs in zip(session.run(names), expected, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["many_ways_tf2", "many_ways_resource"])
@pytest.mark.parametrize("i", [-1, 0, 1, 2, 3])
def test_one_of_several_functions(name, i, tmp_path):
    with tf.Session() as session:
        restored(session, name, tmp_path)
        feeds = {**recorded(name)[0], "i:0": i}
        h, x = session.run(["Tanh_3:0", "x:0"], feeds)
        ways = {0: h * 2, 1: np.sin(h) * h}
        np.testing.assert_allclose(session.run("y:0", feeds), ways.get(i, h - x), rtol=1e-5)


def test_variables_of_a_meta_graph(tmp_path):
    with tf.Session() as session:
        restored(session, "dense_resource", tmp_path)
        assert [v.name for v in tf.trainable_variables()] == ["w:0", "b:0", "v:0"]
        loss = tf.get_default_graph().get_tensor_by_name("loss:0")
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        feeds, _, _ = recorded("dense_resource")
        losses = [session.run([loss, train], feeds)[0] for _ in range(3)]
        assert losses[0] > losses[1] > losses[2]


def test_what_was_read_can_be_written_again(read, tmp_path):
    """For minitf, and for TensorFlow: without what only TensorFlow 2.15 knows, and what either refuses (see
    recorded/check_written_graphs.py).
    """
    name, graph, saver = read
    with graph.as_default(), tf.Session() as session:
        restore(session, name, saver)
        was_native = not FRAMES & {op.type for op in session.graph.get_operations()}
        definition = tf.graph_util.to_tensorflow(graph)
        path = tf.train.Saver().save(session, tmp_path / "n") if tf.global_variables() else None
        written = f"{path}.meta" if path else tf.train.export_meta_graph()
    with tf.Graph().as_default(), tf.Session() as session:
        tf.train.import_meta_graph(written)
        if path:
            tf.train.Saver().restore(session, path)
        trains(session, name)
    check_written({node.name: node for node in definition.node})
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.import_graph_def(definition, name="")
        grows = any(node.op == "TensorListResize" for node in definition.node)  # stays what it is
        assert grows or not was_native or not FRAMES & {op.type for op in graph.get_operations()}
        if "save/restore_all" in graph._by_name:
            session.run("save/restore_all", {"save/Const:0": str(FACTS / name / "m")})
        trains(session, name)


FRAMES = {"Enter", "Switch", "Merge", "Missing"}
LATER = {"debug_name", "_lower_using_switch_merge", "_num_original_outputs", "resize_if_index_out_of_bounds"}


def check_written(nodes):
    """No attribute that 1.15 lacks or that names what is gone, no frame left twice, variables by reference."""
    for node in nodes.values():
        assert not LATER & set(node.attr)
        for text in node.attr["_class"].list.s if "_class" in node.attr else ():
            assert text.decode().removeprefix("loc:@") in nodes
        sources = [nodes[text.lstrip("^").partition(":")[0]].op for text in node.input]
        assert node.op != "Exit" or sources[0] == "Switch"
        assert node.op != "Switch" or sources[0] != "VariableV2"


def test_resources_stay_resources(tmp_path):
    """Written again, ops on handles are the nodes that they were, and what hands a handle on says so."""
    theirs = message("handles_tf1", "m.meta.gz", "MetaGraphDef")
    with tf.Session() as session:
        restored(session, "handles_tf1", tmp_path)
        assert session.graph.get_operation_by_name("m/w").type == "VarHandleOp"
        path = tf.train.Saver().save(session, tmp_path / "n")
        mine = tf.train.export_meta_graph()
    assert tf.train.list_variables(path) == tf.train.list_variables(str(FACTS / "handles_tf1" / "m"))
    nodes = {node.name: node for node in mine.graph_def.node}
    about = [node for node in theirs.graph_def.node if "VarHandle" in node.op or "Variable" in node.op]
    about += [node for node in theirs.graph_def.node if node.op.startswith("Resource")]
    assert {node.op for node in about} > {"VariableShape", "ResourceSparseApplyAdagradDA", "AssignSubVariableOp"}
    for node in about:
        found = nodes[node.name]
        assert (found.op, dict(found.attr)) == (node.op, dict(node.attr))
        same = [text for text in found.input if text[0] != "^"]
        assert len(same) == len([text for text in node.input if text[0] != "^"])
    handles = {node.name for node in about if node.op == "VarHandleOp"}
    passing = [n for n in nodes.values() if n.op == "Switch" and n.input[0] in handles]
    assert passing and {node.attr["T"].type for node in passing} == {20}
    for key in ("trainable_variables", "variables"):
        of = protos.message("VariableDef").FromString
        told = ([of(text) for text in each.collection_def[key].bytes_list.value] for each in (mine, theirs))
        pairs = zip(*told, strict=True)
        assert all(mine == theirs for mine, theirs in pairs)


def test_loops_are_loops():
    """Not frames: and what is learnt of them is what loops built here have."""
    tf.import_graph_def(message("lengths_tf1", "m.meta.gz", "MetaGraphDef").graph_def, name="")
    graph = tf.get_default_graph()
    types = [op.type for op in graph.get_operations()]
    assert types.count("Loop") == 2 and not {"Enter", "Switch", "Merge", "StackV2", "Missing"} & set(types)
    forward = graph.get_operation_by_name("rnn/while/Loop").attrs["loop"]
    assert [t.shape.as_list() for t in forward.carry_args if t.shape.rank == 2] == [[None, 3]] * 2
    [slope] = tf.gradients(graph.get_tensor_by_name("loss:0"), graph.get_tensor_by_name("x:0"))
    feeds, _, _ = recorded("lengths_tf1")
    with tf.Session() as session:
        session.run("init")
        assert session.run(slope, feeds).shape == (2, 5, 3)


def test_rows_that_are_trained_go_through_loops_as_slices():
    """No loop writes an array, and what an optimizer makes of rows is a few calls."""
    saver = tf.train.import_meta_graph(message("words_tf1", "m.meta.gz", "MetaGraphDef"))
    types = [op.type for op in tf.get_default_graph().get_operations()]
    assert types.count("Loop") == 4 and not any(type.startswith("TensorArray") for type in types)
    feeds, _, _ = recorded("words_tf1")
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        saver.restore(session, str(FACTS / "words_tf1" / "m"))
        session.run("train", feeds)
        [step] = inspect(session).last.steps
    names = [call.name for call in calls(step.programs[-1]._nodes)]
    assert names.count("sub_by_root") == 2 and "assign_sub" not in names


def test_sums_of_gradients_over_no_axis_are_no_calls():
    tf.import_graph_def(message("lengths_tf1", "m.meta.gz", "MetaGraphDef").graph_def, name="")
    feeds, _, _ = recorded("lengths_tf1")
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1)) as session:
        session.run("init")
        session.run("train", feeds)
        program = inspect(session).last.steps[-1].programs[-1]
    sums = [call for call in calls(program._nodes) if call.name == "reduce_sum"]
    assert not [call for call in sums if call["a"].size == call["o"].size]


def v1(build):
    """The GraphDef of what `build` adds, of primitives as they are."""
    with tf.Graph().as_default() as graph:
        build()
    return graph.as_graph_def()


def odd_loop(change):
    """A loop made of primitives by hand, of which one thing is unusual."""
    from minitf.ops.control import dataflow

    def build():
        first = dataflow.enter(tf.constant(0, name="zero"), "frame", name="enter")
        merge = dataflow.merge([first, first], name="merge").output
        going = dataflow.loop_cond(tf.less(merge, dataflow.enter(3, "frame", True)), name="cond")
        out, inside = dataflow.switch(merge, going, name="switch")
        following = dataflow.next_iteration(tf.add(inside, dataflow.enter(1, "frame", True)), name="next")
        merge.op._update_input(1, following)
        tf.identity(change(merge, going, dataflow.exit(out, name="exit"), inside), name="y")
        tf.identity(tf.constant(7.0), name="other")

    return v1(build)


def test_a_loop_made_by_hand():
    definition = odd_loop(lambda merge, going, end, inside: end)
    [y] = tf.import_graph_def(definition, return_elements=["y:0"])
    with tf.Session() as session:
        assert session.run(y) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda merge, going, end, inside: tf.identity(merge),  # read outside, without an Exit
        lambda merge, going, end, inside: tf.add(going.op.inputs[0].op.inputs[0], 1),
    ],
)
def test_what_leaves_a_loop_in_no_order_is_refused(change):
    definition = odd_loop(change)
    with fails((ValueError, tf.errors.UnimplementedError), ""), tf.Session() as session:
        [y] = tf.import_graph_def(definition, return_elements=["y:0"])
        session.run(y)


def test_a_loop_of_arrays_that_is_not_understood_runs():
    """It is its name only that says of an Identity that it is a loop's condition."""
    definition = message("lengths_tf1", "frozen.pb.gz", "GraphDef")
    for node in definition.node:
        node.op = "Identity" if node.op == "LoopCond" else node.op
        if node.op == "Identity" and "T" not in node.attr:
            node.attr["T"].type = 10
    tf.import_graph_def(definition, name="")
    feeds, before, _ = recorded("lengths_tf1")
    there = tf.get_default_graph()._by_name
    with tf.Session() as session:
        agree(session, {n: v for n, v in feeds.items() if n[:-2] in there}, {"y:0": before["y:0"]}, 1e-5)


def test_a_loop_of_arrays_with_what_minitf_lacks_says_so_when_it_is_to_run():
    definition = message("lengths_tf1", "frozen.pb.gz", "GraphDef")
    for node in definition.node:
        node.op = {"Tanh": "BesselJ0"}.get(node.op, node.op)
    tf.import_graph_def(definition, name="")
    feeds, _, _ = recorded("lengths_tf1")
    there = tf.get_default_graph()._by_name
    with tf.Session() as session, fails(tf.errors.UnimplementedError, "minitf has no 'BesselJ0'"):
        session.run("y:0", {n: v for n, v in feeds.items() if n[:-2] in there})


def test_ops_that_only_tensorflow_has_are_refused_when_they_are_to_run():
    x = tf.placeholder(tf.float32, [2], name="x")
    tf.identity(tf.negative(x, name="a") + tf.exp(x, name="b"), name="y")
    tf.square(x, name="z")
    definition = tf.get_default_graph().as_graph_def()
    for node in definition.node:
        node.op = {"a": "BesselJ0", "b": "BesselI0"}.get(node.name, node.op)
    y, z = tf.import_graph_def(definition, return_elements=["y:0", "z:0"], name="again")
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(z, {"again/x:0": [1, 2]}), [1, 4])
        words = "minitf has no 'BesselI0' (node 'b'), 'BesselJ0' (node 'a')"
        with fails(tf.errors.UnimplementedError, words):
            session.run(y, {"again/x:0": [1, 2]})


def test_what_an_attribute_asks_for_is_refused_when_it_is_to_run():
    tf.cast(tf.placeholder(tf.float32, [], name="x"), tf.int32, name="y")
    definition = tf.get_default_graph().as_graph_def()
    definition.node[1].attr["Truncate"].b = True
    [y] = tf.import_graph_def(definition, return_elements=["y:0"])
    with tf.Session() as session, fails(tf.errors.UnimplementedError, "Truncate = False only"):
        session.run(y, {"import/x:0": 1})


def test_variables_that_share_their_memory_are_refused_when_they_are_to_run():
    tf.Variable(1.0, name="v"), tf.Variable(2.0, name="w")
    definition = tf.get_default_graph().as_graph_def()
    for node in definition.node:
        if node.op == "VariableV2":
            node.attr["shared_name"].s = b"one"
    v, start, w = tf.import_graph_def(definition, return_elements=["v:0", "v/Assign", "w:0"])
    with tf.Session() as session:
        session.run(start)
        assert session.run(v) == 1.0
        with fails(tf.errors.UnimplementedError, "node 'w'", "shares the memory of 'v'"):
            session.run(w)


def test_long_chains_of_branches():
    y = x = tf.placeholder(tf.float32, [], name="x")
    for i in range(400):
        y = tf.identity(tf.cond(x > i, lambda y=y: y + 1.0, lambda y=y: y))
    tf.identity(y, name="y")
    [y] = tf.import_graph_def(tf.graph_util.to_tensorflow(x.graph), return_elements=["y:0"])
    with tf.Session() as session:
        assert session.run(y, {"import/x:0": 2.5}) == 5.5
