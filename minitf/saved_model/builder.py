"""tf.saved_model.builder: writing saved models: a graph with its variables and signatures in a folder."""

from __future__ import annotations

import os

import minitf as tf
from minitf.framework import protos
from minitf.framework.taking import SELF, needed, optional, taking
from minitf.graphs import files
from minitf.graphs.meta_graph import meta_graph_of
from minitf.saved_model import constants, signature_constants, tag_constants
from minitf.saved_model.assets import Assets
from minitf.saved_model.signature_def_utils import predict_signature_def

_CLEARS, _STRIPS = optional("clear_devices", False, "bool"), optional("strip_default_attrs", False, "bool")
_HOW = [optional(name) for name in ("signature_def_map", "assets_collection", "legacy_init_op")]
_HOW += [_CLEARS, optional("main_op"), _STRIPS, optional("saver")]


class SavedModelBuilder:
    """Writes a saved model into `export_dir`, which must not be there, or be empty.

    Raises:
      AssertionError: if there is something in it. tf.errors.NotFoundError: if it is a file.
    """

    def __init__(self, export_dir):
        self._folder = os.fsdecode(export_dir)
        if os.path.isdir(self._folder) and os.listdir(self._folder):
            raise AssertionError(
                "Export directory already exists, and isn't empty. Please choose a different export "
                f"directory, or delete all the contents of the specified directory: {self._folder}"
            )
        if os.path.exists(self._folder) and not os.path.isdir(self._folder):
            raise tf.errors.NotFoundError(None, None, f"Could not find directory {self._folder}: that is a file")
        os.makedirs(self._folder, exist_ok=True)
        self._model = protos.message("SavedModel")(saved_model_schema_version=constants.SAVED_MODEL_SCHEMA_VERSION)
        self._has_variables, self._assets = False, Assets(self._folder)

    @taking([SELF, needed("sess"), needed("tags"), *_HOW])
    def add_meta_graph_and_variables(self, sess, **how) -> None:
        """Adds the session's graph and writes what its variables are worth.

        tags: by which the graph is found. signature_def_map: SignatureDefs by name. assets_collection:
        constants that hold paths of files, which are taken along. main_op (or, by its old name, legacy_init_op):
        an op that is run when the model has been loaded, with the paths that the files have then.

        Raises:
          AssertionError: if there are variables already, or a signature does not say of a tensor what it is called
            or of which type it is.
          TypeError: for assets that are no constant strings, and for a main_op that is no op.
          tf.errors.NotFoundError: if there is no such file.
        """
        if self._has_variables:
            raise AssertionError(
                "Graph state including variables and assets has already been saved. Please invoke "
                "`add_meta_graph()` instead."
            )
        folder = os.path.join(self._folder, constants.VARIABLES_DIRECTORY)
        os.makedirs(folder, exist_ok=True)
        saver = self._add(sess.graph, **how)
        path = os.path.join(folder, constants.VARIABLES_FILENAME)
        saver.save(sess, path, write_meta_graph=False, write_state=False)
        self._has_variables = True

    @taking([SELF, needed("tags"), *_HOW])
    def add_meta_graph(self, **how) -> None:
        """Adds the default graph, for the variables that have been written.

        Raises:
          AssertionError: if none have.
        """
        if not self._has_variables:
            raise AssertionError(
                "Graph state including variables and assets has not been saved yet. Please invoke "
                "`add_meta_graph_and_variables()` first."
            )
        self._add(tf.get_default_graph(), **how)

    def _add(
        self,
        graph,
        tags,
        signature_def_map,
        assets_collection,
        legacy_init_op,
        clear_devices,
        main_op,
        strip_default_attrs,
        saver,
    ):
        _check_signatures(signature_def_map or {})
        main_op = legacy_init_op if main_op is None else main_op
        if main_op is not None and not isinstance(main_op, tf.Operation):
            raise TypeError(f"main_op needs to be an Operation: {main_op!r}")
        with graph.as_default():
            if main_op is not None:
                graph.get_collection_ref(constants.MAIN_OP_KEY)[:] = [main_op]
            saver = saver or tf.train.Saver(sharded=True, allow_empty=True)
            told = saver.as_saver_def()
            told = told.message() if told.save_tensor_name else None  # there may be no variables
            made = meta_graph_of(
                graph, None, told, clear_devices=clear_devices, strip_default_attrs=strip_default_attrs
            )
        self._assets.add(made, assets_collection)
        made.meta_info_def.tags.extend(tags)
        for name, signature in (signature_def_map or {}).items():
            made.signature_def[name].CopyFrom(signature)
        self._model.meta_graphs.append(made)
        return saver

    def save(self, as_text: bool = False) -> bytes:
        """Writes the file with the graphs, as text if as_text; returns its path."""
        name = constants.SAVED_MODEL_FILENAME_PBTXT if as_text else constants.SAVED_MODEL_FILENAME_PB
        return files.write_message(os.path.join(self._folder, name), self._model, as_text).encode()


def _check_signatures(signatures: dict) -> None:
    """AssertionError unless all that signatures take and give has a name and a type."""
    for signature in signatures.values():
        for info in [*signature.inputs.values(), *signature.outputs.values()]:
            for field, there in (("name", info.WhichOneof("encoding")), ("dtype", info.dtype)):
                if not there:
                    raise AssertionError(
                        f"All TensorInfo protos used in the SignatureDefs must have the {field} field set: {info}"
                    )


def simple_save(session, export_dir, inputs: dict, outputs: dict, legacy_init_op=None) -> None:
    """Writes the session's graph and variables with one signature: dicts of tensors by name.

    >>> import tempfile
    >>> import minitf as tf
    >>> folder = tempfile.mkdtemp()
    >>> with tf.Graph().as_default(), tf.Session() as sess:
    ...     x = tf.placeholder(tf.float32, [2], name="x")
    ...     tf.saved_model.simple_save(sess, folder, {"x": x}, {"y": x * 2.0})
    >>> predict = tf.contrib.predictor.from_saved_model(folder)
    >>> predict({"x": [1.0, 2.0]})["y"]
    array([2., 4.], dtype=float32)
    """
    signature = predict_signature_def(inputs, outputs)
    builder = SavedModelBuilder(export_dir)
    builder.add_meta_graph_and_variables(
        session,
        [tag_constants.SERVING],
        {signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY: signature},
        main_op=legacy_init_op,
        clear_devices=True,
    )
    builder.save()
