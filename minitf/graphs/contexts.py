"""What a meta graph says of lowered loops and branches, of which TensorFlow makes gradients: their contexts.

A node is in a chain of contexts, the outermost first: ("", name) of a loop's frame, (predicate, side) of a branch.
"""

from __future__ import annotations

from collections.abc import Iterator

from minitf.framework import protos
from minitf.framework.collections import GraphKeys
from minitf.graphs.edits import Unrecognized
from minitf.graphs.nodes import MERGES, goes_round, in_order, source_of

Chain = tuple[tuple, ...]
_SWITCHES = ("Switch", "RefSwitch")
_PIVOTS = ("switch_f", "switch_t")


def add_contexts(meta_graph, keys=None) -> None:
    """Writes the contexts of loops and branches of a meta graph's graph, but of those that were made by hand."""
    found = _Contexts({node.name: node for node in meta_graph.graph_def.node})
    for chain in found.inside(()):
        key = GraphKeys.COND_CONTEXT if chain[0][0] else GraphKeys.WHILE_CONTEXT
        if keys is None or key in keys:
            try:
                message = found.described(chain).SerializeToString()
            except Unrecognized:
                continue
            meta_graph.collection_def[key].bytes_list.value.append(message)


class _Contexts:
    """The contexts of a graph's nodes."""

    def __init__(self, nodes: dict):
        self.nodes = nodes
        self.read = {text for node in nodes.values() for text in node.input}
        self.chains: dict[str, Chain] = {}  # the contexts that a node is in
        self.given: dict[tuple, Chain] = {}  # those that a tensor is in, where these are others
        self.members: dict[Chain, list[str]] = {}
        for node in in_order(nodes, ()):
            chain = self.chains[node.name] = self.chain(node)
            for depth in range(1, len(chain) + 1):
                self.members.setdefault(chain[:depth], []).append(node.name)
        self.inner: dict[Chain, list[Chain]] = {}
        for chain in self.members:
            self.inner.setdefault(chain[:-1], []).append(chain)

    def inside(self, outer: Chain) -> list[Chain]:
        """The contexts that are right inside of one."""
        return self.inner.get(outer, [])

    # ---- which node is where

    def chain(self, node) -> Chain:
        """The contexts of a node, all whose inputs have theirs."""
        sources = [source_of(t) for t in node.input]
        read = [self.of(s) for s in sources if not goes_round(self.nodes, node, s[0])]
        if node.op in MERGES:
            return _common(read)
        found = max(read, key=len, default=())
        if node.op == "Enter":
            return (*found, ("", node.attr["frame_name"].s.decode()))
        if node.op == "Exit":
            self.given[node.name, 0] = self.given[node.name, None] = found[:-1]
        return self.switched(node, found) if self.is_choice(node) else found

    def of(self, source: tuple) -> Chain:
        """The contexts that a tensor is in, or an op for which others wait."""
        return self.given.get(source, self.chains[source[0]])

    def is_choice(self, node) -> bool:
        """Whether a node is the Switch of a branch."""
        return node.op in _SWITCHES and self.nodes[source_of(node.input[1])[0]].op != "LoopCond"

    def switched(self, node, found: Chain) -> Chain:
        """The contexts of a Switch: one that brings a value into a branch is in there."""
        predicate = source_of(node.input[1])[0]
        if node.input[0] == node.input[1]:
            predicate = f"{node.name.rpartition('/')[0]}/pred_id"
        for side in (0, 1):
            self.given[node.name, side] = (*found, (predicate, side))
        if node.input[0] == node.input[1]:
            return found
        return (*found, (predicate, int(f"{node.name}:1" in self.read)))

    # ---- what is said of a context

    def described(self, chain: Chain):
        """The message of a context and those inside of it."""
        made = self.branch(chain) if chain[-1][0] else self.loop(chain)
        for inner in self.inside(chain):
            part = {"cond_ctxt" if inner[-1][0] else "while_ctxt": self.described(inner).SerializeToString()}
            made.nested_contexts.append(protos.message("ControlFlowContextDef")(**part).SerializeToString())
        return made

    def loop(self, chain: Chain):
        """The message of a loop."""
        enters = [n for n in self.of_type(chain, "Enter") if not self.nodes[n].attr["is_constant"].b]
        constant = [n for n in self.of_type(chain, "Enter") if self.nodes[n].attr["is_constant"].b]
        conditions = self.of_type(chain, "LoopCond")
        if len(conditions) != 1 or not enters:
            raise Unrecognized(f"loop {chain[-1][1]} has {len(conditions)} conditions")
        merges = [self.reading(chain, e, "Merge") for e in enters]
        switches = [self.reading(chain, m, "Switch") for m in merges]
        exits = [self.reading(chain, s, "Exit") for s in switches]
        return protos.message("WhileContextDef")(
            context_name=chain[-1][1],
            parallel_iterations=self.nodes[enters[0]].attr["parallel_iterations"].i,
            back_prop=True,
            pivot_name=f"{conditions[0]}:0",
            pivot_for_pred_name=f"{merges[0]}:0",
            pivot_for_body_name=f"{self.reading(chain, f'{switches[0]}:1', 'Identity')}:0",
            loop_enter_names=[f"{n}:0" for n in enters],
            loop_exit_names=[f"{n}:0" for n in exits],
            values_def=self.values(chain, {self.nodes[n].input[0]: f"{n}:0" for n in constant}),
        )

    def branch(self, chain: Chain):
        """The message of a branch."""
        predicate, side = chain[-1]
        switches = [n for n in self.of_type(chain, *_SWITCHES) if self.is_choice(self.nodes[n])]
        brought = [n for n in switches if self.nodes[n].input[0] != self.nodes[n].input[1]]
        outside = {self.nodes[n].input[0]: f"{n}:{side}" for n in brought}
        scope = predicate.rpartition("/")[0]
        if predicate not in self.nodes or f"{scope}/{_PIVOTS[side]}" not in self.nodes:
            raise Unrecognized(f"{predicate} is not that of a tf.cond")
        return protos.message("CondContextDef")(
            context_name=f"{scope}/cond_text{'' if side else '_1'}",
            pred_name=f"{predicate}:0",
            pivot_name=f"{scope}/{_PIVOTS[side]}:0",
            branch=side,
            values_def=self.values(chain, {predicate: f"{predicate}:0", **outside}),
        )

    def of_type(self, chain: Chain, *types: str) -> list[str]:
        """The nodes of some types that are right in a context."""
        return [n for n in self.members[chain] if self.nodes[n].op in types and self.chains[n] == chain]

    def reading(self, chain: Chain, text: str, type: str) -> str:
        """The first node of a type in a context that reads a tensor."""
        found = [n for n in self.of_type(chain, type) if text in self.nodes[n].input]
        if not found:
            raise Unrecognized(f"no {type} reads {text}")
        return found[0]

    def values(self, chain: Chain, outside: dict) -> bytes:
        """The message of the tensors in a context, and what stands there for those outside."""
        entry = protos.message("ExternalValue")
        pairs = [entry(key=_full(key), value=value).SerializeToString() for key, value in outside.items()]
        # TensorFlow renames the frames of all Enters among a loop's values when it imports into a scope.
        seen = [text for text in outside if chain[-1][0] or self.nodes[source_of(text)[0]].op != "Enter"]
        inner = dict.fromkeys([*self.tensors(chain), *map(_full, seen)])
        return protos.message("ValuesDef")(values=inner, external_values=pairs).SerializeToString()

    def tensors(self, chain: Chain) -> Iterator[str]:
        for name in self.members[chain]:
            attrs = self.nodes[name].attr
            count = len(attrs["_output_shapes"].list.shape) if "_output_shapes" in attrs else 1  # ops on arrays
            yield from (f"{name}:{k}" for k in range(count))


def _common(chains: list[Chain]) -> Chain:
    """The contexts that all are in."""
    found = min(chains, key=len, default=())
    while any(chain[: len(found)] != found for chain in chains):
        found = found[:-1]
    return found


def _full(text: str) -> str:
    name, index = source_of(text)
    return f"{name}:{index}"
