"""What scripts import that has moved or gone, in processes of their own."""

import importlib
import pickle
import subprocess
import sys

import pytest

from minitf.scripts import imports, versions
from minitf.scripts.pickles import pickled


@pytest.mark.parametrize("place", sorted({p for places in imports.MOVED.values() for p in places.split()}))
def test_modules_are_there(place):
    if place.split(".")[0] in ("joblib", "sklearn", "tkinter"):
        pytest.importorskip(place)
    importlib.import_module(place)


@pytest.mark.parametrize(
    "code",
    [
        "import urllib; urllib.request.urlopen; urllib.parse.quote",
        "import xml; xml.dom.minidom.parseString",
        "import concurrent; concurrent.futures.ThreadPoolExecutor",
        "import urllib\ntry: urllib.nothing\nexcept AttributeError: pass\nelse: 1 / 0",
        "import urllib2, cPickle; urllib2.urlopen; cPickle.load",
        "from distutils.version import LooseVersion as V; assert V('1.15.0') > V('1.2')",
    ],
)
def test_as_scripts_import(apart, code, tmp_path):
    before = "import warnings\nfrom pathlib import Path\nfrom minitf.scripts import imports\n"
    done = apart(f"{before}warnings.simplefilter('ignore')\nimports.install(Path('.'))\n{code}")
    assert done.returncode == 0, done.stderr


def test_an_environment_beside_the_script_is_not_the_scripts(tmp_path):
    packages = tmp_path / ".venv" / "lib" / "python3" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "theirs.py").write_text("x = int('3')")
    (tmp_path / "own.py").write_text("y = 4")
    code = f"""
import sys
from pathlib import Path
from minitf.scripts import imports
sys.path.insert(0, {str(packages)!r})
imports.install(Path({str(tmp_path)!r}))
import own, theirs
print(type(own.__loader__).__name__, type(theirs.__loader__).__name__)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["Converted", "SourceFileLoader"], done.stderr


def test_modules_of_a_package_import_each_other_by_bare_names(tmp_path):
    pytest.importorskip("fissix")
    models = tmp_path / "models"
    models.mkdir()
    (tmp_path / "utils.py").write_text("here = 'top'")
    (models / "utils.py").write_text("here = 'beside'")
    (models / "base.py").write_text("import json, layers\nimport layers as l\nx = layers.y + l.y")
    (models / "layers.py").write_text("from utils import here\ny = 3")
    (models / "__init__.py").write_text("from base import x\nfrom layers import here\nimport old, new")
    (models / "old.py").write_text("from utils import here\nprint here")
    (models / "new.py").write_text("from __future__ import absolute_import\nfrom utils import here\nprint here")
    code = f"""
from pathlib import Path
from minitf.scripts import imports
imports.install(Path({str(tmp_path)!r}))
import models
print(models.x, models.here, models.base.json.dumps(1))
try: import layers
except ImportError: print("none")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["beside", "top", "6", "top", "1", "none"], done.stderr


def test_a_main_program_beside_a_package_is_no_module_of_it(tmp_path):
    pytest.importorskip("fissix")
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "own.py").write_text("x = 3")
    (tmp_path / "main.py").write_text("from own import x\nprint x")
    command = [sys.executable, "-m", "minitf", "run", str(tmp_path / "main.py")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.split() == ["3"], done.stderr


def test_encodings_are_set_as_they_were(tmp_path):
    (tmp_path / "own.py").write_text("count = 1")
    (tmp_path / "main.py").write_text("""
import sys, own
reload(sys)
sys.setdefaultencoding("utf8")
sys.path.append("still there")
own.count = 3
print(reload(own).count, 3 / 2, sys.path[-1])
""")
    command = [sys.executable, "-m", "minitf", "run", "main.py"]
    pytest.importorskip("fissix")
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.split() == ["(1,", "1,", "'still", "there')"], done.stderr


def test_versions():
    small, large = versions.LooseVersion("1.2"), versions.StrictVersion("1.15.0")
    assert small < large and large >= "1.15" and small == versions.LooseVersion("1.2")
    assert versions.LooseVersion("1.0rc1") < versions.LooseVersion("1.0.1")


def test_pickles_of_python2(tmp_path):
    path = tmp_path / "p.pkl"
    path.write_bytes(b"S'\\xe9'\np0\n.")  # written by Python 2
    with open(path) as as_text, open(path, "rb") as as_bytes:
        assert pickled(pickle.load, as_text) == pickled(pickle.load, as_bytes) == "é"
    with open(path, "w") as file:
        pickled(pickle.dump, [1], file)
    with open(path, "rb") as file:
        assert pickled(pickle.load, file) == [1]
    with pytest.raises(UnicodeDecodeError), open(path, "wb+") as file:
        file.write(b"S'\\xe9'\np0\n.")
        file.seek(0)
        pickled(pickle.load, file, encoding="ascii")
