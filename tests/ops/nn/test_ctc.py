import itertools

import numpy as np
import pytest
from case_facts import cases, check_case, check_graph, graphs
from helpers import check_gradients, fails, run

import minitf as tf
from minitf.runtime import inspect


@pytest.mark.parametrize("fact", cases("ctc"), ids=lambda fact: fact["source"])
def test_recorded_values(fact):
    check_case(fact, 2e-5)


@pytest.mark.parametrize("fact", graphs("ctc"), ids=lambda fact: fact["source"])
def test_recorded_graphs(fact):
    check_graph(fact)


def sparse(rows):
    """Rows of labels as a SparseTensor."""
    places = [[b, i] for b, row in enumerate(rows) for i in range(len(row))]
    return tf.SparseTensor(places, np.concatenate(rows).astype(np.int32), [len(rows), max(map(len, rows))])


def all_ways(x, labels, merge):
    """-log of the sum over all paths that give the labels, one by one."""
    y, (steps, classes) = np.exp(x) / np.exp(x).sum(-1, keepdims=True), x.shape
    total = 0.0
    for path in itertools.product(range(classes), repeat=steps):
        kept = [c for i, c in enumerate(path) if not merge or i == 0 or c != path[i - 1]]
        if [c for c in kept if c != classes - 1] == list(labels):
            total += np.prod(y[range(steps), path])
    return -np.log(total) if total else np.inf


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("labels", [[0], [0, 1], [1, 1], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 2], [2, 2]])
def test_the_loss_is_the_sum_over_all_ways(labels, merge):
    """Also where TensorFlow 1.15 reads beside its tables: labels that are nothing but blanks."""
    x = np.random.default_rng(0).normal(size=(4, 1, 3))
    found = run(tf.nn.ctc_loss(sparse([labels]), x, [4], ctc_merge_repeated=merge))
    np.testing.assert_allclose(found, [all_ways(x[:, 0], [c for c in labels if c < 2], merge)])


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("collapse", [True, False])
def test_gradients(collapse, merge):
    x = np.random.default_rng(1).normal(size=(7, 3, 4))
    labels = [[0, 0, 2], [1], [2, 1, 0]]
    check_gradients(lambda x: tf.nn.ctc_loss(sparse(labels), x, [7, 5, 3], collapse, merge), x, order=1)


def test_a_loss_beyond_the_least_probability():
    """In log space, so that no probability becomes 0; TensorFlow gives inf."""
    x = tf.constant(np.array([1e4, 0, -1e4] * 4, np.float32).reshape(4, 1, 3))
    loss = tf.nn.ctc_loss(sparse([[1]]), x, [4])
    assert run(loss).tolist() == [40000.0]
    assert np.isfinite(run(tf.gradients(loss, x)[0])).all()


def test_not_a_number():
    x = tf.constant(np.array([np.nan, 0, -1] * 4, np.float32).reshape(4, 1, 3))
    loss = tf.nn.ctc_loss(sparse([[1]]), x, [4])
    assert np.isnan(run(loss)).all() and np.isnan(run(tf.gradients(loss, x)[0])).all()


def test_beams_find_the_most_probable_labels():
    """With room for all of them."""
    x = np.random.default_rng(2).normal(size=(4, 1, 3))
    decoded, scores = tf.nn.ctc_beam_search_decoder_v2(x, [4], beam_width=100, top_paths=5)
    ways = [w for n in range(5) for w in itertools.product(range(2), repeat=n)]
    expected = sorted([(all_ways(x[:, 0], w, True), w) for w in ways])[:5]
    *found, scores = run(*[s.values for s in decoded], scores)
    np.testing.assert_allclose(scores[0], [-loss for loss, _ in expected])
    assert [tuple(labels.tolist()) for labels in found] == [labels for _, labels in expected]


def test_empty():
    loss = tf.nn.ctc_loss(tf.SparseTensor(np.zeros((0, 2)), np.zeros(0, np.int32), [0, 0]), tf.zeros([3, 0, 4]), [])
    with pytest.raises(tf.errors.InvalidArgumentError, match="batch_size must not be 0"):
        run(loss)
    with pytest.raises(tf.errors.InvalidArgumentError, match="time steps and classes"):
        run(tf.nn.ctc_loss(sparse([[1]]), tf.zeros([0, 1, 4]), [0]))


def test_many_more_labels_than_steps():
    """In all, and in an item that then counts nothing: tables are as large as one that counts needs."""
    labels, x = [[0, 1], [1, 0] * 20, [1]], np.random.default_rng(3).normal(size=(2, 3, 3))
    loss = tf.nn.ctc_loss(sparse(labels), x, [2, 2, 2], ignore_longer_outputs_than_inputs=True)
    expected = [all_ways(x[:, 0], [0, 1], True), 0, all_ways(x[:, 2], [1], True)]
    np.testing.assert_allclose(run(loss), expected)


@pytest.mark.parametrize(
    "labels, lengths, part",
    [
        ([[0], [1]], [3, 4], "sequence_length[1] = 4"),
        ([[0], [1]], [-1, 3], "sequence_length[0] = -1"),
        ([[0], [-1]], [3, 3], "0 or more: those of item 1 are [-1]"),
        ([[0], []], [3, 3], "length is zero"),
        ([[2, 0], [1]], [3, 3], "the blank, follows"),
        ([[0], [1, 0, 1, 0]], [3, 3], "required: 4, available: 3"),
    ],
)
def test_what_is_wrong_is_said(labels, lengths, part):
    with fails(tf.errors.InvalidArgumentError, part):
        run(tf.nn.ctc_loss(sparse(labels), np.zeros((3, 2, 3), np.float32), lengths))


@pytest.mark.parametrize(
    "places, part",
    [([[1, 0], [0, 0]], "[0, 0] is out of order"), ([[0, 0], [2, 0]], "[2, 0]"), ([[0, 0]] * 2, "repeated")],
)
def test_labels_in_wrong_places(places, part):
    labels = tf.SparseTensor(places, [0, 1], [3, 3])
    with fails(tf.errors.InvalidArgumentError, part):
        run(tf.nn.ctc_loss(labels, np.zeros((3, 2, 3), np.float32), [3, 3]))


def test_batches_with_other_numbers_of_labels_lower_nothing_anew():
    """What stands around the loss is lowered for the shapes of its own inputs."""
    x, p = tf.Variable(np.zeros((4, 2, 3), np.float32)), tf.sparse_placeholder(tf.int32)
    loss = tf.reduce_sum(tf.nn.ctc_loss(p, 2 * x, [4, 4]))
    slope = tf.gradients(loss, x)[0]
    with tf.Session() as sess:
        sess.run(x.initializer)
        for count in range(1, 5):
            places = [[0, i] for i in range(count)] + [[1, 0]]
            sess.run([loss, slope], {p: (places, [0, 1, 0, 1, 0][: count + 1], [2, 4])})
        regions = [step for step in inspect(sess).last.steps if not step.on_host]
        assert regions and all(len(region.programs) == 1 for region in regions)
