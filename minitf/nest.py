"""tf.nest: nested lists, tuples, namedtuples and dicts."""

# ruff: noqa: F401 - names that are handed on

from minitf.framework.nest import assert_same_structure, flatten, is_nested, map_structure, pack_sequence_as
