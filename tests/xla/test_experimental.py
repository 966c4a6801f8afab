"""Parts of graphs that are to be compiled: what TensorFlow's function gives."""

import pytest
from helpers import fails

import minitf as tf


@pytest.mark.parametrize(
    ("computation", "expected"),
    [
        (lambda a: a + 1, [[2, 3]]),
        (lambda a: [a + 1], [[2, 3]]),
        (lambda a: (a + 1, a * 2), [[2, 3], [2, 4]]),
        (lambda a: (a, tf.no_op()), [[1, 2]]),
        (lambda a: {"k": a}, {"k": [1, 2]}),
        (lambda a: 3.0, [3]),
    ],
)
def test_results(computation, expected):
    made = tf.contrib.compiler.xla.compile(computation, [[1.0, 2.0]])
    assert type(made) is type(expected)
    with tf.Session() as session:
        found = session.run(made)
    listed = {k: v.tolist() for k, v in found.items()} if isinstance(found, dict) else [v.tolist() for v in found]
    assert listed == expected


@pytest.mark.parametrize("computation", [lambda: None, tf.no_op, lambda: [tf.no_op(), tf.no_op()]])
def test_nothing_but_operations(computation):
    made = tf.xla.experimental.compile(computation)
    assert made.type == "NoOp"
    assert made.name == "output_0"


def test_results_wait_for_operations():
    v = tf.get_variable("v", initializer=1.0, use_resource=True)
    [read] = tf.xla.experimental.compile(lambda: (tf.constant(2.0), v.assign(5.0).op))
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(read) == 2
        assert session.run(v) == 5


def test_what_is_no_tensor():
    with fails(ValueError, "must all either be Operations or convertible to Tensors"):
        tf.xla.experimental.compile(lambda: [tf.constant(1), None])


def test_a_scope_and_options_are_taken():
    with tf.xla.experimental.jit_scope(lambda node: True, separate_compiled_gradients=True):
        assert tf.constant(1).op.name == "Const"
    options = tf.config.optimizer
    assert not options.get_jit()
    before = options.get_experimental_options()
    options.set_jit(True)
    options.set_experimental_options({"constant_folding": True, "unknown": 1})
    assert options.get_jit()
    assert options.get_experimental_options() == {**before, "constant_folding": True}
    options.set_jit(False)
