"""Looking into checkpoints: what they hold, and single tensors of them."""

from __future__ import annotations

import os

import numpy as np

from minitf.formats.checkpoint import Checkpoint
from minitf.framework import dtypes, errors
from minitf.train.checkpoint_state import latest_checkpoint

# The types of safetensors that minitf has, too.
_NUMBERS = frozenset(
    ["bool", "float16", "float32", "float64", *(f"{u}int{n}" for u in ("", "u") for n in (8, 16, 32, 64))]
)

_KINDS = {"float16": "HALF", "float32": "FLOAT", "float64": "DOUBLE"}  # what TensorFlow's messages call them


class CheckpointReader:
    """Reads tensors out of a checkpoint, of either format; `NewCheckpointReader(path)` makes one.

    Raises:
      tf.errors.NotFoundError: if there is none. DataLossError: if it is damaged.
    """

    def __init__(self, filepattern):
        self._checkpoint = Checkpoint(os.fsdecode(filepattern))

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """The shape of each tensor, by name."""
        return {name: list(entry.shape) for name, entry in self._checkpoint.entries.items()}

    def get_variable_to_dtype_map(self) -> dict[str, dtypes.DType | None]:
        """The type of each tensor, by name; None for types that minitf has not."""
        return {name: entry.dtype for name, entry in self._checkpoint.entries.items()}

    def has_tensor(self, tensor_str: str) -> bool:
        """Whether there is a tensor of this name."""
        return tensor_str in self._checkpoint.entries

    def get_tensor(self, tensor_str: str) -> np.ndarray:
        """The tensor of a name; NotFoundError if there is none."""
        if not self.has_tensor(tensor_str):
            raise errors.NotFoundError(
                None, None, f"Key {tensor_str} not found in checkpoint {self._checkpoint.prefix}"
            )
        return self._checkpoint.array(tensor_str)

    def debug_string(self) -> bytes:
        """A line for each tensor: name, type, shape."""
        rows = sorted(self._checkpoint.entries.items())
        lines = [f"{n} ({_kind(e.dtype)}) [{','.join(map(str, e.shape))}]" for n, e in rows]
        return "".join(f"{line}\n" for line in lines).encode()


def _kind(dtype: dtypes.DType | None) -> str:
    return "?" if dtype is None else f"DT_{_KINDS.get(dtype.name, dtype.name.upper())}"


NewCheckpointReader = CheckpointReader


def load_checkpoint(ckpt_dir_or_file) -> CheckpointReader:
    """The reader of a checkpoint, or of the newest one in a folder; ValueError if that has none."""
    path = os.fsdecode(ckpt_dir_or_file)
    if os.path.isdir(path):
        newest = latest_checkpoint(path)
        if newest is None:
            raise ValueError(f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}")
        path = newest
    return CheckpointReader(path)


def list_variables(ckpt_dir_or_file) -> list[tuple[str, list[int]]]:
    """The names and shapes of a checkpoint's tensors, sorted by name."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def load_variable(ckpt_dir_or_file, name: str) -> np.ndarray:
    """A tensor of a checkpoint, by its name or that of its output (`w:0`)."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def to_safetensors(checkpoint, filename: str | None = None) -> str:
    """Writes a checkpoint's tensors, or those of the newest checkpoint in a folder, as a file of safetensors.

    Args:
      checkpoint: the name of a checkpoint, of any format that can be read, or a folder.
      filename: of the file to write; the checkpoint's name with `.safetensors` behind if None.

    Returns:
      The name of the file. https://huggingface.co/docs/safetensors

    Raises:
      ImportError: if the package safetensors is not installed.
      tf.errors.UnimplementedError: if there are tensors of types that it has not, such as strings.
      tf.errors.NotFoundError: if there is no such checkpoint. DataLossError: if it is damaged.
    """
    try:
        from safetensors.numpy import save_file
    except ImportError as error:
        raise ImportError(
            "to_safetensors needs the package safetensors: pip install 'minitf-engine[safetensors]'", name="safetensors"
        ) from error
    reader = load_checkpoint(checkpoint)
    types = reader.get_variable_to_dtype_map()
    foreign = sorted(name for name, dtype in types.items() if dtype is None or dtype.name not in _NUMBERS)
    if foreign:
        kinds = ", ".join(f"{name} ({types[name].name if types[name] else '?'})" for name in foreign[:5])
        raise errors.UnimplementedError(None, None, f"safetensors holds real numbers only, not {kinds}")
    filename = os.fsdecode(filename or f"{reader._checkpoint.prefix}.safetensors")
    save_file({name: reader.get_tensor(name) for name in types}, filename)
    return filename
