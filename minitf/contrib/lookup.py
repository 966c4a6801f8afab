"""tf.contrib.lookup."""

# ruff: noqa: F401 - names that are handed on

from minitf.lookup.initializers import (
    KeyValueTensorInitializer,
    TableInitializerBase,
    TextFileIdTableInitializer,
    TextFileIndex,
    TextFileInitializer,
    TextFileStringTableInitializer,
)
from minitf.lookup.mutable import MutableDenseHashTable, MutableHashTable
from minitf.lookup.tables import HashTable, InitializableLookupTableBase, LookupInterface
from minitf.lookup.vocabulary import (
    FastHashSpec,
    HasherSpec,
    IdTableWithHashBuckets,
    StrongHashSpec,
    index_table_from_file,
    index_table_from_tensor,
    index_to_string,
    index_to_string_table_from_file,
    index_to_string_table_from_tensor,
    string_to_index,
    string_to_index_table_from_file,
    string_to_index_table_from_tensor,
)
