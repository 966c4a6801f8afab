"""What is timed, against what, and how to rerun it: `python -m benchmarks --help`."""

import os

# Before NumPy is imported: threads of its BLAS that wait for work would disturb what is timed.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
