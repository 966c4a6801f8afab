"""Calls of functions in a GraphDef, TensorFlow 2's loops and branches among them, as nodes, Loops and Ifs.

What such a loop keeps for its gradient are lists, to which it appends in each trip, and from whose end the
loop of the gradient takes: the first gives them out slice by slice, the second takes the slices last first.
"""

from __future__ import annotations

from minitf.graphs.cases import as_if
from minitf.graphs.edits import Nodes, Unrecognized, text_of
from minitf.graphs.functions import ABSENT, Function, Instance, Library
from minitf.graphs.nodes import source_of
from minitf.graphs.optionals import READ, SHARED, unite
from minitf.graphs.positions import number_of

_UNREAD = (*ABSENT, "EmptyTensorList")  # what is left of gradients, if nothing reads it
_OPTIONAL = ("OptionalFromValue", "OptionalGetValue")
_PASSING = ("Identity", *_OPTIONAL)
_OPAQUE = (20, 21)  # the DataTypes of handles and of lists
_BOOL, _INT32 = 10, 3


def without_functions(nodes: dict, definitions, plain: bool = False) -> dict:
    """The nodes, with those of functions in place of their calls; plain: lists and optional values stay as they are."""
    library = Library(Nodes(nodes), definitions)
    calls = [name for name, node in nodes.items() if library.is_call(node)]
    if not calls:
        return nodes
    expansion = _Expansion(library, plain)
    expansion.run(calls)
    expansion.finish()
    return library.nodes


class _Expansion:
    """All calls of a GraphDef, one after the other."""

    def __init__(self, library: Library, plain: bool):
        self.library, self.nodes, self.plain = library, library.nodes, plain
        self.other: dict[tuple, str] = {}  # an output of a call -> the tensor that it is
        self.pushed: dict[tuple, str] = {}  # an output of a Loop that is a list -> what it appends
        self.came: dict[tuple, str] = {}  # what hands on one value of many -> that value, where it was made
        self.trips: dict[str, str] = {}  # a Loop -> how often it ran

    def run(self, calls: list[str]) -> None:
        """Expands calls, those first on which others depend, and all that is in one before the next."""
        pending, waiting, todo = set(calls), set(), calls[::-1]
        while todo:
            name = todo[-1]
            needed = []
            if name in pending and name not in waiting:
                sources = {source_of(self.origin(text))[0] for text in self.data(self.nodes[name])}
                needed = [source for source in sources & pending if source not in waiting]
                waiting.add(name)
            if needed:
                todo += needed
                continue
            todo.pop()
            if name in pending:
                pending.remove(name)
                inner = self.expand(self.nodes[name])
                pending.update(inner)
                todo += inner[::-1]

    def expand(self, node) -> list[str]:
        """Puts nodes in the place of a call; returns the calls among them."""
        rules = {"While": self.loop, "StatelessWhile": self.loop, "If": self.branch, "StatelessIf": self.branch}
        try:
            if node.op in ("Case", "StatelessCase"):
                as_if(self.library, node)
            instances = rules.get(node.op, self.call)(node)
        except Unrecognized as reason:
            self.nodes.give_up([node.name], f"the call {node.name!r} is not understood: {reason}")
            return []
        return [name for instance in instances for name in instance.calls]

    @staticmethod
    def data(node) -> list[str]:
        """The tensors that a node reads."""
        return [text for text in node.input if not text.startswith("^")]

    @staticmethod
    def waits(node) -> list[str]:
        """What a node waits for."""
        return [text for text in node.input if text.startswith("^")]

    def origin(self, text: str) -> str:
        """What a tensor is, past identities, calls and what is appended to lists."""
        seen = set()
        while text not in seen:
            seen.add(text)
            source = source_of(text)
            node = self.nodes.get(source[0])
            if source in self.other or source in self.came:
                text = self.other[source] if source in self.other else self.came[source]
            elif node is not None and node.op in _PASSING and len(self.data(node)) == 1:
                text = self.data(node)[0]
        return text_of(source_of(text))

    def result(self, text: str, name: str, place: list[str], waits: list[str]) -> str:
        """A result of a body as a tensor of a node that is in it, and stays."""
        source = source_of(text)
        stays = source[0] in self.nodes and not self.library.is_call(self.nodes[source[0]])
        if stays and not waits and [*self.nodes.place(source[0])] == place:
            return text
        return self.add(name, "Identity", [text, *waits], place)

    def add(self, name: str, op: str, inputs: list[str], place: list[str], **attrs) -> str:
        """A new node at a place."""
        return self.nodes.add(name, op, inputs, **attrs, **({"_body": place} if place else {}))

    def truth(self, text: str, name: str, place: list[str], kind: int) -> str:
        """A bool, whatever decides."""
        if kind in (0, _BOOL):
            return text
        made = self.add(name, "Cast", [text], place)
        self.nodes[made].attr["SrcT"].type, self.nodes[made].attr["DstT"].type = kind, _BOOL
        return made

    def give(self, node, results: list[str | None], waits: list[str]) -> None:
        """Has what reads a call read its results, and a node of its name stand for it."""
        self.other.update({(node.name, k): text for k, text in enumerate(results) if text is not None})
        types = [t for key in ("T", "Tout") if key in node.attr for t in node.attr[key].list.type]
        shown = results and None not in results and not self.nodes.place(node.name)
        shown = shown and len(types) >= len(results) and not set(types) & {*_OPAQUE}
        place = self.nodes.place(node.name)
        waits = [*waits, *(f"^{source_of(text)[0]}" for text in results if text is not None and not shown)]
        del self.nodes[node.name]
        self.add(
            node.name, "IdentityN" if shown else "NoOp", [*(results if shown else ()), *dict.fromkeys(waits)], [*place]
        )

    # ---- calls

    def call(self, node) -> list[Instance]:
        """A plain call."""
        key = None if node.op in self.library.definitions else "f"
        function, place = self.library.function(node, key), [*self.nodes.place(node.name)]
        made = self.library.put(function, node, node.name, self.data(node), place, self.waits(node))
        results = made.results
        if made.waited:
            results = [self.result(text, f"{node.name}/result", place, made.waited) for text in results]
        self.give(node, results, [*made.waited, *self.waits(node)])
        return [made]

    # ---- branches

    def branch(self, node) -> list[Instance]:
        """An If."""
        name = self.nodes.free(f"{node.name}/If")
        predicate, *given = self.data(node)
        ways, place = [], [*self.nodes.place(node.name)]
        if not self.plain:
            unite(self.library, [node.attr[role].func.name for role in ("then_branch", "else_branch")])
        for role in ("then_branch", "else_branch"):
            function = self.library.function(node, role)
            ways.append(self.library.put(function, node, f"{node.name}/{role}", given, [name, role]))
        acts = any(way.waited for way in ways)
        results = [self.results_of(way, [name, role], acts) for way, role in zip(ways, ("then_branch", "else_branch"))]
        pairs = list(zip(*results))
        order = sorted(range(len(pairs)), key=lambda k: "" in pairs[k])
        order = [k for k in order if any(pairs[k])]
        then, otherwise = ([_full(pairs[k][side]) for k in order] for side in (0, 1))
        inner = dict.fromkeys(text for k in order for text in pairs[k] if text)
        predicate = self.truth(predicate, f"{name}/pred", place, node.attr["Tcond"].type)
        self.add(name, "If", [predicate, *inner, *self.waits(node)], place, _inputs=1, _then=then, _else=otherwise)
        outputs = {k: text_of((name, i)) for i, k in enumerate(order)}
        self.came |= {(name, i): max(pairs[k]) for i, k in enumerate(order) if "" in pairs[k]}
        results = [outputs.get(k) for k in range(len(node.attr["Tout"].list.type))]
        self.give(node, results, [self.ran(name, place) if order else f"^{name}"])
        return ways

    def ran(self, name: str, place: list[str]) -> str:
        """What waits for all that a Loop or If does: for a result, as what nobody needs is not done."""
        return f"^{self.add(f'{name}/ran', 'Identity', [name], place)}"

    def results_of(self, way: Instance, place: list[str], acts: bool) -> list[str]:
        """The results of a branch, "" for those that only the other one has."""
        texts = way.results or [self.constant(place)] * acts  # or nothing would ask for what it does
        found = []
        for k, text in enumerate(texts):
            maker = self.nodes.get(source_of(self.origin(text))[0])
            absent = maker is not None and maker.op in (ABSENT[:1] if self.plain else ABSENT)
            found.append("" if absent else self.result(text, f"{'/'.join(place)}/{k}", place, way.waited))
        return found

    def constant(self, place: list[str]) -> str:
        """A bool in a body."""
        made = self.add(f"{'/'.join(place)}/true", "Const", [], place)
        node = self.nodes[made]
        node.attr["dtype"].type = node.attr["value"].tensor.dtype = _BOOL
        node.attr["value"].tensor.bool_val.append(True)
        return made

    # ---- loops

    def loop(self, node) -> list[Instance]:
        """A Loop."""
        return _Loop(self, node).rewrite()

    def finish(self) -> None:
        """Has all nodes read what the outputs of calls are, and optional values be the values."""
        for node in self.nodes.values():
            self.open(node)
            texts = [self.final(text) for text in node.input]
            if texts != list(node.input):
                node.ClearField("input")
                node.input.extend(texts)
        read = {source_of(text)[0] for node in self.nodes.values() for text in node.input}
        for name in [n for n, node in self.nodes.items() if node.op in _UNREAD and n not in read]:
            del self.nodes[name]

    def open(self, node) -> None:
        """Makes of an optional value the value, and forgets the shapes of what is no tensor here."""
        optional = node.op in _OPTIONAL and len(self.data(node)) == 1 and not self.plain
        if optional and SHARED in node.attr:
            cast = {"SrcT": node.attr["Toutput_types"].list.type[0], "DstT": node.attr[SHARED].type}
            _become(node, "Cast", list(node.input), **cast)
        elif optional and self.library.noted and _gives_tensor(node):
            _become(node, READ, list(node.input), dtype=node.attr["output_types"].list.type[0])
        elif optional:
            _become(node, "Identity", list(node.input))
        elif "T" in node.attr and node.attr["T"].type in _OPAQUE:
            node.attr.pop("_output_shapes", None)

    def final(self, text: str) -> str:
        """What is read instead of an output of a call."""
        seen = set()
        while (source := source_of(text)) in self.other and text not in seen:
            seen.add(text)
            text = self.other[source]
        return text


class _Loop:
    """One While."""

    def __init__(self, expansion: _Expansion, node):
        self.expansion, self.node, self.nodes = expansion, node, expansion.nodes
        library = expansion.library
        self.body, self.condition = library.function(node, "body"), library.function(node, "cond")
        self.inputs, self.place = expansion.data(node), [*self.nodes.place(node.name)]
        counts = {len(self.inputs), len(self.body.arguments), len(self.body.results)}
        if counts != {len(self.condition.arguments)} or len(self.condition.results) != 1:
            raise Unrecognized("its functions are not of its variables")
        self.name = self.nodes.free(f"{node.name}/Loop")
        self.kinds = [self.kind(i) for i in range(len(self.inputs))]
        if "carried" not in self.kinds:
            raise Unrecognized("no variable of it changes")

    def of_kind(self, kind: str) -> list[int]:
        """The variables of a kind."""
        return [i for i, found in enumerate(self.kinds) if found == kind]

    def kind(self, i: int) -> str:
        """What happens to a variable in each trip."""
        argument, result = self.body.arguments[i], self.body.behind(self.body.results[i])
        if result == argument:
            return "fixed"
        maker, origin = self.body.node(result), self.expansion.origin(self.inputs[i])
        if self.expansion.plain or maker is None or maker.input[:1] != [argument] or not self.is_list_only(i):
            return "carried"
        start = self.nodes.get(source_of(origin)[0])
        if maker.op == "TensorListPushBack" and start is not None and start.op == "EmptyTensorList":
            return "grows"
        shrinks = maker.op == "TensorListPopBack" and source_of(origin) in self.expansion.pushed
        return "shrinks" if shrinks and result.endswith(":output_handle:0") else "carried"

    def is_list_only(self, i: int) -> bool:
        """Whether one node of the body reads a variable, and none of the condition."""
        return len(self.body.readers(self.body.arguments[i])) == 1 and not self.condition.readers(
            self.condition.arguments[i]
        )

    # ---- counting

    def counts(self, i: int) -> bool:
        """Whether a variable is the number of trips so far."""
        if self.kinds[i] != "carried" or self.node.attr["T"].list.type[i] != _INT32:
            return False
        start = self.nodes.get(source_of(self.expansion.origin(self.inputs[i]))[0])
        maker = self.body.node(self.body.behind(self.body.results[i]))
        if number_of(start) != 0 or maker is None or maker.op not in ("Add", "AddV2"):
            return False
        read = [self.body.behind(text) for text in self.expansion.data(maker)]
        steps = [number_of(self.body.node(text)) for text in read if text != self.body.arguments[i]]
        return steps == [1]

    def limit(self) -> str:
        """The number of trips of a loop that takes slices: as many as there are.

        Raises:
          Unrecognized: if it may make fewer.
        """
        less = self.condition.node(self.condition.behind(self.condition.results[0]))
        if less is not None and less.op == "Less":
            arguments = [self.condition.behind(text) for text in self.expansion.data(less)]
            if all(text in self.condition.arguments for text in arguments):
                i, n = map(self.condition.arguments.index, arguments)
                if self.counts(i) and self.kinds[n] == "fixed" and self.takes_all(self.inputs[n]):
                    return self.inputs[n]
        raise Unrecognized("it does not make as many trips as the loop that filled the lists it empties")

    def takes_all(self, count: str) -> bool:
        """Whether a number is that of the trips of the loops that filled the lists."""
        origins = {source_of(self.expansion.origin(self.inputs[i]))[0] for i in self.of_kind("shrinks")}
        return {self.expansion.trips[name] for name in origins} == {self.expansion.origin(count)}

    # ---- making it

    def rewrite(self) -> list[Instance]:
        """Makes the Loop."""
        count = [self.limit()] if self.of_kind("shrinks") else []
        body = self.put(self.body, "body")
        pushes = [self.push(body, i) for i in self.of_kind("grows")]
        slices = [self.pop(body, i) for i in self.of_kind("shrinks")]
        place, carried, made = [self.name, "body"], self.of_kind("carried"), [body]
        results = body.results
        nexts = [self.expansion.result(results[i], f"{self.name}/next", place, body.waited) for i in carried]
        attrs = {
            "_carry": self.arguments("body"),
            "_nexts": [*map(_full, nexts)],
            "_stacked": [*map(_full, pushes)],
            "_saved": [*range(len(pushes))],
        }
        inner = [*nexts, *pushes]
        if count:
            attrs |= {"_slices": [*map(_full, slices)], "_reverse": True, "_ragged": [*range(len(slices))]}
        else:
            made.append(self.put(self.condition, "condition"))
            inner.append(self.tested(made[1]))
            attrs |= {"_condition_carry": self.arguments("condition"), "_condition": [_full(inner[-1])]}
        own = [self.inputs[i] for i in [*carried, *self.of_kind("shrinks")]] + count
        self.expansion.add(
            self.name,
            "Loop",
            [*own, *dict.fromkeys(inner), *self.expansion.waits(self.node)],
            self.place,
            _inputs=len(own),
            _open=True,
            **attrs,
        )
        self.give(carried, pushes)
        return made

    def put(self, function: Function, role: str) -> Instance:
        """Adds the nodes of the body or condition."""
        given = [self.argument(i, role) if kind == "carried" else self.inputs[i] for i, kind in enumerate(self.kinds)]
        scope = f"{self.node.name}/{role}"
        return self.expansion.library.put(function, self.node, scope, given, [self.name, role])

    def argument(self, i: int, role: str) -> str:
        """Adds the argument by which a body sees a variable."""
        name = self.expansion.add(f"{self.name}/{role}/{i}", "Arg", [self.inputs[i]], [self.name, role])
        shapes = self.node.attr["output_shapes"].list.shape
        if i < len(shapes):
            self.nodes[name].attr["_invariant"].shape.CopyFrom(shapes[i])
        return name

    def arguments(self, role: str) -> list[str]:
        """The arguments of a body, in order."""
        return [f"{self.name}/{role}/{i}:0" for i in self.of_kind("carried")]

    def tested(self, condition: Instance) -> str:
        """What decides whether there is another trip."""
        place, [text] = [self.name, "condition"], condition.results
        text = self.expansion.result(text, f"{self.name}/test", place, condition.waited)
        return self.expansion.truth(text, f"{self.name}/true", place, self.condition.types[0])

    def push(self, body: Instance, i: int) -> str:
        """Makes of the node that appends to a list one that passes the value on, which is given out."""
        made = self.nodes[body.names[self.body.node(self.body.behind(self.body.results[i])).name]]
        _become(made, "Identity", [self.expansion.data(made)[1], *self.expansion.waits(made)])
        return made.name

    def pop(self, body: Instance, i: int) -> str:
        """Makes of the node that takes from a list an argument that takes slices."""
        made = self.nodes[body.names[self.body.node(self.body.behind(self.body.results[i])).name]]
        _become(made, "Arg", [self.inputs[i]])
        origin = source_of(self.expansion.origin(self.inputs[i]))
        self.expansion.came[made.name, 0] = self.expansion.pushed[origin]
        self.expansion.other[made.name, 1] = made.name
        return made.name

    def give(self, carried: list[int], pushes: list[str]) -> None:
        """Has what reads the While read the Loop."""
        trips = text_of((self.name, len(carried)))
        self.expansion.trips[self.name] = trips
        results = list(self.inputs)
        for place, i in enumerate(carried):
            results[i] = trips if self.counts(i) else text_of((self.name, place))
        for k, i in enumerate(self.of_kind("grows")):
            source = self.name, len(carried) + 1 + k
            results[i], self.expansion.pushed[source] = text_of(source), pushes[k]
        self.expansion.give(self.node, results, [self.expansion.ran(self.name, self.place)])


def _become(node, op: str, inputs: list[str], **types: int) -> None:
    """Makes another op of a node, in the same body."""
    node.op = op
    for key in [key for key in node.attr if key != "_body"]:
        del node.attr[key]
    for key, kind in types.items():
        node.attr[key].type = kind
    node.ClearField("input")
    node.input.extend(inputs)


def _gives_tensor(node) -> bool:
    """Whether a node takes a tensor out of an optional value."""
    types = node.attr["output_types"].list.type
    return node.op == "OptionalGetValue" and len(types) == 1 and types[0] not in _OPAQUE


def _full(text: str) -> str:
    name, index = source_of(text) if text else ("", 0)
    return f"{name}:{index}" if text else ""
