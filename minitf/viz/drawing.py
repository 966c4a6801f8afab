"""A `graphviz.Digraph` with boxes as deep as there are scopes, that says what to install without `dot`."""

from __future__ import annotations

import html
import re

import graphviz
from graphviz import nohtml
from graphviz.quoting import attr_list, quote

_DEEPEST = 40  # boxes: lines further inside are not indented more
_LONGEST = {"label": 80, "xlabel": 80}  # characters in a line
_LONGEST_ID = 500
_LINES = 20
_PLAIN = re.compile(r"[\w./>' \\-]+", re.ASCII)
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # no picture can have them


class DotNotFoundError(graphviz.ExecutableNotFound):
    """Rendering needs Graphviz's own program; the DOT text does not."""

    def __str__(self):
        return (
            "drawing a picture needs Graphviz's program `dot`, which is not on the PATH: "
            "`apt install graphviz` (Debian, Ubuntu), `brew install graphviz` (macOS). "
            "Without it, .source is the DOT text and .save(path) writes it"
        )


class Drawing(graphviz.Digraph):
    """A `graphviz.Digraph` whose `render`, `pipe` and `view` explain a missing `dot` program.

    Any text may be a label: it is drawn as it is, cut where it is long.
    """

    _depth = 0  # how many boxes are open

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._taken: set[str] = set()

    def free_id(self, name: str) -> str:
        """A name for a node or cluster: the one given, as far as DOT can have it and none has it."""
        kind = name.partition(" ")[0] if name.startswith("cluster ") else "node"
        plain = name if len(name) <= _LONGEST_ID and _PLAIN.fullmatch(name) else f"{kind} {len(self._taken)}"
        while plain in self._taken:
            plain += "'"
        self._taken.add(plain)
        return plain.replace("\\", "\\\\")

    def open_box(self, name: str, look: dict) -> None:
        """Begins a cluster; what is drawn until `close_box` is in it."""
        self.body.append(f"{self._indented()}subgraph {quote(nohtml(self.free_id(name)))} {{\n")
        self._depth += 1
        self.body.append(f"{self._indented()}graph{_attributes(look)}\n")

    def close_box(self) -> None:
        """Ends the cluster that was begun last."""
        self._depth -= 1
        self.body.append(f"{self._indented()}}}\n")

    def node(self, name: str, label: str, beside: str | None = None, **look) -> None:
        """Draws a node; with `beside`, a second text on the right of its label."""
        texts = attr_list(kwargs={"label": _table(label, beside)})[:-1] if beside else ""
        shown = _attributes({"label": None if beside else label, **look})
        shown = f"{texts} {shown[2:]}" if beside else shown
        self.body.append(f"{self._indented()}{quote(nohtml(name))}{shown}\n")

    def edge(self, tail: str, head: str, **look) -> None:
        """Draws an edge."""
        ends = f"{quote(nohtml(tail))} -> {quote(nohtml(head))}"
        self.body.append(f"{self._indented()}{ends}{_attributes(look)}\n")

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


def _attributes(look: dict) -> str:
    shown = {key: value for key, value in look.items() if value is not None}
    return attr_list(kwargs={k: _text(v, _LONGEST.get(k, _LONGEST_ID)) for k, v in shown.items()})


def _table(left: str, right: str) -> str:
    """Two texts beside each other, in Graphviz's HTML."""
    cells = ["<BR/>".join(html.escape(line) for line in _lines(text, _LONGEST["label"])) for text in (left, right)]
    row = f'<TD>{cells[0]}</TD><VR/><TD><FONT COLOR="#a03030" POINT-SIZE="9">{cells[1]}</FONT></TD>'
    return f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="3"><TR>{row}</TR></TABLE>>'


def _lines(text: str, longest: int) -> list[str]:
    return [_UNSEEN.sub("\ufffd", _cut(line, longest)) for line in text.split("\n")[:_LINES]]


def _text(text: str, longest: int) -> str:
    """A text for Graphviz, which reads backslashes, entities and HTML in it."""
    shown = "\n".join(_lines(text, longest)).replace("&", "&amp;").replace("\\", "\\\\")
    return nohtml(shown.replace("\n", "\\n"))


def _cut(line: str, longest: int) -> str:
    """A line without its middle, if it is long."""
    half = longest // 2
    return line if len(line) <= longest else f"{line[:half]}...{line[-half:]}"
