"""tf.contrib.lookup."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.lookup.initializers import KeyValueTensorInitializer, TableInitializerBase, TextFileIdTableInitializer
from minitf.lookup.initializers import TextFileIndex, TextFileInitializer, TextFileStringTableInitializer
from minitf.lookup.mutable import MutableDenseHashTable, MutableHashTable
from minitf.lookup.tables import HashTable, InitializableLookupTableBase, LookupInterface
from minitf.lookup.vocabulary import FastHashSpec, HasherSpec, IdTableWithHashBuckets, StrongHashSpec
from minitf.lookup.vocabulary import index_table_from_file, index_table_from_tensor, index_to_string
from minitf.lookup.vocabulary import index_to_string_table_from_file, index_to_string_table_from_tensor, string_to_index
from minitf.lookup.vocabulary import string_to_index_table_from_file, string_to_index_table_from_tensor
