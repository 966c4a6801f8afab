"""The core API's less used parts as programs of `tf`, each giving something to compare.

PYTHON_WITH_TF tests/recorded/core_programs.py > tests/facts/core.json records what TensorFlow 1.15.5 gives; the tests
run the same programs with minitf.
"""

import json

import core_mixed  # noqa: F401 - their programs are among PROGRAMS then
import core_ops  # noqa: F401
import core_partitions  # noqa: F401
import core_places  # noqa: F401
import core_resources  # noqa: F401
import core_stores  # noqa: F401
from core_support import PROGRAMS, run

if __name__ == "__main__":
    import os
    import sys

    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow

    tensorflow.logging.set_verbosity(tensorflow.logging.FATAL)
    rows = [f"{json.dumps(name)}: {json.dumps(run(tensorflow, name))}" for name in sys.argv[1:] or PROGRAMS]
    print("{\n" + ",\n".join(rows) + "\n}")
