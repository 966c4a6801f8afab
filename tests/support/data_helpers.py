"""What the tests of datasets share."""

import pytest

import minitf as tf


def elements(dataset, feeds=None):
    """All elements."""
    it = dataset.make_initializable_iterator()
    x, found = it.get_next(), []
    with tf.Session() as session:
        session.run(it.initializer, feeds)
        with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
            while True:
                found.append(session.run(x))
    return found
