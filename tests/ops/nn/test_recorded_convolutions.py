"""The rest of convolution and pooling against what TensorFlow 1.15.5 made of the same calls."""

import pytest
from recorded_calls import calls, check


@pytest.mark.parametrize("call", calls("convolutions"))
def test_recorded_calls(call):
    composed = "swish" in call or "convolution(" in call and "dilation_rate" in call
    told = "fractional" not in call  # how long sequences are, TensorFlow tells wrongly
    check(call, "convolutions", graph=not composed, static=told)
