"""A `graphviz.Digraph` that says what to install where the `dot` program is missing."""

from __future__ import annotations

import graphviz


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
