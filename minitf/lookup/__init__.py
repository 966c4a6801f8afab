"""tf.lookup: values by keys."""

from minitf.lookup import experimental as experimental
from minitf.lookup.initializers import KeyValueTensorInitializer as KeyValueTensorInitializer
from minitf.lookup.initializers import TextFileIndex as TextFileIndex
from minitf.lookup.initializers import TextFileInitializer as TextFileInitializer
from minitf.lookup.tables import StaticHashTable as StaticHashTable
from minitf.lookup.vocabulary import StaticVocabularyTable as StaticVocabularyTable
