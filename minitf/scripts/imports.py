"""What a script imports: its own modules, converted as it is, and modules that have moved."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from pathlib import Path

from minitf.scripts.convert import code_of
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
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.externals.joblib": "joblib",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.learning_curve": "sklearn.model_selection",
    "urllib2": "urllib.request urllib.error urllib.parse",
    "urlparse": "urllib.parse",
}


class Moved(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules that have moved."""

    def find_spec(self, fullname, path=None, target=None):
        """The spec of a module that has moved."""
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in MOVED else None

    def create_module(self, spec):
        """The module that it is today."""
        return None

    def exec_module(self, module):
        """Fills the module with the names of those where they are today."""
        for place in MOVED[module.__name__].split():
            found = importlib.import_module(place)
            vars(module).update({n: v for n, v in vars(found).items() if not n.startswith("__")})


class Own(importlib.machinery.PathFinder):
    """Finds the modules in a script's folder, and converts them as the script itself."""

    folder: Path

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        """The spec of a module below the script's folder."""
        spec = super().find_spec(fullname, [str(cls.folder)] if path is None else path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if cls.folder not in Path(spec.origin).resolve().parents:
            return None
        spec.loader = Converted(spec.loader.name, spec.loader.path)
        return spec


class Converted(importlib.machinery.SourceFileLoader):
    """Loads a module of a script's; nothing of it is kept on disk."""

    def get_code(self, fullname):
        """The module's code."""
        path = self.get_filename(fullname)
        try:
            (code,) = code_of(decoded(self.get_data(path)), path)
        except Unreadable as error:
            raise ImportError(str(error), name=fullname, path=path) from None
        return code


def install(folder: Path) -> None:
    """Lets the script in `folder` import its own modules and those that have moved."""
    Own.folder = folder.resolve()
    sys.path.insert(0, str(folder.resolve()))
    sys.meta_path[:0] = [Own, Moved()]
