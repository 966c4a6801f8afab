"""tf.contrib.learn.preprocessing: texts as lists of numbers of words."""

from __future__ import annotations

import json
import re

import numpy as np

import minitf as tf

_WORDS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+", re.UNICODE)


def tokenizer(iterator):
    """The words of each text."""
    for text in iterator:
        yield _WORDS.findall(text)


class CategoricalVocabulary:
    """Numbers for words; number 0 is that of all unknown ones.

    >>> words = CategoricalVocabulary()
    >>> words.get("a"), words.get("b"), words.get("a"), words.reverse(2), len(words)
    (1, 2, 1, 'b', 3)
    """

    def __init__(self, unknown_token: str = "<UNK>", support_reverse: bool = True):
        self._unknown_token, self._support_reverse = unknown_token, support_reverse
        self._mapping = {unknown_token: 0}
        self._freq: dict = {}
        self._freeze = False
        self._reverse_mapping = [unknown_token]

    def __len__(self):
        return len(self._mapping)

    def freeze(self, freeze: bool = True) -> None:
        """From now on new words are unknown ones, or not."""
        self._freeze = freeze

    def get(self, category) -> int:
        """The number of a word, which is a new one for a new word."""
        if category not in self._mapping:
            if self._freeze:
                return 0
            self._mapping[category] = len(self._mapping)
            self._reverse_mapping.append(category)
        return self._mapping[category]

    def add(self, category, count: int = 1) -> None:
        """Counts a word."""
        if self.get(category) > 0:
            self._freq[category] = self._freq.get(category, 0) + count

    def trim(self, min_frequency: int, max_frequency: int = -1) -> None:
        """Keeps the words that came more often than `min_frequency` times, and less often than
        `max_frequency` if it is positive; the commonest get the first numbers.
        """
        by_count = sorted(sorted(self._freq.items(), key=lambda kv: kv[0]), key=lambda kv: -kv[1])
        kept = [w for w, n in by_count if n > min_frequency and not (0 < max_frequency <= n)]
        self._freq = {word: self._freq[word] for word in kept}
        self._reverse_mapping = [self._unknown_token, *kept]
        self._mapping = {word: i for i, word in enumerate(self._reverse_mapping)}

    def reverse(self, class_id: int):
        """The word of a number; ValueError if words are not kept by number."""
        if not self._support_reverse:
            raise ValueError("This vocabulary wasn't initialized with support_reverse to support reverse()")
        return self._reverse_mapping[class_id]


class VocabularyProcessor:
    """Texts as rows of `max_document_length` numbers of words, cut or filled up with 0.

    min_frequency: words that do not come more often are unknown. tokenizer_fn: from texts to lists of words.

    >>> words = VocabularyProcessor(4)
    >>> list(words.fit_transform(["brave new world", "new man"]))
    [array([1, 2, 3, 0]), array([2, 4, 0, 0])]
    """

    def __init__(self, max_document_length: int, min_frequency: int = 0, vocabulary=None, tokenizer_fn=None):
        self.max_document_length, self.min_frequency = max_document_length, min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents, unused_y=None) -> VocabularyProcessor:
        """Learns the words of texts, and no others from then on."""
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents, unused_y=None):
        """Learns the words of texts and gives their numbers."""
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents):
        """For each text an int64 array of its words' numbers."""
        for words in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            for i, word in enumerate(words[: self.max_document_length]):
                row[i] = self.vocabulary_.get(word)
            yield row

    def reverse(self, documents):
        """For each row of numbers its words, joined by blanks."""
        for row in documents:
            yield " ".join(self.vocabulary_.reverse(i) for i in row)

    def save(self, filename) -> None:
        """Writes the words to a file, as JSON."""
        words = self.vocabulary_
        kept = {
            "max_document_length": self.max_document_length,
            "min_frequency": self.min_frequency,
            "words": words._reverse_mapping,
            "counts": words._freq,
            "frozen": words._freeze,
        }
        with tf.gfile.Open(filename, "w") as file:
            file.write(json.dumps(kept))

    @classmethod
    def restore(cls, filename) -> VocabularyProcessor:
        """Reads what `save` has written; what TensorFlow wrote is a pickle, which could run anything.

        Raises:
          tf.errors.DataLossError: if the file is something else.
        """
        with tf.gfile.Open(filename, "rb") as file:
            data = file.read()
        try:
            kept = json.loads(data)
            found = cls(kept["max_document_length"], kept["min_frequency"])
            words = found.vocabulary_
            words._reverse_mapping = list(kept["words"])
            words._mapping = {word: i for i, word in enumerate(kept["words"])}
            words._freq, words._freeze = dict(kept["counts"]), kept["frozen"]
        except (ValueError, KeyError, TypeError) as error:
            raise tf.errors.DataLossError(
                None, None, f"{filename} is no vocabulary that minitf saved ({error}): fit it to the texts again"
            ) from None
        return found
