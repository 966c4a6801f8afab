"""What of TensorFlow a script uses that minitf lacks, found without running it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

import minitf.as_tensorflow  # noqa: F401 - makes `tensorflow` importable
from minitf.as_tensorflow import missing
from minitf.as_tensorflow.modules import resolve
from minitf.scripts import source
from minitf.scripts.convert import dialects, parsed


class Use(NamedTuple):
    """A name of TensorFlow's in a script."""

    path: str
    place: str


def check(path: Path) -> int:
    """Prints the names that are missing, with their lines; returns 1 if there are any, else 0."""
    uses = uses_of(source.read(path))
    for own in own_modules(path):
        uses += [use for use in uses_of(source.read(own)) if use.path not in {u.path for u in uses}]
    lacking = [(use, problem) for use in uses if (problem := _problem(use.path)) is not None]
    for use, problem in lacking:
        print(f"{use.place}: {problem}")
    count = len({use.path for use in uses})
    print(f"{path}: {count} names of TensorFlow, {len({use.path for use, _ in lacking})} of them missing")
    return 1 if lacking else 0


def own_modules(path: Path) -> list[Path]:
    """The modules beside a script that it imports, or that those import, which are part of the program."""
    found, todo = [], [path]
    while todo:
        for piece in source.read(todo.pop()):
            tree = parsed(piece.text, piece.name)[0]
            for name in _modules_in(tree):
                base = path.parent.joinpath(*name.split("."))
                for file in (base.with_suffix(".py"), base / "__init__.py"):
                    if file.is_file() and file not in [*found, path]:
                        found.append(file)
                        todo.append(file)
    return found


def _modules_in(tree: ast.Module) -> list[str]:
    """The modules that a source may import: `from a import b` may mean a.b."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names += [module, *(f"{module}.{alias.name}".lstrip(".") for alias in node.names)]
    return [name for name in names if name]


def uses_of(pieces: list[source.Piece]) -> list[Use]:
    """The names of TensorFlow's that a script or the cells of a notebook use, each where it stands first."""
    trees = [(parsed(p.text, p.name, dialect)[0], p.name) for p, dialect in zip(pieces, dialects(pieces))]
    known = {name: path for tree, _ in trees for name, path in _imported(tree).items()}
    found: dict[str, Use] = {}
    for tree, name in trees:
        for node, path in _paths(tree, known):
            found.setdefault(path, Use(path, f"{name}:{node.lineno}"))
    return list(found.values())


def _imported(tree: ast.Module) -> dict[str, str]:
    """What local names stand for: the paths of modules and names of TensorFlow's."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "tensorflow":
                    known[alias.asname or "tensorflow"] = alias.name if alias.asname else "tensorflow"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tensorflow":
            known.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names if a.name != "*"})
    return known


def _paths(tree: ast.Module, known: dict[str, str]):
    """Every dotted path that begins with an imported name, the longest at each place, and every import."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, a.name) for a in node.names if a.name.split(".")[0] == "tensorflow")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tensorflow":
            yield from ((node, f"{node.module}.{a.name}") for a in node.names if a.name != "*")
        elif isinstance(node, (ast.Attribute, ast.Name)) and id(node) not in inner:
            path = _path(node, known)
            if path is not None:
                yield node, path


def _path(node: ast.AST, known: dict[str, str]) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in known:
        return None
    return ".".join([known[node.id], *reversed(parts)])


def _problem(path: str) -> str | None:
    """What is wrong with a name of TensorFlow's, or None."""
    parts = path.split(".")
    for count in range(1, len(parts) + 1):
        try:
            found = resolve(".".join(parts[:count]))
        except (AttributeError, ImportError):
            whole = ".".join(parts[:count])
            return missing.message(whole, dir(resolve(".".join(parts[: count - 1])))) if count > 1 else whole
        if not hasattr(found, "__path__"):
            return None  # a function or class: what is asked of it is its own
    return None
