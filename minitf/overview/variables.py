"""The variables of a graph as a table."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from minitf.framework.collections import GraphKeys
from minitf.framework.graph import Graph, get_default_graph

_TYPES = {"VariableV2", "VarHandleOp", "Variable"}
_COLUMNS = ("variable", "dtype", "shape", "trainable", "count", "bytes")
_NUMBERS = {"count", "bytes"}


@dataclass(frozen=True)
class Row:
    """A variable; count and bytes are None where its static shape does not tell."""

    name: str
    dtype: str
    shape: str
    trainable: bool
    count: int | None
    bytes: int | None

    def cells(self) -> tuple[str, ...]:
        """What is written in the row."""
        yes = "yes" if self.trainable else ""
        return self.name, self.dtype, self.shape, yes, _number(self.count), _number(self.bytes)


class Variables:
    """The variables of a graph in the order in which they were made; it prints as a table, and `rich.print`
    and notebooks show it as one.
    """

    def __init__(self, rows: list[Row]):
        self.rows = rows

    @property
    def count(self) -> int:
        """How many numbers all variables hold."""
        return sum(row.count or 0 for row in self.rows)

    @property
    def trainable(self) -> int:
        """How many numbers the trainable variables hold."""
        return sum(row.count or 0 for row in self.rows if row.trainable)

    @property
    def bytes(self) -> int:
        """The size of all variables."""
        return sum(row.bytes or 0 for row in self.rows)

    def title(self) -> str:
        """All of it in a line."""
        many = f"{len(self.rows):,} variable{'s' * (len(self.rows) != 1)}"
        return f"{many}, {self.trainable:,} of {self.count:,} values trainable, {size(self.bytes)}"

    def __str__(self):
        lines = [_COLUMNS, *(row.cells() for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines)]
        text = [" ".join(_justified(*cell) for cell in zip(line, widths, _COLUMNS)) for line in lines]
        return "\n".join([self.title(), *(line.rstrip() for line in text)])

    __repr__ = __str__

    def __rich__(self):
        from rich.markup import escape as literal
        from rich.table import Table

        table = Table(title=self.title())
        for column in _COLUMNS:
            table.add_column(column, justify="right" if column in _NUMBERS else "left", overflow="fold")
        for row in self.rows:
            table.add_row(*map(literal, row.cells()))
        return table

    def _repr_html_(self) -> str:
        rows = [_html("th", _COLUMNS), *(_html("td", row.cells()) for row in self.rows)]
        return f"<table><caption>{escape(self.title())}</caption>{''.join(rows)}</table>"


def summary_of(graph=None) -> Variables:
    """The variables of a graph (default: the default graph) with shapes, counts of values and bytes.

    Raises:
      TypeError: if it is no graph.

    >>> import minitf as tf
    >>> w = tf.Variable(tf.zeros([3, 2]), name="w")
    >>> step = tf.Variable(0, trainable=False, name="step")
    >>> print(tf.summary_of())
    2 variables, 6 of 7 values trainable, 28 bytes
    variable dtype   shape  trainable count bytes
    w        float32 (3, 2) yes           6    24
    step     int32   ()                   1     4
    """
    graph = get_default_graph().root if graph is None else graph
    if not isinstance(graph, Graph):
        raise TypeError(f"summary_of takes a tf.Graph, or None for the default one, not {graph!r}")
    trained = {v.op.name for v in graph.get_collection(GraphKeys.TRAINABLE_VARIABLES) if hasattr(v, "op")}
    return Variables([_row(op, op.name in trained) for op in graph.ops if op.type in _TYPES])


def _row(op, trainable: bool) -> Row:
    tensor = op.outputs[0]
    dtype, shape = tensor.dtype.base_dtype, tensor.shape
    count = shape.num_elements()
    known = count is not None and dtype.name != "string"
    text = "?" if shape.rank is None else str(shape)
    return Row(op.name, dtype.name, text, trainable, count, count * dtype.size if known else None)


def size(number: int) -> str:
    """A number of bytes as people read it."""
    for unit, bytes in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if number >= bytes:
            return f"{number / bytes:.1f} {unit}"
    return f"{number} bytes"


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _justified(text: str, width: int, column: str) -> str:
    return text.rjust(width) if column in _NUMBERS else text.ljust(width)


def _html(tag: str, cells) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
