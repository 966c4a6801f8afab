"""Arguments that are said once for a family."""

import inspect

import pytest
from helpers import fails

import minitf as tf
from minitf.framework.kinds import kinds
from minitf.framework.taking import OTHERS, SELF, arguments, needed, optional, taking


def scaled(x, by: "int" = 2, *more, loud=False, **rest):
    return x * by


@taking([*arguments(scaled), optional("name", None, "str | None")])
def told(**how):
    """Tells what it gets."""
    return how


def test_all_arguments_come_by_name_defaults_too():
    assert told(3) == {"x": 3, "by": 2, "name": None}
    assert told(3, name="n", by=5) == {"x": 3, "by": 5, "name": "n"}
    assert list(inspect.signature(told).parameters) == ["x", "by", "name"]
    assert told.__name__ == "told" and told.__doc__ == "Tells what it gets."


class Told:
    @taking([SELF, needed("x", "int"), OTHERS])
    def __init__(self, **how):
        self.how = how


def test_methods_take_whatever_else_is_named():
    assert Told(3).how == {"x": 3} and Told(x=3, y=4).how == {"x": 3, "y": 4}
    assert [p.name for p in arguments(Told)] == ["x"]
    with pytest.raises(TypeError, match=r"Told.__init__\(\) missing a required argument: 'x'"):
        Told(y=4)


def test_kinds_are_those_of_the_annotations():
    found = kinds(told)
    assert found.keys() == {"by", "name"}
    assert not found["by"].fits("two") and found["name"].fits(None) and not found["name"].fits(1)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: told(), r"told\(\) missing a required argument: 'x'"),
        (lambda: told(1, 2, "n", 4), r"told\(\) too many positional arguments"),
        (lambda: told(1, x=2), r"told\(\) multiple values for argument 'x'"),
        (lambda: told(1, colour=2), r"told\(\) got an unexpected keyword argument 'colour'"),
    ],
)
def test_other_arguments(call, words):
    with pytest.raises(TypeError, match=words):
        call()


def test_public_functions_say_which_argument_is_wrong():
    x = tf.zeros([2, 3])
    with fails(TypeError, "dense() missing a required argument: 'units'"):
        tf.layers.dense(x)
    with fails(TypeError, "dense() got an unexpected keyword argument 'unit'"):
        tf.layers.dense(x, 4, unit=4)
    with fails(TypeError, "'units' of tf.layers.dense is 'four'"):
        tf.layers.dense(x, "four")
    with fails(TypeError, "streaming_mean() missing a required argument: 'values'"):
        tf.contrib.metrics.streaming_mean()
    with fails(TypeError, "'epsilon' of tf.losses.log_loss is 'small'"):
        tf.losses.log_loss(x, x, epsilon="small")
