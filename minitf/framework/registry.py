"""The op registry: everything minitf knows of an op type stands in one `OpDef`.

An op is defined once, in the module of its family:

    define("Tanh", "x: T -> y: T", T=dtypes.FLOAT, shape=same_shape,
           grad=lambda op, g: apply("TanhGrad", op.outputs[0], g),
           numpy=lambda op, x: np.tanh(x), kernel=unary(elementwise.tanh))

- signature: names and types of inputs and outputs, and behind the inputs, after a `;`, the attributes: names,
  kinds and defaults, as in "a: T, b: T; transpose_a: bool = False -> product: T". `T` is a type variable (an
  attribute of the op, which its inputs tell or which is declared), `int32` a fixed type, `&T` a variable's own
  memory (a ref), `*T` a list of tensors of one type, as many as attribute `N` says, `num*T` one that attribute
  `num` counts, `**Tin` a list of tensors of the types in attribute `Tin`, `**` one of inputs of any types.
  `[]` after the type of an input says that it is a scalar, `[n]` a vector, `[n, 2]` a matrix of two columns,
  `[n, ...]` that it has one axis at least; inputs that name the same size have it in common. That is asked
  when the op is made and, where shapes were not known, by both executors before the op runs: no rule meets
  other shapes. `~` before a size, or before all of them, says that they are only asked when the op runs, as in
  TensorFlow: the error is then an InvalidArgumentError.
- shape(op) -> one TensorShape per output; raises ValueError where the inputs' shapes cannot be right.
- static(op, depth) -> the value as far as it is known before anything runs (an object array with None for what is not),
  or None; a list of these for several outputs. Ops without the rule are evaluated by `numpy` when all their inputs are
  known.
- describes(op) -> for ops that join vectors, the shape that their output describes where none of its elements is known.
- grad(op, *output_gradients) -> one gradient (or None) per input; output gradients may be None for unused outputs of
  multi-output ops.
- fixed: attributes of which minitf does what the default says, and nothing else.
- later: attributes that TensorFlow 2 added: messages say them only where they are not what they are by default.
- passes_slices: the gradient rule hands gradients on and so takes IndexedSlices as they are; other rules get tensors.
- broadcasts: inputs broadcast against each other, so the driver sums gradients back to each input's shape.
- summed: it does so where shapes are equal, too, as TensorFlow does for most of these ops: names tell. "unlike": unless
  those of all inputs are.
- stateful: two runs may differ, so the op is never folded or shared.
- numpy(op, *arrays) -> array(s): the meaning of the op, for types that have no kernel and as the tests' reference.
- kernel(b, op, *values) -> value(s): lowers the op to kernel calls for the concrete shapes of `values` through the
  builder `b` (see `minitf.runtime.lower.builder`).
- decided: where the numbers of some inputs steer what is lowered, that of them on which it depends (see
  `Decided`). The rule asks for an example, `b.example(op, noted)`, where it cannot know them.
- any_type: the kernel rule also takes values of types that have no kernels (strings), if they are known.
- host(b, op, *values) -> value(s): ops with effects outside the graph (py_func, printing, queues, files), and ops on
  state for types that have no kernel. An op that has to wait for another run says `b.wait(reason)` until it need not,
  and `b.wake()` when it has changed what others may wait for.

What else a run has to know of an op stands here as a trait, so that nobody goes by names of op types:

- reads: what the op needs of its inputs: their "values", only their "shape", or of a variable only its
  "presence", whether it has a value.
- effect: what the op does besides giving its outputs: it "prints", "checks", or "calls" a function of the
  user's, which all leave nothing behind; it "adds" to a queue or "takes" from one; it "initializes" a
  variable; the session "keeps" its value.
- role: an op that stands for what comes from elsewhere: the "argument" of a body, a "placeholder" that has to
  be fed, a "variable".
- by_handle: the variables that it takes are resources, beside which it is placed without being of their groups.
- bodies: the attributes that are the graphs which the op runs.
- takes_absent: the op runs though inputs of it were not computed.
- dataflow: of TensorFlow's primitives, what it does with a value: "switch", "merge", "enter", "next", "exit",
  "condition", "select" or "trigger".
- on_lists: what the op does with the flow of a TensorArray: "make", "write", ..., or that of two is their "sum",
  of one the "same" or "zeros".
- joins: the output is the inputs one behind the other.
- counted: how many values it gives, only those that it is given say.
- polynomial: whole numbers that it gives, and how large that is, are sums of products of those that it takes, if
  the inputs at these places are constants.
- gives_memory: nobody else knows of the memory of the outputs, so that a variable can have it as its own.
"""

from __future__ import annotations

import collections
import functools
import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, replace
from typing import NamedTuple

from minitf.framework import dtypes
from minitf.framework.attributes import Attribute, declared


@dataclass(frozen=True)
class Arg:
    """One input or output of a signature."""

    name: str
    variable: str | None  # type variable or attribute that holds the type
    fixed: dtypes.DType | None
    is_ref: bool
    is_list: bool
    listed: str | None  # of a list, the attribute that says how many there are, or of which types
    sizes: tuple | None = None  # of each axis, a number or a name; None: any shape
    late: frozenset = frozenset()  # the axes whose sizes are only asked when the op runs
    rank_late: bool = False  # and whether its rank is, with all of them

    @functools.cached_property
    def one_type(self) -> bool:
        """Whether it is of one type, though it may be a list."""
        return self.fixed is not None or self.variable is not None


@dataclass
class OpDef:
    """All that is known of one op type."""

    type: str
    inputs: tuple[Arg, ...]
    outputs: tuple[Arg, ...]
    allowed: dict[str, frozenset]
    variables: tuple[str, ...]
    sized: tuple[tuple[int, Arg], ...]  # inputs of declared sizes, by place
    declared: str = ""  # the attributes, as the signature has them
    fixed: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    shape: Callable | None = None
    grad: Callable | None = None
    differentiable: bool = True
    numpy: Callable | None = None
    kernel: Callable | None = None
    host: Callable | None = None
    static: Callable | None = None
    describes: Callable | None = None
    stateful: bool = False
    broadcasts: bool = False
    summed: bool | str = False
    passes_slices: bool = False
    any_type: bool = False
    decided: Decided | None = None
    reads: str = "values"
    effect: str | None = None
    role: str | None = None
    by_handle: bool = False
    bodies: tuple[str, ...] = ()
    takes_absent: bool = False
    dataflow: str | None = None
    on_lists: str | None = None
    joins: bool = False
    counted: bool = False
    polynomial: tuple[int, ...] | None = None
    gives_memory: bool = False

    @functools.cached_property
    def attributes(self) -> dict[str, Attribute]:
        """The attributes by name: those that the inputs tell, and those that the caller gives."""
        found = {}
        for told, args in ((True, self.inputs), (False, self.outputs)):
            for arg in args:
                if arg.variable:
                    found.setdefault(arg.variable, Attribute("type", told=told))
                if arg.listed:
                    found.setdefault(arg.listed, Attribute("int" if arg.one_type else "list(type)", told=told))
        for name, attribute in declared(self.declared).items():
            found[name] = attribute._replace(told=name in found and found[name].told)
        return found

    @functools.cached_property
    def defaults(self) -> dict:
        """The attributes that the caller need not give, as they are then."""
        return {name: a.default for name, a in self.attributes.items() if a.has_default and not a.told}

    @functools.cached_property
    def required(self) -> list[str]:
        """The attributes that the caller has to give."""
        return [name for name, a in self.attributes.items() if not a.has_default and not a.told]

    @functools.cached_property
    def refs(self) -> tuple[int, ...]:
        """The places of inputs that are a variable's memory; the op is placed where that is."""
        return tuple([i for i, arg in enumerate(self.inputs) if arg.is_ref and not arg.is_list])

    @functools.cached_property
    def writes(self) -> bool:
        """Whether it changes the variables whose memory it is given."""
        return self.reads == "values" and any(arg.is_ref for arg in self.inputs)

    @functools.cached_property
    def axes(self) -> tuple[int, ...]:
        """The places of inputs that say which axes, by the names that signatures have for these; behind a list from the
        end. For another axis it is another thing to do, not the same for another size.
        """
        found = [i for i, arg in enumerate(self.inputs) if arg.name in _AXES]
        return tuple([i - len(self.inputs) if any([arg.is_list for arg in self.inputs[:i]]) else i for i in found])

    @functools.cached_property
    def results(self) -> type:
        """The tuple of the outputs by name, if there are always as many."""
        return collections.namedtuple(self.type, [output.name for output in self.outputs])


class Decided(NamedTuple):
    """That of some inputs, at `places`, not all numbers decide what is lowered: those that `by` gives for
    what the kernel rule noted and the inputs' values, as something that can be a key.
    """

    places: tuple[int, ...]
    by: Callable


OPS: dict[str, OpDef] = {}
_AXES = {"axis", "perm", "dim", "dimension", "reduction_indices", "concat_dim", "split_dim"}
_WORDS = {
    "reads": {"values", "shape", "presence"},
    "effect": {None, "prints", "checks", "calls", "adds", "takes", "initializes", "keeps"},
    "role": {None, "argument", "placeholder", "variable"},
    "dataflow": {None, "switch", "merge", "enter", "next", "exit", "condition", "select", "trigger"},
    "on_lists": {None, "make", "like", "write", "read", "gather", "scatter", "concat", "split", "size", "sum"}
    | {"zeros", "same"},
}
_RULES = frozenset(each.name for each in fields(OpDef) if each.default is not MISSING)
_ARG = re.compile(r"\s*(\w+)\s*:\s*(&?)(?:(\w*)(\*{1,2}))?(\w*)\s*(?:(~?)\[([\w, .~]*)\])?\s*$")
_COMMA = re.compile(r",(?![^\[]*\])")


def define(type: str, signature: str, **rules) -> OpDef:
    """Registers an op type. rules: as above; those that name a type variable give the types it may take."""
    if type in OPS:
        raise ValueError(f"op type {type} is defined twice")
    OPS[type] = described(type, signature, **rules)
    return OPS[type]


def described(type: str, signature: str, **rules) -> OpDef:
    """What is known of an op type, without registering it."""
    left, right = signature.rsplit("->", 1)
    left, _, attributes = left.partition(";")
    inputs, outputs = _args(left), _args(right)
    variables = tuple(dict.fromkeys(a.variable for a in inputs if a.variable))
    allowed = {name: rules.pop(name) for name in rules.keys() - _RULES}
    _check_rules(type, rules, allowed)
    return OpDef(type, inputs, outputs, allowed, variables, _sized(inputs), attributes, **rules)


def also(type: str, like: str) -> None:
    """Registers an op type that is another one under a second name, which graphs that TensorFlow wrote have."""
    OPS[type] = replace(OPS[like], type=type)


def _check_rules(type: str, rules: dict, allowed: dict) -> None:
    """Finds slips where they are made: rules that there are not, and words that say nothing."""
    for name, types in allowed.items():
        if not isinstance(types, frozenset):
            raise TypeError(f"op type {type}: there is no rule called {name!r}, and a type variable takes a frozenset")
    for name, words in _WORDS.items():
        if name in rules and rules[name] not in words:
            raise ValueError(f"{name} of op type {type} is one of {sorted(map(str, words))}, not {rules[name]!r}")


def not_differentiable(*types: str) -> None:
    """Says that gradients stop at these op types (they give no gradient, and that is no mistake)."""
    for type in types:
        OPS[type].differentiable = False


def _args(text: str) -> tuple[Arg, ...]:
    return tuple(_arg(part) for part in _COMMA.split(text)) if text.strip() else ()


def _arg(text: str) -> Arg:
    match = _ARG.match(text)
    if match is None:
        raise ValueError(f"'{text.strip()}' is not 'name: type'")
    name, ref, count, stars, type, rank_late, sizes = match.groups()
    mixed = stars == "**"
    fixed = None if mixed else dtypes._BY_NAME.get(type)
    variable = None if fixed or mixed else type
    listed = type or None if mixed else count or "N" if stars else None
    late = frozenset()
    if sizes is not None:
        parts = [part.strip() for part in sizes.split(",") if part.strip()]
        late = frozenset([axis for axis, part in enumerate(parts) if part[0] == "~"])
        parts = [part.lstrip("~") for part in parts]
        sizes = tuple([int(part) if part.isdigit() else part for part in parts])
    return Arg(name, variable, fixed, bool(ref), bool(stars), listed, sizes, late, bool(rank_late))


# ---- declared sizes


def _sized(inputs: tuple[Arg, ...]) -> tuple[tuple[int, Arg], ...]:
    """The inputs of declared sizes with their places, counted from the end after a list of inputs."""
    lists = [i for i, arg in enumerate(inputs) if arg.is_list]
    first = lists[0] if lists else len(inputs)
    return tuple([(i if i < first else i - len(inputs), arg) for i, arg in enumerate(inputs) if arg.sizes is not None])


def check_sizes(definition: OpDef, shapes: list, running: bool = True) -> None:
    """Raises ValueError unless inputs of these shapes (tuples; None where unknown) are as declared, as far as that
    is asked before the op runs.
    """
    named: dict = {}
    for place, arg in definition.sized:
        shape, sizes = shapes[place], arg.sizes
        if shape is None or arg.rank_late and not running:
            continue
        if sizes[-1:] == ("...",):
            sizes = sizes[:-1]
            shape = shape[: len(sizes)]
        if len(shape) != len(sizes):
            shown = _shown(shapes[place])
            raise ValueError(f"'{arg.name}' of {definition.type} is {_words(arg)}, not of shape {shown}")
        for axis, (size, wanted) in enumerate(zip(shape, sizes)):
            if axis in arg.late and not running:
                continue
            other, expected = named.setdefault(wanted, (arg, size)) if type(wanted) is str else (None, wanted)
            if size is not None and expected not in (None, size):
                against = f"'{other.name}' has {expected}" if other else f"{wanted} is expected"
                shown = _shown(shapes[place])
                raise ValueError(f"'{arg.name}' of {definition.type} has shape {shown}, but {against}")


def _words(arg: Arg) -> str:
    if arg.sizes[-1:] == ("...",):
        return f"of rank {len(arg.sizes) - 1} at least"
    return ["a scalar", "a vector", "a matrix", "of rank 3"][len(arg.sizes)]


def _shown(shape) -> str:
    return str(tuple(shape)).replace("None", "?")
