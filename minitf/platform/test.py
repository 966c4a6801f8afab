"""tf.test: tests of graphs, on absl-py's TestCase."""

from __future__ import annotations

import contextlib
import os
import random
import re
import sys
import tempfile
import threading
from unittest import mock as mock

import numpy as np
from absl.testing import absltest

import minitf as tf
from minitf.framework.cluster import free_port
from minitf.platform.gradient_checker import compute_gradient as compute_gradient
from minitf.platform.gradient_checker import compute_gradient_error as compute_gradient_error

_SEED = 87654321


class TestCase(absltest.TestCase):
    """A test that starts with an empty graph and seeded random numbers; values may be tensors.

    >>> class SquareTest(TestCase):
    ...     def testSquare(self):
    ...         with self.test_session():
    ...             self.assertAllEqual(tf.square([2, 3]).eval(), [4, 9])
    """

    def __init__(self, methodName: str = "runTest"):  # noqa: N803 - unittest's name
        super().__init__(methodName)
        self._session = self._folder = None
        self._threads: list[_Checked] = []

    def setUp(self):
        """Empties the default graph, seeds Python's, NumPy's and the graph's random numbers."""
        self._close()
        random.seed(_SEED)
        np.random.seed(_SEED)
        tf.reset_default_graph()
        tf.set_random_seed(_SEED)

    def tearDown(self):
        """Closes the session that the test used; threads that it left running are an error."""
        for thread in self._threads:
            thread.check_termination()
        self._threads.clear()
        self._close()

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def get_temp_dir(self) -> str:
        """A folder of this test's own."""
        if self._folder is None:
            self._folder = tempfile.mkdtemp(dir=get_temp_dir())
        return self._folder

    # ---- running

    def run(self, result=None):
        """Runs the test; `test_session`, which is called like one, is none."""
        return result if self._testMethodName == "test_session" else super().run(result)

    @contextlib.contextmanager
    def session(self, graph=None, config=None, use_gpu: bool = False, force_gpu: bool = False):
        """A new session, the default one inside."""
        with tf.Session(graph=graph, config=config) as sess:
            yield sess

    @contextlib.contextmanager
    def cached_session(self, graph=None, config=None, use_gpu: bool = False, force_gpu: bool = False):
        """The session of this test, the default one inside; it is closed when the test ends."""
        if self._session is None:
            self._session = tf.Session(graph=graph, config=config)
        with self._session.graph.as_default(), self._session.as_default():
            yield self._session

    @contextlib.contextmanager
    def test_session(self, graph=None, config=None, use_gpu: bool = False, force_gpu: bool = False):
        """The session of this test, or a new one for a `graph` of its own."""
        manager = self.cached_session if graph is None else self.session
        with manager(graph, config) as sess:
            yield sess

    def evaluate(self, tensors):
        """The values of tensors, nested in any way."""
        sess = tf.get_default_session() or self._session
        return sess.run(tensors) if sess is not None else tf.Session().run(tensors)

    def checkedThread(self, target, args=None, kwargs=None):  # noqa: N802 - TensorFlow's names
        """A thread whose exceptions `join()` raises; it has to end before the test does."""
        thread = _Checked(self, target, args or (), kwargs or {})
        self._threads.append(thread)
        return thread

    @contextlib.contextmanager
    def captureWritesToStream(self, stream):  # noqa: N802
        """What is written to a stream inside: `contents()` gives it."""
        written = _Written()
        with tempfile.TemporaryFile() as file:
            stream.flush()
            saved = os.dup(stream.fileno())
            os.dup2(file.fileno(), stream.fileno())
            try:
                yield written
            finally:
                stream.flush()
                os.dup2(saved, stream.fileno())
                os.close(saved)
                file.seek(0)
                written.text = file.read().decode("utf-8", "replace")

    # ---- comparing

    def _array(self, value):
        if isinstance(value, (tf.Tensor, tf.Variable)):
            value = self.evaluate(value)
        return np.asarray(value)

    def assertAllClose(self, a, b, rtol: float = 1e-6, atol: float = 1e-6, msg=None):  # noqa: N802
        """Fails unless two arrays, or structures of them, have one shape and nearly equal elements."""
        if isinstance(a, dict) or isinstance(b, dict):
            self.assertEqual(set(a), set(b), msg)
            for key in a:
                self.assertAllClose(a[key], b[key], rtol, atol, f"[{key}] {msg or ''}")
            return
        if isinstance(a, (list, tuple)) and not _is_array(a):
            self.assertEqual(len(a), len(b), msg)
            for i, pair in enumerate(zip(a, b)):
                self.assertAllClose(*pair, rtol, atol, f"[{i}] {msg or ''}")
            return
        a, b = self._array(a), self._array(b)
        self.assertEqual(a.shape, b.shape, f"Shape mismatch: expected {a.shape}, got {b.shape}. {msg or ''}")
        np.testing.assert_allclose(a, b, rtol, atol, err_msg=msg or "")

    def assertAllCloseAccordingToType(  # noqa: N802
        self,
        a,
        b,
        rtol=1e-6,
        atol=1e-6,
        float_rtol=1e-6,
        float_atol=1e-6,
        half_rtol=1e-3,
        half_atol=1e-3,
        bfloat16_rtol=1e-2,
        bfloat16_atol=1e-2,
        msg=None,
    ):
        """`assertAllClose` within what the narrower of both types can tell."""
        a, b = self._array(a), self._array(b)
        types = {a.dtype, b.dtype}
        if types & {np.dtype(np.float32), np.dtype(np.complex64)}:
            rtol, atol = max(rtol, float_rtol), max(atol, float_atol)
        if np.dtype(np.float16) in types:
            rtol, atol = max(rtol, half_rtol), max(atol, half_atol)
        self.assertAllClose(a, b, rtol, atol, msg)

    def assertNotAllClose(self, a, b, **kwargs):  # noqa: N802
        """Fails if two arrays are nearly equal."""
        try:
            self.assertAllClose(a, b, **kwargs)
        except AssertionError:
            return
        self.fail("The two values are close at all elements")

    def assertAllEqual(self, a, b, msg=None):  # noqa: N802
        """Fails unless two arrays have one shape and equal elements; NaN equals NaN."""
        a, b = self._array(a), self._array(b)
        self.assertEqual(a.shape, b.shape, f"Shape mismatch: expected {a.shape}, got {b.shape}. {msg or ''}")
        np.testing.assert_array_equal(a, b, err_msg=msg or "")

    def assertNotAllEqual(self, a, b, msg=None):  # noqa: N802
        """Fails if two arrays are equal."""
        a, b = self._array(a), self._array(b)
        self.assertFalse(a.shape == b.shape and np.array_equal(a, b), msg or "The two values are equal at all elements")

    def assertAllGreater(self, a, comparison_target):  # noqa: N802
        """Fails unless all elements are greater."""
        self.assertTrue((self._array(a) > comparison_target).all(), f"{a} is not greater than {comparison_target}")

    def assertAllLess(self, a, comparison_target):  # noqa: N802
        """Fails unless all elements are less."""
        self.assertTrue((self._array(a) < comparison_target).all(), f"{a} is not less than {comparison_target}")

    def assertAllGreaterEqual(self, a, comparison_target):  # noqa: N802
        """Fails unless all elements are at least as great."""
        self.assertTrue((self._array(a) >= comparison_target).all(), f"{a} is less than {comparison_target}")

    def assertAllLessEqual(self, a, comparison_target):  # noqa: N802
        """Fails unless all elements are at most as great."""
        self.assertTrue((self._array(a) <= comparison_target).all(), f"{a} is greater than {comparison_target}")

    def assertAllInRange(  # noqa: N802
        self, target, lower_bound, upper_bound, open_lower_bound: bool = False, open_upper_bound: bool = False
    ):
        """Fails unless all elements lie between two bounds."""
        values = self._array(target)
        above = values > lower_bound if open_lower_bound else values >= lower_bound
        below = values < upper_bound if open_upper_bound else values <= upper_bound
        self.assertTrue((above & below).all(), f"{values} is not within {lower_bound} and {upper_bound}")

    def assertAllInSet(self, target, expected_set):  # noqa: N802
        """Fails unless all elements are of a set."""
        self.assertLessEqual(set(self._array(target).ravel().tolist()), set(expected_set))

    def assertNear(self, f1, f2, err, msg=None):  # noqa: N802
        """Fails unless two numbers differ by `err` at most."""
        self.assertTrue(f1 == f2 or abs(f1 - f2) <= err, f"{f1} != {f2} +/- {err}{f' ({msg})' if msg else ''}")

    def assertArrayNear(self, farray1, farray2, err, msg=None):  # noqa: N802
        """Fails unless two lists of numbers differ by `err` at most everywhere."""
        self.assertEqual(len(farray1), len(farray2), msg)
        for f1, f2 in zip(farray1, farray2):
            self.assertNear(float(f1), float(f2), err, msg)

    def assertNDArrayNear(self, ndarray1, ndarray2, err, msg=None):  # noqa: N802
        """Fails unless the norm of two arrays' difference is less than `err`."""
        self.assertLess(np.linalg.norm(self._array(ndarray1) - self._array(ndarray2)), err, msg)

    def assertDTypeEqual(self, target, expected_dtype):  # noqa: N802
        """Fails unless all elements have a type."""
        self.assertEqual(self._array(target).dtype, np.dtype(tf.as_dtype(expected_dtype).as_numpy_dtype))

    def assertShapeEqual(self, np_array, tf_tensor, msg=None):  # noqa: N802
        """Fails unless an array has a tensor's static shape."""
        self.assertEqual(list(np_array.shape), tf_tensor.shape.as_list(), msg)

    def assertStartsWith(self, actual, expected_start, msg=None):  # noqa: N802
        """Fails unless a text starts with another."""
        self.assertTrue(actual.startswith(expected_start), msg or f"{actual!r} does not start with {expected_start!r}")

    def assertDeviceEqual(self, device1, device2, msg=None):  # noqa: N802
        """Fails unless two device strings are the same."""
        self.assertEqual(device1 or "", device2 or "", msg)

    def assertProtoEquals(self, expected_message_maybe_ascii, message, msg=None):  # noqa: N802
        """Fails unless a message equals another, or one given as text."""
        expected = expected_message_maybe_ascii
        if isinstance(expected, (str, bytes)):
            from google.protobuf import text_format

            expected = text_format.Parse(expected, type(message)())
        self.assertEqual(expected, message, msg)

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(self, exception_type, expected_err_re_or_predicate):  # noqa: N802
        """Fails unless an exception is raised inside whose text (and op) matches a pattern, or a function of
        it says so.
        """
        try:
            yield
        except exception_type as error:
            matches = expected_err_re_or_predicate
            if not callable(matches):
                op = getattr(error, "op", None)
                text = f"{error}" + (f"\nCaused by op: {op.name}" if op is not None else "")
                self.assertIsNotNone(re.search(matches, text), f"{text!r} does not match {matches!r}")
            else:
                self.assertTrue(matches(error), f"not the exception that was expected: {error!r}")
        else:
            self.fail(f"{exception_type.__name__} not raised")

    def assertRaisesOpError(self, expected_err_re_or_predicate):  # noqa: N802
        """`assertRaisesWithPredicateMatch` of a `tf.errors.OpError`."""
        return self.assertRaisesWithPredicateMatch(tf.errors.OpError, expected_err_re_or_predicate)

    def assertItemsEqual(self, items1, items2, msg=None):  # noqa: N802
        """Fails unless two collections have the same elements, in any order."""
        self.assertCountEqual(items1, items2, msg)

    def assertRaisesRegexp(self, *args, **kwargs):  # noqa: N802
        """`assertRaisesRegex` by its old name."""
        return self.assertRaisesRegex(*args, **kwargs)


def _is_array(value) -> bool:
    """Whether a list is a table of numbers, and not a structure of arrays of several shapes."""
    if any(isinstance(v, (dict, tf.Tensor, tf.Variable)) for v in value):
        return False
    try:
        return np.asarray(value).dtype != object
    except ValueError:
        return False


class _Written:
    text = ""

    def contents(self) -> str:
        """What was written."""
        return self.text


class _Checked:
    """A thread that hands its exception to who joins it."""

    def __init__(self, case: TestCase, target, args, kwargs):
        self._case, self._call = case, (target, args, kwargs)
        self._thread, self._error = threading.Thread(target=self._run, daemon=True), None

    def _run(self) -> None:
        target, args, kwargs = self._call
        try:
            target(*args, **kwargs)
        except BaseException as error:  # join() raises it
            self._error = error

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def join(self) -> None:
        """Waits for the thread's end; fails if it raised an exception."""
        self._thread.join()
        if self._error is not None:
            self._case.fail(f"Error in checkedThread: {self._error}")

    def is_alive(self) -> bool:
        """Whether the thread is running."""
        return self._thread.is_alive()

    def check_termination(self) -> None:
        """Fails if the thread is still running."""
        if self.is_alive():
            self._case.fail("Checked thread was not terminated before the test ended")


class Benchmark:
    """A measurement that a program reports; `report_benchmark` prints it."""

    def report_benchmark(self, iters=None, cpu_time=None, wall_time=None, throughput=None, extras=None, name=None):
        """Prints what is given."""
        given = {k: v for k, v in locals().items() if k not in ("self", "name") and v is not None}
        print(f"{name or type(self).__name__}: {given}")


StubOutForTesting = mock.patch.object


def assert_equal_graph_def(actual, expected, checkpoint_v2=False, hash_table_shared_name=False) -> None:
    """Raises AssertionError unless two GraphDefs have the same nodes, in any order."""
    ours, theirs = ({node.name: node for node in graph.node} for graph in (actual, expected))
    assert ours.keys() == theirs.keys(), f"nodes differ: {sorted(ours.keys() ^ theirs.keys())}"
    for name, node in ours.items():
        assert node == theirs[name], f"node {name} differs:\n{node}\nand\n{theirs[name]}"


def benchmark_config():
    """The configuration of sessions that measure."""
    return tf.ConfigProto()


def get_temp_dir() -> str:
    """The folder for tests' files: $TEST_TMPDIR, or the system's."""
    return os.environ.get("TEST_TMPDIR") or tempfile.gettempdir()


def test_src_dir_path(relative_path: str) -> str:
    """A path below the folder of the program."""
    return os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), relative_path)


def gpu_device_name() -> str:
    """The name of the first GPU: there is none, so an empty one."""
    return ""


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability=None) -> bool:
    """Whether there is a GPU: False."""
    return False


def is_built_with_cuda() -> bool:
    """Whether GPUs could be used: False."""
    return False


is_built_with_gpu_support = is_built_with_rocm = is_built_with_cuda


def create_local_cluster(num_workers: int, num_ps: int, protocol: str = "grpc", worker_config=None, ps_config=None):
    """The started servers of a cluster with jobs "worker" and "ps": a list of `tf.train.Server` of each."""
    counts = {"worker": num_workers, "ps": num_ps}
    spec = {job: [f"localhost:{free_port()}" for _ in range(count)] for job, count in counts.items()}
    return tuple(
        [
            tf.train.Server(spec, job_name=job, task_index=i, protocol=protocol, config=config)
            for i in range(counts[job])
        ]
        for job, config in (("worker", worker_config), ("ps", ps_config))
    )


def main(argv=None) -> None:
    """Runs all tests of the program."""
    absltest.main(argv=argv)
