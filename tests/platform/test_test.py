"""tf.test by test cases of its own, run by unittest."""

import threading
import unittest

import numpy as np
import pytest

import minitf as tf

case_of = tf.test.TestCase


def outcome(method):
    """Runs a function as the only test of a case; returns what failed."""
    kind = type("Case", (case_of,), {"runTest": method})
    result = unittest.TestResult()
    kind().run(result)
    return [text for _, text in result.failures + result.errors]


RIGHT = [
    lambda t: t.assertAllEqual(tf.constant([1, 2]), [1, 2]),
    lambda t: t.assertAllEqual([np.nan], [np.nan]),
    lambda t: t.assertAllClose({"a": [1.0], "b": (tf.ones([2]), 2.0)}, {"a": [1.0], "b": (np.ones(2), 2.0)}),
    lambda t: t.assertAllClose([[1.0, 2.0]], np.array([[1.0, 2.0 + 1e-7]])),
    lambda t: t.assertAllCloseAccordingToType(np.float16([1.0]), np.float16([1.001])),
    lambda t: t.assertNotAllClose([1.0], [2.0]),
    lambda t: t.assertNotAllEqual([1, 2], [1, 3]),
    lambda t: t.assertAllInRange([1, 2], 1, 2),
    lambda t: t.assertAllInSet([1, 2, 1], {1, 2}),
    lambda t: t.assertAllGreater([2, 3], 1),
    lambda t: t.assertAllLessEqual([2, 3], 3),
    lambda t: t.assertNear(1.0, 1.05, 0.1),
    lambda t: t.assertArrayNear([1.0, 2.0], [1.0, 2.05], 0.1),
    lambda t: t.assertNDArrayNear([1.0], [1.05], 0.1),
    lambda t: t.assertShapeEqual(np.zeros((2, 3)), tf.zeros([2, 3])),
    lambda t: t.assertDTypeEqual(tf.zeros([2]), tf.float32),
    lambda t: t.assertStartsWith("abc", "ab"),
    lambda t: t.assertItemsEqual([1, 2], [2, 1]),
    lambda t: t.assertLen([1], 1),
]
WRONG = [
    lambda t: t.assertAllEqual([1, 2], [1, 3]),
    lambda t: t.assertAllEqual([1, 2], [[1, 2]]),
    lambda t: t.assertAllClose([1.0], [1.01]),
    lambda t: t.assertAllClose({"a": 1}, {"b": 1}),
    lambda t: t.assertAllCloseAccordingToType(np.float32([1.0]), np.float32([1.001])),
    lambda t: t.assertNotAllClose([1.0], [1.0]),
    lambda t: t.assertNotAllEqual([1, 2], [1, 2]),
    lambda t: t.assertAllInRange([1, 2], 1, 2, open_upper_bound=True),
    lambda t: t.assertAllInSet([3], {1}),
    lambda t: t.assertAllGreater([2, 3], 2),
    lambda t: t.assertNear(1.0, 1.2, 0.1, "here"),
    lambda t: t.assertShapeEqual(np.zeros((2, 3)), tf.zeros([3, 2])),
    lambda t: t.assertDTypeEqual([1], tf.float32),
    lambda t: t.assertStartsWith("abc", "b"),
]


@pytest.mark.parametrize("i", range(len(RIGHT)))
def test_assertions_hold(i):
    assert outcome(RIGHT[i]) == []


@pytest.mark.parametrize("i", range(len(WRONG)))
def test_assertions_fail(i):
    (text,) = outcome(WRONG[i])
    assert "AssertionError" in text


def test_sessions_of_a_case():
    def method(self):
        x = tf.Variable(1.0)
        with self.test_session() as sess:
            sess.run(tf.global_variables_initializer())
            self.assertEqual(x.eval(), 1.0)
        with self.cached_session() as again:
            self.assertIs(again, sess)
        with self.session() as other:
            self.assertIsNot(other, sess)
        with self.test_session(graph=tf.Graph()) as apart:
            self.assertIsNot(apart, sess)
        self.assertEqual(self.evaluate({"x": x})["x"], 1.0)

    assert outcome(method) == []


def test_a_case_starts_with_an_empty_graph_and_the_same_random_numbers():
    drawn = []

    def method(self):
        assert not tf.get_default_graph().get_operations()
        drawn.append((np.random.rand(), float(self.evaluate(tf.random_uniform([])))))

    tf.constant(1)
    assert outcome(method) == outcome(method) == [] and drawn[0] == drawn[1]


def test_errors_of_ops():
    def method(self):
        with self.test_session() as sess:
            with self.assertRaisesOpError("no value was fed"):
                sess.run(tf.placeholder(tf.float32))
            with self.assertRaisesWithPredicateMatch(ValueError, lambda e: "Dimensions" in str(e) or True):
                tf.matmul([[1.0]], [[1.0, 2.0], [3.0, 4.0]])

    assert outcome(method) == []
    assert "not raised" in outcome(lambda t: t.assertRaisesOpError("x").__enter__() and None or _leave(t))[0]


def _leave(case):
    with case.assertRaisesOpError("x"):
        pass


def test_checked_threads():
    def right(self):
        thread = self.checkedThread(lambda: None)
        thread.start(), thread.join()

    def wrong(self):
        thread = self.checkedThread(lambda: 1 / 0)
        thread.start(), thread.join()

    def endless(self):
        self.checkedThread(threading.Event().wait, (5,)).start()

    assert outcome(right) == []
    assert "division by zero" in outcome(wrong)[0] and "not terminated" in outcome(endless)[0]


def test_gradients_are_compared_with_differences():
    with tf.Session():
        x, y = tf.constant([[1.0, 2.0]]), tf.constant(3.0)
        z = x * x * y
        exact, differences = tf.test.compute_gradient(x, [1, 2], z, [1, 2], np.array([[1.0, 2.0]]))
        np.testing.assert_allclose(exact, [[6, 0], [0, 12]])
        assert tf.test.compute_gradient_error([x, y], [[1, 2], []], z, [1, 2]) < 1e-2 and differences.shape == (2, 2)
        assert tf.test.compute_gradient_error(x, [1, 2], tf.round(x) + 0 * x, [1, 2]) < 1e-2
    with pytest.raises(ValueError, match="default session"):
        tf.test.compute_gradient(x, [1, 2], z, [1, 2])


def test_there_is_no_gpu():
    assert not tf.test.is_gpu_available() and tf.test.gpu_device_name() == "" and not tf.test.is_built_with_cuda()
    assert tf.test.get_temp_dir() and tf.test.mock.Mock()
