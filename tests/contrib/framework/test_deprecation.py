import pytest
from session_scenarios import logged

import minitf as tf

f = tf.contrib.framework


def test_whoever_calls_is_told_once():
    @f.deprecated("2017-01-01", "Use g.")
    def old(x):
        return x

    with logged(tf) as lines:
        assert [old(1), old(2)] == [1, 2]
    assert len(lines) == 1 and "old is deprecated" in lines[0] and "after 2017-01-01" in lines[0]
    assert lines[0].endswith("Use g.")


def test_arguments_and_values():
    @f.deprecated_args(None, "Use y.", "x", ("z", 0))
    def one(x=1, y=2, z=0):
        return x, y, z

    @f.deprecated_arg_values(None, "Use 2.", x=1)
    def two(x):
        return x

    with logged(tf) as lines:
        assert one(y=3, z=0) == (1, 3, 0) and two(2) == 2
    assert lines == []
    with logged(tf) as lines:
        one(5), one(z=1), two(1), two(1)
    assert ["(x)" in lines[0], "(z)" in lines[1], "with x=1" in lines[2], len(lines)] == [True, True, True, 3]


def test_instructions_are_needed():
    with pytest.raises(ValueError, match="conversion instructions"):
        f.deprecated(None, "")(len)
    with pytest.raises(ValueError, match="Specify which argument is"):
        f.deprecated_args(None, "x")
    with pytest.raises(ValueError, match="Specify which argument values are"):
        f.deprecated_arg_values(None, "x")
