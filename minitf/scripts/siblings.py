"""Modules of one package that import each other by their bare names, as Python 2 let them."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path


class Siblings(ast.NodeTransformer):
    """Rewrites `import x` and `from x import y` where x is beside the importing module.

    python2: the module surely is Python 2, and finds what is beside it first; others find it where it is nowhere else.
    """

    def __init__(self, folder: Path, python2: bool):
        self._folder, self._python2 = folder, python2

    def visit_ImportFrom(self, node):
        """`from x import y`."""
        if node.level == 0 and self._is_beside(node.module):
            node.level = 1
        return node

    def visit_Import(self, node):
        """`import x`, alone or among others."""
        beside = [alias for alias in node.names if "." not in alias.name and self._is_beside(alias.name)]
        others = [alias for alias in node.names if alias not in beside]
        made = [ast.ImportFrom(None, beside, 1)] if beside else []
        return [ast.copy_location(n, node) for n in made + ([ast.Import(others)] if others else [])]

    def _is_beside(self, module: str) -> bool:
        first = module.partition(".")[0]
        there = (self._folder / f"{first}.py").is_file() or (self._folder / first / "__init__.py").is_file()
        return there and (self._python2 or importlib.util.find_spec(first) is None)
