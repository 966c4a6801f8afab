"""Names and argument names, as TensorFlow 1.15 has them (tests/facts/signatures.json)."""

import inspect
import json
from pathlib import Path

import pytest

import minitf as tf

SIGNATURES = json.loads((Path(__file__).parent / "facts" / "signatures.json").read_text())

# Arguments that are not there, and why.
DIFFERENT = {
    "ConfigProto": "a protocol buffer in TensorFlow, which takes its fields by name",
    "GPUOptions": "as ConfigProto",
    "GraphOptions": "as ConfigProto",
    "OptimizerOptions": "as ConfigProto",
    "RunMetadata": "as ConfigProto",
    "RunOptions": "as ConfigProto",
    "DType": "scripts do not make types",
    "dtypes.DType": "as DType",
    "Operation": "scripts do not make operations but by the functions of ops",
    "count_nonzero": "`input`, a second name for `input_tensor`, came with 1.15",
    "gather_nd": "`batch_dims` came with 1.14",
    "matrix_diag": "bands of several diagonals came with 1.15",
    "matrix_diag_part": "as matrix_diag",
    "matrix_set_diag": "as matrix_diag",
    "linalg.diag": "as matrix_diag",
    "linalg.diag_part": "as matrix_diag",
    "linalg.set_diag": "as matrix_diag",
    "debugging.assert_all_finite": "`x` and `message`, second names for `t` and `msg`, came with 1.13",
    "contrib.framework.nest.assert_same_structure": "there are no composite tensors",
    "contrib.framework.nest.is_sequence": "one argument, which is not given by name",
    "contrib.framework.nest.map_structure": "as is_sequence",
}


def public(name):
    value = tf
    for part in name.split("."):
        value = getattr(value, part)
    return value


def arguments(value):
    """The names of all arguments but `self` and `**kwargs`; `*` before the rest of the positional ones."""
    function = value.__init__ if isinstance(value, type) else value
    named = [p for p in inspect.signature(function).parameters.values() if p.kind is not p.VAR_KEYWORD]
    names = ["*" * (p.kind is p.VAR_POSITIONAL) + p.name for p in named]
    return names[1:] if isinstance(value, type) else names


@pytest.mark.parametrize("name", SIGNATURES)
def test_name_and_arguments(name):
    value, theirs = public(name), SIGNATURES[name]
    if theirs is None:
        assert not inspect.isfunction(value)  # a namespace, a type, a constant
    elif name in DIFFERENT:
        assert arguments(value)[: len(theirs)] != theirs, "take it out of DIFFERENT"
    else:
        assert arguments(value)[: len(theirs)] == theirs


def test_exceptions_are_of_the_list():
    assert DIFFERENT.keys() <= SIGNATURES.keys()


def test_own_additions():
    assert callable(tf.viz.to_dot) and callable(tf.to_safetensors)
    assert tf.__version__ == tf.VERSION == "1.15.0"
    assert [int(n) for n in tf.__version__.split(".")] == [1, 15, 0]


@pytest.mark.parametrize("module", [tf, tf.nn, tf.train, tf.math, tf.linalg, tf.random, tf.contrib.layers])
def test_public_functions_are_documented(module):
    for name, value in vars(module).items():
        if not name.startswith("_") and callable(value):
            assert inspect.getdoc(value), f"{module.__name__}.{name} has no docstring"
