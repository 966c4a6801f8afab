"""Which groups of an outline are open, and so which node each operation is drawn as."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Callable
from dataclasses import dataclass

from minitf.framework.operation import Operation
from minitf.viz import style
from minitf.viz.forward import forward_op
from minitf.viz.outline import Group, Outline

_MOST = (150, 120, 90, 60, 30)  # nodes of a drawing that opens by itself as much as fits
_FIRST, _FIRST_EDGES = (60, 40, 20, 10), 160  # the same for a page at first
_MOST_EDGES = 260  # with more, fewer nodes are drawn, as `dot` takes long


@dataclass(frozen=True)
class Gap:
    """The copies of a run from one to another, drawn as one node: "... 17 more ..."."""

    run: Group
    first: int
    last: int

    @property
    def copies(self) -> list[Group]:
        """The copies that are not drawn."""
        return self.run.groups()[self.first : self.last + 1]


def shown(run: Group) -> list:
    """What is drawn of a run: the first two copies, a gap, the last."""
    copies = run.groups()
    return [*copies[:2], Gap(run, 2, len(copies) - 2), copies[-1]]


def children_of(group: Group) -> list:
    """What is drawn in an open group."""
    return shown(group) if group.kind == "run" else group.children


class View:
    """The open groups, and the node of each operation: itself, the closed group or the gap that it is in."""

    def __init__(self, outline: Outline, opened: Callable[[Group], bool]):
        self.outline, self.opened = outline, opened
        self.node_of: dict = {}
        todo: list = [outline.root]
        while todo:
            item = todo.pop()
            if isinstance(item, Operation):
                self.node_of[item] = item
            elif isinstance(item, Group) and self.is_open(item):
                todo += children_of(item)
            else:
                self._close(item)
        for op, owner in outline.owners.items():
            if owner in self.node_of:
                self.node_of[op] = self.node_of[owner]

    def is_open(self, group: Group) -> bool:
        """Whether a group is drawn as a box around what is in it; the graph and runs have no box."""
        return group.kind in ("graph", "run") or self.opened(group)

    def count_edges(self, pairs: list[tuple]) -> int:
        """How many nodes are connected, given which ops are."""
        ends = {(self.node_of.get(source), self.node_of.get(target)) for source, target in pairs}
        return sum(one is not None and other is not None and one != other for one, other in ends)

    def _close(self, item: Group | Gap) -> None:
        for group in item.copies if isinstance(item, Gap) else [item]:
            for op in group.ops():
                self.node_of[op] = item


def view(outline: Outline, depth: int | None = None, collapse=(), focus: str | None = None) -> View:
    """The view with everything open, if that gives at most 150 nodes or folding is off; else what fits.

    depth: name scopes nested deeper are closed, the others open; collapse: scopes that are closed; focus: a
    scope that is open as far as it fits, and nothing beside it.
    """
    closed = {name.strip("/") for name in collapse}

    def may_open(group: Group) -> bool:
        deep = depth is not None and group.kind == "scope" and group.path.count("/") >= depth
        return not (deep or group.kind == "scope" and group.path in closed) and (
            focus is None or _leads_to(group, focus)
        )

    if focus is not None:
        _check(outline, focus)
    if depth is not None or not outline.fold:
        return View(outline, may_open)
    return _drawn_soon(outline, may_open, _MOST, _MOST_EDGES)


def _drawn_soon(outline: Outline, may_open: Callable, sizes: tuple, most_edges: int) -> View:
    """The view of the largest of some sizes, in nodes, that has no more than some edges."""
    pairs = _pairs(outline)
    for most in sizes:
        found = View(outline, _as_fits(outline, may_open, most).__contains__)
        if found.count_edges(pairs) <= most_edges:
            break
    return found


def first_view(outline: Outline) -> View:
    """What is open where more can be opened: the network, neither its gradients nor what updates it."""
    hidden = {group for op in outline.group_of if _is_training(op) for group in _around(outline, op)[:-1]}
    return _drawn_soon(outline, lambda group: group not in hidden, _FIRST, _FIRST_EDGES)


def _is_training(op) -> bool:
    return forward_op(op) is not None or style.kind(op) == "update"


def _around(outline: Outline, op) -> list[Group]:
    """The groups around an op, the innermost first."""
    found, group = [], outline.group_of[op]
    while group is not None:
        found.append(group)
        group = group.parent
    return found


def _pairs(outline: Outline) -> list[tuple]:
    """What each op reads or waits for, and the op."""
    ops = [op for graph in outline.graphs for op in graph.ops]
    return [(source, op) for op in ops for source in [*[t.op for t in op.inputs], *op.control_inputs]]


def _as_fits(outline: Outline, may_open: Callable[[Group], bool], most: int) -> set[Group]:
    """The groups that can be open together, the outer ones first, then small ones."""
    opened: set[Group] = set()
    number = count = 0
    todo: list = [(0, 0, 0, [outline.root])]
    while todo:
        depth, _, _, groups = heapq.heappop(todo)
        more = sum(_cost(group) for group in groups) - (len(groups) if depth else 0)
        if depth and count + more > most:
            continue
        count += more
        opened.update(groups)
        for unit in [unit for group in groups for unit in _units(group)]:
            if all(map(may_open, unit)):
                number += 1
                heapq.heappush(todo, (depth + 1, sum(map(_cost, unit)), number, unit))
    return opened


def _units(group: Group) -> list[list[Group]]:
    """What can be opened next in a group: each of its groups; of a run, all copies that are drawn."""
    return [
        [one for one in shown(inner) if isinstance(one, Group)] if inner.kind == "run" else [inner]
        for inner in group.groups()
    ]


def _cost(group: Group) -> int:
    """How many nodes are drawn in an open group whose own groups are closed."""
    return sum(4 if isinstance(child, Group) and child.kind == "run" else 1 for child in group.children)


def _leads_to(group: Group, focus: str) -> bool:
    """Whether a scope is the one in focus, in it or around it."""
    path = group.path + "/" if group.path else ""
    return path.startswith(focus + "/") or (focus + "/").startswith(path)


def is_inside(group: Group, focus: str) -> bool:
    """Whether a group is the scope in focus or in it."""
    return (group.path + "/").startswith(focus + "/")


def _check(outline: Outline, focus: str) -> None:
    """ValueError if there is no such scope."""
    paths = {group.path for group in outline.groups()}
    if focus not in paths:
        near = difflib.get_close_matches(focus, paths, 3)
        hint = f"; the nearest are {', '.join(near)}" if near else ""
        raise ValueError(f"focus: the graph has no name scope {focus!r}{hint}")
