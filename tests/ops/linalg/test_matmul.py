import itertools

import numpy as np
import pytest
from helpers import check, check_gradients, fails, run
from oracle import check_case, check_gradient, op_facts

import minitf as tf

RANDOM = np.random.default_rng(0)
FLAGS = list(itertools.product([False, True], repeat=2))


def turned(x, flag):
    return np.swapaxes(x, -1, -2) if flag else x


def factors(batch_a, batch_b, turn_a, turn_b, sizes=(3, 4, 2)):
    n, k, m = sizes
    return turned(RANDOM.normal(size=(*batch_a, n, k)), turn_a), turned(RANDOM.normal(size=(*batch_b, k, m)), turn_b)


@pytest.mark.parametrize("turn_a, turn_b", FLAGS)
@pytest.mark.parametrize("batches", [((), ()), ((2,), (2,)), ((2, 1), (3,)), ((2,), ()), ((), (2, 2))])
def test_products(batches, turn_a, turn_b):
    a, b = factors(*batches, turn_a, turn_b)

    def reference(a, b):
        return turned(a, turn_a) @ turned(b, turn_b)

    check(lambda a, b: tf.matmul(a, b, turn_a, turn_b), a, b, reference=reference, tolerance=5)
    check(
        lambda a, b: tf.matmul(a, b, adjoint_a=turn_a, adjoint_b=turn_b),
        a,
        b,
        reference=reference,
        grads=False,
        tolerance=5,
    )


@pytest.mark.parametrize("sizes", [(0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 1, 1), (1, 7, 1), (5, 1, 9), (33, 70, 17)])
@pytest.mark.parametrize("turn_a, turn_b", FLAGS)
def test_sizes(sizes, turn_a, turn_b):
    for batch in ((), (3,), (0,)):
        a, b = factors(batch, batch, turn_a, turn_b, sizes)
        check(
            lambda a, b: tf.matmul(a, b, turn_a, turn_b),
            a,
            b,
            grads=False,
            tolerance=20,
            reference=lambda a, b: turned(a, turn_a) @ turned(b, turn_b),
        )


@pytest.mark.parametrize("turn_a, turn_b", FLAGS)
def test_integers(turn_a, turn_b):
    for batch in ((), (2,)):
        a, b = (np.round(9 * x).astype(np.int32) for x in factors(batch, batch, turn_a, turn_b))
        check(
            lambda a, b: tf.matmul(a, b, turn_a, turn_b),
            a,
            b,
            grads=False,
            dtypes=["int32", "int64"],
            reference=lambda a, b: turned(a, turn_a) @ turned(b, turn_b),
        )


@pytest.mark.parametrize("turn_a, turn_b", FLAGS)
@pytest.mark.parametrize("kind", ["transpose", "adjoint"])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_complex(batch, kind, turn_a, turn_b):
    a, b = factors(batch, batch, turn_a, turn_b)
    c, d = factors(batch, batch, turn_a, turn_b)
    flags = {f"{kind}_a": turn_a, f"{kind}_b": turn_b}

    def reference(a, b):
        if kind == "adjoint":
            a, b = a.conj() if turn_a else a, b.conj() if turn_b else b
        return turned(a, turn_a) @ turned(b, turn_b)

    check(
        lambda a, b: tf.matmul(a, b, **flags),
        a + 1j * c,
        b + 1j * d,
        reference=reference,
        grads=False,
        dtypes=["complex64"],
        tolerance=5,
    )

    def parts(a, b, c, d):
        product = tf.matmul(tf.complex(a, c), tf.complex(b, d), **flags)
        return tf.real(product), tf.imag(product)

    check_gradients(parts, a, b, c, d, order=1)


def test_shapes_that_do_not_fit():
    with fails(ValueError, "(2, 3)", "(4, 2)", "3 != 4"):
        tf.matmul(tf.zeros([2, 3]), tf.zeros([4, 2]))
    with fails(ValueError, "3 != 4"):
        tf.matmul(tf.zeros([5, 2, 3]), tf.zeros([5, 4, 2]))
    with fails(ValueError, "broadcast"):
        tf.matmul(tf.zeros([5, 2, 3]), tf.zeros([4, 3, 2]))
    with pytest.raises(ValueError, match="rank"):
        tf.matmul(tf.zeros([3]), tf.zeros([3, 2]))
    with fails(TypeError, "float32", "float64"):
        tf.matmul(tf.zeros([2, 2]), tf.zeros([2, 2], tf.float64))
    with fails(ValueError, "only one"):
        tf.matmul(tf.zeros([2, 2]), tf.zeros([2, 2]), transpose_a=True, adjoint_a=True)
    x = tf.placeholder(tf.float32, [None, None])
    for value in (np.zeros((2, 3)), np.zeros((0, 0))):
        with fails(tf.errors.InvalidArgumentError, "multiplied"):
            run(tf.matmul(x, tf.zeros([4, 2])), feed_dict={x: value})
    y = tf.placeholder(tf.float32)
    for value in (np.zeros(3), np.zeros((2, 3)), np.zeros((2, 3, 5))):
        with pytest.raises(tf.errors.InvalidArgumentError):
            run(tf.matmul(y, tf.zeros([2, 4, 2])), feed_dict={y: value})


def test_matvec():
    a, b = RANDOM.normal(size=(2, 3, 4)), RANDOM.normal(size=(2, 4))
    check(tf.linalg.matvec, a, b, reference=lambda a, b: np.einsum("bij,bj->bi", a, b), openness=("known", "open"))


def test_cross():
    a, b = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=(2, 3))
    check(tf.cross, a, b, reference=np.cross)
    with fails(ValueError, "size 3"):
        tf.cross([1.0, 2.0], [1.0, 2.0])


RECORDED = ["tf.matmul("]


@pytest.mark.parametrize("case", op_facts("cases", *RECORDED), ids=lambda case: case["call"])
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *RECORDED), ids=lambda fact: fact["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


def test_what_a_run_shows_to_be_no_matrix_is_refused():
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    product = tf.matmul(x, y, a_is_sparse=True)
    assert product.op.type == "SparseMatMul" and product.shape.as_list() == [None, None]
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "multiplies matrices"):
        session.run(product, {x: np.zeros((2, 3, 4)), y: np.zeros((2, 4, 3))})
