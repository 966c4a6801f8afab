"""ARCHITECTURE.md: all that it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL))))
PICTURE = re.search(r"```\n(.*?)```", TEXT, flags=re.DOTALL).group(1)
PATHS = [quoted for quoted in QUOTED if "/" in quoted] + re.findall(r"(?:minitf|kernels)/\w+", PICTURE)
NAMES = [quoted for quoted in QUOTED if re.fullmatch(r"\w+(\.\w+)?", quoted)]


def undefined(names: set[str]) -> set[str]:
    """Those that are no class, function, attribute, argument or variable of the product."""
    for path in [path for folder in ("minitf", "kernels") for path in sorted((ROOT / folder).rglob("*.py"))]:
        text = path.read_text("utf-8")
        if not names.isdisjoint(re.findall(r"\w+", text)):
            names = names - defined(text)
    return names


def defined(text: str) -> set[str]:
    """All names of classes, functions, attributes, arguments and variables of a module."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ClassDef() | ast.FunctionDef():
                found.add(node.name)
            case ast.arg():
                found.add(node.arg)
            case ast.Attribute():
                found.add(node.attr)
            case ast.Name(ctx=ast.Store()):
                found.add(node.id)
            case ast.Constant(value=str()) if node.value.isidentifier():
                found.add(node.value)
    return found


@pytest.mark.parametrize("path", sorted(set(PATHS)))
def test_paths(path):
    assert (ROOT / path).exists()


def test_names():
    assert len(NAMES) > 30
    assert not undefined({part for name in NAMES for part in name.split(".")})
    assert undefined({"run", "nobody_has_this"}) == {"nobody_has_this"}


def exceptions() -> list[str]:
    """The classes of exceptions of the runtime, as often as they are defined."""
    return [
        node.name
        for path in (ROOT / "minitf" / "runtime").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Exception" for base in node.bases)
    ]


def test_exceptions():
    """Each has a name of its own and a row that says who raises it and who catches it."""
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", TEXT, flags=re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(exceptions())
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "minitf").rglob("*.py"))
    for name, row in rows:
        assert row.count("|") == 2 and all(cell.strip() for cell in row.split("|")), name
        assert re.search(rf"raise [^\n]*\b{name}\b", source), f"nobody raises {name}"
        assert re.search(rf"except [^\n]*\b{name}\b", source), f"nobody catches {name}"


def test_it_is_short():
    assert len(TEXT.splitlines()) <= 150
