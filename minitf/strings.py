"""tf.strings."""

from minitf.ops.io.decoding import string_to_number as to_number
from minitf.ops.strings.buckets import string_to_hash_bucket as to_hash_bucket
from minitf.ops.strings.buckets import string_to_hash_bucket_fast as to_hash_bucket_fast
from minitf.ops.strings.buckets import string_to_hash_bucket_strong as to_hash_bucket_strong
from minitf.ops.strings.string_join import string_join as join
from minitf.ops.strings.string_join import unsorted_segment_join as unsorted_segment_join
from minitf.ops.strings.string_parts import string_bytes_split as bytes_split
from minitf.ops.strings.string_parts import string_format as format
from minitf.ops.strings.string_parts import string_split_v2 as split
from minitf.ops.strings.strings import as_string as as_string
from minitf.ops.strings.strings import lower as lower
from minitf.ops.strings.strings import reduce_join as reduce_join
from minitf.ops.strings.strings import regex_full_match as regex_full_match
from minitf.ops.strings.strings import regex_replace as regex_replace
from minitf.ops.strings.strings import string_length as length
from minitf.ops.strings.strings import string_strip as strip
from minitf.ops.strings.strings import substr as substr
from minitf.ops.strings.strings import upper as upper
from minitf.ops.strings.unicode import unicode_decode as unicode_decode
from minitf.ops.strings.unicode import unicode_decode_with_offsets as unicode_decode_with_offsets
from minitf.ops.strings.unicode import unicode_encode as unicode_encode
from minitf.ops.strings.unicode import unicode_split as unicode_split
from minitf.ops.strings.unicode import unicode_split_with_offsets as unicode_split_with_offsets
from minitf.ops.strings.unicode import unicode_transcode as unicode_transcode

__all__ = [
    "as_string",
    "bytes_split",
    "format",
    "join",
    "length",
    "lower",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "split",
    "strip",
    "substr",
    "to_hash_bucket",
    "to_hash_bucket_fast",
    "to_hash_bucket_strong",
    "to_number",
    "unicode_decode",
    "unicode_decode_with_offsets",
    "unicode_encode",
    "unicode_split",
    "unicode_split_with_offsets",
    "unicode_transcode",
    "unsorted_segment_join",
    "upper",
]
