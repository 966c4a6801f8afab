"""Calls of tf.image against what TensorFlow 1.15.5 made of them."""

import pytest
from recorded_calls import calls, check

# What is made of other ops, as many of them; and where libraries round differently.
COMPOSED = ("ssim", "decode_image", "random_flip", "rot90")
ROUNDED = {"(JPEG": 10, "PNG, channels=1": 1}


@pytest.mark.parametrize("call", calls("images"))
def test_recorded_calls(call):
    near = next((n for part, n in ROUNDED.items() if part in call), 0)
    check(call, "images", not any(name in call for name in COMPOSED), near)
