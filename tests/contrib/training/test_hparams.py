import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("hparams"))
def test_like_tensorflow(name):
    check(name)


@pytest.mark.parametrize(
    "text, words",
    [
        ("z=1", "Unknown hyperparameter type for z; there are a, n"),
        ("a=b", "hparam 'a' of type 'int' with value 'b'"),
        ("a=1,a=2", "Multiple assignments to variable 'a'"),
        ("a", "Malformed hyperparameter value: a"),
        ("n=3", "hparam 'n' of type 'NoneType'"),
    ],
)
def test_errors_say_what_is_wrong(text, words):
    with pytest.raises(ValueError, match=words):
        tf.contrib.training.HParams(a=1, n=None).parse(text)


def test_a_huge_indent_is_refused_before_it_takes_memory():
    with pytest.raises(ValueError, match="'indent' is at most 1,000, not 2,147,483,648"):
        tf.contrib.training.HParams(a=1).to_json(indent=2**31)


def test_set_from_map_by_its_argument():
    found = tf.contrib.training.HParams(rate=0.1, units=3)
    assert found.set_from_map(values_map={"units": 5}) is found and found.units == 5
