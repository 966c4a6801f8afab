import numpy as np
import pytest

import minitf as tf
from minitf.datasets import ptb


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ptb.train.txt").write_text(" the cat sat \n the dog sat \n")
    (tmp_path / "ptb.valid.txt").write_text(" the cow \n")
    (tmp_path / "ptb.test.txt").write_text(" a cat \n")
    return str(tmp_path)


def test_words_as_numbers(folder):
    train, valid, test, count = ptb.ptb_raw_data(folder)
    assert ptb._build_vocab(folder + "/ptb.train.txt") == {"<eos>": 0, "sat": 1, "the": 2, "cat": 3, "dog": 4}
    assert train == [2, 3, 1, 0, 2, 4, 1, 0] and valid == [2, 0] and test == [3, 0] and count == 5


def test_what_is_not_there(tmp_path):
    with pytest.raises(tf.errors.NotFoundError, match="ptb.train.txt"):
        ptb.ptb_raw_data(tmp_path)
    with pytest.raises(ValueError, match="folder"):
        ptb.ptb_raw_data()


RAW = [4, 3, 2, 1, 0, 5, 6, 1, 1, 1, 1, 0, 3, 4, 1]
PAIRS = [([[4, 3], [5, 6], [1, 0]], [[3, 2], [6, 1], [0, 3]]), ([[2, 1], [1, 1], [3, 4]], [[1, 0], [1, 1], [4, 1]])]


def test_iterator():
    found = [(x.tolist(), y.tolist()) for x, y in ptb.ptb_iterator(RAW, 3, 2)]
    assert found == PAIRS
    with pytest.raises(ValueError, match="decrease batch_size or num_steps"):
        next(ptb.ptb_iterator(RAW, 3, 5))


def test_producer():
    x, y = ptb.ptb_producer(RAW, batch_size=3, num_steps=2)
    assert x.shape.as_list() == y.shape.as_list() == [3, 2] and x.op.name.startswith("PTBProducer/")
    with tf.Session() as sess:
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        found = [[v.tolist() for v in sess.run([x, y])] for _ in range(3)]
        coord.request_stop()
        coord.join(threads)
    assert [tuple(pair) for pair in found] == [*PAIRS, PAIRS[0]]


def test_producer_of_too_few():
    ptb.ptb_producer(np.arange(4), 3, 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="decrease batch_size or num_steps"):
        tf.Session().run("PTBProducer/epoch_size:0")
