"""Calls of public functions: arguments are of the kinds that signatures declare, errors say what call failed.

`guard` does this for whole namespaces, once; what minitf calls itself is neither checked nor explained again.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import linecache
import re
import sys
import types
from collections.abc import Iterator

import numpy as np

from minitf.framework.errors import OpError, ResourceExhaustedError, WrongArgument
from minitf.framework.kinds import PUBLIC, Kind, kinds
from minitf.framework.origin import is_ours, is_users, said
from minitf.framework.tensor import Tensor

_TELLING = (OSError, ImportError, Warning, NotImplementedError, NameError)  # whoever raises them
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_SIGNATURE = re.compile(r"\(\) (takes|got|missing) .*argument")
_UNKNOWN = re.compile(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'$")
_MOST = 60  # characters of a value that are shown
_UNGUARDED = {  # what runs for every op or step and checks for itself; what users override
    "Tensor.__init__",
    "Tensor.get_shape",
    "Operation.__init__",
    "Operation.values",
    "TensorShape",
    "Dimension",
    "DType",
    "Graph.create",
    "Graph.capture",
    "Graph.captured",
    "Graph.argument",
    "Graph.touch",
    "Graph.takes_from",
    "Graph.at",
    "Names",
    "BaseSession.run",
    "tf.gfile",
    "tf.io.gfile",
    "tf.logging",
    "tf.resource_loader",
    "call",
    "build",
}


_IN_PLACE: dict = {}  # of functions, what is called when users call them


def overridden(function, other) -> None:
    """Has `other`, which takes the same arguments and more kinds of them, called where users call a function."""
    _IN_PLACE[function] = other


# ---- guarding


def guard(root: str) -> None:
    """Guards the functions, and the methods of the classes, of the module `root` and of the namespaces in it."""
    done: dict = {}
    for public, module in _namespaces("tf", sys.modules[root]):
        for name, value in list(vars(module).items()):
            partial = isinstance(value, functools.partial)
            home = getattr(value.func if partial else value, "__module__", "")
            if name.startswith("_") or not home.startswith(root + "."):
                continue
            usual = f"{public}.{_usual(module, name, value)}"
            if partial:
                setattr(module, name, functools.partial(guarded(value.func, usual), **value.keywords))
            elif isinstance(value, types.FunctionType):
                if value not in done:
                    _named_as_found(value)
                    done[value] = guarded(value, usual)
                setattr(module, name, done[value])
            elif isinstance(value, type) and not issubclass(value, (tuple, OpError)):
                PUBLIC.setdefault(value, usual)
                for cls in value.__mro__:
                    if cls not in done and cls.__module__.startswith(root + "."):
                        done[cls] = cls
                        _guard_methods(cls)


def _namespaces(public: str, module) -> Iterator[tuple[str, types.ModuleType]]:
    """A module and the namespaces in it, by their public names: these stand first in what they say of themselves."""
    yield public, module
    for name, value in list(vars(module).items()):
        inner = f"{public}.{name}"
        told = isinstance(value, types.ModuleType) and (value.__doc__ or "").startswith((f"{inner}:", f"{inner}."))
        if told and inner not in _UNGUARDED:
            yield from _namespaces(inner, value)


def _usual(module, name: str, value) -> str:
    """The name that a namespace has for what it knows as `name`, too: TensorFlow 0.x had other ones."""
    usual = getattr(value, "__name__", name)
    return usual if vars(module).get(usual) is value else name


def _guard_methods(cls: type) -> None:
    for method, value in list(vars(cls).items()):
        if method.startswith("_") and method not in ("__init__", "__call__"):
            continue
        if {cls.__name__, method, f"{cls.__name__}.{method}"} & _UNGUARDED:
            continue
        if isinstance(value, types.FunctionType):
            setattr(cls, method, guarded(value, _method_name))
        elif isinstance(value, staticmethod):
            setattr(cls, method, staticmethod(guarded(value.__func__, f"{cls.__name__}.{method}")))


def _method_name(function, instance) -> str:
    """The public name of a method: after the class of the instance, or the nearest public one above."""
    owner = next((PUBLIC[cls] for cls in type(instance).__mro__ if cls in PUBLIC), type(instance).__name__)
    return owner + {"__init__": "", "__call__": "()"}.get(function.__name__, f".{function.__name__}")


def _named_as_found(function) -> None:
    """Gives a function, such as one made for a family of ops, the name that it has in its own module."""
    home = vars(sys.modules[function.__module__])
    if home.get(function.__name__) is not function:
        found = [name for name, value in home.items() if value is function and not name.startswith("_")]
        function.__name__ = function.__qualname__ = found[0] if found else function.__name__


def guarded(function, name):
    """`function`, its arguments checked and its errors explained to those who call it as `name`.

    name: a string, or what gives it for a method and its first argument.
    """
    target = _IN_PLACE.get(function, function)
    named: dict[str, Kind] = {}
    placed: list[Kind | None] = []
    fresh = [True]  # signatures are read at the first call: most functions are never called

    @functools.wraps(function)
    def call(*args, **kwargs):
        if is_ours(sys._getframe(1)):
            return target(*args, **kwargs)
        if fresh:
            fresh.clear()
            named.update(kinds(function))
            placed.extend([named.get(argument) for argument in _positional(function)])
        try:
            for value, kind in zip(args, placed):
                if kind is not None and not kind.fits(value):
                    raise _misfit(function, name, named, args, kwargs)
            for argument, value in kwargs.items():
                if argument in named and not named[argument].fits(value):
                    raise _misfit(function, name, named, args, kwargs)
            return target(*args, **kwargs)
        except Exception as error:
            better = _explained(error, function, name, args, kwargs)
            if better is error:
                raise
            raise better from error

    # Where pickle finds it: in its module the function itself bears the name, or this one instead.
    function.guarded = call.guarded = call
    call.__qualname__ = f"{function.__qualname__}.guarded"
    return call


def _positional(function) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _called(function, name, args: tuple) -> str:
    return name if isinstance(name, str) else name(function, args[0])


def _misfit(function, name, named: dict, args: tuple, kwargs: dict) -> Exception:
    arguments = {**dict(zip(_positional(function), args)), **kwargs}
    argument = next(a for a, v in arguments.items() if a in named and not named[a].fits(v))
    kind = named[argument]
    called = _called(function, name, args)
    return WrongArgument(f"'{argument}' of {called} is {shown(arguments[argument])}; it takes {kind.words}")


# ---- explaining


def _explained(error: Exception, function, name, args: tuple, kwargs: dict) -> Exception:
    """The error itself, with the call in its text where that lacks it, or a clear one in its place."""
    frames = _frames(error.__traceback__)
    _say_nearest(error, function)
    if len(frames) < 2 or isinstance(error, _TELLING) or any(is_users(tb.tb_frame) for tb in frames):
        return error  # a misfit, Python's own word on a signature, or what a user's function raised
    try:
        name, arguments = _called(function, name, args), _arguments(function, args, kwargs)
    except TypeError:
        return error  # the function's word on its signature
    if isinstance(error, MemoryError):
        return ResourceExhaustedError(None, None, f"out of memory in {name}({_listed(arguments)})")
    if not said(error):
        at_fault = {a: arguments[a] for a in _at_fault(frames[1:], arguments)}
        called = any(inspect.isfunction(value) for value in at_fault.values())
        if called or not _of_signature(error):
            return WrongArgument(_refusal(name, at_fault or arguments) + (f": {error}" if _of_signature(error) else ""))
    _add(error, name, arguments)
    return error


def _say_nearest(error: Exception, function) -> None:
    """Adds the nearest argument that the function has to Python's own word on one that it has not."""
    unknown = isinstance(error, TypeError) and _UNKNOWN.search(str(error))
    if unknown and "did you mean" not in str(error).lower():
        near = difflib.get_close_matches(unknown[2], inspect.signature(function).parameters, 1)
        if near and unknown[1] == function.__name__:
            error.args = (f"{error}; did you mean {near[0]!r}?",)


def _add(error: Exception, name: str, arguments: dict) -> None:
    """Adds the call to the text of an error that does not name it."""
    text = error.args[0] if len(error.args) == 1 else None
    if not isinstance(text, str) or isinstance(error, KeyError) or name in text or getattr(error, "op", None):
        return
    error.args = (f"{text}\n  in the call {name}({_listed(arguments)})",)
    if isinstance(error, OpError):
        error.message = error.args[0]


def _frames(traceback) -> list:
    """The traceback as a list, outermost first."""
    found = []
    while traceback is not None:
        found.append(traceback)
        traceback = traceback.tb_next
    return found


def _arguments(function, args: tuple, kwargs: dict) -> dict:
    """The arguments of the call by name, without `self`."""
    bound = inspect.signature(function).bind(*args, **kwargs).arguments
    bound.pop("self", None)
    return dict(bound)


def _at_fault(frames: list, arguments: dict) -> list[str]:
    """The arguments that the failing expressions name, as far in as they can be followed."""
    found: list[str] = []
    places = _places(arguments, {a: a for a in arguments}, frames[0])
    places.update({a: a for a in arguments})
    for traceback, inner in zip(frames, [*frames[1:], None]):
        names = [n for n in _names(traceback) if n in places]
        if not names:
            break
        found = list(dict.fromkeys(places[n] for n in names))
        if inner is not None:
            here = traceback.tb_frame.f_locals
            places = _places({n: here[n] for n in names if n in here}, places, inner)
    return found


def _places(values: dict, arguments: dict, inner) -> dict[str, str]:
    """The local names of a frame that hold one of the values, and the argument that each comes from."""
    there, found = inner.tb_frame.f_locals, {}
    for name, value in values.items():
        common = any(value is c for c in (None, True, False)) and sum(v is value for v in values.values()) > 1
        for other, held in there.items():
            if _holds(value, held) and (other == name or not common):
                found[other] = arguments[name]
    return found


def _holds(one, other) -> bool:
    """Whether two values are the same object, or one is a short list with the other in it."""
    pairs = [(one, other), (other, one)]
    return one is other or any(
        type(many) in (list, tuple) and len(many) < 9 and any([value is part for part in many]) for many, value in pairs
    )


def _names(traceback) -> list[str]:
    """The names in the expression that failed."""
    code = traceback.tb_frame.f_code
    for i, (first, last, start, end) in enumerate(code.co_positions()):
        if i == traceback.tb_lasti // 2:
            lines = [linecache.getline(code.co_filename, n) for n in range(first or 0, (last or 0) + 1)]
            lines[-1] = lines[-1].encode()[:end].decode(errors="ignore")
            lines[0] = lines[0].encode()[start:].decode(errors="ignore")
            return _NAME.findall(" ".join(lines))
    return []


def _refusal(name: str, arguments: dict) -> str:
    if len(arguments) == 1:
        ((argument, value),) = arguments.items()
        return f"'{argument}' of {name} cannot be {shown(value)}"
    return f"{name} cannot work with {_listed(arguments)}"


def _of_signature(error: Exception) -> bool:
    """Whether Python says that a function was given other arguments than it takes: it says which."""
    return isinstance(error, TypeError) and bool(_SIGNATURE.search(str(error)))


def _listed(arguments: dict) -> str:
    return ", ".join(f"{argument}={shown(value)}" for argument, value in arguments.items())


_DEEPEST = 3  # levels of lists in lists that are shown


def shown(value, level: int = 0) -> str:
    """A value for an error: short, on one line, tensors with type and shape."""
    if isinstance(value, Tensor):
        return f"{value.name} {value.dtype.base_dtype.name}{value.shape}"
    if isinstance(value, np.ndarray) and value.size > 8:
        return f"an array of {value.dtype} {value.shape}"
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        parts = [shown(part, level + 1) for part in value[:8]] if level < _DEEPEST else ["..."]
        inner = ", ".join(parts) + ", ..." * (len(value) > 8)
        text = f"[{inner}]" if isinstance(value, list) else f"({inner})"
    else:
        text = " ".join(_repr(value).split())
    return text if len(text) <= _MOST else text[: _MOST - 4] + " ..."


def _repr(value) -> str:
    try:
        return repr(value)
    except RecursionError:  # it is nested deeper than Python can follow
        return f"a {type(value).__name__} in which others are nested deeply"
