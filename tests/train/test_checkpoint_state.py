import pytest

import minitf as tf
from minitf.train.checkpoint_state import CheckpointState


def test_written_and_read(tmp_path):
    odd = str(tmp_path / 'a "b"\\ü\n-1')
    tf.train.update_checkpoint_state(tmp_path, odd, [str(tmp_path / "x"), odd], None, [1.5, 2.0], 3.0)
    state = tf.train.get_checkpoint_state(tmp_path)
    assert state.model_checkpoint_path == odd and state.all_model_checkpoint_paths == [str(tmp_path / "x"), odd]
    assert state.all_model_checkpoint_timestamps == [1.5, 2.0] and state.last_preserved_timestamp == 3.0
    assert tf.train.latest_checkpoint(tmp_path) is None  # there is no such checkpoint


def test_what_tensorflow_writes(tmp_path):
    text = 'model_checkpoint_path: "m-\\303\\274"\nall_model_checkpoint_paths: "/a/m-1"\nmore: 3\n'
    (tmp_path / "checkpoint").write_text(text)
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert state.model_checkpoint_path == str(tmp_path / "m-ü") and state.all_model_checkpoint_paths == ["/a/m-1"]


def test_nothing_there(tmp_path):
    assert tf.train.get_checkpoint_state(tmp_path / "none") is None
    assert tf.train.latest_checkpoint(tmp_path) is None and not tf.train.checkpoint_exists(str(tmp_path / "m"))
    assert tf.train.get_checkpoint_mtimes([str(tmp_path / "m")]) == []


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "#" * 50_000 + "\n!",
        "a: " + '"x" ' * 9_000 + "!",
        "a: '" + "\\" * 50_001,
        'model_checkpoint_path "m"',
        'model_checkpoint_path: "m',
        "\0",
    ],
)
def test_damaged(tmp_path, text):
    (tmp_path / "checkpoint").write_text(text)
    with pytest.raises(tf.errors.DataLossError, match="checkpoint cannot be read: line 1"):
        tf.train.get_checkpoint_state(tmp_path)


def test_what_is_refused(tmp_path):
    with pytest.raises(ValueError, match="2 timestamps were given for 1"):
        tf.train.update_checkpoint_state(tmp_path, "m", ["m"], None, [1.0, 2.0])
    with pytest.raises(RuntimeError, match="cannot be called"):
        tf.train.update_checkpoint_state(str(tmp_path), str(tmp_path / "checkpoint"))


def test_as_text():
    assert (
        repr(CheckpointState("m\t\xfc'"))
        == r"""model_checkpoint_path: "m\t\303\274\'"
"""
    )
    assert CheckpointState.read(str(CheckpointState("m\t\xfc'"))).model_checkpoint_path == "m\t\xfc'"


def test_the_newest_stands_last(tmp_path):
    """Once more if it stands somewhere else already, as TensorFlow has it."""
    found = tf.train.generate_checkpoint_state_proto(str(tmp_path), "/a", ["/a", "/c"])
    assert found.all_model_checkpoint_paths == ["/a", "/c", "/a"]


@pytest.mark.parametrize(
    "text, newest, paths",
    [
        ("model_checkpoint_path: 'a'\n", "a", []),
        ('model_checkpoint_path: "a" "b"\n', "ab", []),
        ('# c\nmodel_checkpoint_path: "a"  # d: "e"\n "b"', "ab", []),
        ('all_model_checkpoint_paths: "x"; model_checkpoint_path: "#a", last_preserved_timestamp: 1', "#a", ["x"]),
    ],
)
def test_other_ways_to_write_the_text(tmp_path, text, newest, paths):
    (tmp_path / "checkpoint").write_text(text)
    state = tf.train.get_checkpoint_state(tmp_path)
    assert state.model_checkpoint_path == str(tmp_path / newest)
    assert state.all_model_checkpoint_paths == [str(tmp_path / path) for path in paths]


@pytest.mark.parametrize("text", ["", 'all_model_checkpoint_paths: "x"', 'model_checkpoint_path: ""'])
def test_no_newest(tmp_path, text):
    (tmp_path / "checkpoint").write_text(text)
    for function in (tf.train.get_checkpoint_state, tf.train.latest_checkpoint):
        with pytest.raises(ValueError, match="Invalid checkpoint state loaded from .* has no model_checkpoint_path"):
            function(tmp_path)
