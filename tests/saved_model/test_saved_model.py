"""Saved models: written, loaded, as functions."""

import os
import shutil

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.framework import protos
from minitf.saved_model import loader


@pytest.fixture
def folder(tmp_path):
    """A saved model of y = x w + b, with a loop."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        w = tf.get_variable("w", initializer=[[1.0], [2.0]])
        y = tf.map_fn(lambda row: row * 2.0, tf.matmul(x, w))
        session.run(tf.global_variables_initializer())
        session.run(w.assign([[3.0], [4.0]]))
        tf.saved_model.simple_save(session, str(tmp_path / "model"), {"x": x}, {"y": y})
    return str(tmp_path / "model")


def test_files(folder):
    found = {os.path.relpath(os.path.join(top, n), folder) for top, _, names in os.walk(folder) for n in names}
    assert found == {"saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"}
    model = loader.read_saved_model(folder)
    [meta_graph] = model.meta_graphs
    assert model.saved_model_schema_version == 1 and list(meta_graph.meta_info_def.tags) == ["serve"]
    signature = meta_graph.signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/predict" and signature.inputs["x"].name == "x:0"
    assert signature.inputs["x"].dtype == 1 and [d.size for d in signature.inputs["x"].tensor_shape.dim] == [-1, 2]
    collections = {"variables", "trainable_variables", "while_context"}
    assert meta_graph.saver_def.sharded and set(meta_graph.collection_def) == collections


def test_loaded(folder):
    with tf.Graph().as_default() as graph, tf.Session() as session:
        found = tf.saved_model.loader.load(session, [tf.saved_model.tag_constants.SERVING], folder)
        assert isinstance(found, tf.MetaGraphDef)
        key = tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
        y = tf.saved_model.utils.get_tensor_from_tensor_info(found.signature_def[key].outputs["y"])
        assert session.run(y, {"x:0": [[1, 1]]}).tolist() == [[14.0]]
        assert [v.name for v in tf.global_variables()] == ["w:0"] and y.graph is graph


def test_loaded_into_a_scope(folder):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.load(session, {"serve"}, folder, import_scope="old")
        assert session.run(tf.global_variables()[0]).tolist() == [[3.0], [4.0]]
        assert tf.global_variables()[0].name == "old/w:0"


def test_a_function(folder):
    predict = tf.contrib.predictor.from_saved_model(folder)
    assert predict({"x": [[1, 0], [0, 1]]})["y"].tolist() == [[6.0], [8.0]]
    assert set(predict.feed_tensors) == {"x"} and predict.graph is predict.session.graph
    other = tf.contrib.predictor.from_saved_model(folder, input_names={"a": "x:0"}, output_names={"b": "MatMul:0"})
    assert other({"a": [[1, 1]]})["b"].tolist() == [[7.0]]
    with fails(ValueError, "unexpected keys in input_dict: ['z']"):
        predict({"z": 1})
    with fails(ValueError, "Available signatures are ['serving_default']"):
        tf.contrib.predictor.from_saved_model(folder, "other")
    with fails(ValueError, "at most one"):
        tf.contrib.predictor.from_saved_model(folder, "other", input_names={})


def test_several_graphs_and_an_op_at_the_start(tmp_path):
    builder = tf.saved_model.builder.SavedModelBuilder(tmp_path / "model")
    with fails(AssertionError, "has not been saved yet"):
        builder.add_meta_graph(["other"])
    with tf.Session() as session:
        v = tf.Variable(1.0, name="v")
        count = tf.Variable(5, name="count", collections=[tf.GraphKeys.LOCAL_VARIABLES])
        session.run(tf.global_variables_initializer())
        builder.add_meta_graph_and_variables(session, ["train"], main_op=tf.saved_model.main_op.main_op())
        with fails(AssertionError, "already been saved"):
            builder.add_meta_graph_and_variables(session, ["train"])
        with tf.Graph().as_default():
            tf.identity(tf.Variable(0.0, name="v"), name="twice")
            examples = tf.placeholder(tf.string, [None], name="examples")
            scores = tf.placeholder(tf.float32, [None], name="scores")
            utils = tf.saved_model.signature_def_utils
            builder.add_meta_graph(
                ["serve", "gpu"],
                {
                    "classify": utils.classification_signature_def(examples, None, scores),
                    "regress": utils.regression_signature_def(examples, scores),
                },
            )
        builder.save(as_text=True)
    assert os.path.exists(tmp_path / "model" / "saved_model.pbtxt")
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.loader.load(session, ["train"], str(tmp_path / "model"))
        assert session.run([v.name, count.name]) == [1.0, 5]
    with tf.Graph().as_default(), tf.Session() as session:
        found = tf.saved_model.loader.load(session, ["gpu", "serve"], str(tmp_path / "model"))
        assert session.run("twice:0") == 1.0 and set(found.signature_def) == {"classify", "regress"}
        assert set(found.signature_def["classify"].outputs) == {"scores"}


def test_the_op_at_the_start_starts_variables_anew(tmp_path):
    """As in TensorFlow, where weights are lost so."""
    for name, main_op in (("new", tf.saved_model.main_op.main_op), ("kept", lambda: None)):
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.get_variable("v", initializer=1.0)
            session.run(v.assign(5.0))
            builder = tf.saved_model.Builder(str(tmp_path / name))
            builder.add_meta_graph_and_variables(session, ["serve"], main_op=main_op())
            builder.save()
        with tf.Graph().as_default(), tf.Session() as session:
            tf.saved_model.load(session, ["serve"], str(tmp_path / name))
            assert session.run("v:0") == {"new": 1.0, "kept": 5.0}[name]


def test_an_op_restores_after_the_start():
    v = tf.get_variable("v", initializer=1.0)
    with tf.control_dependencies([tf.saved_model.main_op.main_op()]):
        restored = v.assign(7.0).op
    start = tf.saved_model.main_op_with_restore(restored)
    with tf.Session() as session:
        session.run(start)
        assert session.run(v) == 7.0


def test_what_is_not_there(folder, tmp_path):
    assert tf.saved_model.loader.maybe_saved_model_directory(folder)
    assert not tf.saved_model.loader.maybe_saved_model_directory(str(tmp_path))
    with tf.Session() as session:
        with fails(OSError, "SavedModel file does not exist at"):
            tf.saved_model.loader.load(session, ["serve"], str(tmp_path))
        with fails(RuntimeError, "tags 'a' could not be found", "[['serve']]"):
            tf.saved_model.loader.load(session, ["a"], folder)
    with fails(AssertionError, "already exists, and isn't empty"):
        tf.saved_model.builder.SavedModelBuilder(folder)
    (tmp_path / "saved_model.pb").write_bytes(b"\xff\xff")
    with fails(OSError, "Cannot parse file"), tf.Session() as session:
        tf.saved_model.loader.load(session, ["serve"], str(tmp_path))


def test_signatures_of_nothing():
    utils = tf.saved_model.signature_def_utils
    for make in (
        lambda: utils.predict_signature_def({}, {"y": tf.constant(1)}),
        lambda: utils.classification_signature_def(tf.constant("a"), None, None),
        lambda: utils.regression_signature_def(None, tf.constant(1.0)),
    ):
        with pytest.raises(ValueError, match="cannot (both )?be None"):
            make()
    assert protos.message("SignatureDef")() == utils.build_signature_def()
    np.testing.assert_array_equal(tf.contrib.util.constant_value(tf.constant([1, 2])), [1, 2])


def with_assets(folder, *names):
    """A graph that puts what is in files together, and the constants with their paths."""
    paths = []
    for i, name in enumerate(names):
        (folder / f"from{i}").mkdir(parents=True)
        (folder / f"from{i}" / name).write_text(f"{name} {i}\n")
        paths.append(tf.constant(str(folder / f"from{i}" / name), name=f"path{i}"))
    v = tf.Variable("", name="v")
    return v, v.assign(tf.string_join([tf.read_file(path) for path in paths])).op, paths


def test_assets_are_taken_along(tmp_path):
    with tf.Session() as session:
        v, fill, paths = with_assets(tmp_path, "words.txt", "words.txt", "labels.txt")
        session.run(v.initializer)
        builder = tf.saved_model.Builder(tmp_path / "m")
        builder.add_meta_graph_and_variables(session, ["serve"], assets_collection=paths, main_op=fill)
        builder.add_meta_graph(["less"], assets_collection=paths[:1])
        builder.save()
    for i in range(3):
        shutil.rmtree(tmp_path / f"from{i}")
    (tmp_path / "m").rename(tmp_path / "elsewhere")
    assert sorted(os.listdir(tmp_path / "elsewhere" / "assets")) == ["labels.txt", "words.txt", "words.txt_1"]
    for scope in (None, "again"):
        with tf.Graph().as_default(), tf.Session() as session:
            tf.saved_model.load(session, ["serve"], tmp_path / "elsewhere", import_scope=scope)
            found = session.run(f"{scope}/v:0" if scope else "v:0")
            assert found == b"words.txt 0\nwords.txt 1\nlabels.txt 2\n"


@pytest.mark.parametrize(
    "made, error, text",
    [
        (lambda: tf.placeholder(tf.string, []), TypeError, "must be of type constant"),
        (lambda: tf.constant(["a", "b"]), TypeError, "must be a scalar"),
        (lambda: tf.constant(3), TypeError, "must be of dtype string"),
        (lambda: "x", TypeError, "must be a Tensor"),
        (lambda: tf.constant("/nowhere/x"), tf.errors.NotFoundError, "/nowhere/x; No such file"),
        (lambda: tf.constant(""), ValueError, "Invalid asset filepath tensor"),
    ],
)
def test_what_is_no_asset(made, error, text, tmp_path):
    with tf.Session() as session, pytest.raises(error, match=text):
        builder = tf.saved_model.Builder(tmp_path / "m")
        builder.add_meta_graph_and_variables(session, ["serve"], assets_collection=[made()])


def test_assets_stay_in_their_folder(tmp_path):
    with tf.Session() as session:
        v, fill, paths = with_assets(tmp_path, "words.txt")
        session.run(v.initializer)
        builder = tf.saved_model.Builder(tmp_path / "m")
        builder.add_meta_graph_and_variables(session, ["serve"], assets_collection=paths, main_op=fill)
        [content] = builder._model.meta_graphs[0].collection_def["saved_model_assets"].any_list.value
        content.value = content.value.replace(b"words.txt", b"../../zzz")
        builder.save()
    wrong = pytest.raises(tf.errors.DataLossError, match="no name of an asset's file")
    with tf.Graph().as_default(), tf.Session() as session, wrong:
        tf.saved_model.load(session, ["serve"], tmp_path / "m")
