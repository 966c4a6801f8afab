"""Candidate samplers: TensorFlow's own draws."""

import numpy as np
import pytest
import sampling_facts
from helpers import fails, run

import minitf as tf


@pytest.mark.parametrize("call", sampling_facts.calls("sampler(", "hits("))
def test_recorded(call):
    sampling_facts.check(call)


def test_frequencies_follow_the_expected_counts():
    sampled, _, expected = tf.nn.fixed_unigram_candidate_sampler(
        [[0]], 1, 4000, False, 4, unigrams=[1.0, 2.0, 3.0, 4.0], seed=1
    )
    classes, counts = run(sampled, expected)
    np.testing.assert_allclose(np.bincount(classes) / 4000, [0.1, 0.2, 0.3, 0.4], atol=0.03)
    np.testing.assert_allclose(counts, 400.0 * (classes + 1), rtol=1e-6)


def test_weights_from_a_file(tmp_path):
    file = tmp_path / "vocabulary"
    file.write_text("a,word,1\nb,0\nc,3\n\n")
    arguments = {"num_true": 1, "num_sampled": 50, "unique": False, "seed": 1}
    from_file = tf.nn.fixed_unigram_candidate_sampler([[0]], range_max=3, vocab_file=str(file), **arguments)
    given = tf.nn.fixed_unigram_candidate_sampler([[0]], range_max=3, unigrams=[1, 0, 3], **arguments)
    assert np.array_equal(*run(from_file[0], given[0]))
    part = tf.nn.fixed_unigram_candidate_sampler([[0]], range_max=2, unigrams=[1, 0, 3], num_shards=2, **arguments)
    assert set(run(part[0])) == {0, 1}


def test_refusals():
    with fails(ValueError, "8 different classes", "7"):
        tf.nn.uniform_candidate_sampler([[0]], 1, 8, True, 7)
    with fails(ValueError, "positive"):
        tf.nn.uniform_candidate_sampler([[0]], 1, 0, True, 7)
    with fails(ValueError, "either unigrams or a vocab_file"):
        tf.nn.fixed_unigram_candidate_sampler([[0]], 1, 2, True, 7)
    with fails(ValueError, "3 weights", "range_max=7"):
        tf.nn.fixed_unigram_candidate_sampler([[0]], 1, 2, True, 7, unigrams=[1, 2, 3])
    for weights, reason in [
        ([1, 0], "2 different classes"),
        ([0, 0], "no class has a weight above 0"),
        ([1, -1], "class 1 has"),
        ([np.inf, 1], "class 0 has"),
        ([1, np.nan], "class 1 has"),
    ]:
        with fails(ValueError, "fixed_unigram_candidate_sampler", reason):
            tf.nn.fixed_unigram_candidate_sampler([[0]], 1, 2, True, 2, unigrams=weights)
    with pytest.raises(ValueError):
        tf.nn.uniform_candidate_sampler([[0, 1]], 1, 2, True, 7)
    with fails(tf.errors.InvalidArgumentError, "true class 9"):
        run(tf.nn.learned_unigram_candidate_sampler([[9]], 1, 2, True, 7)[0])
