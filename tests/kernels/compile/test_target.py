"""The compiler's target: what it loads, how it optimises, and that other users of Numba are not disturbed."""

import os
import re
import subprocess
import sys

import numba
import numpy as np
import pytest
from numba import types
from numba.core.compiler_lock import global_compiler_lock

from minitf.kernels.compile import compiler, target
from minitf.kernels.compile.abi import T, f32p, i64p, kernel, scalar

FLOATS = types.CPointer(types.float32)


@scalar
def scaled(x, y):
    return x * y


@kernel
def test_scale_add(a: f32p, b: f32p, o: f32p, n):
    for i in range(n):
        o[i] = scaled(a[i], b[i]) + o[i]
    return 0


@kernel(reassoc=True)
def test_total(a: f32p, b: f32p, o: f32p, n):
    total = o[0]
    for i in range(n):
        total += a[i] * b[i]
    o[0] = total
    return 0


@scalar
def lessened(x, y):
    return x - y


@kernel
def test_lessen(a: f32p, b: f32p, o: f32p, n):
    for i in range(n):
        o[i] = lessened(a[i], b[i])
    return 0


@kernel
def test_bound(a: T, o: i64p, n):
    o[0] = max(min(n, o[0]), 3)
    return 0


def optimized(instance):
    compiler._register_helpers()
    arguments = (FLOATS, FLOATS, FLOATS, types.int64)
    function, flags = instance.kernel.function, compiler._flags(instance.kernel)
    with global_compiler_lock:
        library, _ = target.compile_function("test", function, arguments, types.int64, flags)
        return str(library.optimized())


@pytest.mark.parametrize("one", [test_scale_add, test_total])
def test_loops_are_vectorized(one):
    assert re.search(r"fmul [a-z ]*<\d+ x float>", optimized(one[()]))


def test_products_may_be_fused_and_sums_reordered_only_if_asked():
    products = optimized(test_scale_add[()])
    assert "fmul contract" in products and "fadd contract" in products
    assert "reassoc" not in products and "reassoc" in optimized(test_total[()])


def bound(instance, n, limit):
    o = np.array([limit])
    assert instance.run(np.zeros(1, instance.dtypes[0]), o, n) == 0
    return o.tolist()


def test_others_use_numba_beside_kernels():
    limit = numba.njit(lambda n, m: max(min(n, m), 3))
    assert bound(test_bound["float32"], 9, 7) == [7]
    assert limit(9, 7) == 7
    assert bound(test_bound["float64"], 1, 7) == [3]
    assert limit(1.5, 7) == 3


def test_kernels_compile_where_the_users_functions_do_not(monkeypatch):
    """NUMBA_DISABLE_JIT=1 is how Numba's users debug their own."""
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    assert "fsub" in optimized(test_lessen[()])

    def own(x):
        return x

    assert numba.njit(own) is own


def test_compiling_loads_only_what_kernels_need(tmp_path):
    code = """
import sys
from minitf.kernels.math import elementwise
elementwise.add["float32"].address
print([m for m in ("numba.np.linalg", "scipy.linalg") if m in sys.modules])
"""
    path = os.pathsep.join(filter(None, sys.path))
    variables = {**os.environ, "MINITF_CACHE_DIR": str(tmp_path), "PYTHONPATH": path}
    result = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")
