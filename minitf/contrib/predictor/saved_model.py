"""A saved model as a function of arrays."""

from __future__ import annotations

import minitf as tf
from minitf.framework.getter import getter
from minitf.saved_model import loader, signature_constants, tag_constants
from minitf.saved_model.utils import get_tensor_from_tensor_info


class SavedModelPredictor:
    """A function of a dict of inputs that gives a dict of outputs, by the names of a signature."""

    def __init__(self, session, feed_tensors: dict, fetch_tensors: dict):
        self.session, self.feed_tensors, self.fetch_tensors = session, feed_tensors, fetch_tensors

    graph = getter("session.graph", "The graph of the model.")

    def __call__(self, input_dict: dict) -> dict:
        """The outputs for some inputs; ValueError for an input that the signature does not have."""
        unknown = sorted(input_dict.keys() - self.feed_tensors.keys())
        if unknown:
            raise ValueError(f"Got unexpected keys in input_dict: {unknown}; expected: {sorted(self.feed_tensors)}")
        feeds = {self.feed_tensors[name]: value for name, value in input_dict.items()}
        return self.session.run(self.fetch_tensors, feeds)


def from_saved_model(
    export_dir,
    signature_def_key: str | None = None,
    signature_def=None,
    input_names: dict | None = None,
    output_names: dict | None = None,
    tags=None,
    graph=None,
    config=None,
) -> SavedModelPredictor:
    """A saved model as a function: `predict({"x": array})` gives a dict of arrays.

    signature_def_key: the signature (`serving_default`), or it is given as signature_def, or by names of
    tensors as input_names and output_names. tags: of the graph (`serve`), also as one string with commas.

    Raises:
      ValueError: if there is no such signature, or several are given.
    """
    if sum([signature_def_key is not None, signature_def is not None, input_names is not None]) > 1:
        raise ValueError("You must specify at most one of signature_def_key OR signature_def OR input_names.")
    tags = tags.split(",") if isinstance(tags, str) else tags or [tag_constants.SERVING]
    with (graph or tf.Graph()).as_default() as graph:
        session = tf.Session(config=config)
        found = loader.load(session, tags, export_dir)
    if input_names is not None and output_names is not None:
        places = (
            {name: graph.as_graph_element(one) for name, one in names.items()} for names in (input_names, output_names)
        )
        return SavedModelPredictor(session, *places)
    signature = signature_def or _signature(found, signature_def_key)
    places = (
        {name: get_tensor_from_tensor_info(info, graph) for name, info in infos.items()}
        for infos in (signature.inputs, signature.outputs)
    )
    return SavedModelPredictor(session, *places)


def _signature(meta_graph, key: str | None):
    key = key or signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
    if key not in meta_graph.signature_def:
        available = sorted(meta_graph.signature_def)
        raise ValueError(f'Got signature_def_key "{key}". Available signatures are {available}.')
    return meta_graph.signature_def[key]
