"""tf.strings."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.ops.io.decoding import string_to_number as to_number
from minitf.ops.strings.buckets import string_to_hash_bucket as to_hash_bucket
from minitf.ops.strings.buckets import string_to_hash_bucket_fast as to_hash_bucket_fast
from minitf.ops.strings.buckets import string_to_hash_bucket_strong as to_hash_bucket_strong
from minitf.ops.strings.scripts import unicode_script
from minitf.ops.strings.string_join import string_join as join
from minitf.ops.strings.string_join import unsorted_segment_join
from minitf.ops.strings.string_parts import string_format as format
from minitf.ops.strings.strings import as_string, lower, reduce_join, regex_full_match, regex_replace, substr, upper
from minitf.ops.strings.strings import string_length as length
from minitf.ops.strings.strings import string_strip as strip
from minitf.ops.strings.unicode import unicode_transcode
from minitf.ragged.strings import bytes_split, ngrams, split, unicode_decode, unicode_decode_with_offsets
from minitf.ragged.strings import unicode_encode, unicode_split, unicode_split_with_offsets
