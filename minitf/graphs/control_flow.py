"""TensorFlow 1's control flow in the nodes of a GraphDef, as the Loops and Ifs that it stands for."""

from __future__ import annotations

from minitf.graphs.conds import with_branches
from minitf.graphs.edits import Nodes
from minitf.graphs.frames import paths_of, with_loops
from minitf.graphs.making import is_known
from minitf.graphs.nodes import source_of
from minitf.graphs.spelling import FLOW
from minitf.graphs.stacks import without_stacks
from minitf.graphs.tensor_lists import note_growth

_PRIMITIVES = frozenset(["Switch", "RefSwitch", "Enter", "RefEnter"])
_HANDLES = (20, 21, 120, 121)  # TensorFlow's DataTypes of resources and lists
_ON_HANDLES = ("EmptyTensorList", "Optional", "Stack", "TensorArray", "TensorList")

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


def structured(nodes: dict, plain: bool = False) -> dict:
    """The nodes, with Loops and Ifs in place of TensorFlow's primitives where these are understood.

    plain: where loops have stacks, arrays or lists, they stay as they are; see `has_handles`.
    """
    if not any(node.op in _PRIMITIVES or node.op == "TensorListReserve" for node in nodes.values()):
        return nodes
    _check(nodes)
    kept = _kept(nodes, {name for name, node in nodes.items() if has_handles(node)}, plain) if plain else set()
    while True:
        found = Nodes(nodes, kept, plain)
        note_growth(found)
        with_loops(found)
        with_branches(found)
        without_stacks(found)
        more = _kept(nodes, found.lost | _bereft(found, nodes), plain) - kept
        if not more:
            return found
        kept = kept | more


def _bereft(found: Nodes, nodes: dict) -> set[str]:
    """The nodes that read what was taken for part of a loop or branch only."""
    return {
        name
        for name, node in found.items()
        if any(source in nodes and source not in found for source, _ in map(source_of, node.input))
    }


def _kept(nodes: dict, lost: set, plain: bool) -> set[str]:
    """What has to stay as it is because some of it is not understood: whole loops, all that is in none."""
    if not lost:
        return set()
    paths = paths_of(Nodes(nodes))
    parts: dict = {}
    for name, path in paths.items():
        parts.setdefault(path[:1], set()).add(name)
    touched = {paths[name][:1] for name in lost if name in paths} if lost <= paths.keys() else parts.keys()
    runnable = [parts[part] for part in touched if not part or all(_runs(nodes[name], plain) for name in parts[part])]
    return set().union(*runnable)


def _runs(node, plain: bool) -> bool:
    """Whether a node becomes an op by itself."""
    return is_known(node.op, plain) and (plain or not has_handles(node))


def has_handles(node) -> bool:
    """Whether a node takes or gives stacks, arrays, lists or other things that are no tensors."""
    return node.op.startswith(_ON_HANDLES) or any(value.type in _HANDLES for value in node.attr.values())
