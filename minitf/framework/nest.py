"""Nested lists, tuples, namedtuples and dicts of values."""

from __future__ import annotations

import functools
from collections.abc import Mapping

_DEEPEST = 100_000  # levels: a structure that is deeper most likely contains itself


def not_too_deep(function):
    """Decorator for what calls itself for parts of nested values: too many of them are a ValueError."""

    @functools.wraps(function)
    def checked(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except RecursionError:
            raise ValueError("a structure is nested too deeply, or it contains itself") from None

    return checked


def is_sequence(value) -> bool:
    """Whether `value` is a structure (list, tuple, namedtuple, dict, object of a class by attrs) and not one
    leaf.
    """
    return isinstance(value, (list, tuple, Mapping)) or hasattr(type(value), "__attrs_attrs__")


is_nested = is_sequence


def _is_namedtuple(value) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def children(structure) -> list:
    """The direct parts of a structure; a dict's in the order of its sorted keys, as TensorFlow takes them."""
    if isinstance(structure, Mapping):
        return [structure[k] for k in _keys(structure)]
    if hasattr(type(structure), "__attrs_attrs__"):
        return [getattr(structure, field.name) for field in type(structure).__attrs_attrs__]
    return list(structure)


def _keys(mapping) -> list:
    try:
        return sorted(mapping)
    except TypeError:
        raise TypeError(
            f"a dict used as a structure needs keys that can be sorted, not {list(mapping)}"
        ) from None


def rebuild(structure, parts: list):
    """A structure like `structure` with `parts` as its direct parts."""
    if isinstance(structure, Mapping):
        filled = dict(zip(_keys(structure), parts))
        ordered = [(k, filled[k]) for k in structure]
        return type(structure)(ordered) if type(structure) is not dict else dict(ordered)
    if _is_namedtuple(structure) or not isinstance(structure, (list, tuple)):
        return type(structure)(*parts)
    return type(structure)(parts)


def _shown(structure) -> str:
    """A structure in a message."""
    try:
        return repr(structure)
    except RecursionError:
        return f"a {type(structure).__name__} nested too deep to be shown"


def _check_depth(depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError(f"a structure is nested more than {_DEEPEST:,} deep; does it contain itself?")


def flatten(structure) -> list:
    """The leaves of a structure, left to right.

    >>> flatten([1, (2, {"b": 4, "a": 3})])
    [1, 2, 3, 4]
    """
    if not is_sequence(structure):
        return [structure]
    leaves, entered = [], [iter(children(structure))]
    while entered:
        for part in entered[-1]:
            if is_sequence(part):
                entered.append(iter(children(part)))
                _check_depth(len(entered))
                break
            leaves.append(part)
        else:
            entered.pop()
    return leaves


def pack_sequence_as(structure, flat_sequence):
    """`flat_sequence` arranged like `structure`; ValueError if the counts differ."""
    flat = list(flat_sequence)
    if not is_sequence(structure):
        if len(flat) != 1:
            raise ValueError(f"one leaf was expected, {len(flat)} values were given")
        return flat[0]
    wanted = len(flatten(structure))
    if wanted != len(flat):
        raise ValueError(
            f"the structure has {wanted} leaves, {len(flat)} values were given: {_shown(structure)}"
        )
    return _filled(structure, iter(flat))


def _filled(structure, values):
    entered: list[tuple] = [(structure, iter(children(structure)), [])]
    while True:
        whole, rest, parts = entered[-1]
        for part in rest:
            if is_sequence(part):
                entered.append((part, iter(children(part)), []))
                break
            parts.append(next(values))
        else:
            entered.pop()
            built = rebuild(whole, parts)
            if not entered:
                return built
            entered[-1][2].append(built)


def assert_same_structure(nest1, nest2, check_types: bool = True) -> None:
    """Raises ValueError if the structures differ in form, TypeError if in the types of their containers."""
    todo = [(nest1, nest2, 0)]
    while todo:
        one, two, depth = todo.pop()
        parts = _paired(one, two, check_types)
        todo.extend((a, b, depth + 1) for a, b in reversed(parts))
        _check_depth(depth)


def _paired(one, two, check_types: bool) -> list[tuple]:
    """The corresponding direct parts of two structures, or nothing if both are leaves."""
    if is_sequence(one) != is_sequence(two):
        raise ValueError(f"the structures differ:\n  {_shown(one)}\n  {_shown(two)}")
    if not is_sequence(one):
        return []
    if check_types and not _same_container(one, two):
        raise TypeError(f"the structures differ: {type(one).__name__} against {type(two).__name__}")
    if isinstance(one, Mapping) and isinstance(two, Mapping) and set(one) != set(two):
        raise ValueError(f"the dicts differ in keys: {list(one)} against {list(two)}")
    parts, others = children(one), children(two)
    if len(parts) != len(others):
        raise ValueError(
            f"the structures differ: {len(parts)} parts against {len(others)}:\n  {_shown(one)}\n"
            f"  {_shown(two)}"
        )
    return list(zip(parts, others))


def _same_container(one, two) -> bool:
    if _is_namedtuple(one) and _is_namedtuple(two):
        return type(one).__name__ == type(two).__name__ and one._fields == two._fields
    return type(one) is type(two) or isinstance(one, Mapping) and isinstance(two, Mapping)


def map_structure(function, *structures, check_types: bool = True):
    """`function` applied to corresponding leaves, in a structure like the first."""
    for other in structures[1:]:
        assert_same_structure(structures[0], other, check_types)
    results = [function(*leaves) for leaves in zip(*[flatten(s) for s in structures])]
    return pack_sequence_as(structures[0], results)


def flatten_up_to(shallow_tree, input_tree) -> list:
    """The parts of `input_tree` that stand where `shallow_tree` has its leaves."""
    found, todo = [], [(shallow_tree, input_tree, 0)]
    while todo:
        shallow, tree, depth = todo.pop()
        if not is_sequence(shallow):
            found.append(tree)
            continue
        _check_depth(depth)
        if not is_sequence(tree) or len(children(shallow)) != len(children(tree)):
            raise ValueError(f"the structures differ near their root:\n  {_shown(shallow)}\n  {_shown(tree)}")
        pairs = zip(reversed(children(shallow)), reversed(children(tree)))
        todo.extend((a, b, depth + 1) for a, b in pairs)
    return found


def map_structure_up_to(shallow_tree, function, *inputs):
    """`function` applied to the parts of each input that stand at the leaves of `shallow_tree`."""
    results = [function(*parts) for parts in zip(*[flatten_up_to(shallow_tree, t) for t in inputs])]
    return pack_sequence_as(shallow_tree, results)
