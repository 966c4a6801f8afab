"""Matrix products against NumPy, in every layout, at every edge."""

import ctypes
import itertools
import mmap
import os
import subprocess
import sys

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from minitf.kernels.compile.abi import FLOATS, INTS
from minitf.kernels.math.gemm import gemm, integer_gemm

LAYOUTS = list(itertools.product((0, 1), repeat=2))
EDGES = [1, 2, 3, 5, 8, 9, 10, 16, 17, 31, 33, 47, 64, 65, 81, 100]
GAP = 77  # in memory that is not part of a matrix


def stored(matrix, transposed, extra, dtype):
    """(memory that holds the matrix with some items after each row, items from row to row)"""
    matrix = matrix.T if transposed else matrix
    rows, columns = matrix.shape
    memory = np.full((rows, columns + extra), GAP, dtype)
    memory[:, :columns] = matrix
    return memory, columns + extra


def random(rng, shape, dtype):
    if np.dtype(dtype).kind == "f":
        return rng.standard_normal(shape).astype(dtype)
    return rng.integers(-100, 100, shape).astype(dtype)


def multiply(a, b, c, ta=0, tb=0, beta=0, extra=(0, 0, 0), run="run"):
    """op(A) @ op(B) (+ C) by the kernel for the dtype; c is a matrix or the number all of it holds before."""
    dtype = a.dtype
    (m, k), n = a.shape, b.shape[1]
    c = np.full((m, n), c, dtype) if np.isscalar(c) else c
    (a, lda), (b, ldb), (c, ldc) = (stored(x, t, e, dtype) for x, t, e in zip((a, b, c), (ta, tb, 0), extra))
    instance = (gemm if dtype.kind == "f" else integer_gemm)[dtype]
    assert getattr(instance, run)(a, b, c, m, n, k, ta, tb, lda, ldb, ldc, beta, 1, 0, 0, 0) == 0
    assert (c[:, n:] == GAP).all()
    return c[:, :n]


def check(m, n, k, ta, tb, beta, dtype, extra=(0, 0, 0), run="run"):
    rng = np.random.default_rng(m * 10007 + n * 101 + k)
    a, b, c = (random(rng, shape, dtype) for shape in ((m, k), (k, n), (m, n)))
    wide = "float64" if np.dtype(dtype).kind == "f" else dtype
    expected = a.astype(wide) @ b.astype(wide) + (c.astype(wide) if beta else 0)
    got = multiply(a, b, c if beta else np.full_like(c, GAP), ta, tb, beta, extra, run)
    tolerance = np.finfo(dtype).eps * 4 * (k + 1) if wide == "float64" else 0
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("ta, tb", LAYOUTS)
def test_every_edge(dtype, ta, tb):
    for m, n, k in itertools.product((1, 2, 4, 8, 9, 13, 19), EDGES, (1, 7, 16, 130)):
        check(m, n, k, ta, tb, (m + n + k) % 2, dtype)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("m, n, k", [(300, 100, 300), (600, 20, 40), (520, 1, 300), (3, 500, 2), (50, 65, 257)])
def test_blocks(dtype, m, n, k):
    for (ta, tb), beta in itertools.product(LAYOUTS, (0, 1)):
        check(m, n, k, ta, tb, beta, dtype)


@given(
    sizes=st.tuples(st.integers(0, 70), st.integers(0, 140), st.integers(0, 270)),
    layout=st.sampled_from(LAYOUTS),
    beta=st.integers(0, 1),
    dtype=st.sampled_from((*FLOATS, *INTS)),
    extra=st.tuples(*[st.integers(0, 20)] * 3),
)
def test_slices_of_larger_matrices(sizes, layout, beta, dtype, extra):
    check(*sizes, *layout, beta, dtype, extra)


@pytest.mark.parametrize("dtype", (*FLOATS, *INTS))
@pytest.mark.parametrize("ta, tb", LAYOUTS)
def test_interpreted(dtype, ta, tb):
    for m, n, k in [(3, 2, 4), (2, 1, 3), (1, 18, 2), (2, 35, 130), (11, 17, 1), (4, 3, 0)]:
        for beta in (0, 1):
            check(m, n, k, ta, tb, beta, dtype, run="python")


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_batches(dtype):
    rng = np.random.default_rng(0)
    a, b = random(rng, (3, 2, 4, 5), dtype), random(rng, (5, 6), dtype)
    c = np.zeros((3, 4, 6), dtype)
    kernel = gemm if dtype in FLOATS else integer_gemm
    kernel[dtype].run(a, b, c, 4, 6, 5, 0, 0, 5, 6, 6, 0, 3, 40, 0, 24)  # every other matrix of A, one B for all
    np.testing.assert_allclose(c, a[:, 0] @ b, rtol=1e-4, atol=1e-5)


def guarded(array, end):
    """A copy whose last byte, or else its first, lies against memory that may not be touched."""
    page = mmap.PAGESIZE
    size = -(-array.nbytes // page) * page
    memory = mmap.mmap(-1, size + 2 * page)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    protect = ctypes.CDLL(None).mprotect
    for guard in (start, start + page + size):
        assert protect(ctypes.c_void_p(guard), ctypes.c_size_t(page), 0) == 0
    offset = page + (size - array.nbytes if end else 0)
    copy = np.frombuffer(memory, array.dtype, array.size, offset).reshape(array.shape)
    copy[...] = array
    return copy


@pytest.mark.skipif(sys.platform == "win32", reason="uses mprotect")
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("end", [False, True])
def test_nothing_outside_is_touched(dtype, end):
    for m, n, k in [(1, 1, 1), (3, 17, 5), (19, 100, 33), (50, 1, 100), (40, 65, 130), (100, 1, 7), (7, 3, 129)]:
        for (ta, tb), beta in itertools.product(LAYOUTS, (0, 1)):
            a, b = np.ones((k, m) if ta else (m, k), dtype), np.ones((n, k) if tb else (k, n), dtype)
            a, b, c = (guarded(x, end) for x in (a, b, np.ones((m, n), dtype)))
            gemm[dtype].run(a, b, c, m, n, k, ta, tb, a.shape[1], b.shape[1], n, beta, 1, 0, 0, 0)
            assert (c == k + beta).all()


@pytest.mark.parametrize("ta, tb", LAYOUTS)
@pytest.mark.parametrize("n", [1, 2, 20])
def test_nan_and_infinity(ta, tb, n):
    a, b = np.ones((4, 3), np.float32), np.ones((3, n), np.float32)
    a[0, 1], a[1, 2], a[2, 0], b[0, n // 2] = np.nan, np.inf, 0, np.inf
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(multiply(a, b, np.nan, ta, tb), a @ b)
    c = np.full((4, n), np.nan, np.float32)
    assert np.isnan(multiply(a, b, c, ta, tb, beta=1)).all()


def same(one, other):
    assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("n", [1, 2, 16, 33, 65, 100, 512])
def test_a_row_does_not_depend_on_the_others(n):
    rng = np.random.default_rng(n)
    a, b = random(rng, (300, 140), "float32"), random(rng, (140, n), "float32")
    for tb in (0, 1):
        everything = multiply(a, b, 0, 0, tb)
        for start, stop in [(0, 1), (0, 8), (5, 50), (299, 300), (40, 140)]:
            same(multiply(np.ascontiguousarray(a[start:stop]), b, 0, 0, tb), everything[start:stop])


@pytest.mark.parametrize("n", [2, 20, 33, 65, 100])
def test_layout_and_length_of_sums_do_not_matter(n):
    rng = np.random.default_rng(n)
    a, b, c = (random(rng, shape, "float32") for shape in ((50, 300), (300, n), (50, n)))
    expected = multiply(a, b, c, beta=1)
    for ta, tb in LAYOUTS:
        same(multiply(a, b, c, ta, tb, beta=1, extra=(3, 5, 7)), expected)
        total = c
        for part in (slice(0, 50), slice(50, 61), slice(61, 300)):
            total = multiply(a[:, part], b[part], total, ta, tb, beta=1)
        same(total, expected)


OTHER_PROCESSOR = """
import sys, llvmlite.binding as llvm
asked, features, size = llvm.get_host_cpu_features, llvm.get_host_cpu_features(), int(sys.argv[3])
for name in features:
    if name.startswith(tuple(sys.argv[2].split())):
        features[name] = False
features["avx512f"] = size == 64
llvm.get_host_cpu_features = lambda: features
from minitf.kernels.math import tiling
if size == 64:  # the compiler cuts vectors that are too wide for the processor in two
    llvm.get_host_cpu_features = asked
sys.path.insert(0, sys.argv[1])
import test_gemm
assert tiling.VECTOR_SIZE == size
for dtype in ("float32", "float64"):
    for m in (1, 7, 20, 40):
        for n in (1, 2, 3, 7, 8, 12, 21, 40, 65):
            for k in (3, 130):
                for ta, tb in test_gemm.LAYOUTS:
                    test_gemm.check(m, n, k, ta, tb, m % 2, dtype)
print("fine")
"""


@pytest.mark.parametrize("missing, size", [("none", 64), ("avx512", 32), ("avx", 16), ("avx fma", 16)])
def test_processors_with_other_vectors(missing, size, request, tmp_path):
    command = [sys.executable, "-c", OTHER_PROCESSOR, str(request.path.parent), missing, str(size)]
    variables = {**os.environ, "MINITF_CACHE_DIR": str(tmp_path)}  # not among the code for this processor
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120)
    assert done.stdout == "fine\n", done.stderr
