"""tf.train.Saver: variables to files and back."""

from __future__ import annotations

import numbers
import os
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields

import minitf as tf
from minitf.framework import dtypes, protos
from minitf.framework.apply import apply, apply_op
from minitf.framework.collections import GraphKeys
from minitf.framework.devices import DeviceSpec
from minitf.framework.graph import control_dependencies, device, get_default_graph, name_scope
from minitf.graphs import files
from minitf.graphs.collected import register_proto_function
from minitf.graphs.meta_graph import meta_graph_of
from minitf.ops.array import array  # noqa: F401 - defines SaveV2 and its like
from minitf.ops.array.constant import constant
from minitf.ops.array.joining import stack
from minitf.ops.array.placeholders import placeholder_with_default
from minitf.ops.control import control  # noqa: F401 - defines SaveV2 and its like
from minitf.ops.state import checkpoint, state  # noqa: F401 - defines SaveV2 and its like
from minitf.ops.state.resource_variable import is_resource
from minitf.ops.strings.string_join import string_join
from minitf.train import checkpoint_state
from minitf.train.global_step import global_step as step_in
from minitf.train.progress import shown
from minitf.train.saveables import Saveable, by_device, names_and_specs, saveables

_HOUR = 3600.0


@dataclass
class SaverDef:
    """The names of a saver's ops, and its settings."""

    V1, V2, LEGACY = 1, 2, 0

    filename_tensor_name: str = ""
    save_tensor_name: str = ""
    restore_op_name: str = ""
    max_to_keep: int = 5
    sharded: bool = False
    keep_checkpoint_every_n_hours: float = 10000.0
    version: int = 2

    @classmethod
    def of(cls, other, scope: str | None = None) -> SaverDef:
        """What another SaverDef or a message says, of ops in `scope`."""
        found = cls(**{field.name: getattr(other, field.name) for field in fields(cls)})
        for key in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
            if scope and getattr(found, key):
                setattr(found, key, f"{scope}/{getattr(found, key)}")
        return found

    def message(self):
        """The same as TensorFlow's message."""
        return protos.message("SaverDef")(**asdict(self))


class Saver:
    """Writes variables into checkpoints, keeps the newest ones, and reads them back.

    var_list: variables as a list, or by the names they are to have in the file as a dict (default: all global
    ones). reshape: what is read may have another shape of the same size. sharded: data files are numbered by
    device. max_to_keep: how many checkpoints are kept (0 or None: all); of those that would go, one of every
    `keep_checkpoint_every_n_hours` stays. pad_step_number: steps have 8 digits, so that names sort.
    write_version: SaverDef.V1 writes the files of TensorFlow before 0.12, one a checkpoint or shard.
    save_relative_paths: the `checkpoint` file can be moved with the folder. old_names: RNN variables may have
    the names of before TensorFlow 1.2 in the file. defer_build: ops are made by `build()`. progress: print how far
    saving and restoring have come, and how fast, or call a function with the bytes moved so far and those in all,
    which grow with each shard.

    Raises:
      ValueError: if there are no variables, or two of one name, or max_to_keep is negative. TypeError: for what is no
        variable.

    >>> import minitf as tf, tempfile
    >>> x = tf.Variable(3, name="x")
    >>> saver = tf.train.Saver()
    >>> with tf.Session() as sess:
    ...     sess.run(x.initializer)
    ...     path = saver.save(sess, tempfile.mkdtemp() + "/model", global_step=7)
    >>> with tf.Session() as sess:
    ...     saver.restore(sess, path)
    ...     print(sess.run(x), path[-7:])
    3 model-7
    """

    def __init__(
        self,
        var_list=None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def=None,
        builder=None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version=SaverDef.V2,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
        *,
        old_names: bool = False,
        progress: bool | Callable[[int, int], object] = False,
    ):
        if defer_build and var_list:
            raise ValueError("If `var_list` is provided then build cannot be deferred: leave out one of both")
        if max_to_keep is not None and max_to_keep < 0:
            raise ValueError(f"max_to_keep is a number of checkpoints, or 0 or None for all of them, not {max_to_keep}")
        self._var_list, self._reshape, self._sharded, self._name = var_list, reshape, sharded, name
        self._max_to_keep, self._hours = max_to_keep or 0, keep_checkpoint_every_n_hours
        self._allow_empty, self._padded, self._relative = allow_empty, pad_step_number, save_relative_paths
        self._filename, self._old_names, self._progress = filename or "model", old_names, progress
        if write_version not in (SaverDef.V1, SaverDef.V2):
            raise RuntimeError(f"Unexpected write_version: {write_version}; it is SaverDef.V1 or SaverDef.V2")
        self._version = write_version
        self._last: list[tuple[str, float]] = []
        self._preserved = time.time()
        self._next_kept = self._preserved + self._hours * _HOUR
        self._def = None if saver_def is None else SaverDef.of(saver_def, name)
        if saver_def is not None:
            self._max_to_keep, self._hours = saver_def.max_to_keep, saver_def.keep_checkpoint_every_n_hours
            self._sharded = saver_def.sharded
        elif not defer_build:
            self.build()

    # ---- ops

    def build(self) -> None:
        """Makes the ops that save and restore, unless they are there."""
        if self._def is not None:
            return
        rows = saveables(self._var_list)
        if not rows and not self._allow_empty:
            raise ValueError("No variables to save")
        self._def = SaverDef(
            max_to_keep=self._max_to_keep,
            sharded=self._sharded,
            keep_checkpoint_every_n_hours=self._hours,
            version=self._version,
        )
        if rows:
            self._build(rows)

    def _build(self, rows: list[Saveable]) -> None:
        with name_scope(self._name, "save", [row.variable for row in rows]):
            given = constant(self._filename, dtypes.string, name="filename/input")
            prefix = placeholder_with_default(given, [], name="filename")
            prefix = placeholder_with_default(prefix, [], name="Const")
            saved = self._build_sharded(prefix, rows) if self._sharded else self._saved(prefix, rows)
            restored = self._build_sharded_restore(prefix, rows) if self._sharded else self._restored(prefix, rows)
        self._def.filename_tensor_name, self._def.save_tensor_name = prefix.name, saved.name
        self._def.restore_op_name = restored.name

    def _build_sharded(self, prefix, rows):
        first = self._version == SaverDef.V1
        names = [prefix, f"{checkpoint_state.SHARDS}{uuid.uuid4().hex}/part"]
        folder = prefix if first else string_join(names)
        shards = by_device(rows)
        count = constant(len(shards), dtypes.int32, name="num_shards")
        parts, saved = [], []
        for number, (place, found) in enumerate(shards):
            with device(_host_of(place)):
                parts.append(_shard_name(folder, number, count))
                saved.append(self._saved(parts[-1], found).op)
        if first:
            with control_dependencies(saved), name_scope("ShardedFilespec") as scope:
                return apply("ShardedFilespec", prefix, count, name=scope)
        with control_dependencies(saved), device(_host_of(shards[-1][0])):
            listed = stack(parts, name="MergeV2Checkpoints/checkpoint_prefixes")
            merged = apply_op("MergeV2Checkpoints", listed, prefix)
            with control_dependencies([merged]):
                return apply("Identity", prefix, name="Identity")

    def _saved(self, prefix, rows: list[Saveable]):
        """The path, once all variables are written."""
        tensors = [tensor for row in rows for _, _, tensor in row.tensors]
        first = self._version == SaverDef.V1
        with name_scope("save" if first else "SaveV2") as scope:
            listed = names_and_specs(rows, "shapes_and_slices" if first else "shape_and_slices")
            save = apply_op("SaveSlices" if first else "SaveV2", prefix, *listed, tensors, name=scope)
        return control.with_dependencies([save], prefix)

    def _build_sharded_restore(self, prefix, rows):
        restored = []
        for place, found in by_device(rows):
            with device(place):
                restored.append(self._restored(prefix, found, "restore_shard"))
        return control.group(*restored, name="restore_all")

    def _restored(self, prefix, rows, name: str = "restore_all"):
        tensors = [row.tensors for row in rows]
        types = [tensor.dtype.base_dtype for each in tensors for _, _, tensor in each]
        with device("/device:CPU:0"), name_scope("RestoreV2") as scope:
            names, specs = names_and_specs(rows)
            found = apply_op(
                "RestoreV2", prefix, names, specs, dtypes=types, _old_names=self._old_names or None, name=scope
            )
        values = iter(found.outputs)
        assigned = [self._assigned(row.variable, *[next(values) for _ in each]) for row, each in zip(rows, tensors)]
        return control.group(*assigned, name=name)

    def _assigned(self, variable, value, *more):
        if hasattr(variable, "_restored"):
            return variable._restored(value, *more)
        known = variable.shape.is_fully_defined()
        if self._reshape:
            shape = variable.shape.as_list() if known else array.shape(variable)
            value = array.reshape(value, shape)
        if is_resource(variable):
            return variable.assign(array.identity(value), read_value=False)
        return state.assign(variable, value, validate_shape=not self._reshape and known).op

    # ---- saving

    def save(
        self,
        sess,
        save_path,
        global_step=None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str | None:
        """Writes a checkpoint and returns its path, which is what `restore` wants.

        save_path: a path, to which `global_step` (a number, variable or tensor) is appended; folders are made.
        write_meta_graph: the graph is written beside it, for `import_meta_graph`, if tensorboard is there.
        write_state: say in a file of the folder, called `latest_filename` (`checkpoint`), that this is the
        newest one.

        Raises:
          TypeError: if `sess` is no session. ValueError: if a name cannot be.
          tf.errors.ResourceExhaustedError, PermissionDeniedError: if it cannot be written; what was there
            stays.
        """
        self._check_session(sess)
        self._ready("save")
        folder, latest_filename, path = self._target(sess, save_path, global_step, latest_filename)
        path = self._write(sess, path) if self._def.save_tensor_name else path
        if write_meta_graph:
            named = re.sub(r"-\?{5}-of-\d{5}$", "", path)  # without what all shards have
            self._write_graph(sess.graph, f"{named}.{meta_graph_suffix}", strip_default_attrs)
        if not self._def.save_tensor_name:
            return None
        if write_state:
            gone = self._record(path)
            checkpoint_state._update(folder, path, self.last_checkpoints, latest_filename, [], 0.0, self._relative)
            for old in gone:
                checkpoint_state.remove_checkpoint(old, meta_graph_suffix=meta_graph_suffix)
        return path

    def _write(self, sess, path: str) -> str:
        try:
            with shown(self._progress, "saving", "saved", path):
                return os.fsdecode(sess.run(self._def.save_tensor_name, {self._def.filename_tensor_name: path}))
        except BaseException:
            checkpoint_state.remove_shards(path)
            raise

    def _write_graph(self, graph, filename: str, strip_default_attrs: bool) -> None:
        try:
            with graph.as_default():
                self.export_meta_graph(filename, strip_default_attrs=strip_default_attrs)
        except (ImportError, ValueError) as error:  # weights need neither tensorboard nor a graph below 2 GB
            tf.logging.log_first_n(tf.logging.WARN, "no graph is written beside checkpoints: %s", 1, error)

    def export_meta_graph(
        self,
        filename=None,
        collection_list=None,
        as_text: bool = False,
        export_scope: str | None = None,
        clear_devices: bool = False,
        clear_extraneous_savers: bool = False,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ):
        """The default graph with the names of this saver's ops; see `tf.train.export_meta_graph`."""
        self._ready("export_meta_graph")
        found = meta_graph_of(
            get_default_graph(),
            None,
            self._def.message(),
            None,
            collection_list,
            export_scope,
            clear_devices,
            clear_extraneous_savers,
            strip_default_attrs,
        )
        if filename:
            files.write_message(filename, found, as_text)
        return found

    def _target(self, sess, save_path, global_step, latest_filename) -> tuple[str, str, str]:
        """The folder, the name of its state file, and the path of the checkpoint."""
        latest_filename = latest_filename or "checkpoint"
        if os.path.split(latest_filename)[0]:
            raise ValueError(f"'latest_filename' must not contain path components: {latest_filename!r}")
        path = os.fsdecode(save_path)
        if not path:
            raise ValueError("no path specified: save_path is empty")
        if global_step is not None:
            known = isinstance(global_step, numbers.Integral)
            number = int(global_step) if known else step_in(sess, global_step)
            path = f"{path}-{number:08d}" if self._padded else f"{path}-{number}"
        elif os.path.basename(path) == latest_filename and not self._sharded:
            raise ValueError(f"'latest_filename' collides with 'save_path': {latest_filename!r} and {path!r}")
        return os.path.dirname(path), latest_filename, path

    def _record(self, path: str) -> list[str]:
        """Makes a checkpoint the newest; returns those that are not kept any longer."""
        if not self._max_to_keep:
            self._last = []
            return []
        self._last = [(p, t) for p, t in self._last if p != path] + [(path, time.time())]
        gone = []
        while len(self._last) > self._max_to_keep:
            old, moment = self._last.pop(0)
            if moment > self._next_kept:
                self._next_kept += self._hours * _HOUR
            else:
                gone.append(old)
        return gone

    def _ready(self, what: str) -> None:
        if self._def is None:
            raise RuntimeError(f"this Saver was made with defer_build=True: call build() before {what}()")

    def _check_session(self, sess) -> None:
        if not hasattr(sess, "run") or not hasattr(sess, "graph"):
            raise TypeError(f"'sess' must be a Session; {sess!r}")

    # ---- restoring

    def restore(self, sess, save_path) -> None:
        """Gives the variables the values that they have in a checkpoint; they need no other initialization.

        Raises:
          ValueError: if there is no such checkpoint.
          tf.errors.NotFoundError: if it lacks a variable; the nearest names are said.
          tf.errors.InvalidArgumentError: if a variable has another shape or type there.
          tf.errors.DataLossError: if it is damaged.
        """
        self._ready("restore")
        if not self._def.restore_op_name:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        path = os.fsdecode(save_path)
        if not checkpoint_state.checkpoint_exists(path):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {path}")
        self._check_session(sess)
        with shown(self._progress, "restoring", "restored", path):
            sess.run(self._def.restore_op_name, {self._def.filename_tensor_name: path})

    # ---- the checkpoints there are

    @property
    def last_checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept, oldest first."""
        return [path for path, _ in self._last]

    def set_last_checkpoints(self, last_checkpoints) -> None:
        """Says which checkpoints are kept, oldest first."""
        if not isinstance(last_checkpoints, list):
            raise TypeError(f"last_checkpoints is a list of paths, not {last_checkpoints!r}")
        self._last = [(os.fsdecode(path), float("inf")) for path in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time) -> None:
        """Says which checkpoints are kept, oldest first, as pairs of a path and its time."""
        if not isinstance(last_checkpoints_with_time, list):
            raise TypeError(f"a list of pairs is expected, not {last_checkpoints_with_time!r}")
        self._last = [(os.fsdecode(path), float(moment)) for path, moment in last_checkpoints_with_time]

    def recover_last_checkpoints(self, checkpoint_paths) -> None:
        """Takes the checkpoints of an earlier process as its own, oldest first, if they are still there."""
        there = [p for p in map(os.fsdecode, checkpoint_paths) if checkpoint_state.checkpoint_exists(p)]
        times = checkpoint_state.get_checkpoint_mtimes(there)
        self.set_last_checkpoints_with_time(list(zip(there, times)))

    def as_saver_def(self) -> SaverDef:
        """The names of the saver's ops, and its settings."""
        self._ready("as_saver_def")
        return self._def

    def to_proto(self, export_scope: str | None = None):
        """The names of the saver's ops as a message; None if they are not in the scope `export_scope`."""
        found = self.as_saver_def()
        if not export_scope:
            return found.message()
        scope, found = f"{export_scope}/", SaverDef.of(found)
        if not found.filename_tensor_name.startswith(scope):
            return None
        for key in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
            setattr(found, key, getattr(found, key).removeprefix(scope))
        return found.message()

    @staticmethod
    def from_proto(saver_def, import_scope: str | None = None) -> Saver:
        """The saver whose ops have the names in a SaverDef, in the scope `import_scope`."""
        return Saver(saver_def=saver_def, name=import_scope)


register_proto_function(GraphKeys.SAVERS, "SaverDef", Saver.to_proto, Saver.from_proto)


def saver_of(graph) -> Saver | None:
    """The saver in a graph's collection of savers, or None.

    Raises:
      RuntimeError: if there are several.
    """
    savers = graph.get_collection(GraphKeys.SAVERS)
    if len(savers) > 1:
        raise RuntimeError(f"collection {GraphKeys.SAVERS} holds more than one saver: say which is meant")
    return savers[0] if savers else None


def _shard_name(folder, number: int, count):
    with name_scope("ShardedFilename") as scope:
        shard = constant(number, dtypes.int32, name="shard")
        return apply("ShardedFilename", folder, shard, count, name=scope)


def _host_of(device_name: str) -> str:
    """The processor where a device is, which can write files."""
    return DeviceSpec.from_string(device_name).replace(device_type="CPU", device_index=0).to_string()
