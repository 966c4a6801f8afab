"""tf.strings."""

from minitf.ops.string_join import string_join as join
from minitf.ops.strings import as_string as as_string
from minitf.ops.strings import lower as lower
from minitf.ops.strings import reduce_join as reduce_join
from minitf.ops.strings import regex_full_match as regex_full_match
from minitf.ops.strings import regex_replace as regex_replace
from minitf.ops.strings import string_length as length
from minitf.ops.strings import string_strip as strip
from minitf.ops.strings import substr as substr
from minitf.ops.strings import upper as upper

__all__ = [
    "as_string", "join", "length", "lower", "reduce_join", "regex_full_match", "regex_replace", "strip",
    "substr", "upper",
]  # fmt: skip
