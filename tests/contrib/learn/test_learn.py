import pytest

import minitf as tf
from minitf.contrib import learn

VocabularyProcessor = learn.preprocessing.VocabularyProcessor
TEXTS = ["i'm brave man, yes", "CamelCase NASA words-with dashes a b c d e", "brave  man 3.5 u.s.a"]


def test_vocabulary():  # as TensorFlow 1.15.5
    words = VocabularyProcessor(5)
    rows = [row.tolist() for row in words.fit_transform(TEXTS)]
    assert rows == [[1, 2, 3, 4, 0], [5, 6, 7, 8, 9], [2, 3, 15, 16, 17]]
    assert len(words.vocabulary_) == 19 and words.vocabulary_._mapping["CamelCase"[:5]] == 5
    assert [row.tolist() for row in words.transform(["brave unknown man"])] == [[2, 0, 3, 0, 0]]
    assert list(words.reverse([[1, 2, 0]])) == ["i'm brave <UNK>"]


def test_rare_words():
    words = VocabularyProcessor(4, min_frequency=1)
    assert [row.tolist() for row in words.fit_transform(["a b a c", "b b d"])] == [[2, 1, 2, 0], [1, 1, 0, 0]]
    assert words.vocabulary_._mapping == {"<UNK>": 0, "b": 1, "a": 2}
    words.vocabulary_.trim(0, max_frequency=3)
    assert words.vocabulary_._mapping == {"<UNK>": 0, "a": 1}


def test_saved_vocabulary(tmp_path):
    words = VocabularyProcessor(5)
    list(words.fit_transform(TEXTS))
    words.save(tmp_path / "words")
    again = VocabularyProcessor.restore(str(tmp_path / "words"))
    assert [r.tolist() for r in again.transform(TEXTS)] == [r.tolist() for r in words.transform(TEXTS)]
    assert again.vocabulary_._mapping == words.vocabulary_._mapping and again.vocabulary_.get("new") == 0


@pytest.mark.parametrize("data", [b"\x80\x04N.", b"{}", b"[1]", b"", b'{"max_document_length": 1}'])
def test_nothing_is_unpickled(tmp_path, data):
    (tmp_path / "words").write_bytes(data)
    with pytest.raises(tf.errors.DataLossError, match="no vocabulary that minitf saved"):
        VocabularyProcessor.restore(tmp_path / "words")


def test_no_reverse():
    with pytest.raises(ValueError, match="support_reverse"):
        learn.preprocessing.CategoricalVocabulary(support_reverse=False).reverse(0)


def test_modes():
    keys = learn.ModeKeys
    assert (keys.TRAIN, keys.EVAL, keys.INFER) == ("train", "eval", "infer")
    keys.validate("train")
    with pytest.raises(ValueError, match="Invalid mode"):
        keys.validate("x")


def test_runs():
    x = tf.placeholder_with_default(1.0, [])
    y = x * tf.Variable(2.0)
    assert learn.run_n({"y": y}, {x: 3.0}, n=2) == [{"y": 6.0}, {"y": 6.0}]
    assert learn.run_feeds({"y": y}, [{x: 1.0}, {x: 4.0}]) == [{"y": 2.0}, {"y": 8.0}]
    with pytest.raises(ValueError, match="output_dict"):
        learn.run_n({})
    with tf.Graph().as_default(), pytest.raises(ValueError, match="several graphs"):
        learn.run_n({"y": y, "z": tf.constant(1)})


def test_data_sets():
    with pytest.raises(ValueError, match="not found: 'iris'"):
        learn.datasets.load_dataset("iris")
