"""What is too small for a place of its own: recorded from TensorFlow."""

import time

import core_facts
import numpy as np
import pytest
from helpers import fails, run

import minitf as tf

NAMES = (
    "what_is_a_tensor",
    "numpy_functions",
    "fingerprints",
    "unraveled",
    "chosen_with",
    "sequence_examples",
    "signatures_",
    "mixed_stores",
)


@pytest.mark.parametrize(
    "name", core_facts.names(*NAMES, "checkpoint_states", "containers", "colocations", "gradient_places", "warm_starts")
)
def test_as_tensorflow(name):
    core_facts.check(name)


def test_all_facts_are_of_programs():
    assert set(core_facts.facts("core")) == set(core_facts.core_programs.PROGRAMS)


def test_timestamp():
    assert abs(run(tf.timestamp()) - time.time()) < 60 and tf.timestamp().dtype is tf.float64


def test_py_function_has_no_eager_tensors():
    with fails(tf.errors.InvalidArgumentError, "has no value", "np.sum(x.numpy())"):
        run(tf.py_function(lambda x: tf.reduce_sum(x), [tf.constant([1.0])], tf.float32))
    assert run(tf.py_function(lambda x: np.sum(x), [tf.constant([1.0, 2.0])], tf.float32)) == 3


def test_positions_outside():
    with fails(tf.errors.InvalidArgumentError, "9 is not in [0, 9)"):
        run(tf.unravel_index([0, 9], [3, 3]))


def test_fingerprints_of_an_unknown_method():
    with fails(tf.errors.InvalidArgumentError, "Unsupported method", "farmhash64"):
        run(tf.fingerprint(["a"], "md5"))


def test_threads_are_noted():
    threading = tf.config.threading
    assert threading.get_intra_op_parallelism_threads() == threading.get_inter_op_parallelism_threads() == 0
    threading.set_intra_op_parallelism_threads(2)
    assert threading.get_intra_op_parallelism_threads() == 2
    threading.set_intra_op_parallelism_threads(0)
    with fails(ValueError, "-1"):
        threading.set_inter_op_parallelism_threads(-1)


def test_containers_keep_things_apart():
    queues = []
    for name in ("one", "two", "one"):
        with tf.container(name):
            queues.append(tf.FIFOQueue(3, tf.int32, shared_name="q"))
    with tf.Session() as sess:
        sess.run(queues[0].enqueue(7))
        assert sess.run([q.size() for q in queues]) == [1, 0, 1]


@pytest.mark.parametrize("name", ["GradientTape", "keras", "function", "Module", "enable_eager_execution"])
def test_what_minitf_does_not_mean_to_have_says_so(name):
    with fails(AttributeError, f"minitf has no tf.{name}: "):
        getattr(tf, name)
    assert not hasattr(tf, "no_such_name")
