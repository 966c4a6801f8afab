"""NumPy 1 for scripts, in a process of its own: other tests must not find it."""

import pytest


@pytest.mark.parametrize(
    "code",
    [
        "assert np.float is float and np.product([2, 3]) == 6 and np.asscalar(np.array([3])) == 3",
        "a = np.array([[1], [1, 2]]); assert a.dtype == object and a.shape == (2,)",
        "a = np.atleast_1d([None, np.array([0.5])]); assert np.isnan(a.astype(float)[0]) and a[1] == 0.5",
        "assert np.asanyarray([1.0, np.array([2.0])]).tolist() == [1.0, 2.0]",
        "assert np.array([None, np.array([1, 2])]).shape == (2,) and np.atleast_1d(3).tolist() == [3]",
        "assert np.array([(np.ones(3), np.ones(2)), (np.ones(3), np.ones(2))]).shape == (2, 2)  # pairs",
        "assert np.array([(np.ones(3), np.ones(2)), [[1], [1, 2]]]).dtype == object",
        "assert np.array(['a', [1, 2]]).size == 2",
        "x, y = np.atleast_1d(1, [2]); assert x.shape == y.shape == (1,)",
        "try: np.array([[1], [1, 2]], dtype=float)\nexcept ValueError: pass\nelse: 1 / 0",
        "assert np.reshape(np.arange(6), newshape=(2, 3)).shape == np.reshape(np.arange(6), (2, 3)).shape == (2, 3)",
        "assert repr(np.float32(1.5)) == '1.5' and 1 <= np.random.random_integers(1, 3) <= 3",
    ],
)
def test_what_was_then_is_now(apart, code):
    quiet = "import warnings\nwarnings.simplefilter('ignore')\n"
    done = apart(f"{quiet}import numpy as np\nfrom minitf.scripts import numpy1\nnumpy1.install()\n{code}")
    assert done.returncode == 0, done.stderr
