"""Cross entropies: values, derivatives to second order, arguments and errors."""

import numpy as np
import pytest
from helpers import check, check_gradients, fails, run
from oracle import check_case, check_gradient, ids_used, op_facts
from scipy import special

import minitf as tf

RANDOM = np.random.default_rng(5)
LOGITS = RANDOM.normal(size=(4, 5), scale=2)
LABELS = special.softmax(RANDOM.normal(size=(4, 5)), axis=-1)
CUBE = RANDOM.normal(size=(2, 3, 5))
FACTS = ("cross_entropy_with_logits", "log_poisson")


def dense(labels, logits):
    return tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)


def reference(labels, logits):
    return -(labels * special.log_softmax(logits, axis=-1)).sum(-1)


@pytest.mark.parametrize(
    "case",
    op_facts(
        "cases",
        *(
            f"tf.nn.{p}"
            for p in ("softmax_cross", "sparse_softmax_cross", "sigmoid_cross", "weighted_cross", "log_poisson")
        ),
    ),
    ids=lambda c: c["call"],
)
def test_recorded_values(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda f: f["call"])
def test_recorded_gradients(fact):
    check_gradient(fact)


@pytest.mark.parametrize(
    "labels, logits",
    [
        (LABELS, LOGITS),
        (LABELS[:1], LOGITS),
        (LABELS[0], LOGITS),
        (special.softmax(CUBE, -1), CUBE),
        (LABELS[0], LOGITS[0]),
    ],
    ids=["matrix", "one row", "row", "cube", "vector"],
)
def test_softmax(labels, logits):
    check(dense, labels, logits, reference=reference, grads=False)
    # The op's own gradient counts on labels that sum to 1: the logits' derivatives are exact only then.
    check_gradients(lambda z: dense(tf.constant(labels), z), logits)
    check_gradients(lambda p: dense(p, tf.constant(logits)), labels)


def test_softmax_along_another_axis():
    labels = special.softmax(CUBE, axis=1)
    check(
        lambda p, z: tf.nn.softmax_cross_entropy_with_logits_v2(labels=p, logits=z, axis=1),
        labels,
        CUBE,
        reference=lambda p, z: -(p * special.log_softmax(z, axis=1)).sum(1),
        openness=("known", "open"),
        grads=False,
    )


def test_labels_are_constant_in_the_first_version():
    labels, logits = tf.constant(LABELS), tf.constant(LOGITS)
    old = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    assert tf.gradients(old, labels) == [None]
    assert tf.gradients(dense(labels, logits), labels) != [None]
    np.testing.assert_array_equal(*run(tf.gradients(old, logits)[0], tf.gradients(dense(labels, logits), logits)[0]))


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("logits", [LOGITS, CUBE, LOGITS[0]], ids=["matrix", "cube", "vector"])
def test_sparse(logits, dtype):
    labels = RANDOM.integers(0, 5, size=logits.shape[:-1]).astype(dtype)
    check(
        lambda z: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=z),
        logits,
        reference=lambda z: reference(np.eye(5)[labels], z),
    )


@pytest.mark.parametrize("label", [-1, 5])
def test_label_out_of_range(label):
    labels = tf.placeholder(tf.int32, [4])
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=LOGITS)
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, f"label {label} ", "0 to 4"):
        session.run(loss, {labels: [0, label, 1, 2]})


def test_half_precision_is_computed_in_float32():
    logits = tf.constant(LOGITS.astype(np.float16))
    a = dense(tf.constant(LABELS.astype(np.float16)), logits)
    b = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1, 2, 3], logits=logits)
    assert a.dtype == b.dtype == tf.float16
    a, b = run(a, b)
    np.testing.assert_allclose(a, reference(LABELS, LOGITS), rtol=2e-3)
    np.testing.assert_allclose(b, reference(np.eye(5)[:4], LOGITS), rtol=2e-3)


def test_large_logits():
    logits = np.array([[1e30, -1e30, 0], [1000, 1000, -1000]], np.float32)
    loss = run(dense(tf.constant([[1.0, 0, 0], [0.5, 0.5, 0]]), tf.constant(logits)))
    np.testing.assert_allclose(loss, [0, np.log(2)], rtol=1e-6)


def test_sigmoid():
    check(
        lambda p, z: tf.nn.sigmoid_cross_entropy_with_logits(labels=p, logits=z),
        LABELS,
        LOGITS,
        reference=lambda p, z: np.logaddexp(0, z) - p * z,
    )


def test_weighted():
    check(
        lambda p, z: tf.nn.weighted_cross_entropy_with_logits(labels=p, logits=z, pos_weight=3.0),
        LABELS,
        LOGITS,
        reference=lambda p, z: 3 * p * np.logaddexp(0, -z) + (1 - p) * np.logaddexp(0, z),
    )
    assert tf.nn.weighted_cross_entropy_with_logits(targets=LABELS, logits=LOGITS, pos_weight=3.0).shape == [4, 5]


@pytest.mark.parametrize("full", [False, True])
def test_poisson(full):
    targets = np.array([[0.5, 1.5, 3.0, 7.0]])
    z = LOGITS[:1, :4]

    def expected(t, z):
        stirling = t * np.log(t) - t + 0.5 * np.log(2 * np.pi * t)
        return np.exp(z) - z * t + full * np.where(t > 1, stirling, 0)

    check(lambda t, z: tf.nn.log_poisson_loss(t, z, compute_full_loss=full), targets, z, reference=expected)


@pytest.mark.parametrize("name", ["softmax", "sparse_softmax", "sigmoid"])
def test_arguments_have_to_be_named(name):
    function = getattr(tf.nn, f"{name}_cross_entropy_with_logits")
    with fails(ValueError, "named arguments", "labels=..., logits=..."):
        function(LABELS, LOGITS)
    with fails(ValueError, "labels is missing"):
        function(logits=LOGITS)


def test_refusals():
    with fails(ValueError, "(4, 5)", "(4, 3)"):
        dense(tf.constant(LABELS), tf.zeros([4, 3], tf.float64))
    with fails(ValueError, "one axis less"):
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=LABELS, logits=LOGITS)
    with fails(ValueError, "scalar"):
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=1, logits=1.0)
    with fails(ValueError, "of one shape"):
        tf.nn.sigmoid_cross_entropy_with_logits(labels=LABELS, logits=LOGITS[0])
    with fails(ValueError, "dim"):
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=LABELS, logits=LOGITS, axis=1, dim=1)


@pytest.mark.parametrize(
    "name", ["cross_entropies", "softmax_cross_entropy_v1", "cross_entropies_3d", "cross_entropies_static"]
)
def test_ids(name):
    """Unseeded random streams depend on them."""
    ours, theirs = ids_used(name)
    assert ours == theirs
