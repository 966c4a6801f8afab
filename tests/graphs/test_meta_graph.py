"""Meta graphs: what is left out when they are written, and what is made of it when they are read."""

import pytest

import minitf as tf
from minitf.framework import protos


def model():
    v = tf.Variable(1.0, name="v")
    w = tf.get_variable("w", [2], initializer=tf.ones_initializer(), use_resource=True)
    y = tf.identity(tf.placeholder(tf.float32, [2], name="x") * v + w, name="y")
    tf.add_to_collection("things", y)
    tf.add_to_collection("texts", "a")
    return y


STRIPPED = {  # by TensorFlow 1.15
    "v/initial_value": "dtype value",
    "v": "dtype shape",
    "v/Assign": "T _class",
    "v/read": "T _class",
    "w/Initializer/ones": "_class dtype value",
    "w": "_class dtype shape shared_name",
    "w/IsInitialized/VarIsInitializedOp": "",
    "w/Assign": "dtype",
    "w/Read/ReadVariableOp": "dtype",
    "x": "dtype shape",
    "mul": "T",
    "add/ReadVariableOp": "dtype",
    "add": "T",
    "y": "T",
}


def attributes(meta_graph):
    return {n.name: " ".join(sorted(n.attr.keys() - {"_output_shapes"})) for n in meta_graph.graph_def.node}


def test_attributes_that_are_defaults_are_left_out():
    model()
    found = tf.train.export_meta_graph(strip_default_attrs=True)
    assert attributes(found) == STRIPPED and found.meta_info_def.stripped_default_attrs
    whole = tf.train.export_meta_graph()
    assert attributes(whole) != STRIPPED and not whole.meta_info_def.stripped_default_attrs
    with tf.Graph().as_default():
        tf.train.import_meta_graph(found)
        assert attributes(whole).items() <= attributes(tf.train.export_meta_graph()).items()


def test_whoever_writes_a_graph_can_leave_defaults_out(tmp_path):
    model()
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = saver.save(session, tmp_path / "m", strip_default_attrs=True)
        builder = tf.saved_model.Builder(str(tmp_path / "saved"))
        builder.add_meta_graph_and_variables(session, ["serve"], strip_default_attrs=True)
        builder.save()
        tf.saved_model.loader.load(session, ["serve"], str(tmp_path / "saved"), import_scope="again")
    with open(f"{path}.meta", "rb") as file:
        found = tf.MetaGraphDef.FromString(file.read())
    [saved] = protos.message("SavedModel").FromString((tmp_path / "saved/saved_model.pb").read_bytes()).meta_graphs
    for each in (found, saved):
        assert STRIPPED.items() <= attributes(each).items() and each.meta_info_def.stripped_default_attrs


def test_loops_without_defaults_are_read_as_minitf_has_them():
    tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])
    found = tf.train.export_meta_graph(strip_default_attrs=True)
    assert found.meta_info_def.HasField("any_info")
    with tf.Graph().as_default() as graph:
        tf.train.import_meta_graph(found)
        assert [op.type for op in graph.get_operations()].count("Loop") == 1


def test_savers_but_one_are_left_out():
    model()
    with tf.name_scope("save_more"):  # no saver's, though there is such an op
        tf.train.Saver()
    tf.train.Saver()
    kept = tf.train.Saver([tf.global_variables()[0]], name="kept")
    tf.add_to_collection(tf.GraphKeys.SAVERS, kept)
    nodes = {n.name for n in tf.train.export_meta_graph().graph_def.node}
    found = kept.export_meta_graph(clear_extraneous_savers=True)
    left = {n.name for n in found.graph_def.node}
    assert nodes - left == {name for name in nodes if name.startswith(("save/", "save_more/"))}
    assert len(found.collection_def["savers"].bytes_list.value) == 1
    none = tf.train.export_meta_graph(clear_extraneous_savers=True)
    assert {n.name for n in none.graph_def.node} == set(STRIPPED) and "savers" in none.collection_def
    with tf.Graph().as_default(), tf.Session() as session:
        tf.train.import_meta_graph(found)
        session.run(["v/Assign", "w/Assign"])
        assert session.run("y:0", {"x:0": [1, 2]}).tolist() == [2, 3]


def test_texts_in_scopes_are_names():
    with tf.variable_scope("s"):
        model()
    tf.add_to_collection("texts", "s/b")
    part = tf.train.export_meta_graph(export_scope="s")
    assert list(part.collection_def["texts"].bytes_list.value) == [b"b"]
    del tf.get_collection_ref("texts")[1]
    assert "texts" not in tf.train.export_meta_graph(export_scope="s").collection_def
    whole = tf.train.export_meta_graph()
    for scope, expected in (("t", ["t/a"]), (None, [b"a"])):
        with tf.Graph().as_default():
            tf.train.import_meta_graph(whole, import_scope=scope)
            assert tf.get_collection("texts") == expected


@pytest.mark.parametrize("default, fits", [(2.0, True), (1.0, False)])
def test_a_meta_graph_says_what_attributes_are_by_default(default, fits):
    tf.add(tf.placeholder(tf.float32, [2], name="x"), 1.0, name="y")
    found = tf.train.export_meta_graph()
    next(n for n in found.graph_def.node if n.name == "y").attr["newer"].f = 2.0
    op = found.meta_info_def.stripped_op_list.op.add(name="Add")
    op.attr.add(name="newer", type="float").default_value.f = default
    with tf.Graph().as_default() as graph:
        if fits:
            tf.train.import_meta_graph(found)
            assert graph.get_operation_by_name("y").type == "Add"
        else:
            with pytest.raises(ValueError, match="has no attribute 'newer'"):
                tf.train.import_meta_graph(found)
