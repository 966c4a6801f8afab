"""Ops on tensors of a graph that is not the default one are made in that graph, as in TensorFlow."""

import numpy as np
import pytest
from helpers import fails
from op_samples import SAMPLES

import minitf as tf

CONSTANT = {"Shape", "Size"}  # of what is known
MIXED = {
    "CTCLoss",
    "LinSpace",
    "Polygamma",
    "Range",
    "SliceGrad",
    "StridedSliceGrad",
    "Zeta",
}  # with tensors of their own


@pytest.mark.parametrize("type, function, arrays, options", SAMPLES, ids=[s[0] for s in SAMPLES])
def test_ops(type, function, arrays, options):
    if type in MIXED:
        return
    elsewhere = tf.Graph()
    dtype = np.float32 if options.get("dtypes") == ("float32",) else None
    with elsewhere.as_default():
        given = [np.asarray(a) for a in arrays]
        inputs = [tf.constant(a if a.dtype.kind != "f" or not dtype else a.astype(dtype)) for a in given]
    function(*inputs)
    made = {op.type for op in elsewhere.get_operations()}
    assert type in made or type in CONSTANT
    assert not tf.get_default_graph().get_operations()


def test_what_is_made_of_several():
    elsewhere = tf.Graph()
    with elsewhere.as_default():
        x, v = tf.constant([3.0, 4.0]), tf.Variable([2.0, 1.0])
    y = 2 * x[:1] + tf.reduce_mean(tf.nn.relu(-x)) + v
    (slope,) = tf.gradients(y, x)
    update, total = v.assign_add(x), tf.nn.softmax_cross_entropy_with_logits(labels=x, logits=v)
    with tf.name_scope("scope", values=[x]) as scope:
        z = tf.identity([1.0], name="z")
    assert z.op.name == f"{scope}z" and {t.graph for t in (y, slope, update, total, z)} == {elsewhere}
    assert not tf.get_default_graph().get_operations()
    with tf.Session(graph=elsewhere) as sess:
        sess.run(v.initializer)
        assert sess.run(y).tolist() == [8.0, 7.0] and sess.run(slope).tolist() == [4.0, 0.0]


def test_graphs_do_not_mix():
    with tf.Graph().as_default():
        x = tf.constant(1.0)
    with fails(ValueError, "two graphs do not mix"):
        tf.add(x, tf.constant(2.0))
    with fails(ValueError, "two graphs do not mix"):
        tf.add(tf.constant(2.0), x)
