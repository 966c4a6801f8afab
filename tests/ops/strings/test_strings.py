"""Where nothing is, there are empty strings: ops that fill in what their inputs do not say."""

import pytest

import minitf as tf

ROW, TABLE = ["a", "b"], [["a", "b"], ["c", "d"]]


def stacked_list():
    return tf.TensorArray(tf.string, 3, element_shape=[]).write(0, "a").stack()


def batched():
    queue = tf.PaddingFIFOQueue(4, [tf.string], [[None]])
    with tf.control_dependencies([queue.enqueue([ROW])]):
        second = queue.enqueue([["c"]])
    with tf.control_dependencies([second]):
        return queue.dequeue_many(2)


FILLED = {  # as TensorFlow 1.15 fills, which has no matrix ops on strings
    "pad": (lambda: tf.pad(ROW, [[1, 1]]), [b"", b"a", b"b", b""]),
    "pad of a fed tensor": (
        lambda: tf.pad(tf.placeholder_with_default(tf.constant(ROW), None), [[1, 0]]),
        [b"", b"a", b"b"],
    ),
    "zeros": (lambda: tf.zeros([2], tf.string), [b"", b""]),
    "zeros_like": (lambda: tf.zeros_like(ROW), [b"", b""]),
    "scatter_nd": (lambda: tf.scatter_nd([[2], [0], [0]], ["a", "b", "c"], [3]), [b"bc", b"", b"a"]),
    "dynamic_stitch": (lambda: tf.dynamic_stitch([[0], [2]], [["a"], ["b"]]), [b"a", b"", b"b"]),
    "matrix_diag": (lambda: tf.matrix_diag(ROW), [[b"a", b""], [b"", b"b"]]),
    "matrix_band_part": (lambda: tf.matrix_band_part(TABLE, 0, -1), [[b"a", b"b"], [b"", b"d"]]),
    "map_fn of nothing": (lambda: tf.map_fn(lambda x: x, tf.zeros([0], tf.string)), []),
    "a queue that pads": (batched, [[b"a", b"b"], [b"c", b""]]),
}
REFUSED = {
    "what a list lacks": (stacked_list, tf.errors.InvalidArgumentError),
    "sparse_to_dense with 0": (lambda: tf.sparse_to_dense([0], [2], ["a"]), TypeError),
    "one_hot with 1 and 0": (lambda: tf.one_hot([0], 2, dtype=tf.string), TypeError),
    "ones": (lambda: tf.ones([2], tf.string), (TypeError, ValueError)),
    "numbers beside strings": (lambda: tf.constant([1, "a"]), TypeError),
}


@pytest.mark.parametrize("name", FILLED)
def test_filled(name):
    make, expected = FILLED[name]
    with tf.Session() as session:
        assert session.run(make()).tolist() == expected


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    make, error = REFUSED[name]
    with pytest.raises(error), tf.Session() as session:
        session.run(make())


def test_negative_lengths_ask_for_all_bytes():
    with tf.Session() as session:
        found = session.run([tf.substr(["abcd", "efx"], [1, -1], [-1, -7]), tf.substr("abc", 1, -1, unit="UTF8_CHAR")])
    assert [found[0].tolist(), found[1]] == [[b"bcd", b"x"], b""]
