"""What a loop of TensorFlow's keeps for its gradient on stacks, as slices that a Loop gives out and takes."""

from __future__ import annotations

from minitf.graphs.edits import Nodes


class History:
    """What one frame pushes and pops."""

    counted = False

    def __init__(self):
        self.pushes: dict[str, str] = {}  # a push -> the tensor that it keeps
        self.stacked: list[str] = []
        self.loop = ""

    def slices(self) -> list[str]:
        return []

    def count(self) -> list[str]:
        return []

    def attrs(self) -> dict:
        return {}


class Stacks:
    """All stacks of a graph."""

    def __init__(self, nodes: Nodes):
        self.nodes = nodes

    def of(self, frame) -> History:
        """The history of a frame."""
        return History()

    def clear(self) -> None:
        """Takes out what is not needed any more."""
