"""Python 2 as Python 3: fissix rewrites the source, and what it cannot know is decided while it runs."""

from __future__ import annotations

import ast
import functools
import importlib
import operator
import re
import sys

import numpy as np

from minitf.scripts.source import Unreadable

_NAMES = frozenset(
    ["xrange", "unicode", "raw_input", "long", "basestring", "unichr", "execfile", "reduce", "reload", "file"]
)
_STATEMENTS = r"^\s*(print\s+[^(=\s]|print\s*$|exec\s+['\"]|except .+,\s*\w+\s*:|raise \w+, )"
_METHODS = frozenset(["iteritems", "itervalues", "iterkeys", "has_key"])
_FIXERS = (
    "apply asserts basestring buffer dict except exec execfile exitfunc filter funcattrs getcwdu has_key "
    "idioms imports imports2 input intern itertools itertools_imports long map metaclass methodattrs "
    "ne next nonzero numliterals operator paren print raise raw_input reduce renames repr standarderror "
    "sys_exc throw tuple_params types unicode urllib ws_comma xrange xreadlines zip"
)


def is_python2(text: str) -> bool:
    """Whether source is Python 2: not Python 3 by its grammar, or by names that Python 3 has not.

    >>> is_python2("print 1"), is_python2("for i in xrange(3): pass"), is_python2("print(1)")
    (True, True, False)
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return _parses(text)
    except (ValueError, RecursionError):
        return False
    return _uses_old_names(tree)


def _uses_old_names(tree: ast.AST) -> bool:
    """Whether names of Python 2 are used that the source does not make itself or tries first."""
    made, used, tried = set(), set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            tried |= {n.id for child in node.body for n in ast.walk(child) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) and node.value.id == "print":
            return True
        elif isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.alias):
            made |= {node.asname or node.name.split(".")[0]} | ({"*"} if node.name == "*" else set())
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.arg)):
            made.add(node.arg if isinstance(node, ast.arg) else node.name)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.keywords:
            used.add(f".{node.func.attr}")
    if "*" in made:  # six.moves, say
        made |= _NAMES
    return bool((used & _NAMES) - made - tried) or any(f".{name}" in used for name in _METHODS)


def _parses(text: str) -> bool:
    try:
        _tree(text)
    except ImportError:
        return bool(re.search(_STATEMENTS, text, re.MULTILINE))
    except Exception:  # fissix raises several kinds of its own
        return False
    return True


@functools.cache
def _tool(print_function: bool = False):
    """fissix's refactoring tool; ImportError that says what to install."""
    try:
        from fissix.refactor import RefactoringTool
    except ImportError as error:
        raise ImportError(
            "this script is Python 2; pip install 'minitf-engine[py2]' brings what converts it", name="fissix"
        ) from error
    import logging

    logging.getLogger("RefactoringTool").setLevel(logging.ERROR)
    fixers = [f"fissix.fixes.fix_{name}" for name in _FIXERS.split()]
    return RefactoringTool(fixers, {"print_function": print_function})


def _tree(text: str):
    return _tool().refactor_string(text + "\n" * (not text.endswith("\n")), "<script>")


def converted(text: str, name: str = "<script>", features: frozenset = frozenset()) -> str:
    """Python 2 source as Python 3, line for line; integers divide as they did (see `Division`).

    features: what the program took from `__future__` before.

    Raises:
      ImportError: if the package fissix is not installed.
      Unreadable: if it is not Python 2 either.
    """
    tool = _tool("print_function" in features)
    text = spaced(text)
    try:
        return str(tool.refactor_string(text + "\n" * (not text.endswith("\n")), name))
    except Exception as error:
        raise Unreadable(f"{name} is neither Python 3 nor Python 2: {error}") from error


def spaced(text: str) -> str:
    """Source indented by spaces: Python 2 took a tab for up to eight of them."""
    return re.sub(r"^[ \t]*\t[ \t]*", lambda match: match[0].expandtabs(8), text, flags=re.MULTILINE)


class Division(ast.NodeTransformer):
    """Makes `/` of two integers give an integer, as in Python 2 without `from __future__ import division`."""

    def visit_BinOp(self, node):
        """a / b."""
        self.generic_visit(node)
        return _call("divide", node, node.left, node.right) if isinstance(node.op, ast.Div) else node

    def visit_AugAssign(self, node):
        """a /= b."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or not isinstance(node.target, ast.Name):
            return node
        read = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
        return ast.copy_location(ast.Assign([node.target], _call("divide", node, read, node.value)), node)


def _call(function: str, node: ast.AST, *arguments: ast.AST) -> ast.Call:
    name = ast.copy_location(ast.Name(f"__{function}__", ast.Load()), node)
    return ast.copy_location(ast.Call(name, list(arguments), []), node)


def reloaded(module):
    """`reload(module)`; `sys` stays, for what scripts reload it for is `sys.setdefaultencoding`."""
    return module if module is sys else importlib.reload(module)


def keep_encoding(name: str) -> None:
    """`sys.setdefaultencoding(name)`: text needs no encoding to be text any more."""


def divide(a, b):
    """a / b; of integers, rounded down.

    >>> divide(7, 2), divide(7.0, 2)
    (3, 3.5)
    """
    return operator.floordiv(a, b) if _is_integer(a) and _is_integer(b) else operator.truediv(a, b)


def _is_integer(value) -> bool:
    if isinstance(value, (int, np.integer)):
        return True
    dtype = getattr(value, "dtype", None)
    return getattr(dtype, "kind", None) in ("i", "u") or getattr(dtype, "is_integer", False) is True


def features(text: str) -> frozenset:
    """What a source imports from `__future__`.

    >>> sorted(features("from __future__ import division, print_function"))
    ['division', 'print_function']
    """
    found = re.findall(r"^from __future__ import \(?([\w, \n]+)", text, re.MULTILINE)
    return frozenset(re.findall(r"\w+", " ".join(found)))
