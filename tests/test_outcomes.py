"""Calls of all kinds, right and wrong ones, come to what they come to in TensorFlow 1.15.5, and when they do there."""

import outcomes
import pytest


@pytest.mark.parametrize("call", outcomes.calls())
def test_calls_come_to_what_they_do_in_tensorflow(call):
    outcomes.check(call)
