"""What layers refuse of their inputs."""

import pytest
from helpers import fails

import minitf as tf


def test_it_says_what_was_given():
    assert (
        repr(tf.layers.InputSpec(ndim=3, axes={1: 2}, dtype=tf.float32))
        == "InputSpec(dtype=float32, ndim=3, axes={1: 2})"
    )
    assert repr(tf.layers.InputSpec(shape=(None, 3))) == "InputSpec(shape=(None, 3), ndim=2)"


class Checked(tf.layers.Layer):
    def __init__(self, spec):
        super().__init__()
        self.input_spec = spec


@pytest.mark.parametrize(
    "how, fitting, wrong",
    [
        ({"ndim": 2}, [3, 4], [3]),
        ({"min_ndim": 2}, [3, 4, 5], [3]),
        ({"max_ndim": 2}, [3], [3, 4, 5]),
        ({"axes": {-1: 2}}, [3, 2], [3, 4]),
        ({"shape": (None, 3)}, [5, 3], [3, 5]),
    ],
)
def test_shapes(how, fitting, wrong):
    layer = Checked(tf.layers.InputSpec(**how))
    layer(tf.zeros(fitting))
    with fails(ValueError, "layer"):
        layer(tf.zeros(wrong))


def test_types_and_numbers_of_inputs():
    layer, spec = Checked(tf.layers.InputSpec(dtype="float32")), tf.layers.InputSpec(ndim=1)
    layer(tf.zeros([2]))
    with fails(ValueError, "takes inputs of type float32"):
        layer(tf.zeros([2], tf.int32))
    for specs, count in (([spec, spec], 3), ([spec, spec], 1), (spec, 2)):
        with fails(ValueError, "expects"):
            Checked(specs)([tf.zeros([2])] * count)
    Checked([spec, spec])([tf.zeros([2])] * 2)
