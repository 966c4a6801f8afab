"""Attributes of ops: what signatures declare of them, as TensorFlow has them (tests/facts/attributes.json)."""

import numpy as np
import pytest
from helpers import fails
from oracle import facts

import minitf as tf
from minitf.framework.apply import apply
from minitf.framework.attributes import Attribute, declared, taken
from minitf.framework.dtypes import DType
from minitf.framework.registry import OPS
from minitf.framework.shape import TensorShape
from minitf.graphs.spelling import attributes_of

# What they call or are given, TensorFlow has otherwise.
OTHERWISE = {"GeneratorDataset", "GroupByWindowDataset", "OneShotIterator"}


def test_declared():
    known = declared("a: bool = False, b: list(int), c: type = int32, d: shape = None, e: later[fixed[string]] = 'x'")
    assert known["a"] == Attribute("bool", False) and known["c"].default is tf.int32
    assert not known["b"].has_default and known["b"].kind == "list(int)" and known["d"].default.rank is None
    assert known["e"] == Attribute("string", "x", fixed=True, later=True) and declared(" ") == {}


def test_defaults_are_filled_in():
    product = tf.matmul(tf.eye(2), tf.eye(2), transpose_b=True)
    assert product.op.attrs == {"T": tf.float32, "transpose_a": False, "transpose_b": True}
    assert apply("Unpack", tf.eye(2), num=2, axis=None)[0].op.attrs["axis"] == 0, "None is the default"
    assert apply("Split", 0, tf.eye(2), num_split=np.int64(2))[0].op.attrs["num_split"] == 2


WRONG = {
    "unknown": ("MatMul", {"transpos_a": True}, "MatMul has no attribute 'transpos_a': did you mean 'transpose_a'"),
    "nothing like it": ("Shape", {"keep": 1}, "Shape has no attribute 'keep': it has T, out_type"),
    "a flag": ("MatMul", {"transpose_a": "no"}, "'transpose_a' of MatMul is True or False, not 'no'"),
    "a number": ("Pack", {"axis": 1.5}, "'axis' of Pack is an integer, not 1.5"),
    "a list": ("Squeeze", {"squeeze_dims": 1}, "'squeeze_dims' of Squeeze is a list, an integer each, not 1"),
    "in a list": ("Squeeze", {"squeeze_dims": ["1"]}, "'squeeze_dims' of Squeeze is a list, an integer each"),
    "a type": ("Cast", {"DstT": "float32"}, "'DstT' of Cast is a type, not 'float32'"),
    "missing": ("Split", {}, "Split lacks attribute 'num_split', which has no default: give an integer"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_attributes(case):
    type, attrs, words = WRONG[case]
    with fails(TypeError, words):
        taken(OPS[type], attrs)


def test_a_name_is_free_again_after_a_wrong_attribute():
    x = tf.eye(2)
    with fails(TypeError, "no attribute 'x'"):
        apply("MatMul", x, x, x=1, name="product")
    assert apply("MatMul", x, x, name="product").op.name == "product"


def test_types_that_may_be_are_those_of_attributes():
    for type, definition in OPS.items():
        assert definition.allowed.keys() <= definition.attributes.keys(), type


def plain(value):
    """A default as JSON has it; numbers as float32, as TensorFlow keeps them."""
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, TensorShape):
        return None if value.rank is None else value.as_list()
    return value.name if isinstance(value, DType) else np.float32(value) if isinstance(value, float) else value


def row(attribute) -> list:
    default = [plain(attribute.default)] if attribute.has_default else []
    return [attribute.kind, *default, *(["2.15"] if attribute.later else [])]


@pytest.mark.parametrize("type", facts("attributes"))
def test_as_tensorflow(type):
    known = attributes_of(type)
    if known is None or type in OTHERWISE:
        assert type in OTHERWISE | {"If", "ParseExample", "ParseSequenceExample", "ParseSingleSequenceExample"}
        return
    theirs = {n: [plain(v) for v in r] for n, r in facts("attributes")[type].items()}
    theirs = {n: [r[0], None] if r[1:] == ["?"] else r for n, r in theirs.items()}
    ours = {name: row(attribute) for name, attribute in known.items()}
    lacking = {n for n in theirs.keys() - ours.keys() if theirs[n][-1] != "2.15"}
    assert not lacking and ours == {n: theirs[n] for n in ours}


@pytest.mark.parametrize(
    "how", [{"padding": "SAME"}, {"padding": "EXPLICIT", "explicit_paddings": [0, 0, 1, 1, 1, 1, 0, 0]}]
)
def test_what_tensorflow_2_added_is_written_where_it_says_something(how):
    y = apply("MaxPool", tf.ones([1, 4, 4, 1]), ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], **how)
    assert list(y.op.node_def.attr["explicit_paddings"].list.i) == how.get("explicit_paddings", [])
    assert y.op.get_attr("explicit_paddings") == how.get("explicit_paddings", [])
    assert len(y.op.node_def.attr) == (6 if "explicit_paddings" in how else 5)
