"""What is known within a body while it is lowered."""

from __future__ import annotations


class Frame:
    """A body being lowered: a whole region, a loop's body, or a branch (out of which nothing is hoisted)."""

    def __init__(self, node=None, branch: bool = False):
        self.nodes: list = []
        self.node, self.branch = node, branch
        self.equal: dict = {}  # counts of which it turned out what others they equal
        self.replaced: dict = {}  # values in terms of these
        self.alike: dict = {}  # of the ops that count something, by type: ops, their inputs and outputs
        self.counted: list = []  # the calls by which counts were found out, of which values, and these
        self.numbers: dict = {}  # numbers that decide sizes, by where they are: tensor, value, and what holds counts
        self.products: dict = {}  # of counts

    def mark(self) -> tuple:
        """How far it is now."""
        return len(self.nodes), dict(self.numbers), dict(self.products), len(self.counted)

    def back_to(self, mark: tuple) -> None:
        """Forgets what has come since."""
        nodes, self.numbers, self.products, counted = mark
        del self.nodes[nodes:], self.counted[counted:]
