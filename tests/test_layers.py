"""The layers: what each part may import, and that no modules import each other."""

import ast
import functools
import graphlib
from pathlib import Path

import pytest

from minitf.framework.registry import OPS

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "kernels": set(),
    "framework": set(),
    "formats": {"framework", "kernels"},
    "ops": {"framework", "formats", "kernels"},
    "runtime": {"framework", "kernels"},
    "autodiff": {"framework", "ops"},
    "train": {"framework", "formats", "ops", "autodiff", "graphs", "summary", "minitf"},
    "layers": {"framework", "ops", "minitf"},
    "losses": {"framework", "ops", "minitf"},
    "data": {"framework", "ops", "ragged", "train", "minitf"},
    "lookup": {"framework", "ops", "minitf"},
    "metrics": {"framework", "ops", "losses", "minitf"},
    "rnn": {"framework", "ops", "layers", "minitf"},
    "contrib": {
        "framework",
        "ops",
        "layers",
        "losses",
        "metrics",
        "train",
        "rnn",
        "nn",
        "data",
        "datasets",
        "distributions",
        "lookup",
        "graphs",
        "saved_model",
        "signal",
        "xla",
        "minitf",
    },
    "ragged": {"framework", "ops", "runtime", "minitf"},
    "viz": {"framework", "graphs"},
    "overview": {"framework", "graphs", "viz"},
    "summary": {"framework", "formats", "ops", "graphs", "minitf"},
    "graphs": {"framework", "ops", "runtime", "minitf"},
    "graph_util": {"graphs"},
    "saved_model": {"framework", "graphs", "train", "minitf"},
    "platform": {"framework", "minitf"},
    "signal": {"framework", "ops", "minitf"},
    "spectral": {"ops", "signal"},
    "compat": {"framework"},
    "xla": {"framework", "minitf"},
    "tools": {"framework", "graphs", "minitf"},
    "datasets": {"minitf"},
    "distributions": {"framework", "ops", "minitf"},
    "as_tensorflow": {"out_of_scope", "minitf"},
    "scripts": {"as_tensorflow", "framework", "ops", "runtime", "minitf"},
    "commands": {"kernels", "overview", "profiler", "scripts", "viz", "minitf"},
}

# Only where a kernel is not in the cache.
LATE = {"minitf.kernels.compile.abi": {"minitf.kernels.compile.compiler"}}


def _modules() -> dict[str, Path]:
    """Files by the names under which they are imported."""
    found = {}
    for folder, package in (("minitf", ()), ("kernels", ("minitf",))):
        for path in (ROOT / folder).rglob("*.py"):
            parts = [*package, *path.relative_to(ROOT).with_suffix("").parts]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


@functools.cache
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
    foreign = {(name, i) for name in inside for i in _imports(name) if _layer(i) not in {layer, *MAY_IMPORT[layer]}}
    assert not foreign


def test_no_modules_import_each_other():
    # A package hands out its own parts; what builds on the public names imports `minitf` itself.
    imports = {
        name: {i for i in _imports(name) - LATE.get(name, set()) if not i.startswith(name + ".")} - {"minitf"}
        for name in MODULES
    }
    assert sum(map(len, imports.values())) > 500
    graphlib.TopologicalSorter(imports).prepare()  # raises CycleError, which names them


RUNS_CODE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "allow_pickle", "eval", "exec"}


def runs_code(text: str) -> set[str]:
    """What in a source can run code that it reads from elsewhere."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {getattr(node, "module", "") or ""} | {alias.name for alias in node.names}
        elif isinstance(node, ast.Call):
            found |= {
                k.arg for k in node.keywords if not isinstance(k.value, ast.Constant) or k.value.value is not False
            }
            found |= {node.func.id} if isinstance(node.func, ast.Name) else set()
    return {name.partition(".")[0] for name in found if name} & RUNS_CODE


@pytest.mark.parametrize("folder", ["minitf", "kernels", "examples", "benchmarks"])
def test_nothing_that_is_read_is_run(folder):
    """But the user's script; all machine code loaded is the kernels' (see `kernels/compile/trust.py`)."""
    found = {path: runs_code(path.read_text("utf-8")) for path in (ROOT / folder).rglob("*.py")}
    found.pop(ROOT / "minitf/scripts/runner.py", None)
    assert found and not {str(path): names for path, names in found.items() if names}


def test_what_runs_code_is_found():
    sources = ["import pickle", "from pickle import load", "import marshal as m", "from joblib.x import y"]
    sources += ["np.load(f, allow_pickle=True)", "np.load(f, allow_pickle=given)", "eval(text)", "exec(text)"]
    assert all(map(runs_code, sources))
    assert not any(map(runs_code, ["np.load(f, allow_pickle=False)", "x.eval()", "import pickletools"]))


def test_the_runtime_knows_no_ops():
    """What it has to know of an op stands in its definition, whatever the op is called."""
    found = set()
    for name, path in MODULES.items():
        if _layer(name) == "runtime":
            texts = {n.value for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Constant)}
            found |= {(name.removeprefix("minitf.runtime."), text) for text in texts & OPS.keys()}
    assert {text for _, text in found} == {"Loop", "If", "Arg", "Identity"}, sorted(found)
