"""Strings keep the NUL bytes at their ends, which NumPy's own strings lose, wherever they go."""

import numpy as np
import pytest
from helpers import run

import minitf as tf

TEXT = b"ab\0\0"


def text(value=TEXT):
    return tf.identity(tf.constant(value))


def element(dataset):
    return tf.data.make_one_shot_iterator(dataset).get_next()


def through_queue():
    queue = tf.FIFOQueue(1, tf.string, shapes=[[]])
    with tf.control_dependencies([queue.enqueue(text())]):
        return queue.dequeue()


def padded():
    batch = tf.data.Dataset.from_tensors([b"x"]).padded_batch(1, [2], padding_values=TEXT)
    return element(batch)[0, 1]


def from_graph_def():
    given = tf.Graph()
    with given.as_default():
        tf.constant(TEXT, name="text")
    return tf.import_graph_def(given.as_graph_def(), return_elements=["text:0"])[0]


WAYS = {
    "strided_slice": lambda: text([TEXT, b"c"])[0],
    "gather": lambda: tf.gather(text([TEXT, b"c"]), 0),
    "gather_nd": lambda: tf.gather_nd(text([TEXT, b"c"]), [0]),
    "reshape": lambda: tf.reshape(text([TEXT]), []),
    "unstack": lambda: tf.unstack(text([b"c", TEXT]))[1],
    "filled constant": lambda: tf.constant(TEXT, shape=[3])[2],
    "fill": lambda: tf.fill([2], text())[1],
    "dynamic_stitch": lambda: tf.dynamic_stitch([0, [1]], [text(), [b"c"]])[0],
    "sparse_to_dense": lambda: tf.sparse_to_dense([1], [2], b"c", TEXT)[0],
    "where": lambda: tf.where([True], text([TEXT]), [b"c"])[0],
    "cond": lambda: tf.cond(tf.constant(True), text, lambda: text(b"c")),
    "while_loop": lambda: tf.while_loop(lambda i, s: i < 2, lambda i, s: (i + 1, s + b"\0"), [0, text(b"ab")])[1],
    "map_fn": lambda: tf.map_fn(lambda x: x, text([b"c", TEXT]))[1],
    "scan": lambda: tf.scan(lambda a, x: a + x, text([b"ab", b"\0\0"]))[1],
    "TensorArray": lambda: tf.TensorArray(tf.string, 1).write(0, TEXT).read(0),
    "variable": lambda: tf.Variable([TEXT]).initialized_value()[0],
    "queue": through_queue,
    "py_func": lambda: tf.py_func(lambda x: x, [text()], tf.string),
    "py_func of lists": lambda: tf.py_func(lambda x: [[x[0]]], [text([TEXT])], tf.string)[0],
    "py_function": lambda: tf.py_function(lambda x: x, [text()], tf.string),
    "from_tensor_slices": lambda: element(tf.data.Dataset.from_tensor_slices([TEXT])),
    "from_generator": lambda: element(tf.data.Dataset.from_generator(lambda: iter([TEXT]), tf.string)),
    "generator of lists": lambda: element(tf.data.Dataset.from_generator(lambda: iter([[TEXT]]), tf.string))[0],
    "padded_batch": padded,
    "parse_tensor": lambda: tf.parse_tensor(tf.serialize_tensor(text([TEXT])), tf.string)[0],
    "GraphDef": from_graph_def,
    "constant_value": lambda: tf.constant(tf.contrib.util.constant_value(tf.constant([TEXT])[0])),
}


@pytest.mark.parametrize("way", WAYS)
def test_ends_are_kept(way):
    with tf.Graph().as_default():
        assert run(WAYS[way]()) == TEXT


def test_serialized_sparse_tensors_taken_apart():
    with tf.Graph().as_default():
        row = tf.serialize_sparse(tf.SparseTensor([[0, 0]], [1.0], [2, 2]))
        *parts, whole = run(*tf.unstack(row), row)
        assert parts == whole.tolist() and parts[0].endswith(b"\0")


@pytest.mark.parametrize("given", [TEXT, np.array(TEXT, object)])
def test_fed(given):
    fed = tf.placeholder(tf.string)
    with tf.Session() as session:
        assert session.run(fed + b"", {fed: given}) == TEXT


def test_py_func_is_given_scalars_as_tensorflow_gives_them():
    """NumPy's scalars and bytes, not arrays without axes."""
    seen = []
    with tf.Graph().as_default():
        run(tf.py_func(lambda *given: seen.extend(map(type, given)), [1.0, 3, True, text()], []))
    assert seen == [np.float32, np.int32, np.bool_, bytes]
