"""TensorFlow 1's control flow in the nodes of a GraphDef, as the Loops and Ifs that it stands for."""

from __future__ import annotations

from minitf.graphs.conds import with_branches
from minitf.graphs.edits import Nodes
from minitf.graphs.frames import with_loops
from minitf.graphs.stacks import without_stacks
from minitf.graphs.tensor_lists import note_growth

_PRIMITIVES = frozenset(["Switch", "RefSwitch", "Enter", "RefEnter"])


def structured(nodes: dict) -> dict:
    """The nodes, with Loops and Ifs in place of TensorFlow's primitives."""
    if not any(node.op in _PRIMITIVES or node.op == "TensorListReserve" for node in nodes.values()):
        return nodes
    found = Nodes(nodes)
    note_growth(found)
    with_loops(found)
    with_branches(found)
    without_stacks(found)
    return found
