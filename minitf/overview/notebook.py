"""What notebooks show of graphs, ops, tensors, sessions and profiles."""

from __future__ import annotations

import shutil

from minitf.framework.graph import Graph
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.overview.text import text

_WIDTH = 960  # pixels, which the page may make smaller

__all__ = ["bundle", "text"]


def bundle(thing) -> dict[str, str]:
    """The contents by MIME type: a text, and a picture where Graphviz's program `dot` is there."""
    found = {"text/plain": _described(thing)}
    if shutil.which("dot"):
        found["image/svg+xml"] = _fitted(_drawing(thing).pipe("svg", encoding="utf-8"))
    return found


def _described(thing) -> str:
    if isinstance(thing, (Operation, Tensor)):
        return repr(thing)
    if isinstance(thing, Graph):
        return text(thing)
    if hasattr(thing, "to_dot"):
        return str(thing)
    return f"{type(thing).__name__} ({'closed' if thing.closed else 'open'}) of\n{text(thing.graph)}"


def _drawing(thing):
    from minitf.viz import to_dot
    from minitf.viz.neighbours import neighbours

    if isinstance(thing, Graph):
        return to_dot(thing, legend=False)
    if isinstance(thing, (Operation, Tensor)):
        return neighbours(thing.op)
    if hasattr(thing, "to_dot"):
        return thing.to_dot(legend=False)
    return to_dot(thing.graph, legend=False)


def _fitted(svg: str) -> str:
    """A picture that is no wider than the page that shows it."""
    return svg.replace("<svg ", f'<svg style="max-width: min(100%, {_WIDTH}px); height: auto" ', 1)
