"""The pages of the API reference, a page for each namespace."""

import importlib
import inspect
import shutil
from pathlib import Path

NAMESPACES = {
    "minitf": "What stands in `tf` itself: graphs, ops, variables, control flow, gradients, sessions.",
    "minitf.nn": "Neural networks: activations, losses, convolutions, recurrent networks.",
    "minitf.nn.rnn_cell": "Cells of recurrent networks.",
    "minitf.contrib.rnn": "More cells and wrappers, and functions that run them.",
    "minitf.contrib.seq2seq": "Decoders, attention, losses of sequences.",
    "minitf.layers": "Layers.",
    "minitf.losses": "Losses, and the collection of them.",
    "minitf.train": "Optimizers, learning rates, checkpoints, queues, sessions that look after themselves.",
    "minitf.summary": "Event files for TensorBoard.",
    "minitf.viz": "Pictures of graphs.",
    "minitf.profiler": "Where the time of a run goes.",
    "minitf.graph_util": "Graphs as messages.",
}


def write(folder: Path) -> None:
    """Writes the pages into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    titles = [f"{name.replace('minitf', 'tf', 1)} <{name}>" for name in NAMESPACES]
    listed = "\n".join(["# API reference", "", "```{toctree}", *titles, "```", ""])
    (folder / "index.md").write_text(listed)
    seen: set[int] = set()
    for name, text in sorted(NAMESPACES.items(), key=lambda item: -item[0].count(".")):
        (folder / f"{name}.md").write_text(_page(name, text, seen))


def _page(name: str, text: str, seen: set[int]) -> str:
    """A page; what stands in an inner namespace already is only named there."""
    short = name.replace("minitf", "tf", 1)
    module = importlib.import_module("minitf")
    for part in name.split(".")[1:]:
        module = getattr(module, part)
    lines = [f"# {short}", "", text, "", "```{eval-rst}", f".. currentmodule:: {module.__name__}", ""]
    for key, value in sorted(vars(module).items(), key=lambda item: item[0].lower()):
        if _is_public(key, value) and id(value) not in seen:
            seen.add(id(value))
            kind = "class" if inspect.isclass(value) else "function"
            members = ["   :members:"] if kind == "class" else []
            lines += [f".. auto{kind}:: {module.__name__}.{key}", *members, ""]
    return "\n".join([*lines, "```", ""])


def _is_public(key: str, value) -> bool:
    home = getattr(value, "__module__", None) or ""
    is_code = inspect.isclass(value) or inspect.isfunction(value)
    return not key.startswith("_") and is_code and home.startswith("minitf") and bool(value.__doc__)
