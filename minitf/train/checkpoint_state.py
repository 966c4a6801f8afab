"""The file `checkpoint` of a folder: which checkpoint is the newest, and which others are kept."""

from __future__ import annotations

import glob
import os
import re
import shutil

from minitf.formats import checkpoint
from minitf.framework import errors
from minitf.framework.files import write_whole

SHARDS = "_temp_"  # with 32 letters more behind a checkpoint's name: the folder of its shards while they are written
_ESCAPES = {"\\": "\\\\", '"': '\\"', "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_COMMENT = r"\#[^\n]*+"
_SPACE = rf"(?:\s|{_COMMENT})*+"
_TEXT = r"""(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')"""
_LINE = re.compile(rf"{_SPACE}(\w+)\s*:{_SPACE}(?:({_TEXT}(?:{_SPACE}{_TEXT})*+)|([-+.\w]+)){_SPACE}[,;]?{_SPACE}")


class CheckpointState:
    """What a `checkpoint` file says: the newest checkpoint, all that are kept, oldest first, and their times.

    >>> print(CheckpointState("m-2", ["m-1", "m-2"]), end="")
    model_checkpoint_path: "m-2"
    all_model_checkpoint_paths: "m-1"
    all_model_checkpoint_paths: "m-2"
    """

    def __init__(
        self,
        model_checkpoint_path: str = "",
        all_model_checkpoint_paths=(),
        all_model_checkpoint_timestamps=(),
        last_preserved_timestamp: float = 0.0,
    ):
        self.model_checkpoint_path = model_checkpoint_path
        self.all_model_checkpoint_paths = list(all_model_checkpoint_paths)
        self.all_model_checkpoint_timestamps = list(all_model_checkpoint_timestamps)
        self.last_preserved_timestamp = last_preserved_timestamp

    def __str__(self):
        lines = [f"model_checkpoint_path: {_quoted(self.model_checkpoint_path)}"]
        lines += [f"all_model_checkpoint_paths: {_quoted(p)}" for p in self.all_model_checkpoint_paths]
        lines += [f"all_model_checkpoint_timestamps: {t!r}" for t in self.all_model_checkpoint_timestamps]
        if self.last_preserved_timestamp:
            lines.append(f"last_preserved_timestamp: {self.last_preserved_timestamp!r}")
        return "".join(f"{line}\n" for line in lines)

    __repr__ = __str__

    @classmethod
    def read(cls, text: str) -> CheckpointState:
        """The state that a file's text says; ValueError if it is none."""
        found, place = cls(), 0
        while place < len(text.rstrip()):
            match = _LINE.match(text, place)
            if match is None:
                raise ValueError(f"line {text.count(chr(10), 0, place) + 1} is not understood")
            name, quoted, number = match.groups()
            found._take(name, number if quoted is None else _unquoted(quoted))
            place = match.end()
        return found

    def _take(self, name: str, value: str) -> None:
        if name == "model_checkpoint_path":
            self.model_checkpoint_path = value
        elif name == "all_model_checkpoint_paths":
            self.all_model_checkpoint_paths.append(value)
        elif name == "all_model_checkpoint_timestamps":
            self.all_model_checkpoint_timestamps.append(float(value))
        elif name == "last_preserved_timestamp":
            self.last_preserved_timestamp = float(value)

    def mapped(self, function) -> CheckpointState:
        """The same with other paths."""
        paths = [function(path) for path in self.all_model_checkpoint_paths]
        times = self.all_model_checkpoint_timestamps
        return CheckpointState(function(self.model_checkpoint_path), paths, times, self.last_preserved_timestamp)


def _quoted(text: str) -> str:
    """A text as protobuf writes it: bytes that are no ASCII letters stand as octal numbers."""
    letters = os.fsencode(text).decode("latin-1")
    plain = (letter if " " <= letter <= "~" else f"\\{ord(letter):03o}" for letter in letters)
    return '"' + "".join(_ESCAPES.get(letter, shown) for letter, shown in zip(letters, plain)) + '"'


def _unquoted(text: str) -> str:
    """The text of one or more quoted ones."""
    found = re.findall(f"{_TEXT}|{_COMMENT}", text)
    text = "".join(part[1:-1] for part in found if part[0] != "#")
    simple = {"n": "\n", "r": "\r", "t": "\t"}

    def meant(found):
        code = found[1]
        return bytes([int(code, 8) & 255]) if code.isdigit() else simple.get(code, code).encode()

    parts = re.split(r"(\\(?:[0-7]{1,3}|.))", text)
    data = b"".join(meant(re.match(r"\\(.*)", p, re.S)) if p.startswith("\\") else p.encode() for p in parts)
    return data.decode("utf-8", "replace")


def generate_checkpoint_state_proto(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
) -> CheckpointState:
    """What `update_checkpoint_state` would write; paths are relative to `save_dir` if that is.

    Raises:
      ValueError: if there are not as many times as paths.
    """
    return _state(
        os.fsdecode(save_dir),
        os.fsdecode(model_checkpoint_path),
        all_model_checkpoint_paths or [],
        all_model_checkpoint_timestamps or [],
        last_preserved_timestamp or 0.0,
    )


def update_checkpoint_state(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    latest_filename=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
) -> None:
    """Writes the `checkpoint` file of a folder; it is there whole, old or new, at any moment.

    Raises:
      ValueError: if there are not as many times as paths.
      RuntimeError: if a checkpoint has the name of the file itself.
    """
    _update(
        os.fsdecode(save_dir),
        os.fsdecode(model_checkpoint_path),
        all_model_checkpoint_paths or [],
        latest_filename,
        all_model_checkpoint_timestamps or [],
        last_preserved_timestamp or 0.0,
    )


def _state(folder, newest, paths, times, preserved, relative: bool = False) -> CheckpointState:
    paths = [os.fsdecode(path) for path in paths]
    if newest not in paths[-1:]:
        paths.append(newest)
    if times and len(times) != len(paths):
        raise ValueError(f"{len(times)} timestamps were given for {len(paths)} checkpoint paths")
    state = CheckpointState(newest, paths, times, preserved)
    if relative or not os.path.isabs(folder):
        state = state.mapped(lambda path: os.path.relpath(path, folder or "."))
    return state


def _update(folder, newest, paths, latest_filename, times, preserved, relative: bool = False) -> None:
    state = _state(folder, newest, paths, times, preserved, relative)
    name = os.path.join(folder, latest_filename or "checkpoint")
    if name == newest:
        raise RuntimeError(f"a checkpoint cannot be called {name}, as the file that says which is the newest")
    write_whole(name, str(state).encode())


def get_checkpoint_state(checkpoint_dir, latest_filename=None) -> CheckpointState | None:
    """What the `checkpoint` file of a folder says, with whole paths; None if there is no such file.

    Raises:
      tf.errors.DataLossError: if it is damaged. ValueError: if it does not say which checkpoint is the newest.
    """
    folder = os.fsdecode(checkpoint_dir)
    name = os.path.join(folder, latest_filename or "checkpoint")
    try:
        with open(name, encoding="utf-8", errors="replace") as file:
            state = CheckpointState.read(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise errors.DataLossError(None, None, f"{name} cannot be read: {error}") from None
    if not state.model_checkpoint_path:
        raise ValueError(f"Invalid checkpoint state loaded from {folder}: {name} has no model_checkpoint_path")
    return state.mapped(lambda path: path if os.path.isabs(path) else os.path.join(folder, path))


def latest_checkpoint(checkpoint_dir, latest_filename=None) -> str | None:
    """The path of the newest checkpoint in a folder; None if there is none."""
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    there = state is not None and checkpoint_exists(state.model_checkpoint_path)
    return state.model_checkpoint_path if there else None


def checkpoint_exists(checkpoint_prefix) -> bool:
    """Whether there is a checkpoint of this name, of either format."""
    return checkpoint.exists(os.fsdecode(checkpoint_prefix))


def get_checkpoint_mtimes(checkpoint_prefixes) -> list[float]:
    """When checkpoints were written, in seconds; those that are not there are left out."""
    found = []
    for prefix in map(os.fsdecode, checkpoint_prefixes):
        for name in (f"{prefix}.index", prefix):
            if os.path.exists(name):
                found.append(os.path.getmtime(name))
                break
    return found


def remove_shards(checkpoint_prefix: str) -> None:
    """Deletes what a sharded checkpoint was to be put together from."""
    for folder in glob.glob(f"{glob.escape(checkpoint_prefix)}{SHARDS}{'[0-9a-f]' * 32}"):
        shutil.rmtree(folder, ignore_errors=True)


def remove_checkpoint(checkpoint_prefix, checkpoint_format_version=None, meta_graph_suffix: str = "meta") -> None:
    """Deletes a checkpoint's files, its graph, whose name ends with `meta_graph_suffix`, among them."""
    checkpoint.remove(os.fsdecode(checkpoint_prefix), meta_graph_suffix)
