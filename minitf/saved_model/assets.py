"""Files that a saved model takes along: words, labels and so on, whose paths are constants of its graph."""

from __future__ import annotations

import os
import shutil

import minitf as tf
from minitf.framework import errors, protos
from minitf.framework.files import translated
from minitf.framework.static import constant_value
from minitf.saved_model import constants

_TYPE = "type.googleapis.com/tensorflow.AssetFileDef"


class Assets:
    """The files in the folder `assets` of a saved model; each path has one name there."""

    def __init__(self, export_dir: str):
        self._folder = os.path.join(export_dir, constants.ASSETS_DIRECTORY)
        self._names: dict[str, str] = {}  # of the files that were copied, by their paths

    def add(self, meta_graph, tensors) -> None:
        """Copies the files at the paths that tensors hold, and says in a meta graph which they are.

        Raises:
          TypeError: unless they are constant scalars of strings. ValueError: for an empty path.
          tf.errors.NotFoundError: if there is no such file.
        """
        for tensor in tensors or ():
            path = _path(tensor)
            if path not in self._names:
                self._copy(path, self._free(os.path.basename(path)))
            found = protos.message("AssetFileDef")(filename=self._names[path])
            found.tensor_info.name = tensor.name
            listed = meta_graph.collection_def[constants.ASSETS_KEY].any_list.value
            listed.add(type_url=_TYPE, value=found.SerializeToString())

    def _free(self, name: str) -> str:
        """A name like this that no other file has."""
        count, free = 0, name
        while free in self._names.values():
            count += 1
            free = f"{name}_{count}"
        return free

    def _copy(self, path: str, name: str) -> None:
        with translated(path):
            if not os.path.isfile(path):
                raise FileNotFoundError(2, "No such file or directory", path)
            os.makedirs(self._folder, exist_ok=True)
            shutil.copyfile(path, os.path.join(self._folder, name))
        self._names[path] = name


def _path(tensor) -> str:
    if not isinstance(tensor, tf.Tensor):
        raise TypeError(f"Asset path tensor must be a Tensor, not {tensor!r}")
    if tensor.op.type != "Const":
        raise TypeError(f"Asset path tensor must be of type constant; {tensor.name} is {tensor.op.type}")
    if tensor.dtype is not tf.string or tensor.shape.num_elements() != 1:
        what = "a scalar" if tensor.dtype is tf.string else "of dtype string"
        raise TypeError(f"Asset path tensor must be {what}, not {tensor.dtype.name}{tensor.shape}")
    path = os.fsdecode(constant_value(tensor).item())
    if not path:
        raise ValueError(f"Invalid asset filepath tensor {tensor.name}: it is empty")
    return path


def feeds(meta_graph, export_dir: str, graph, scope: str | None) -> dict:
    """Where the files are now, by the tensors of a graph that hold their paths.

    Raises:
      tf.errors.DataLossError: if a file's name is none of a file in the folder.
    """
    collection, found = meta_graph.collection_def, {}
    listed = collection[constants.ASSETS_KEY].any_list.value if constants.ASSETS_KEY in collection else ()
    for content in listed:
        asset = protos.message("AssetFileDef").FromString(content.value)
        if os.path.basename(asset.filename) != asset.filename or asset.filename in ("", ".", ".."):
            raise errors.DataLossError(None, None, f"{asset.filename!r} is no name of an asset's file")
        name = asset.tensor_info.name
        path = os.path.join(export_dir, constants.ASSETS_DIRECTORY, asset.filename)
        found[graph.get_tensor_by_name(f"{scope}/{name}" if scope else name)] = path
    return found
