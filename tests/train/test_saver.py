import os
import re

import numpy as np
import pytest

import minitf as tf
from minitf.train import progress

# The ops that a Saver adds: names, inputs and control inputs (TensorFlow 1.15.5).
FACTS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "facts", "checkpoints")
OPS = """
save/filename/input :
save/filename : save/filename/input
save/Const : save/filename
save/SaveV2/tensor_names :
save/SaveV2/shape_and_slices :
save/SaveV2 : save/Const save/SaveV2/tensor_names save/SaveV2/shape_and_slices a b/c
save/control_dependency : save/Const ^save/SaveV2
save/RestoreV2/tensor_names :
save/RestoreV2/shape_and_slices :
save/RestoreV2 : save/Const save/RestoreV2/tensor_names save/RestoreV2/shape_and_slices
save/Assign : a save/RestoreV2
save/Assign_1 : b/c save/RestoreV2
save/restore_all : ^save/Assign ^save/Assign_1
"""
SHARDED = """
my/filename/input :
my/filename : my/filename/input
my/Const : my/filename
my/StringJoin/inputs_1 :
my/StringJoin : my/Const my/StringJoin/inputs_1
my/num_shards :
my/ShardedFilename/shard :
my/ShardedFilename : my/StringJoin my/ShardedFilename/shard my/num_shards
my/SaveV2/tensor_names :
my/SaveV2/shape_and_slices :
my/SaveV2 : my/ShardedFilename my/SaveV2/tensor_names my/SaveV2/shape_and_slices a
my/control_dependency : my/ShardedFilename ^my/SaveV2
my/MergeV2Checkpoints/checkpoint_prefixes : my/ShardedFilename ^my/control_dependency
my/MergeV2Checkpoints : my/MergeV2Checkpoints/checkpoint_prefixes my/Const
my/Identity : my/Const ^my/control_dependency ^my/MergeV2Checkpoints
my/RestoreV2/tensor_names :
my/RestoreV2/shape_and_slices :
my/RestoreV2 : my/Const my/RestoreV2/tensor_names my/RestoreV2/shape_and_slices
my/Reshape/shape :
my/Reshape : my/RestoreV2 my/Reshape/shape
my/Assign : a my/Reshape
my/restore_shard : ^my/Assign
my/restore_all : ^my/restore_shard
"""


def model():
    return tf.Variable([1.0, 2.0], name="a"), tf.get_variable("b/c", [2, 3])


def described(ops):
    lines = [
        f"{op.name} : {' '.join([t.op.name for t in op.inputs] + [f'^{c.name}' for c in op.control_inputs])}"
        for op in ops
    ]
    return [line.strip() for line in lines]


def test_ops_are_those_of_tensorflow():
    a, _ = model()
    graph = tf.get_default_graph()
    first = len(graph.get_operations())
    tf.train.Saver()
    second = len(graph.get_operations())
    tf.train.Saver({"x": a}, sharded=True, reshape=True, name="my")
    ops = graph.get_operations()
    assert described(ops[first:second]) == OPS.strip().splitlines()
    assert described(ops[second:]) == SHARDED.strip().splitlines()


@pytest.fixture
def session():
    with tf.Session() as sess:
        yield sess


@pytest.mark.parametrize("options", [{}, {"sharded": True}, {"reshape": True}, {"defer_build": True}])
def test_round_trip(session, tmp_path, options):
    a, b = model()
    saver = tf.train.Saver(**options)
    if options.get("defer_build"):
        with pytest.raises(RuntimeError, match="call build"):
            saver.save(session, str(tmp_path / "m"))
        saver.build()
    session.run(tf.global_variables_initializer())
    before = session.run([a, b])
    path = saver.save(session, str(tmp_path / "m"), global_step=3)
    assert path == str(tmp_path / "m-3") and tf.train.checkpoint_exists(path)
    session.run([a.assign([5, 6]), b.assign(tf.zeros([2, 3]))])
    saver.restore(session, path)
    for was, now in zip(before, session.run([a, b])):
        np.testing.assert_array_equal(was, now)
    assert [name for name in os.listdir(tmp_path) if "temp" in name] == []


def test_restoring_initializes(tmp_path):
    a, b = model()
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        path = saver.save(sess, str(tmp_path / "m"))
        value = sess.run(b)
    with tf.Session() as sess:
        sess.run("save/restore_all", {"save/Const:0": path})
        np.testing.assert_array_equal(sess.run(b), value)


def test_a_save_in_the_middle_of_a_step_is_of_its_moment(session, tmp_path):
    a = tf.Variable([1.0], name="a")
    tf.train.Saver([a])
    session.run(a.initializer)
    saved = tf.get_default_graph().get_operation_by_name("save/SaveV2")
    with tf.control_dependencies([saved]):
        late = a.assign_add([1.0])
    assert session.run(late, {"save/Const:0": str(tmp_path / "m")}) == [2.0]
    assert tf.train.load_variable(str(tmp_path / "m"), "a") == [1.0]


def test_the_state_is_not_written(session, tmp_path):
    model()
    session.run(tf.global_variables_initializer())
    tf.train.Saver().save(session, str(tmp_path / "m"), write_meta_graph=False, write_state=False)
    assert sorted(os.listdir(tmp_path)) == ["m.data-00000-of-00001", "m.index"]
    assert tf.train.get_checkpoint_state(str(tmp_path)) is None


def test_which_are_kept(session, tmp_path):
    model()
    session.run(tf.global_variables_initializer())
    saver, step = tf.train.Saver(max_to_keep=2, pad_step_number=True), tf.Variable(0, name="step")
    session.run(step.initializer)
    for _ in range(4):
        path = saver.save(session, str(tmp_path / "k"), global_step=step)
        session.run(step.assign_add(1))
    assert path.endswith("k-00000003")
    assert saver.last_checkpoints == [str(tmp_path / f"k-{i:08}") for i in (2, 3)]
    assert len(os.listdir(tmp_path)) == 7
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert state.model_checkpoint_path == tf.train.latest_checkpoint(str(tmp_path)) == path
    assert state.all_model_checkpoint_paths == saver.last_checkpoints
    again = tf.train.Saver(max_to_keep=2)
    again.recover_last_checkpoints([*state.all_model_checkpoint_paths, str(tmp_path / "gone")])
    assert again.last_checkpoints == saver.last_checkpoints
    saver.set_last_checkpoints([path])
    assert saver.last_checkpoints == [path]


def test_the_graph_of_what_is_not_kept_goes_too(session, tmp_path):
    model()
    session.run(tf.global_variables_initializer())
    saver = tf.train.Saver(max_to_keep=1)
    for i in range(3):
        saver.save(session, str(tmp_path / "k"), global_step=i, meta_graph_suffix="graph")
    assert sorted(os.listdir(tmp_path)) == ["checkpoint", "k-2.data-00000-of-00001", "k-2.graph", "k-2.index"]


def test_the_name_that_a_saver_has_for_files(session, tmp_path):
    a, _ = model()
    session.run(tf.global_variables_initializer())
    saver = tf.train.Saver(filename=str(tmp_path / "given"), restore_sequentially=True)
    session.run(saver.as_saver_def().save_tensor_name)
    session.run(a.assign([0, 0]))
    session.run(saver.as_saver_def().restore_op_name)
    assert session.run(a).tolist() == [1, 2] and tf.train.checkpoint_exists(str(tmp_path / "given"))


def test_one_of_every_hours_stays(session, tmp_path, monkeypatch):
    model()
    session.run(tf.global_variables_initializer())
    clock = [1000.0]
    monkeypatch.setattr(tf.train.saver.time, "time", lambda: clock[0])
    saver = tf.train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=1)
    for i in range(5):
        clock[0] += 2000.0
        saver.save(session, str(tmp_path / "k"), global_step=i)
    left = sorted(name.partition(".")[0] for name in os.listdir(tmp_path) if name.endswith(".index"))
    assert left == ["k-1", "k-3", "k-4"]


def test_relative_paths(session, tmp_path, monkeypatch):
    model()
    session.run(tf.global_variables_initializer())
    monkeypatch.chdir(tmp_path)
    assert tf.train.Saver().save(session, "./rel") == "./rel"
    assert (tmp_path / "checkpoint").read_text().startswith('model_checkpoint_path: "rel"\n')
    assert tf.train.latest_checkpoint(".") == "./rel"
    tf.train.Saver(save_relative_paths=True).save(session, str(tmp_path / "m"), latest_filename="other")
    assert (tmp_path / "other").read_text() == 'model_checkpoint_path: "m"\nall_model_checkpoint_paths: "m"\n'
    assert tf.train.latest_checkpoint(str(tmp_path), "other") == str(tmp_path / "m")


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda s, d: tf.train.Saver(3), TypeError, "passed in a dict or a list: 3"),
        (lambda s, d: tf.train.Saver([1]), TypeError, "not a Variable: 1"),
        (lambda s, d: tf.train.Saver([tf.constant(1)]), TypeError, "not a Variable"),
        (lambda s, d: tf.train.Saver([]), ValueError, "No variables to save"),
        (lambda s, d: tf.train.Saver({3: tf.global_variables()[0]}), TypeError, "is a string, not 3"),
        (lambda s, d: tf.train.Saver(tf.global_variables() * 2), ValueError, "have the same name: a"),
        (lambda s, d: tf.train.Saver(write_version=3), RuntimeError, "Unexpected write_version: 3"),
        (lambda s, d: tf.train.Saver([1], defer_build=True), ValueError, "deferred"),
        (lambda s, d: tf.train.Saver().save(None, d + "/m"), TypeError, "'sess' must be a Session"),
        (lambda s, d: tf.train.Saver().save(s, ""), ValueError, "no path specified"),
        (lambda s, d: tf.train.Saver(max_to_keep=-1), ValueError, "0 or None for all of them, not -1"),
        (lambda s, d: tf.train.Saver().save(s, d + "/checkpoint"), ValueError, "collides with 'save_path'"),
        (lambda s, d: tf.train.Saver().save(s, d + "/m", latest_filename="a/b"), ValueError, "path components"),
        (lambda s, d: tf.train.Saver().restore(s, None), ValueError, "save_path when it is None"),
        (lambda s, d: tf.train.Saver().restore(s, d + "/none"), ValueError, "not a valid checkpoint: .*/none"),
        (lambda s, d: tf.train.Saver().restore(3, d + "/a"), TypeError, "must be a Session"),
    ],
)
def test_what_is_refused(session, tmp_path, call, error, words):
    model()
    session.run(tf.global_variables_initializer())
    tf.train.Saver(name="first").save(session, str(tmp_path / "a"))
    with pytest.raises(error, match=words):
        call(session, str(tmp_path))


def test_what_a_checkpoint_lacks(session, tmp_path):
    kernel = tf.get_variable("rnn/kernel", [2, 3])
    session.run(tf.global_variables_initializer())
    path = tf.train.Saver().save(session, str(tmp_path / "m"))
    with pytest.raises(
        tf.errors.NotFoundError, match=r"Key rnn/kernal not found .* nearest keys are rnn/kernel \[2, 3\]"
    ):
        tf.train.Saver({"rnn/kernal": kernel}).restore(session, path)
    wider, whole = tf.Variable(tf.zeros([2, 4]), name="w"), tf.Variable([1], name="i")
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2, ?4\]|\(2, 4\)"):
        tf.train.Saver({"rnn/kernel": wider}).restore(session, path)
    with pytest.raises(tf.errors.InvalidArgumentError, match="is float32, but int32 is expected"):
        tf.train.Saver({"rnn/kernel": whole}).restore(session, path)
    flat = tf.Variable(tf.zeros([6]), name="flat")
    tf.train.Saver({"rnn/kernel": flat}, reshape=True).restore(session, path)
    np.testing.assert_array_equal(session.run(flat), session.run(kernel).ravel())


PARTITIONERS = {
    "whole": None,
    "rows": tf.fixed_size_partitioner(3),
    "more rows": tf.fixed_size_partitioner(4),
    "columns": tf.fixed_size_partitioner(2, axis=1),
}


@pytest.mark.parametrize("sharded", [False, True])
@pytest.mark.parametrize("saved", PARTITIONERS)
def test_variables_in_parts(session, tmp_path, saved, sharded):
    """Saved in parts and restored in others: the whole is the same."""
    w = tf.get_variable("w", [10, 4], partitioner=PARTITIONERS[saved], initializer=tf.random_normal_initializer())
    session.run(tf.global_variables_initializer())
    whole = session.run(tf.identity(w))
    path = tf.train.Saver(sharded=sharded).save(session, str(tmp_path / "m"))
    assert tf.train.list_variables(path) == [("w", [10, 4])]
    np.testing.assert_array_equal(tf.train.load_variable(path, "w"), whole)
    for partitioner in PARTITIONERS.values():
        with tf.Graph().as_default(), tf.Session() as sess:
            v = tf.get_variable("w", [10, 4], partitioner=partitioner)
            tf.train.Saver().restore(sess, path)
            np.testing.assert_array_equal(sess.run(tf.identity(v)), whole)


# What TensorFlow 1.15.5 makes of variables on two devices, one of them in parts: inputs, control inputs, devices.
TWO_DEVICES = """
save/SaveV2_1 : save/ShardedFilename_1 save/SaveV2_1/tensor_names save/SaveV2_1/shape_and_slices w w w /job:ps/task:1
save/control_dependency_1 : save/ShardedFilename_1 ^save/SaveV2_1 /job:ps/task:1
save/MergeV2Checkpoints : save/MergeV2Checkpoints/checkpoint_prefixes save/Const /job:ps/task:1
save/Identity : save/Const ^save/control_dependency ^save/control_dependency_1 ^save/MergeV2Checkpoints /job:ps/task:1
save/RestoreV2_1 : save/Const save/RestoreV2_1/tensor_names save/RestoreV2_1/shape_and_slices /job:ps/task:1
save/restore_shard_1 : ^save/Assign_1 ^save/Assign_2 ^save/Assign_3
save/restore_all : ^save/restore_all/NoOp ^save/restore_all/NoOp_1
"""


def test_ops_of_variables_in_parts_on_two_devices():
    with tf.device("/job:ps/task:1"):
        w = tf.get_variable("w", [10, 4], partitioner=tf.fixed_size_partitioner(3))
    with tf.device("/job:ps/task:0"):
        tf.get_variable("b", [3])
    tf.train.Saver(sharded=True)
    graph = tf.get_default_graph()
    for line in TWO_DEVICES.strip().splitlines():
        op = graph.get_operation_by_name(line.split()[0])
        place = op.device.replace("/device:CPU:0", "") if "restore_" not in op.name else ""
        inputs = f"{described([op])[0]} {place}".strip()
        assert inputs.replace("w/part_0 w/part_1 w/part_2", "w w w") == line
    names = graph.get_tensor_by_name("save/SaveV2_1/tensor_names:0")
    specs = graph.get_tensor_by_name("save/SaveV2_1/shape_and_slices:0")
    with tf.Session() as sess:
        assert sess.run(names).tolist() == [b"w"] * 3
        assert sess.run(specs).tolist() == [b"10 4 0,4:0,4", b"10 4 4,3:0,4", b"10 4 7,3:0,4"]
    assert [part._save_slice_info.spec.encode() for part in w] == [b"10 4 0,4:0,4", b"10 4 4,3:0,4", b"10 4 7,3:0,4"]


@pytest.mark.parametrize(
    "var_list, words",
    [
        (lambda w, b: {"x": [list(w)[0], b]}, "Slices must all be slices: .*'b:0'"),
        (lambda w, b: {"x": [3]}, "Slices must all be Variables: 3"),
        (lambda w, b: [w, list(w)[0]], "Mixing slices and non-slices with the same name: w"),
        (lambda w, b: [w, w], "two variables have the same name: w"),
        (lambda w, b: {"x": [*w, *tf.get_variable("v", [4], partitioner=PARTITIONERS["rows"])]}, "same tensor: w != v"),
    ],
)
def test_parts_that_do_not_belong_together(var_list, words):
    w, b = tf.get_variable("w", [10, 4], partitioner=PARTITIONERS["rows"]), tf.get_variable("b", [3])
    with pytest.raises(ValueError, match=words):
        tf.train.Saver(var_list(w, b))


def test_a_part_of_another_shape(session, tmp_path):
    tf.get_variable("w", [10, 4], partitioner=PARTITIONERS["rows"])
    session.run(tf.global_variables_initializer())
    path = tf.train.Saver().save(session, str(tmp_path / "m"))
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.get_variable("w", [12, 4], partitioner=PARTITIONERS["rows"])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"spec \[12, 4\] does not match .* w has \[10, 4\]"):
            tf.train.Saver().restore(sess, path)


def test_objects_of_tensorflow_2_by_the_names_of_variables(session):
    kernel, step = tf.get_variable("kernel", [3, 2]), tf.get_variable("global_step", [], tf.int64)
    tf.train.Saver().restore(session, os.path.join(FACTS, "objects"))
    assert session.run(step) == 5
    np.testing.assert_array_equal(session.run(kernel), np.arange(6).reshape(3, 2))


@pytest.mark.parametrize("sharded", [False, True])
def test_a_function_hears_of_the_progress(session, tmp_path, sharded):
    heard = []
    tf.get_variable("v", [1_000_000]), tf.get_variable("w", [6, 2], partitioner=PARTITIONERS["rows"])
    tf.Variable(["a", "bc"], name="s")
    saver = tf.train.Saver(sharded=sharded, progress=lambda *moved: heard.append(moved))
    session.run(tf.global_variables_initializer())
    for move in (lambda: saver.save(session, str(tmp_path / "m")), lambda: saver.restore(session, str(tmp_path / "m"))):
        heard.clear()
        move()
        assert heard == sorted(heard)
        assert (
            len({done for done, _ in heard}) > 4
            and heard[-1][0] == heard[-1][1]
            and abs(heard[-1][1] - 4_000_048) < 100
        )


def test_progress_is_printed(session, tmp_path, capsys, monkeypatch):
    tf.get_variable("v", [1_000_000])
    saver = tf.train.Saver(progress=True)
    session.run(tf.global_variables_initializer())
    path = saver.save(session, str(tmp_path / "m"), global_step=3)
    assert re.fullmatch(r"saved m-3: 4.0 MB in \d+.\d s, \d+.\d (MB|GB)/s\n", capsys.readouterr().err)
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    saver.restore(session, path)
    lines = capsys.readouterr().err.split("\r")
    assert re.match(r"restoring m-3: \d+% of 4.0 MB, \d+.\d (kB|MB|GB)/s", lines[0]) and len(lines) > 5
    assert re.match(r"restored m-3: 4.0 MB in .*\n$", lines[-1])
    with open(f"{path}.data-00000-of-00001", "r+b") as file:
        file.write(b"\xff" * 4)  # no number, as none of the random ones is
    with pytest.raises(tf.errors.DataLossError):
        saver.restore(session, path)
    assert capsys.readouterr().err.rstrip(" \n").endswith("restoring m-3 failed")


def test_names_of_before_tensorflow_1_2(session, tmp_path):
    names = {"RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix": [2, 3], "RNN/GRUCell/Gates/Linear/Bias": [4]}
    saved = {name: tf.Variable(tf.random_normal(shape)) for name, shape in names.items()}
    session.run(tf.global_variables_initializer())
    path = tf.train.Saver(saved).save(session, str(tmp_path / "m"))
    values = session.run(list(saved.values()))
    with tf.Graph().as_default(), tf.Session() as sess:
        kernel = tf.get_variable("rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel", [2, 3])
        bias = tf.get_variable("rnn/gru_cell/gates/bias", [4])
        with pytest.raises(tf.errors.NotFoundError, match="before TensorFlow 1.2: see Saver"):
            tf.train.Saver().restore(sess, path)
        tf.train.Saver(old_names=True).restore(sess, path)
        for was, now in zip(values, sess.run([kernel, bias])):
            np.testing.assert_array_equal(was, now)


def test_looking_into_a_checkpoint(session, tmp_path):
    model()
    session.run(tf.global_variables_initializer())
    path = tf.train.Saver().save(session, str(tmp_path / "m"))
    assert tf.train.list_variables(path) == tf.train.list_variables(str(tmp_path)) == [("a", [2]), ("b/c", [2, 3])]
    assert tf.train.load_variable(tmp_path, "a:0").tolist() == [1, 2]
    reader = tf.train.NewCheckpointReader(path)
    assert reader.get_variable_to_dtype_map() == {"a": tf.float32, "b/c": tf.float32} and reader.has_tensor("a")
    assert reader.debug_string() == b"a (DT_FLOAT) [2]\nb/c (DT_FLOAT) [2,3]\n"
    with pytest.raises(tf.errors.NotFoundError, match="Key z not found"):
        reader.get_tensor("z")
    with pytest.raises(ValueError, match="Couldn't find 'checkpoint' file"):
        tf.train.load_checkpoint(os.path.dirname(__file__))


def test_saver_def(session, tmp_path):
    a, _ = model()
    saver = tf.train.Saver(max_to_keep=3)
    about = saver.as_saver_def()
    assert about.filename_tensor_name == "save/Const:0" and about.save_tensor_name == "save/control_dependency:0"
    assert about.restore_op_name == "save/restore_all" and about.max_to_keep == 3
    session.run(tf.global_variables_initializer())
    again = tf.train.Saver.from_proto(saver.to_proto())
    path = again.save(session, str(tmp_path / "m"))
    session.run(a.assign([0, 0]))
    again.restore(session, path)
    assert session.run(a).tolist() == [1, 2]


def test_an_empty_saver(session, tmp_path):
    saver = tf.train.Saver(allow_empty=True)
    assert saver.save(session, str(tmp_path / "m"), 1) is None and os.listdir(tmp_path) == ["m-1.meta"]
    saver.restore(session, str(tmp_path / "nowhere"))


def test_folders_are_made(session, tmp_path):
    """As TensorFlow 1.15.5 does, which earlier versions refused."""
    a, _ = model()
    session.run(tf.global_variables_initializer())
    for sharded in (False, True):
        path = tf.train.Saver(sharded=sharded).save(session, str(tmp_path / f"{sharded}" / "in" / "m"))
        assert tf.train.latest_checkpoint(os.path.dirname(path)) == path
        assert tf.train.load_variable(path, "a").tolist() == [1, 2]


@pytest.mark.parametrize("step", [True, np.int64(1), 1, lambda: tf.constant(1)])
def test_kinds_of_steps(session, tmp_path, step):
    model()
    session.run(tf.global_variables_initializer())
    step = step() if callable(step) else step
    assert tf.train.Saver().save(session, str(tmp_path / "m"), step).endswith("/m-1")
