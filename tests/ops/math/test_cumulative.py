import itertools

import numpy as np
import pytest
from helpers import check, fails, run
from oracle import check_case, check_gradient, op_facts

import minitf as tf

X = np.random.default_rng(3).normal(size=(2, 3, 4))
FLAGS = list(itertools.product([False, True], repeat=2))


@pytest.mark.parametrize("exclusive, reverse", FLAGS)
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
def test_cumulative(name, axis, exclusive, reverse):
    def reference(x):
        x = np.flip(x, axis) if reverse else x
        y = getattr(np, name)(x, axis=axis)
        if exclusive:
            y = np.roll(y, 1, axis)
            np.moveaxis(y, axis, 0)[0] = name == "cumprod"
        return np.flip(y, axis) if reverse else y

    check(lambda x: getattr(tf, name)(x, axis, exclusive, reverse), X, reference=reference, tolerance=10)


def test_cumulative_of_integers_and_nothing():
    check(tf.cumsum, np.array([1, 2, 3]), reference=np.cumsum, dtypes=["int32", "int64"], grads=False)
    for exclusive in (False, True):
        check(
            lambda x, exclusive=exclusive: tf.cumsum(x, 1, exclusive),
            np.zeros((2, 0)),
            reference=lambda x: x,
            grads=False,
        )
    with fails(tf.errors.InvalidArgumentError, "axis 1"):
        run(tf.cumsum([1.0], 1))


RECORDED = ["tf.cumsum(", "tf.cumprod("]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)
