"""Optional values that branches share (what comes of them: test_tensorflow_graphs.py, `shared_resource`)."""

import copy
import gzip
from pathlib import Path

import pytest
from helpers import fails

import minitf as tf
from minitf.framework import protos
from minitf.framework.traversal import inside
from minitf.graphs import optionals
from minitf.graphs.edits import Unrecognized

SHARED = Path(__file__).parents[1] / "facts" / "graphs" / "shared_resource" / "m.meta.gz"


def test_they_are_tensors_of_one_type():
    definition = protos.message("MetaGraphDef").FromString(gzip.decompress(SHARED.read_bytes())).graph_def
    before = copy.deepcopy(definition)
    tf.import_graph_def(definition, name="")
    types = [op.type for op in inside(tf.get_default_graph().get_operations())]
    assert not [type for type in types if "Optional" in type or "TensorList" in type or type == "Missing"]
    assert types.count("Loop") == 2 and definition == before


@pytest.mark.parametrize(
    "types, carrier", [("float32 float64", "float64"), ("bool int32 float16", "float64"), ("int64 bool", "int64")]
)
def test_the_type_holds_all_values(types, carrier):
    numbers = {tf.as_dtype(name).as_datatype_enum for name in types.split()}
    assert optionals._carrier(numbers) == tf.as_dtype(carrier).as_datatype_enum


@pytest.mark.parametrize("types", ["int64 float32", "string int32", "complex64 float64"])
def test_where_there_is_none_the_values_stay_what_they_are(types):
    with fails(Unrecognized, "keep", types.split()[0]):
        optionals._carrier({tf.as_dtype(name).as_datatype_enum for name in types.split()})
