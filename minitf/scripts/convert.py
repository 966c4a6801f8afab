"""From a script's source to code that does today what it did when it was written.

Lines stay where they are, so that tracebacks show the script's own. What only a run can tell (is it an array
of one element, are both integers) is asked by functions whose names are put into the script's builtins.
"""

from __future__ import annotations

import ast
import builtins
import sys
from pathlib import Path
from types import CodeType
from typing import NamedTuple

from minitf.scripts import lists, numpy1, patterns, pickles, python2
from minitf.scripts.arguments import RENAMED, renamed
from minitf.scripts.siblings import Siblings
from minitf.scripts.source import Piece, Unreadable

_KINDS = frozenset(["int", "float", "complex", "round"])
_COUNTS = frozenset(["range", "read", "reshape", "xrange"])  # what takes whole numbers
_LISTS = frozenset(["filter", "map", "zip"])
_VIEWS = frozenset(["items", "keys", "values"])
_GO_THROUGH = frozenset(
    [
        "all",
        "any",
        "dict",
        "enumerate",
        "filter",
        "list",
        "map",
        "max",
        "min",
        "next",
        "set",
        "sorted",
        "sum",
        "tuple",
        "zip",
    ]
)
_MAKERS = frozenset(
    [
        "arange",
        "array",
        "asarray",
        "astype",
        "empty",
        "empty_like",
        "full",
        "full_like",
        "ones",
        "ones_like",
        "zeros",
        "zeros_like",
    ]
)
_ABSTRACT = {
    "integer": "int_",
    "signedinteger": "int_",
    "unsignedinteger": "uint",
    "floating": "float64",
    "inexact": "float64",
    "complexfloating": "complex128",
}
_PICKLES = frozenset(["pickle", "cPickle", "pkl"])


class Yesterday(ast.NodeTransformer):
    """Rewrites what NumPy 2 and Python 3 refuse: `int(array)`, `"%d" % array`, `"".decode()`."""

    def __init__(self):
        self._plain: set[int] = set()  # calls whose result is gone through once, right there

    def visit_For(self, node):
        """Loops go through what they are given."""
        self._plain.add(id(node.iter))
        return self.generic_visit(node)

    visit_comprehension = visit_AsyncFor = visit_For

    def visit_Starred(self, node):
        """So do stars."""
        self._plain.add(id(node.value))
        return self.generic_visit(node)

    def visit_Subscript(self, node):
        """Elements of the keys of a dict."""
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            node.value = _as_list(node.value)
        return node

    def visit_Call(self, node):
        """Conversions to numbers and of text, what takes whole numbers, functions of `math`, `re` and pickles."""
        function = node.func
        name = getattr(function, "id", getattr(function, "attr", None))
        if name in _GO_THROUGH or name == "join":
            self._plain.update(map(id, node.args))
        if name in _MAKERS:
            for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
                if isinstance(value, ast.Attribute):
                    value.attr = _ABSTRACT.get(value.attr, value.attr)
        self.generic_visit(node)
        if isinstance(function, ast.Name) and name in _LISTS and id(node) not in self._plain:
            return _call("listed", node, node)
        if isinstance(function, ast.Name) and function.id in _KINDS and node.args:
            return _call("number", node, function, *node.args, keywords=node.keywords)
        if isinstance(function, ast.Attribute) and function.attr in ("decode", "encode"):
            what = ast.Constant(function.attr)
            return _call("coded", node, function.value, what, *node.args, keywords=node.keywords)
        module = getattr(getattr(function, "value", None), "id", None)
        if module in _PICKLES and isinstance(function, ast.Attribute):
            return _call("pickled", node, function, *node.args, keywords=node.keywords)
        if name in RENAMED and any(keyword.arg in RENAMED[name] for keyword in node.keywords):
            return _call("renamed", node, function, *node.args, keywords=node.keywords)
        if module == "re" and name == "split":
            return _call("split", node, function, *node.args, keywords=node.keywords)
        if module == "math" or name in _COUNTS:
            node.args = [a if isinstance(a, ast.Starred) else _call("single", node, a) for a in node.args]
        return node

    def visit_BinOp(self, node):
        """Text % values."""
        self.generic_visit(node)
        if isinstance(node.op, ast.Add):
            node.left, node.right = _as_list(node.left), _as_list(node.right)
        if isinstance(node.op, ast.Mod) and isinstance(getattr(node.left, "value", None), str):
            return _call("text", node, node.left, node.right)
        return node

    def visit_Assign(self, node):
        """Assignments to elements."""
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Subscript):
            return node
        indices = ast.Name("__indices__", ast.Load())
        index = ast.Subscript(indices, target.slice, ast.Load())
        return ast.copy_location(ast.Expr(_call("store", node, target.value, index, node.value)), node)


def _as_list(node: ast.AST) -> ast.AST:
    """What gives the keys, values or items of a dict as a list."""
    views = isinstance(node, ast.Call) and not node.args and getattr(node.func, "attr", None) in _VIEWS
    return _call("listed", node, node) if views else node


def _call(function: str, node: ast.AST, *args: ast.AST, keywords=()) -> ast.Call:
    call = ast.Call(ast.Name(f"__{function}__", ast.Load()), list(args), list(keywords))
    return ast.copy_location(call, node)


def coded(value, what: str, *args, **kwargs):
    """`value.decode(...)` and `value.encode(...)`: text is decoded and bytes are encoded already."""
    done = isinstance(value, str) if what == "decode" else isinstance(value, bytes)
    return value if done else getattr(value, what)(*args, **kwargs)


_HELPERS = {
    "coded": coded,
    "divide": python2.divide,
    "indices": numpy1.Indices(),
    "listed": lists.listed,
    "number": numpy1.number,
    "pickled": pickles.pickled,
    "renamed": renamed,
    "single": numpy1.single,
    "split": patterns.split,
    "store": numpy1.store,
    "text": numpy1.text,
}


def install() -> None:
    """Makes what converted code calls, and what Python 2 had, known to all modules of this process."""
    for name, value in _HELPERS.items():
        setattr(builtins, f"__{name}__", value)
    builtins.reload, sys.setdefaultencoding = python2.reloaded, python2.keep_encoding


class Dialect(NamedTuple):
    """What all of a program says of its Python: whether it is 2, and what it takes from `__future__`."""

    python2: bool = False
    features: frozenset = frozenset()


_TODAY = Dialect()


def dialects(pieces: list[Piece]) -> list[Dialect]:
    """The dialect of each piece of a script or notebook: what one cell imports holds in the next."""
    old = any(piece.python2 or python2.is_python2(piece.text) for piece in pieces)
    known, found = frozenset(), []
    for piece in pieces:
        known |= python2.features(piece.text)
        found.append(Dialect(old, known))
    return found


def code_of(
    text: str, name: str, shows: bool = False, dialect: Dialect = _TODAY, package: Path | None = None
) -> list[CodeType]:
    """The code of a piece of source; if it `shows` its last value, that is a piece of code of its own.

    package: the folder of the package that it is a module of, if any.

    Raises:
      Unreadable: if it is neither Python 3 nor Python 2.
      ImportError: if it is Python 2 and the package that converts it is not installed.
    """
    tree, floor = parsed(text, name, dialect)
    tree = Yesterday().visit(python2.Division().visit(tree) if floor else tree)
    if package is not None and "absolute_import" not in python2.features(text):
        tree = Siblings(package, dialect.python2 or python2.is_python2(text)).visit(tree)
    last = [tree.body.pop()] if shows and tree.body and isinstance(tree.body[-1], ast.Expr) else []
    ast.fix_missing_locations(tree)
    codes = [compile(tree, name, "exec", dont_inherit=True)]
    if last:
        shown = ast.fix_missing_locations(ast.Interactive(last))
        codes.append(compile(shown, name, "single", dont_inherit=True))
    return codes


def parsed(text: str, name: str, dialect: Dialect = _TODAY) -> tuple[ast.Module, bool]:
    """A piece of source as Python 3, and whether `/` of its integers rounds down; raises as `code_of`."""
    features = dialect.features | python2.features(text)
    if python2.is_python2(text):
        text = python2.converted(text, name, features)
    elif dialect.python2:  # it may be either: it is what the rest of the program is
        try:
            text = python2.converted(text, name, features)
        except (ImportError, Unreadable):
            return _tree(text, name), False
    else:
        return _tree(text, name), False
    return _tree(text, name), "division" not in features


def _tree(text: str, name: str) -> ast.Module:
    try:
        return ast.parse(text, name)
    except TabError:
        return ast.parse(python2.spaced(text), name)
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise Unreadable(f"{name}, line {error.lineno}: {error.msg}: {line}") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name}: {error}") from None
