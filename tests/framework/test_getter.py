"""Properties that give an attribute."""

import pytest

from minitf.framework.getter import getter


class Thing:
    name: str = getter("_name", "What it is called.")
    length = getter("_inner.real", "How long it is.")

    def __init__(self):
        self._name, self._inner = "a", 3 + 4j


def test_attributes_and_what_these_hold():
    assert (Thing().name, Thing().length) == ("a", 3.0)
    assert Thing.name.__doc__ == "What it is called."


def test_they_cannot_be_set():
    with pytest.raises(AttributeError, match="no setter"):
        Thing().name = "b"
