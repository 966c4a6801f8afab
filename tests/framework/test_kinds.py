"""What annotations say of arguments."""

from collections.abc import Callable

import numpy as np
import pytest

import minitf as tf
from minitf.framework.kinds import kinds, of_default

VALUES = {
    "True": True,
    "np.True_": np.True_,
    "0": 0,
    "3": 3,
    "-1": -1,
    "np.int8(3)": np.int8(3),
    "1.5": 1.5,
    "np.float32(2)": np.float32(2),
    "np.array(2.0)": np.array(2.0),
    "'a'": "a",
    "None": None,
    "[1]": [1],
    "(1,)": (1,),
    "len": len,
    "Dimension": tf.Dimension(2),
    "open Dimension": tf.Dimension(None),
    "Graph": tf.Graph(),
}
FITTING = {
    "bool": ["True", "np.True_", "0", "3", "-1", "np.int8(3)", "None"],
    "int": ["True", "0", "3", "-1", "np.int8(3)", "Dimension"],
    "float": ["True", "np.True_", "0", "3", "-1", "np.int8(3)", "1.5", "np.float32(2)", "np.array(2.0)"],
    "str": ["'a'"],
    "str | None": ["'a'", "None"],
    "list": ["[1]", "(1,)"],
    "Callable": ["len"],
    "Graph": ["Graph"],
    "str | tf.Graph": ["'a'", "Graph"],
}


def kind(annotation, default=...):
    """The kind of an argument with this annotation."""
    names = {"Graph": tf.Graph, "Callable": Callable, "tf": tf}
    given = "" if default is ... else f" = {default!r}"
    exec(f"def function(a: {annotation!r}{given}): pass", names)
    return kinds(names["function"]).get("a")


@pytest.mark.parametrize("annotation", FITTING)
def test_kinds(annotation):
    assert [name for name, value in VALUES.items() if kind(annotation).fits(value)] == FITTING[annotation]


@pytest.mark.parametrize("annotation", ["Unheard", "int | Unheard", "tf.Unheard", "dict[str, float] | None"])
def test_what_says_nothing(annotation):
    assert kind(annotation) is None


def test_words():
    assert kind("int | None").words == "an integer or None"
    assert kind("Graph").words == "a tf.Graph"


def test_a_default_fits_whatever_the_annotation_says():
    assert kind("int", default="all").fits("all") and not kind("int", default="all").fits("some")


def test_options_are_of_the_kind_of_their_defaults():
    assert of_default(0).words == "an integer" and of_default(tf.GPUOptions).words == "a tf.GPUOptions"
