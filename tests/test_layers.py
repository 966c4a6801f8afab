"""The layers: what each part may import, and that no modules import each other."""

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "kernels": set(),
    "framework": set(),
    "formats": {"framework", "kernels"},
    "ops": {"framework", "formats", "kernels"},
    "runtime": {"framework", "kernels"},
    "gradients": {"framework", "ops"},
    "loop_gradients": {"framework", "ops", "gradients"},
    "train": {"framework", "formats", "ops", "gradients", "summary"},
    "layers": {"framework", "ops", "minitf"},
    "losses": {"framework", "minitf"},
    "rnn": {"framework", "ops", "layers", "minitf"},
    "contrib": {"framework", "ops", "layers", "losses", "train", "rnn", "nn", "datasets", "minitf"},
    "viz": {"framework", "ops", "runtime"},
    "summary": {"framework", "ops", "viz", "minitf"},
    "platform": {"framework", "minitf"},
    "datasets": {"minitf"},
    "as_tensorflow": {"minitf"},
    "scripts": {"as_tensorflow", "minitf"},
    "commands": {"scripts", "minitf"},
}

LATE = {"minitf.kernels.abi": {"minitf.kernels.compiler"}}  # only where a kernel is not in the cache


def _modules() -> dict[str, Path]:
    """Files by the names under which they are imported."""
    found = {}
    for folder, package in (("minitf", ()), ("kernels", ("minitf",))):
        for path in (ROOT / folder).rglob("*.py"):
            parts = [*package, *path.relative_to(ROOT).with_suffix("").parts]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


def _imports(name: str) -> set[str]:
    """The modules of ours that a module imports, at its top or in its functions."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {full if full in MODULES else node.module for full in inner}
    return found & MODULES.keys() - {name}


def _layer(name: str) -> str:
    return (name.split(".") + ["minitf"])[1]


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_only_those_below(layer):
    inside = [name for name in MODULES if _layer(name) == layer]
    assert inside
    foreign = {
        (name, i) for name in inside for i in _imports(name) if _layer(i) not in {layer, *MAY_IMPORT[layer]}
    }
    assert not foreign


def test_no_modules_import_each_other():
    # A package hands out its own parts; what builds on the public names imports `minitf` itself.
    imports = {
        name: {i for i in _imports(name) - LATE.get(name, set()) if not i.startswith(name + ".")} - {"minitf"}
        for name in MODULES
    }
    assert sum(map(len, imports.values())) > 500
    graphlib.TopologicalSorter(imports).prepare()  # raises CycleError, which names them
