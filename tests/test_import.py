"""What importing minitf costs: little time, nothing compiled, no library that a script may never need."""

import os
import subprocess
import sys

LAZY = ("matplotlib", "scipy", "graphviz", "rich", "numba", "sklearn", "hypothesis", "pytest")
MOST = 0.3  # seconds

TIMED = """
import time
import numpy
start = time.process_time()
import minitf
print(time.process_time() - start)
"""


def python(code, folder, **variables):
    """What a fresh interpreter prints; compiled Python files go to `folder`, as they go beside the sources."""
    variables = {
        **os.environ,
        "PYTHONPYCACHEPREFIX": str(folder),
        "PYTHONDONTWRITEBYTECODE": "",
        **variables,
    }
    result = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_import_is_quick(tmp_path):
    times = [float(python(TIMED, tmp_path)) for _ in range(3)]
    assert min(times[1:]) < MOST, f"the first import writes Python's own cache, the others took {times[1:]} s"


def test_import_loads_no_library_before_its_use(tmp_path):
    code = f"import sys, minitf; print([m for m in {LAZY} if m in sys.modules])"
    assert python(code, tmp_path) == "[]\n"


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
    assert python(code, tmp_path, MINITF_CACHE_DIR=str(cache)) == "False\n"
    assert not list(cache.rglob("*"))
