"""The nodes of a GraphDef: what they are called, what they read, and in which order they can become ops."""

from __future__ import annotations

import functools
import heapq
import re

MERGES = ("Merge", "RefMerge")
NEXTS = ("NextIteration", "RefNextIteration")
_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9_.\\/>-]*")


@functools.lru_cache(maxsize=1 << 16)  # each input is looked at again and again
def source_of(text: str) -> tuple[str, int | None]:
    """The node that an input names, and which of its outputs; None for a control input.

    >>> source_of("a/b"), source_of("a/b:2"), source_of("^a/b")
    (('a/b', 0), ('a/b', 2), ('a/b', None))
    """
    if text.startswith("^"):
        return text[1:], None
    name, colon, index = text.rpartition(":")
    if not colon:
        return text, 0
    return (name, int(index)) if index.isdecimal() and len(index) < 6 else (text, 0)


def by_name(nodes) -> dict:
    """Nodes by their names; ValueError if two share one, or a name cannot be."""
    found = {}
    for node in nodes:
        if not _NAME.fullmatch(node.name):
            raise ValueError(f"Node name {node.name[:60]!r} is not a name for an op")
        if node.name in found:
            raise ValueError(f"Node {node.name!r} is not unique: there are two of this name")
        found[node.name] = node
    return found


def in_order(nodes: dict, given) -> list:
    """The nodes, each after those that it reads, in their own order as far as that goes.

    given: names of nodes' outputs that are there already. ValueError if nodes read what is not there, or
    depend on each other.
    """
    places = {name: i for i, name in enumerate(nodes)}
    waiting, readers = {}, {}
    for name, node in nodes.items():
        needed = {source for source, index in map(source_of, node.input) if (source, index) not in given}
        needed -= {source for source in needed if goes_round(nodes, node, source)}
        missing = [source for source in needed if source not in nodes]
        if missing:
            raise ValueError(f"Node {name!r}: Unknown input node {min(missing)!r}")
        waiting[name] = len(needed)
        for source in needed:
            readers.setdefault(source, []).append(name)
    ready, found = [places[name] for name, count in waiting.items() if not count], []
    heapq.heapify(ready)
    names = list(nodes)
    while ready:
        name = names[heapq.heappop(ready)]
        found.append(nodes[name])
        for reader in readers.get(name, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, places[reader])
    if len(found) < len(nodes):
        raise cycle([name for name, count in waiting.items() if count])
    return found


def goes_round(nodes: dict, node, source: str) -> bool:
    """Whether a node reads in a loop's next trip what `source` gives in this one."""
    return node.op in MERGES and source in nodes and nodes[source].op in NEXTS


def cycle(names: list[str]) -> ValueError:
    """The error that nodes wait for each other."""
    return ValueError(f"nodes depend on each other in a cycle: {', '.join(names[:5])}, ...")
