import numpy as np
import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("conditional_random_fields"))
def test_like_tensorflow(name):
    check(name)


def test_the_best_sequence_is_found_in_both_ways():
    scores, pairs = np.random.RandomState(3).randn(1, 6, 4), np.random.RandomState(4).randn(4, 4)
    tags, best = tf.contrib.crf.crf_decode(tf.constant(scores, tf.float32), tf.constant(pairs, tf.float32), [6])
    with tf.Session() as session:
        tags, best = session.run([tags, best])
    expected = tf.contrib.crf.viterbi_decode(scores[0], pairs)
    assert tags[0].tolist() == expected[0] and abs(best[0] - expected[1]) < 1e-5


def test_cells_have_the_size_of_the_tags():
    cell = tf.contrib.crf.CrfForwardRnnCell(tf.zeros([4, 4]))
    assert cell.state_size == cell.output_size == 4
    assert tf.contrib.crf.CrfDecodeBackwardRnnCell(4).state_size == 1
