"""Nested lists, tuples, namedtuples and dicts of values."""

from __future__ import annotations

import functools
from collections.abc import Mapping, MappingView

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
    """Whether `value` is a structure and not one leaf: a list, tuple, namedtuple, dict, what a dict's keys(),
    values() and items() give, an object of a class by attrs.
    """
    return isinstance(value, (list, tuple, Mapping, MappingView)) or hasattr(type(value), "__attrs_attrs__")


is_nested = is_sequence_or_composite = is_sequence


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
        raise TypeError(f"a dict used as a structure needs keys that can be sorted, not {list(mapping)}") from None


def rebuild(structure, parts: list):
    """A structure like `structure` with `parts` as its direct parts; a list for what a dict's values() give."""
    if isinstance(structure, MappingView):
        return list(parts)
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
        raise ValueError(f"the structure has {wanted} leaves, {len(flat)} values were given: {_shown(structure)}")
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
            f"the structures differ: {len(parts)} parts against {len(others)}:\n  {_shown(one)}\n  {_shown(two)}"
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


def _walked(shallow_tree, input_tree, check_types: bool):
    """For each leaf of `shallow_tree` the part of `input_tree` at its place, and the way there, backwards:
    the last step, and the way before it.
    """
    todo = [(shallow_tree, input_tree, 0, None)]
    while todo:
        shallow, tree, depth, way = todo.pop()
        if not is_sequence(shallow):
            yield tree, way
            continue
        _check_depth(depth)
        if not is_sequence(tree):
            raise TypeError(f"the structures differ: {_shown(shallow)} against {_shown(tree)}, which is none")
        rows = zip(_steps(shallow), _paired(shallow, tree, check_types))
        todo.extend((a, b, depth + 1, (step, way)) for step, (a, b) in reversed(list(rows)))


def assert_shallow_structure(shallow_tree, input_tree, check_types: bool = True) -> None:
    """Raises unless `input_tree` is a structure like `shallow_tree` down to the leaves of that.

    Raises:
      TypeError: where it has a leaf too early, or (with check_types) another kind of container.
      ValueError: where it has other keys or another number of parts.
    """
    for _ in _walked(shallow_tree, input_tree, check_types):
        pass


def flatten_up_to(shallow_tree, input_tree, check_types: bool = True) -> list:
    """The parts of `input_tree` that stand where `shallow_tree` has its leaves."""
    return [part for part, _ in _walked(shallow_tree, input_tree, check_types)]


def map_structure_up_to(shallow_tree, func, *inputs, check_types: bool = True):
    """`func` applied to the parts of each input that stand at the leaves of `shallow_tree`."""
    rows = zip(*[flatten_up_to(shallow_tree, t, check_types) for t in inputs])
    return pack_sequence_as(shallow_tree, [func(*parts) for parts in rows])


@not_too_deep
def get_traverse_shallow_structure(traverse_fn, structure):
    """The upper part of a structure, with bools as leaves: `traverse_fn(part)` says how far it goes.

    It is called for each part that is a structure, and says whether to look into it, or gives a bool (or a
    structure of such) for its parts.

    Raises:
      TypeError: if it gives anything else. ValueError: if what it gives does not fit the part.
    """
    into = traverse_fn(structure)
    if not is_sequence(structure):
        if not isinstance(into, bool):
            raise TypeError(f"traverse_fn gives bools for leaves, not {into!r}")
        return into
    if isinstance(into, bool):
        if not into:
            return False
        into = rebuild(structure, [True] * len(children(structure)))
    elif not is_sequence(into):
        raise TypeError(f"traverse_fn gives bools, or structures of such, not {into!r}")
    assert_shallow_structure(into, structure)
    parts = [_traversed(traverse_fn, yes, part) for yes, part in zip(children(into), children(structure))]
    return rebuild(structure, parts)


def _traversed(traverse_fn, into, part):
    if not isinstance(into, bool):
        raise TypeError(f"traverse_fn gives structures of bools, not of {into!r}")
    return get_traverse_shallow_structure(traverse_fn, part) if into else False


# ---- with paths


def _steps(structure) -> list:
    """What leads to each part of a structure: a key, the name of a field, or a number."""
    if isinstance(structure, Mapping):
        return _keys(structure)
    if hasattr(type(structure), "__attrs_attrs__"):
        return [field.name for field in type(structure).__attrs_attrs__]
    return list(structure._fields) if _is_namedtuple(structure) else list(range(len(structure)))


def _path(way) -> tuple:
    steps = []
    while way is not None:
        step, way = way
        steps.append(step)
    return tuple(reversed(steps))


def flatten_with_tuple_paths_up_to(shallow_tree, input_tree, check_types: bool = True) -> list[tuple]:
    """Pairs of a path and the part of `input_tree`, for each leaf of `shallow_tree`."""
    return [(_path(way), part) for part, way in _walked(shallow_tree, input_tree, check_types)]


def flatten_with_tuple_paths(structure) -> list[tuple]:
    """Pairs of a path, a tuple of keys, fields and numbers, and a leaf."""
    return flatten_with_tuple_paths_up_to(structure, structure)


def flatten_with_joined_string_paths(structure, separator: str = "/") -> list[tuple]:
    """Pairs of a path, a text with `separator` between its steps, and a leaf.

    >>> flatten_with_joined_string_paths({"b": [1, 2], "a": 3})
    [('a', 3), ('b/0', 1), ('b/1', 2)]
    """
    return [(separator.join(map(str, path)), leaf) for path, leaf in flatten_with_tuple_paths(structure)]


def yield_flat_paths(nest):
    """The paths of the leaves, one after the other."""
    for path, _ in flatten_with_tuple_paths(nest):
        yield path


def map_structure_with_tuple_paths_up_to(shallow_tree, func, *inputs, check_types: bool = True):
    """`func(path, *parts)` applied to the parts of each input that stand at the leaves of `shallow_tree`."""
    if not inputs:
        raise ValueError("there is no structure to apply the function to")
    rows = [flatten_with_tuple_paths_up_to(shallow_tree, t, check_types) for t in inputs]
    results = [func(row[0][0], *[part for _, part in row]) for row in zip(*rows)]
    return pack_sequence_as(shallow_tree, results)


def map_structure_with_tuple_paths(func, *structure, check_types: bool = True):
    """`func(path, *leaves)` applied to corresponding leaves, in a structure like the first."""
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types)
    return map_structure_with_tuple_paths_up_to(structure[0], func, *structure, check_types=check_types)


def map_structure_with_paths(func, *structure, check_types: bool = True):
    """`func(path, *leaves)`, with paths as texts, applied to corresponding leaves."""
    return map_structure_with_tuple_paths(
        lambda path, *leaves: func("/".join(map(str, path)), *leaves), *structure, check_types=check_types
    )


def flatten_dict_items(dictionary) -> dict:
    """A dict whose keys may be structures, as one of their leaves.

    Raises:
      TypeError: if it is no dict. ValueError: if a value is not a structure like its key, or a key is there twice.
    """
    if not isinstance(dictionary, Mapping):
        raise TypeError(f"a dict is expected, not {dictionary!r}")
    flat: dict = {}
    for key, value in dictionary.items():
        if is_sequence(key) and is_sequence(value):
            assert_same_structure(key, value, check_types=False)
        elif is_sequence(key):
            raise ValueError(f"{value!r} is not a structure like its key {key!r}")
        pairs = list(zip(flatten(key), flatten(value))) if is_sequence(key) else [(key, value)]
        for leaf, item in pairs:
            if leaf in flat:
                raise ValueError(f"the key {leaf!r} is there twice")
            flat[leaf] = item
    return flat
