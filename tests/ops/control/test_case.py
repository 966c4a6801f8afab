"""tf.case and tf.switch_case: TensorFlow's choices, checks and errors."""

import control_facts
import pytest
from helpers import fails, run

import minitf as tf


@pytest.mark.parametrize("id", control_facts.ids("case/", "switch_case/"))
def test_as_tensorflow(id):
    control_facts.check(id)


def test_ids_as_tensorflow():
    control_facts.check_ids("case/")


def test_failed_checks_name_the_predicates():
    x = tf.placeholder(tf.float32, [])
    low, high = tf.less(x, 1.0, name="low"), tf.greater(x, 0.0, name="high")
    one = tf.case([(low, lambda: 1), (high, lambda: 2)], exclusive=True)
    with fails(tf.errors.InvalidArgumentError, "more than one of the predicates (low:0, high:0) is true"):
        run(one, feed_dict={x: 0.5})
    two = tf.case([(x > 1.0, lambda: 1), (x > 2.0, lambda: 2)])
    with fails(tf.errors.InvalidArgumentError, "none of the predicates (Greater:0, Greater_1:0) is true"):
        run(two, feed_dict={x: 0.5})


def test_switch_case_says_which_indices_it_needs():
    with fails(ValueError, "the indices of the branches have to be 0 to 1, not [0, 5]"):
        tf.switch_case(tf.constant(0), {0: lambda: 1, 5: lambda: 2})
    with fails(TypeError, "branch_index has to be an int32 tensor, not 1"):
        tf.switch_case(1, [lambda: 1])
