"""tf.lookup: values by keys."""

from minitf.lookup import experimental
from minitf.lookup.initializers import KeyValueTensorInitializer
from minitf.lookup.initializers import TextFileIndex
from minitf.lookup.initializers import TextFileInitializer
from minitf.lookup.tables import StaticHashTable
from minitf.lookup.vocabulary import StaticVocabularyTable
