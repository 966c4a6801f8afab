import case_facts
import numpy as np
import pytest
from helpers import check, fails
from oracle import check_case, check_gradient, op_facts

import minitf as tf

RANDOM = np.random.default_rng(0)
SIZES = {"i": 2, "j": 3, "k": 4, "l": 2, "b": 3, "m": 2}
EQUATIONS = [
    "ij,jk->ik",
    "ij,jk",
    "ij->ji",
    "ij->",
    "ij->j",
    "i,j->ij",
    "i,i->",
    "ij,ij->ij",
    "bij,bjk->bik",
    "bij,bjk->kib",
    "bij,jk->bik",
    "ij,kj->ik",
    "ijk,jkl->il",
    "ijk,jil->kl",
    "ij,jk,kl->il",
    "ij,kl->ijkl",
    "ij,i->j",
    "bi,bj->bij",
    "bijk,bljk->bil",
    "ij,jk->",
    "i->",
    "ji",
    "ij,jb,bm->mi",
    "k,ijk->ij",
    "bij,bij->b",
    "ijk,k->ij",
    "ij, jk -> ik",
]


def arrays(equation):
    left = equation.replace(" ", "").partition("->")[0]
    return [RANDOM.normal(size=[SIZES[c] for c in part]) for part in left.split(",")]


@pytest.mark.parametrize("equation", EQUATIONS)
def test_einsum(equation):
    check(
        lambda *x: tf.einsum(equation, *x), *arrays(equation), tolerance=5, reference=lambda *x: np.einsum(equation, *x)
    )


@pytest.mark.parametrize(
    "equation, shapes",
    [
        ("...ij,...jk->...ik", [(2, 3, 4), (2, 4, 5)]),
        ("...ij,jk->...ik", [(2, 2, 3, 4), (4, 5)]),
        ("...ij,...jk", [(3, 4), (2, 4, 5)]),
        ("...i->...", [(2, 3)]),
        ("...i,...i->...", [(2, 3), (1, 3)]),
        ("i...->...i", [(2, 3, 4)]),
    ],
)
def test_dots(equation, shapes):
    inputs = [RANDOM.normal(size=s) for s in shapes]
    check(
        lambda *x: tf.einsum(equation, *x),
        *inputs,
        reference=lambda *x: np.einsum(equation, *x),
        tolerance=5,
        openness=("known",) if 1 in inputs[-1].shape else ("known", "open"),
    )


@pytest.mark.parametrize(
    "equation, shapes, parts",
    [
        ("ij,jk->ik", [(2, 3)], ["2 inputs"]),
        ("ij,jk->ik", [(2, 3), (4, 5)], ["'j'", "3 and 4"]),
        ("ij->ik", [(2, 3)], ["output"]),
        ("ii->i", [(2, 2)], ["repeats"]),
        ("ij->i->j", [(2, 2)], ["not an equation"]),
        ("ijk->i", [(2, 2)], ["3 axes"]),
        ("i1->i", [(2, 2)], ["not an equation"]),
        ("......i->i", [(2, 2)], ["once"]),
        ("..i->i", [(2, 2)], ["once"]),
    ],
)
def test_equations_that_make_no_sense(equation, shapes, parts):
    with fails(ValueError, *parts):
        tf.einsum(equation, *[np.zeros(s) for s in shapes])


@pytest.mark.parametrize(
    "axes", [0, 1, 2, [[2], [0]], [[1, 2], [1, 0]], [[2, 1], [0, 1]], [2, 0], [[-1], [-3]], [[], []]]
)
def test_tensordot(axes):
    shape_b = (3, 4, 5) if axes == 2 else (4, 3, 5)
    a, b = RANDOM.normal(size=(2, 3, 4)), RANDOM.normal(size=shape_b)
    check(
        lambda a, b: tf.tensordot(a, b, axes),
        a,
        b,
        reference=lambda a, b: np.tensordot(a, b, axes),
        tolerance=5,
        openness=("known", "open"),
    )


def test_tensordot_errors():
    a, b = tf.zeros([2, 3]), tf.zeros([4, 3])
    for axes, part in (
        (1, "not compatible"),
        (3, "over 3 axes"),
        ([[0, 1], [1]], "pairs"),
        ([[5], [0]], "axis 5"),
        ([0], "a number or a pair"),
    ):
        with fails(ValueError, part):
            tf.tensordot(a, b, axes)
    with fails(ValueError, "over 3 axes"):
        tf.tensordot(tf.placeholder(tf.float32), a, 3)


UNKNOWN_RANKS = [(None, None), (None, (4, 3, 5)), ((2, 3, 4), None)]


@pytest.mark.parametrize("shapes", UNKNOWN_RANKS)
@pytest.mark.parametrize("axes", [0, 1, [[2], [0]], [[1, 2], [1, 0]], [2, 0], [[-1], [-3]], [[], []]])
def test_tensordot_of_unknown_rank(axes, shapes):
    arrays = RANDOM.normal(size=(2, 3, 4)), RANDOM.normal(size=(4, 3, 5))
    fed = [tf.placeholder(tf.float64, shape) for shape in shapes]
    result = tf.tensordot(*fed, axes)
    assert result.shape.rank is None
    weights = RANDOM.normal(size=np.tensordot(*arrays, axes).shape)
    known = [tf.constant(a) for a in arrays]
    wanted = [tf.tensordot(*known, axes), *tf.gradients(tf.tensordot(*known, axes) * weights, known)]
    found = [result, *tf.gradients(result * weights, fed)]
    for executor in ("native", "op_by_op"):
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            for x, y in zip(session.run(found, dict(zip(fed, arrays))), session.run(wanted)):
                np.testing.assert_allclose(x, y, rtol=1e-12)


def test_tensordot_along_axes_that_are_fed():
    a, b = RANDOM.normal(size=(2, 3, 4)), RANDOM.normal(size=(4, 3, 5))
    axes = tf.placeholder(tf.int32, [2, None])
    result = tf.tensordot(a, b, axes)
    with tf.Session() as session:
        for value in ([[2], [0]], [[1, 2], [1, 0]]):
            np.testing.assert_allclose(session.run(result, {axes: value}), np.tensordot(a, b, value))
        with fails(tf.errors.InvalidArgumentError, "5"):
            session.run(result, {axes: [[5], [0]]})
    assert tf.tensordot(a, b, tf.constant([[2], [0]])).shape == [2, 3, 3, 5]


RECORDED = ["tf.tensordot(", "tf.einsum("]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


@pytest.mark.parametrize("fact", case_facts.cases("tensordot"), ids=range(len(case_facts.cases("tensordot"))))
def test_recorded_tensordots_of_unknown_shapes(fact):
    case_facts.check_case(fact, 1e-9)
