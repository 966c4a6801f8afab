"""What every test and doctest shares.

Importing minitf here keeps pytest from importing its modules a second time for their doctests.
"""

import gc
import os
import tempfile
from pathlib import Path

import hypothesis
import pytest
from apart import Apart

import minitf as tf

hypothesis.settings.register_profile("minitf", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.load_profile("minitf")

# Where Python is told not to keep what it compiles, each process that a test starts would compile all of minitf.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """The many thousand tests stay until the end: Python's garbage collector need not look through them meanwhile."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def fresh_graph():
    """Every test, and every doctest, starts with an empty default graph, in which variables are references."""
    tf.reset_default_graph()
    tf.disable_resource_variables()


@pytest.fixture(scope="session", autouse=True)
def temporary_folders(tmp_path_factory):
    """Examples in docstrings ask Python for folders: these go with those of the tests, and do not stay for ever."""
    tempfile.tempdir = str(tmp_path_factory.mktemp("asked_for"))


@pytest.fixture(scope="session")
def apart():
    """Runs code in processes of its own, see `tests/support/apart.py`."""
    forks = Apart()
    yield forks.run
    forks.close()


@pytest.fixture
def data_dir():
    """The folder of the large data sets; a test that needs it skips where there is none."""
    folder = Path(os.environ.get("MINITF_DATA", Path(__file__).parents[1] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data folder at {folder}; set MINITF_DATA")
    return folder
