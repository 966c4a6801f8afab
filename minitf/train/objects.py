"""What checkpoints of objects hold: objects that name others, and variables at their ends."""

from __future__ import annotations

from minitf.formats import objects
from minitf.formats.objects import Node
from minitf.ops.state.variables import Variable
from minitf.train.optimizer import Optimizer

_ATTRIBUTE, _SLOT = ".ATTRIBUTES", ".OPTIMIZER_SLOT"


def is_trackable(value) -> bool:
    """Whether a checkpoint can hold it: a variable, layer, cell or optimizer, or what has such (`_children`)."""
    return isinstance(value, Variable) or hasattr(type(value), "_children")


class Objects:
    """All objects that one holds, itself first, each once, with the variables that optimizers keep beside others.

    nodes: what checkpoints say of each, in the same order.
    """

    def __init__(self, root):
        self.found, self.nodes = [root], [Node()]
        self._numbers, self._paths = {id(root): 0}, [()]
        for place, each in enumerate(self.found):  # which grows meanwhile
            for name, child in (each._children() if not isinstance(each, Variable) else {}).items():
                path = (*self._paths[place], _escaped(name))
                self.nodes[place].children[name] = self._number(child, path)
        optimizers = [(n, each) for n, each in enumerate(self.found) if isinstance(each, Optimizer)]
        for number, optimizer in optimizers:
            self._add_slots(number, optimizer)
        for each, node, path in zip(self.found, self.nodes, self._paths):
            if isinstance(each, Variable):
                node.name, node.key = each.op.name, "/".join((*path, _ATTRIBUTE, objects.VALUE))

    def _number(self, value, path: tuple) -> int:
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self.found)
            self.found.append(value)
            self.nodes.append(Node())
            self._paths.append(path)
        return self._numbers[id(value)]

    def _add_slots(self, number: int, optimizer: Optimizer) -> None:
        for name in optimizer.get_slot_names():
            for place, variable in enumerate(list(self.found)):
                slot = optimizer.get_slot(variable, name) if isinstance(variable, Variable) else None
                if slot is not None:
                    path = (*self._paths[place], _SLOT, *self._paths[number], _escaped(name))
                    self.nodes[number].slots.append((place, name, self._number(slot, path)))

    def variables(self) -> dict[str, Variable]:
        """The variables by their keys."""
        return {node.key: each for node, each in zip(self.nodes, self.found) if node.key}


def matched(root, nodes: list[Node]) -> dict[int, object]:
    """The objects, of those that one holds, by the numbers of the nodes in a checkpoint that they are."""
    found, waiting = {0: root}, [0]
    while waiting:
        number = waiting.pop(0)
        each = found[number]
        children = {} if isinstance(each, Variable) else each._children()
        for name, child in nodes[number].children.items():
            if name in children and child not in found and 0 <= child < len(nodes):
                found[child] = children[name]
                waiting.append(child)
    for number, optimizer in list(found.items()):
        for variable, name, slot in nodes[number].slots if isinstance(optimizer, Optimizer) else ():
            there = optimizer.get_slot(found[variable], name) if variable in found else None
            if there is not None and 0 <= slot < len(nodes):
                found[slot] = there
    return found


def _escaped(name: str) -> str:
    return name.replace(".", "..").replace("/", ".S")
