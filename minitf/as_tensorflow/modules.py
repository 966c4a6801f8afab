"""The modules called `tensorflow...`, which look names up in modules of minitf when they are asked for."""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import inspect
import sys
import types

from minitf.as_tensorflow import missing
from minitf.as_tensorflow.aliases import MODULES, NAMES

ROOT = "tensorflow"


class Module(types.ModuleType):
    """A module of TensorFlow's; `places` are the modules of minitf that have its names, first to last."""

    def __init__(self, path: str, places: list):
        super().__init__(path, f"{path}, as minitf has it.")
        self._places = places
        self.__path__: list = []  # a package: anything may be below it

    def __getattr__(self, name: str):
        if name == "__all__":
            return [n for n in dir(self) if not n.startswith("_")]
        value = _find(self, name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value):
        """Sets an attribute; a module below does not hide the function of its name, as `arg_scope`."""
        if not (isinstance(value, Module) and name in NAMES.get(self.__name__, ())):
            super().__setattr__(name, value)

    def __dir__(self):
        inside = f"{self.__name__}."
        below = [path[len(inside) :] for path in MODULES if path.startswith(inside)]
        names = {name for place in self._places for name, value in vars(place).items() if not _inner(value)}
        names.update(NAMES.get(self.__name__, ()), [name for name in below if "." not in name])
        modules = {name for place in self._places for name in vars(place)} - names
        names.update(name for name in modules if _places(inside + name) is not None)
        return sorted(names)


def _inner(value) -> bool:
    """Whether a value in a module of minitf is no name of TensorFlow's, unless it is called like one."""
    return inspect.ismodule(value) or type(value).__module__ == "__future__"


def _find(module: Module, name: str):
    """What a name of a module stands for; an AttributeError that says more than Python's if it is missing."""
    path = f"{module.__name__}.{name}"
    target = NAMES.get(module.__name__, {}).get(name)
    if target is not None:
        return resolve(target)
    if name.startswith("__"):
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
    if _places(path) is not None:
        return importlib.import_module(path)
    for place in module._places:
        hidden = name.startswith("_") and "__getattr__" not in vars(place)
        value = _unset if hidden else getattr(place, name, _unset)
        if value is not _unset and not isinstance(value, types.ModuleType):
            return value
    raise AttributeError(missing.message(path, dir(module)), name=name, obj=module)


_unset = object()


def resolve(path: str):
    """The object at a dotted path: `minitf.nn.relu`."""
    found = importlib.import_module(path.split(".")[0])
    for part in path.split(".")[1:]:
        if not hasattr(found, part):
            importlib.import_module(f"{found.__name__}.{part}")
        found = getattr(found, part)
    return found


def _places(path: str) -> str | list | None:
    """Where the names of the module at `path` are: modules of minitf, the path of the module that it is
    another name of, or None if there is no such module.
    """
    listed = MODULES.get(path)
    if listed is not None and listed.startswith(ROOT):
        return _places(listed) if _has_rows_below(path) else listed
    if listed is not None:
        return [resolve(place) for place in listed.split()]
    above, _, name = path.rpartition(".")
    around = _places(above) if above and missing.is_module(path) else None
    if isinstance(around, str):
        return f"{around}.{name}" if _places(f"{around}.{name}") else None
    found = [getattr(place, name, None) for place in around or ()]
    return [place for place in found if inspect.ismodule(place)] or None


@functools.cache
def _has_rows_below(path: str) -> bool:
    """Whether modules stand below another name of a module that are not below the module itself."""
    return any(row.startswith(f"{path}.") for row in MODULES)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules `tensorflow` and `tensorflow...` before any that are installed."""

    def find_spec(self, fullname, path=None, target=None):
        """The spec of a module; ImportError that says why for one that TensorFlow has and minitf has not."""
        if fullname.partition(".")[0] != ROOT:
            return None
        if _places(fullname) is None:
            above = fullname.rpartition(".")[0]
            if missing.was_there(fullname):
                raise ImportError(missing.message(fullname, dir(sys.modules[above])), name=fullname)
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        """The module, or the one that it is another name of."""
        places = _places(spec.name)
        return importlib.import_module(places) if isinstance(places, str) else Module(spec.name, places)

    def exec_module(self, module):
        """Names are looked up when they are asked for; a module keeps the name that it was made with."""
        module.__spec__ = importlib.machinery.ModuleSpec(module.__name__, self, is_package=True)


def install() -> None:
    """Makes `import tensorflow` give minitf.

    Raises:
      ImportError: if TensorFlow itself was imported before.
    """
    there = sys.modules.get(ROOT)
    if there is not None and not isinstance(there, Module):
        raise ImportError(
            f"TensorFlow itself was imported before ({getattr(there, '__file__', there)}): import "
            "minitf.as_tensorflow first",
            name=ROOT,
        )
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
