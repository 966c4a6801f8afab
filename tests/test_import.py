"""What importing minitf costs: little time, nothing compiled, no library that a script may never need."""

import os
import subprocess
import sys

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


def python(code, **variables):
    """What a fresh interpreter prints; what Python compiles of minitf was written when the tests began."""
    variables = {**os.environ, **variables}
    result = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_import_is_quick():
    times = [float(python(TIMED)) for _ in range(3)]
    assert min(times) < MOST, f"it took {times} times as long as NumPy"


def test_import_loads_no_library_before_its_use():
    code = f"import sys, minitf; print([m for m in {LAZY} if m in sys.modules])"
    assert python(code) == "[]\n"


def test_building_a_graph_compiles_nothing(tmp_path):
    code = """
import sys
import minitf as tf
x = tf.placeholder(tf.float32, [2, 3])
w = tf.get_variable("w", [3, 1])
tf.train.AdamOptimizer().minimize(tf.reduce_sum(tf.matmul(x, w)))
print("numba" in sys.modules)
"""
    cache = tmp_path / "kernels"
    assert python(code, MINITF_CACHE_DIR=str(cache)) == "False\n"
    assert not list(cache.rglob("*"))
