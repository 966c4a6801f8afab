"""What a picture shows: which operation is drawn as which node, inside which name scope."""

from __future__ import annotations

from minitf.viz import style

_HOUSEKEEPING = ("Assign", "read", "initial_value")


class Scope:
    """A name scope of one graph: the scopes inside it and the operations that stand directly in it."""

    def __init__(self, path: str):
        self.path = path
        self.scopes: dict[str, Scope] = {}
        self.ops: list = []

    def inside(self, name: str) -> Scope:
        """The scope `name` inside this one, made if there is none."""
        if name not in self.scopes:
            self.scopes[name] = Scope(f"{self.path}/{name}" if self.path else name)
        return self.scopes[name]

    def is_small(self) -> bool:
        """Whether a box around it would tell nothing: one operation, or one with the constants made
        for it.
        """
        others = [op for op in self.ops if op.name != self.path]
        made_for_it = len(others) < len(self.ops) and all(op.type in ("Const", "Arg") for op in others)
        return not self.scopes and (len(self.ops) == 1 or made_for_it)

    def count(self) -> int:
        """How many operations are in it and below."""
        total, todo = 0, [self]
        while todo:
            scope = todo.pop()
            total += len(scope.ops)
            todo += scope.scopes.values()
        return total


class Plan:
    """Maps every operation of a graph to the node it is drawn as."""

    def __init__(self, depth: int | None, collapse, fold: bool):
        self.depth, self.collapse, self.fold = depth, {c.strip("/") for c in collapse}, fold
        self.node_of: dict = {}  # operation -> name of its node
        self.kinds: set[str] = set()

    def scopes(self, graph, base: str = "") -> Scope:
        """The tree of name scopes below `base` with the operations to draw; the others become parts
        of nodes.
        """
        folded = _folded(graph.ops) if self.fold else {}
        root, paths = Scope(base), _scope_paths(graph.ops, folded)
        for op in graph.ops:
            if op not in folded:
                self.node_of[op] = self._place(root, op, paths)
        for op, owner in folded.items():
            self.node_of[op] = self.node_of[owner]
        return root

    def _place(self, root: Scope, op, paths: set) -> str:
        scope = root
        inner = (
            op.name[len(root.path) + 1 :] if root.path and op.name.startswith(root.path + "/") else op.name
        )
        parts = inner.split("/")
        for part in parts if op.name in paths else parts[:-1]:
            scope = scope.inside(part)
            if self.is_collapsed(scope.path):
                break
        scope.ops.append(op)
        return scope_node(scope.path) if self.is_collapsed(scope.path) else op.name

    def is_collapsed(self, path: str) -> bool:
        """Whether the scope is drawn as one node."""
        return bool(path) and (
            path in self.collapse or self.depth is not None and path.count("/") >= self.depth
        )


def scope_node(path: str) -> str:
    """The node name of a collapsed scope."""
    return f"scope {path}"


def _folded(ops) -> dict:
    """The ops that only hold, read or initialize a variable, and its optimizer slots -> the variable."""
    variables = {op.name: op for op in ops if op.type in style.VARIABLES}
    found = {}
    for op in ops:
        owner, rest = _owner(op.name, variables)
        if owner is not None and (
            op.name in variables or rest in _HOUSEKEEPING or rest.startswith("Initializer/")
        ):
            found[op] = owner
    return {op: _outermost(owner, found) for op, owner in found.items()}


def _outermost(owner, found: dict):
    """The variable that is drawn: a slot's initializer belongs to the slot, which belongs to its variable."""
    while owner in found:
        owner = found[owner]
    return owner


def _owner(name: str, variables: dict):
    """The variable whose name is the longest proper prefix of `name`, and what follows."""
    end = name.rfind("/")
    while end > 0:
        if name[:end] in variables:
            return variables[name[:end]], name[end + 1 :]
        end = name.rfind("/", 0, end)
    return None, ""


def _scope_paths(ops, folded) -> set[str]:
    """The names of all scopes that hold a drawn operation."""
    paths = set()
    for op in ops:
        if op in folded:
            continue
        end = op.name.rfind("/")
        while end > 0 and op.name[:end] not in paths:
            paths.add(op.name[:end])
            end = op.name.rfind("/", 0, end)
    return paths
