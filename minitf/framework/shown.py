"""How graphs, and what is in them, show themselves in notebooks."""

from __future__ import annotations


class Shown:
    """Something that a notebook shows as a picture or a text."""

    __slots__ = ()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return _shows.bundle(self)


def text_of(graph) -> str:
    """A summary of a graph, in lines."""
    return _shows.text(graph)


_shows = None


def set_shows(module) -> None:
    """Sets what shows things: `text(graph)` and `bundle(thing)`, a dict of contents by their MIME types."""
    global _shows
    _shows = module
