"""Graphs as one page that works from a disk: scopes open and close, ops are found, graphs are compared."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

from minitf.viz import style
from minitf.viz.correspond import correspondences
from minitf.viz.dot import drawn_graph
from minitf.viz.outline import Outline
from minitf.viz.page_data import graph_data

_SCRIPTS = ["model", "visible", "dot", "layout", "panzoom", "pane", "panel", "search", "paths", "steps", "keys", "main"]


def to_html(graph=None, other=None, profile=None, path: str | Path | None = None) -> str:
    r"""A graph as an HTML page; all that the page needs is in it, so it opens from a disk without a network.

    graph: the graph to show (default: the default graph); other: a graph to show beside it, such as the same
    network unrolled dynamically: what corresponds is seen when an op or a step is chosen; profile: of
    `tf.profiler.profile`, for the time and bytes of its ops; path: a file that the page is also written to.

    Raises:
      TypeError: if it is given something else than graphs.

    >>> import minitf as tf
    >>> with tf.Graph().as_default() as g:
    ...     total = tf.constant(1.0, name="a") + tf.constant(2.0, name="b")
    >>> to_html(g).partition("\n")[0]
    '<!doctype html>'
    """
    graphs = [graph] if other is None else [graph, other]
    outlines = [Outline(drawn_graph(one, False)) for one in graphs]
    data = {
        "graphs": [graph_data(outline, profile) for outline in outlines],
        "same": correspondences(*outlines) if other is not None else [],
        "kinds": style.KINDS,
        "meanings": style.MEANING,
        "look": {"node": style.NODE, "edge": style.EDGE},
    }
    page = _page(data)
    if path is not None:
        Path(path).write_text(page, "utf-8")
    return page


def _page(data: dict) -> str:
    """The page with its data, styles and scripts."""
    parts = {
        "STYLE": _file("page/page.css"),
        "DATA": json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"),
        "GRAPHVIZ": _worker_source(),
        "SCRIPT": "\n".join(_file(f"page/{name}.js") for name in _SCRIPTS),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _file("page/page.html"))


def _worker_source() -> str:
    """Graphviz, and what has it lay out the texts that a worker is sent.

    A page from a disk may not start a worker from a module, so the last statement, which exports, goes.
    """
    library = _file("vendor/wasm-graphviz.js").rstrip()
    exported = re.search(r"export\{[^}]*?(\w+) as Graphviz[^}]*\};$", library)
    worker = _file("page/worker.js").replace("GRAPHVIZ", exported[1])
    return library[: exported.start()] + "\n" + worker


def _file(name: str) -> str:
    return resources.files("minitf.viz").joinpath(name).read_text("utf-8")
