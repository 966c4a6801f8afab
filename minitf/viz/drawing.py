"""A `graphviz.Digraph` with boxes as deep as there are scopes, that says what to install without `dot`."""

from __future__ import annotations

import graphviz
from graphviz.quoting import attr_list, quote

_DEEPEST = 40  # boxes: lines further inside are not indented more


class DotNotFoundError(graphviz.ExecutableNotFound):
    """Rendering needs Graphviz's own program; the DOT text does not."""

    def __str__(self):
        return (
            "drawing a picture needs Graphviz's program `dot`, which is not on the PATH: "
            "`apt install graphviz` (Debian, Ubuntu), `brew install graphviz` (macOS). "
            "Without it, .source is the DOT text and .save(path) writes it"
        )


class Drawing(graphviz.Digraph):
    """A `graphviz.Digraph` whose `render`, `pipe` and `view` explain a missing `dot` program."""

    _depth = 0  # how many boxes are open

    def open_box(self, name: str, look: dict) -> None:
        """Begins a cluster; what is drawn until `close_box` is in it."""
        self.body.append(f"{self._indented()}subgraph {quote(name)} {{\n")
        self._depth += 1
        self.body.append(f"{self._indented()}graph{attr_list(kwargs=look)}\n")

    def close_box(self) -> None:
        """Ends the cluster that was begun last."""
        self._depth -= 1
        self.body.append(f"{self._indented()}}}\n")

    def node(self, *args, **kwargs) -> None:
        """Draws a node, as `graphviz.Digraph.node`."""
        super().node(*args, **kwargs)
        self.body[-1] = self._indented()[1:] + self.body[-1]

    def _indented(self) -> str:
        return "\t" * (1 + min(self._depth, _DEEPEST))

    def render(self, *args, **kwargs):
        """Writes the picture, as `graphviz.Digraph.render`; DotNotFoundError without the `dot` program."""
        return _explained(super().render, args, kwargs)

    def pipe(self, *args, **kwargs):
        """The picture's bytes, as `graphviz.Digraph.pipe`; DotNotFoundError without the `dot` program."""
        return _explained(super().pipe, args, kwargs)


def _explained(method, args, kwargs):
    try:
        return method(*args, **kwargs)
    except graphviz.ExecutableNotFound as error:
        raise DotNotFoundError(["dot"]) from error
