"""Calls and their gradients take as many op numbers as in TensorFlow 1.15.5, and their results have its names."""

import op_numbers
import pytest
from oracle import facts

import minitf as tf


@pytest.mark.parametrize("call", op_numbers.calls())
def test_numbers_and_names_are_those_of_tensorflow(call):
    assert op_numbers.numbers(tf, call) == facts("op_numbers")[call]
