"""tf.nest: nested lists, tuples, namedtuples and dicts."""

from minitf.framework.nest import assert_same_structure as assert_same_structure
from minitf.framework.nest import flatten as flatten
from minitf.framework.nest import is_nested as is_nested
from minitf.framework.nest import map_structure as map_structure
from minitf.framework.nest import pack_sequence_as as pack_sequence_as
