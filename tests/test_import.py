"""What importing minitf costs: little time, nothing compiled, no library that a script may never need."""

import os
import subprocess
import sys

import pytest

LAZY = (
    "matplotlib",
    "scipy",
    "graphviz",
    "rich",
    "numba",
    "sklearn",
    "hypothesis",
    "pytest",
    "tensorboard",
    "google",
    "PIL",
)
MOST = 7  # times what NumPy takes: 2.4 to 5.7, where seconds go from 0.5 to 0.85 with what else runs

TIMED = """
import time
begin = time.process_time()
import numpy
middle = time.process_time()
import minitf
print((time.process_time() - middle) / (middle - begin))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("compiled")


def python(code, folder, **variables):
    """What a fresh interpreter prints; Python's own compiled files go to `folder`."""
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder), "PYTHONDONTWRITEBYTECODE": "", **variables}
    result = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_import_is_quick(folder):
    times = [float(python(TIMED, folder)) for _ in range(5)]
    assert min(times[1:]) < MOST, f"the first writes Python's own cache, the others took {times[1:]} of NumPy's times"


def test_import_loads_no_library_before_its_use(folder):
    code = f"import sys, minitf; print([m for m in {LAZY} if m in sys.modules])"
    assert python(code, folder) == "[]\n"


def test_building_a_graph_compiles_nothing(folder, tmp_path):
    code = """
import sys
import minitf as tf
x = tf.placeholder(tf.float32, [2, 3])
w = tf.get_variable("w", [3, 1])
tf.train.AdamOptimizer().minimize(tf.reduce_sum(tf.matmul(x, w)))
print("numba" in sys.modules)
"""
    cache = tmp_path / "kernels"
    assert python(code, folder, MINITF_CACHE_DIR=str(cache)) == "False\n"
    assert not list(cache.rglob("*"))
