"""What a picture is made of: name scopes in each other, bodies of loops and branches, repeated parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from minitf.framework.operation import Operation
from minitf.framework.traversal import bodies_of
from minitf.viz.forward import forward_op
from minitf.viz.repeats import Run, find_runs, inner_runs
from minitf.viz.style import VARIABLES

_HOUSEKEEPING = ("Assign", "read", "initial_value", "IsInitialized/VarIsInitializedOp", "Read/ReadVariableOp")
_WIDE = 100  # children of a group; more are put into parts
_PARTS = 30


class Group:
    """What can be drawn as a box or as one node.

    kind: "graph", "scope", "body" (of a loop or branch), "run" (its children are the copies of a repeated part), "copy"
    or "part" (some of very many). path: of a scope, its name; of others that of the scope around.
    """

    __slots__ = ("kind", "key", "label", "path", "parent", "children", "step", "op")

    def __init__(self, kind: str, key: str, label: str, path: str, parent: Group | None = None):
        self.kind, self.key, self.label, self.path, self.parent = kind, key, label, path, parent
        self.children: list[Group | Operation] = []
        self.step: int | None = None  # of a copy
        self.op: Operation | None = None  # whose body it is

    def groups(self) -> list[Group]:
        """The groups directly in it."""
        return [child for child in self.children if isinstance(child, Group)]

    def ops(self) -> Iterator[Operation]:
        """The operations in it and below."""
        todo = list(self.children)
        while todo:
            child = todo.pop()
            if isinstance(child, Group):
                todo += child.children
            else:
                yield child


class Outline:
    """The groups and operations of a graph.

    root: the outermost group; owners: ops that are drawn as a part of another op, a variable -> that one.
    """

    def __init__(self, graph, only=None, fold: bool = True, fold_variables: bool = True, beside: bool = False, keep=()):
        self.fold, self.fold_variables, self.beside, self.keep = fold, fold_variables, beside, set(keep)
        self.root = Group("graph", "", "", "")
        self.owners: dict[Operation, Operation] = {}
        self.labels: dict[Operation, str] = {}
        self.group_of: dict[Operation, Group] = {}
        self.graphs: list = []  # the graph and its bodies, as far as they are drawn
        self.forward: dict[Operation, Operation] = {}  # gradients that are beside their ops -> those
        todo = [(graph, self.root, "", "")]
        while todo:
            body, group, base, owner = todo.pop()
            self.graphs.append(body)
            ops = body.ops if only is None or body is not graph else [op for op in body.ops if op in only]
            todo += self._fill(ops, group, base, owner)
        self._note_groups()

    def _note_groups(self) -> None:
        """Notes in which group each op ended up."""
        for group in self.groups():
            self.group_of.update((child, group) for child in group.children if isinstance(child, Operation))

    def _fill(self, ops, group: Group, base: str, owner: str) -> list:
        """Puts the ops of a graph or body into a group; returns the bodies that are left to do."""
        owners = _folded(ops) if self.fold_variables else {}
        self.owners.update(owners)
        if self.beside:
            self._note_gradients([op for op in ops if op not in owners])
            owners = {**owners, **self.forward}
        drawn = [op for op in ops if op not in owners]
        runs = find_runs(drawn, owners) if self.fold else []
        _adopt_variables(runs, owners)
        _Filling(self, drawn, base, owner).fill(group, drawn, runs, owners)
        self._dissolve(group)
        _join_chains(group)
        bodies = [body for op in drawn for body in self._bodies(op, owner)]
        if self.fold:
            _split_wide(group)
        return bodies

    def _note_gradients(self, ops: list) -> None:
        """Notes which ops are drawn beside which, as part of their gradients; loops and branches stay."""
        here = {op for op in ops if not bodies_of(op)}
        found = {op: forward for op in ops if op in here and (forward := forward_op(op)) in here}
        self.forward.update((op, _outermost(forward, found)) for op, forward in found.items())
        self.owners.update(self.forward)

    def groups(self) -> list[Group]:
        """All groups, each after the one around it."""
        found = [self.root]
        for group in found:
            found += group.groups()
        return found

    def _bodies(self, op, owner: str) -> list:
        """Groups for the bodies of an op, beside it, and what has to be filled into them."""
        found, parent = [], self.group_of[op]
        for title, body in bodies_of(op).items():
            within = all(inner.name.startswith(op.name + "/") for inner in body.ops)
            base = op.name if within else op.name.rpartition("/")[0]
            group = Group("body", f"{op.name} {title}", title.replace("_", " "), parent.path, parent)
            group.op = op
            parent.children.insert(parent.children.index(op) + 1 + len(found), group)
            found.append((body, group, base, f"{op.name} {title} "))
        return found

    def _dissolve(self, group: Group) -> None:
        """Scopes around which a box would tell nothing hand their ops to the group around."""
        todo = [group]
        while todo:
            outer = todo.pop()
            if not any(_is_small(child, self) for child in outer.groups()):
                todo += outer.groups()
                continue
            children = []
            for child in outer.children:
                if isinstance(child, Group) and _is_small(child, self):
                    children += child.children
                    self._hand_over(child, outer)
                else:
                    children.append(child)
            outer.children = children
            todo += outer.groups()

    def _hand_over(self, inner: Group, outer: Group) -> None:
        for op in inner.children:
            self.group_of[op] = outer
            if len(inner.children) == 1:
                self.labels[op] = _relative(op.name, outer.path)

    def parameters(self) -> dict[Group, int]:
        """How many numbers the trainable variables in each group hold."""
        found: dict[Group, int] = {}
        for variable in self.graphs[0].root.get_collection("trainable_variables"):
            group, size = self.group_of.get(getattr(variable, "op", None)), _size(variable)
            while group is not None:
                found[group] = found.get(group, 0) + size
                group = group.parent
        return found


class _Filling:
    """The ops of one graph or body on their way into groups."""

    def __init__(self, outline: Outline, ops: list, base: str, owner: str):
        self.outline, self.base, self.owner = outline, base, owner
        self.scopes = _scope_paths(op.name for op in ops)  # the names of all scopes
        self.number = 0

    def fill(self, group: Group, ops: list, runs: list[Run], owners: dict) -> None:
        """Puts ops, some of which are in runs, into a group and scopes in it."""
        first = {run.copies[0][0]: run for run in runs}
        inside = {op for run in runs for copy in run.copies for op in copy}
        scopes: dict[str, Group] = {"": group}
        base = group.path if group.kind == "copy" else self.base
        for op in ops:
            if op not in inside:
                scope = self.scope(scopes, base, self.scope_of(op))
                scope.children.append(op)
                self.outline.group_of[op] = scope
                self.outline.labels[op] = _relative(op.name, scope.path or base)
            elif op in first:
                self.fill_run(scopes, base, first[op], owners)

    def fill_run(self, scopes: dict, base: str, run: Run, owners: dict) -> None:
        """Puts a run into the scope that is around all of its ops."""
        paths = [self.scope_of(op).split("/") for copy in run.copies for op in copy]
        around = self.scope(scopes, base, _common(paths))
        self.number += 1
        title = "step" if run.chained else "copy"
        group = Group("run", f"{self.owner}repeat {self.number}", title, around.path, around)
        around.children.append(group)
        for step, copy, inner in zip(run.steps, run.copies, inner_runs(run, owners)):
            one = Group("copy", f"{group.key} {step}", f"{title} {step}", around.path, group)
            one.step = step
            group.children.append(one)
            self.fill(one, copy, inner, owners)

    def scope_of(self, op) -> str:
        """The name of the scope that an op is drawn in: its own, if others are in that."""
        path = op.name
        return path if path in self.scopes else path.rpartition("/")[0]

    def scope(self, scopes: dict, base: str, path: str) -> Group:
        """The group of a scope below `base`, made if there is none."""
        if base and not (path + "/").startswith(base + "/"):
            base = ""
        key = path[len(base) :].strip("/")
        todo = []
        while key not in scopes:
            todo.append(key)
            key = key.rpartition("/")[0]
        for inner in reversed(todo):
            outer = scopes[inner.rpartition("/")[0]]
            whole = f"{base}/{inner}" if base else inner
            prefix = f"{scopes[''].key} " if scopes[""].kind == "copy" else self.owner
            scopes[inner] = Group("scope", prefix + whole, whole.rpartition("/")[2], whole, outer)
            outer.children.append(scopes[inner])
        return scopes[todo[0] if todo else key]


def _common(paths: list[list[str]]) -> str:
    """The scope that is around all of some scopes."""
    first, last = min(paths), max(paths)
    same = next((i for i, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    return "/".join(first[:same])


def _relative(path: str, base: str) -> str:
    return path[len(base) + 1 :] if base and path.startswith(base + "/") else path.rpartition("/")[2]


def _is_small(child, outline: Outline) -> bool:
    """Whether it is a scope with one op, or with one and the constants made for it."""
    if not isinstance(child, Group) or child.kind != "scope" or child.path in outline.keep or child.groups():
        return False
    others = [op for op in child.children if op.name != child.path]
    made_for_it = len(others) < len(child.children) and all(op.type in ("Const", "Arg") for op in others)
    return len(child.children) == 1 or made_for_it


def _join_chains(group: Group) -> None:
    """In copies, a scope that holds nothing but another one is drawn with it as one box."""
    todo = [(group, False)]
    while todo:
        outer, inside = todo.pop()
        inside = inside or outer.kind == "copy"
        for inner in outer.groups() if inside else []:
            while inner.kind == "scope" and len(inner.children) == 1 and inner.groups():
                [only] = inner.groups()
                if only.kind != "scope":
                    break
                only.label, only.parent = f"{inner.label}/{only.label}", outer
                outer.children[outer.children.index(inner)] = only
                inner = only
        todo += [(inner, inside) for inner in outer.groups()]


def _split_wide(group: Group) -> None:
    """Puts the children of groups that have very many into parts."""
    todo = [group]
    while todo:
        wide = todo.pop()
        if wide.kind != "run" and len(wide.children) > _WIDE:
            size = -(-len(wide.children) // _PARTS)
            rows = [wide.children[i : i + size] for i in range(0, len(wide.children), size)]
            wide.children = [_part(wide, i, row) for i, row in enumerate(rows)]
        todo += wide.groups()


def _part(outer: Group, number: int, children: list) -> Group:
    part = Group("part", f"{outer.key} part {number}", f"part {number + 1}", outer.path, outer)
    part.children = children
    for child in part.groups():
        child.parent = part
    return part


def _adopt_variables(runs: list[Run], owners: dict) -> None:
    """Puts variables that only one copy of a run reads into that copy, if each copy has such."""
    adopted: set = set()
    for run in runs:
        rows = [[owners.get(t.op, t.op) for op in copy for t in op.inputs] for copy in run.copies]
        reads = [dict.fromkeys(op for op in row if op.type in VARIABLES) for row in rows]
        readers = Counter(op for row in reads for op in row)
        own = [[op for op in row if readers[op] == 1 and op not in adopted] for row in reads]
        if all(own[1:-1]) and len({len(row) for row in own[1:-1]}) == 1:
            run.copies = [[*variables, *copy] for variables, copy in zip(own, run.copies)]
            adopted.update(op for row in own for op in row)


def _folded(ops) -> dict:
    """The ops that only hold, read or initialize a variable, and its optimizer slots -> the variable."""
    variables = {op.name: op for op in ops if op.type in VARIABLES}
    found = {}
    for op in ops:
        owner, rest = _owner(op.name, variables)
        if owner is not None and (op.name in variables or rest in _HOUSEKEEPING or rest.startswith("Initializer/")):
            found[op] = owner
        elif op.type == "ReadVariableOp" and op.inputs[0].op.name in variables:
            found[op] = op.inputs[0].op
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


def _scope_paths(names) -> set[str]:
    """The names of all scopes that hold an operation."""
    paths: set[str] = set()
    for name in names:
        end = name.rfind("/")
        while end > 0 and name[:end] not in paths:
            paths.add(name[:end])
            end = name.rfind("/", 0, end)
    return paths


def _size(variable) -> int:
    shape = variable.shape
    return shape.num_elements() or 0 if shape.is_fully_defined() else 0
