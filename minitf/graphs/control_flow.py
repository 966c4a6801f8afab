"""TensorFlow 1's control flow in the nodes of a GraphDef, as the Loops and Ifs that it stands for."""

from __future__ import annotations

from minitf.graphs.conds import with_branches
from minitf.graphs.edits import Nodes
from minitf.graphs.frames import with_loops
from minitf.graphs.spelling import FLOW
from minitf.graphs.stacks import without_stacks
from minitf.graphs.tensor_lists import note_growth

_PRIMITIVES = frozenset(["Switch", "RefSwitch", "Enter", "RefEnter"])


# The tensors that nodes read by which control flow is recognized, at least.
_INPUTS = {
    **dict.fromkeys(["Enter", "RefEnter", "Exit", "RefExit", "Identity", "LoopCond", "NextIteration", "ZerosLike"], 1),
    **dict.fromkeys(["RefNextIteration", "StackPopV2", "TensorArrayGradV3", "TensorArraySizeV3", "TensorArrayV3"], 1),
    **dict.fromkeys(["Switch", "RefSwitch", "StackPushV2", "TensorListPushBack"], 2),
    **dict.fromkeys(["Add", "AddV2", "Sub", "Less", "Greater", "GreaterEqual", "LogicalAnd", "TensorListReserve"], 2),
    **dict.fromkeys(["Range", "TensorArrayGatherV3", "TensorArrayReadV3", "TensorListGetItem", "TensorListSetItem"], 3),
    **dict.fromkeys(["TensorArrayScatterV3", "TensorArrayWriteV3"], 4),
    "Merge": 1,
    "RefMerge": 1,
    "TensorListLength": 1,
}


def _check(nodes: dict) -> None:
    """ValueError if a node has fewer inputs than its type takes."""
    for name, node in nodes.items():
        needed = _INPUTS.get(node.op, 0)
        given = [text for text in node.input[:needed] if not text.startswith("^")]
        if len(given) < needed and FLOW not in node.attr:
            raise ValueError(f"Node {name!r} of type {node.op}: it takes {needed} inputs, {len(given)} are given")


def structured(nodes: dict) -> dict:
    """The nodes, with Loops and Ifs in place of TensorFlow's primitives."""
    if not any(node.op in _PRIMITIVES or node.op == "TensorListReserve" for node in nodes.values()):
        return nodes
    _check(nodes)
    found = Nodes(nodes)
    note_growth(found)
    with_loops(found)
    with_branches(found)
    without_stacks(found)
    return found
