"""What a script imports: its own modules, converted as it is, and modules that have moved."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from pathlib import Path

from minitf.scripts.convert import Dialect, code_of
from minitf.scripts.source import Unreadable, decoded

# A module that was, and the modules in which its names are today.
MOVED = {
    "ConfigParser": "configparser",
    "HTMLParser": "html.parser",
    "Queue": "queue",
    "StringIO": "io",
    "Tkinter": "tkinter",
    "__builtin__": "builtins",
    "cPickle": "pickle",
    "cStringIO": "io",
    "copy_reg": "copyreg",
    "httplib": "http.client",
    "imp": "importlib",
    "scipy.misc": "minitf.scripts.scipy_misc",
    "scipy.sparse.linalg.eigen": "scipy.sparse.linalg",
    "scipy.sparse.linalg.eigen.arpack": "scipy.sparse.linalg",
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.datasets.samples_generator": "sklearn.datasets",
    "sklearn.externals.joblib": "joblib",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.learning_curve": "sklearn.model_selection",
    "sklearn.manifold.t_sne": "sklearn.manifold",
    "sklearn.metrics.classification": "sklearn.metrics",
    "sklearn.preprocessing.data": "sklearn.preprocessing",
    "sklearn.preprocessing.label": "sklearn.preprocessing",
    "urllib2": "urllib.request urllib.error urllib.parse",
    "urlparse": "urllib.parse",
}
# The same for modules that newer versions of Python lack.
GONE = {"distutils": "minitf.scripts.versions", "distutils.version": "minitf.scripts.versions"}

# What TensorFlow imported for itself, so that `import urllib` was enough for `urllib.request.urlopen`.
PACKAGES = "concurrent email html http importlib multiprocessing urllib xml xml.dom"

# Folders below a script's folder whose modules are not the script's: an environment is often beside it.
_INSTALLED = {"site-packages", "dist-packages"}


class Moved(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules that have moved."""

    def find_spec(self, fullname, path=None, target=None):
        """The spec of a module that has moved."""
        gone = fullname in GONE and importlib.machinery.PathFinder.find_spec(fullname.split(".")[0]) is None
        if fullname not in MOVED and not gone:
            return None
        has_others = any(name.startswith(f"{fullname}.") for name in (*MOVED, *GONE))
        return importlib.machinery.ModuleSpec(fullname, self, is_package=has_others)

    def create_module(self, spec):
        """The module that it is today."""
        return None

    def exec_module(self, module):
        """Fills the module with the names of those where they are today."""
        for place in {**MOVED, **GONE}[module.__name__].split():
            found = importlib.import_module(place)
            vars(module).update({n: v for n, v in vars(found).items() if not n.startswith("__")})


class Own(importlib.machinery.PathFinder):
    """Finds the modules in a script's folder, and converts them as the script itself."""

    folder: Path
    dialect = Dialect()

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        """The spec of a module below the script's folder."""
        spec = super().find_spec(fullname, [str(cls.folder)] if path is None else path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        place = Path(spec.origin).resolve()
        if cls.folder not in place.parents or _INSTALLED & {parent.name for parent in place.parents}:
            return None
        spec.loader = Converted(spec.loader.name, spec.loader.path)
        return spec


class Converted(importlib.machinery.SourceFileLoader):
    """Loads a module of a script's; nothing of it is kept on disk."""

    def get_code(self, fullname):
        """The module's code."""
        path = self.get_filename(fullname)
        package = Path(path).parent if "." in fullname or self.is_package(fullname) else None
        try:
            (code,) = code_of(decoded(self.get_data(path)), path, dialect=Own.dialect, package=package)
        except Unreadable as error:
            raise ImportError(str(error), name=fullname, path=path) from None
        return code


def install(folder: Path, python2: bool = False) -> None:
    """Lets the script in `folder` import its own modules and those that have moved.

    python2: the script is Python 2, and so are modules of its own that could be either.
    """
    Own.folder, Own.dialect = folder.resolve(), Dialect(python2)
    sys.path.insert(0, str(folder.resolve()))
    sys.meta_path[:0] = [Own, Moved()]
    for package in PACKAGES.split():
        _open(importlib.import_module(package))


def _open(package) -> None:
    """Imports modules of a package when they are asked for as its names."""

    def find(name: str):
        if not name.startswith("_") and importlib.util.find_spec(f"{package.__name__}.{name}") is not None:
            return importlib.import_module(f"{package.__name__}.{name}")
        raise AttributeError(f"module {package.__name__!r} has no attribute {name!r}")

    package.__getattr__ = find
