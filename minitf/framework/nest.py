"""Nested lists, tuples, namedtuples and dicts of values."""

from __future__ import annotations

from collections.abc import Mapping


def is_sequence(value) -> bool:
    """Whether `value` is a structure (list, tuple, namedtuple or dict) and not one leaf."""
    return isinstance(value, (list, tuple, Mapping))


is_nested = is_sequence


def _is_namedtuple(value) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def children(structure) -> list:
    """The direct parts of a structure; a dict's in the order of its sorted keys, as TensorFlow takes them."""
    if isinstance(structure, Mapping):
        return [structure[k] for k in _keys(structure)]
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
    if _is_namedtuple(structure):
        return type(structure)(*parts)
    return type(structure)(parts)


def flatten(structure) -> list:
    """The leaves of a structure, left to right.

    >>> flatten([1, (2, {"b": 4, "a": 3})])
    [1, 2, 3, 4]
    """
    if not is_sequence(structure):
        return [structure]
    return [leaf for part in children(structure) for leaf in flatten(part)]


def pack_sequence_as(structure, flat_sequence):
    """`flat_sequence` arranged like `structure`; ValueError if the counts differ."""
    flat = list(flat_sequence)
    if not is_sequence(structure):
        if len(flat) != 1:
            raise ValueError(f"one leaf was expected, {len(flat)} values were given")
        return flat[0]
    wanted = len(flatten(structure))
    if wanted != len(flat):
        raise ValueError(f"the structure has {wanted} leaves, {len(flat)} values were given: {structure}")
    values = iter(flat)
    return _fill(structure, values)


def _fill(structure, values):
    if not is_sequence(structure):
        return next(values)
    return rebuild(structure, [_fill(part, values) for part in children(structure)])


def assert_same_structure(nest1, nest2, check_types: bool = True) -> None:
    """Raises ValueError if the structures differ in form, TypeError if in the types of their containers."""
    if is_sequence(nest1) != is_sequence(nest2):
        raise ValueError(f"the structures differ:\n  {nest1}\n  {nest2}")
    if not is_sequence(nest1):
        return
    if check_types and not _same_container(nest1, nest2):
        raise TypeError(f"the structures differ: {type(nest1).__name__} against {type(nest2).__name__}")
    if isinstance(nest1, Mapping) and isinstance(nest2, Mapping) and set(nest1) != set(nest2):
        raise ValueError(f"the dicts differ in keys: {list(nest1)} against {list(nest2)}")
    one, two = children(nest1), children(nest2)
    if len(one) != len(two):
        raise ValueError(f"the structures differ: {len(one)} parts against {len(two)}:\n  {nest1}\n  {nest2}")
    for a, b in zip(one, two):
        assert_same_structure(a, b, check_types)


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
    if not is_sequence(shallow_tree):
        return [input_tree]
    if not is_sequence(input_tree) or len(children(shallow_tree)) != len(children(input_tree)):
        raise ValueError(f"the structures differ near their root:\n  {shallow_tree}\n  {input_tree}")
    return [p for a, b in zip(children(shallow_tree), children(input_tree)) for p in flatten_up_to(a, b)]


def map_structure_up_to(shallow_tree, function, *inputs):
    """`function` applied to the parts of each input that stand at the leaves of `shallow_tree`."""
    results = [function(*parts) for parts in zip(*[flatten_up_to(shallow_tree, t) for t in inputs])]
    return pack_sequence_as(shallow_tree, results)
