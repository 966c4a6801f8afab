"""Numbers that may be different sums of sizes are told apart where these differ, and never by a guess."""

import pytest

from minitf.runtime.lower.ir import Derivation
from minitf.runtime.resize.box import Box
from minitf.runtime.resize.derived import Derived
from minitf.runtime.resize.rivals import Rivals
from minitf.runtime.resize.samples import Samples

HALF, ODD, SIZE = (1,), (0, 1), (0, 0, 1)  # of the rows below


class Form:
    def __init__(self, *derived):
        self.derived = [Derivation(*each) for each in derived]


def rows(*sizes):
    return [((t + 1) // 2, t % 2, t) for t in sizes]


def test_sums_that_are_the_same_everywhere_are_one():
    """2n = T + T % 2, as for blocks of two steps."""
    rivals = Rivals(rows(7, 8, 11, 30))
    assert rivals.apart([{HALF: 2, (): 0}, {SIZE: 1, ODD: 1, (): 0}]) == [{HALF: 2, (): 0}] and not rivals.doubts
    assert not rivals.differ((3, 0, 6)) and rivals.differ((3, 1, 6))
    assert not rivals.apart([{(2, 0, 1): 4, (): 0}, {(1, 0, 2): 2, (1, 1, 1): 2, (): 0}])[1:]
    assert len(rivals.equal) == 1  # the same question


def test_sums_that_differ_ask_for_a_sample_where_they_do():
    samples, numbers = Samples([(4,), (8,), (10,)], [(5,), (12,)]), (8, 16, 20)
    assert samples.made_of(numbers) == {(1,): 2, (): 0}
    samples.add((2, 4, 5), [2, 6], {0})  # half of it, rounded down
    samples.use(1)
    assert samples.made_of(numbers) is None and samples.rivals.wanted(1) == [(5,)]
    told = Samples([*samples.values, (5, 2)], [(12, 6)])
    assert told.made_of((*numbers, 10)) == {(1,): 2, (): 0} and told.made_of((*numbers, 8)) == {(0, 1): 4, (): 0}


def least(most, size):
    return (min(most, size),)


def test_what_samples_do_not_show_is_asked_for():
    """Rows that end at 30 only for larger sizes than were lowered are no constant."""
    further = Box([10], [50]).further([(25,)])
    found = Derived([(12,), (20,), (29,)], further=further).follow(
        [Form((least, (30,), (t,), least(30, t))) for t in (12, 20, 29)]
    )
    wanted = found.samples.rivals.wanted(1)
    assert wanted and all(t > 30 for (t,) in wanted)
    assert found.all((22,)) == (22, 22) and found.all((40,)) is None and found.likely((40,)) == (40, 30)


@pytest.mark.parametrize("size", [1 << 21, 1 << 40])
def test_products_that_overflow_are_none(size):
    """They are refused, not taken for what is left of them."""
    samples = Samples([(size, 3), (size + 3, 5), (size + 7, 11), (size + 8, 2)])
    numbers = tuple(t * t * n for t, n in samples.values)
    found = samples.made_of(numbers)
    assert found == ({(2, 1): 1, (): 0} if size**2 * 11 < 1 << 60 else None)
    assert samples.made_of(tuple(3 * t for t, _ in samples.values)) == {(1,): 3, (): 0}


def test_what_is_derived_of_what_was_derived_is_known_by_that():
    """Not by what it was in the samples, in which another number was the same."""

    def forms(*sizes):
        return [
            Form((least, (9,), (t,), least(9, t)), (least, (5,), (least(9, t)[0],), (5,), ((0, 0),))) for t in sizes
        ]

    found = Derived([(12,), (20,), (29,)], further=[(3,), (7,)]).follow(forms(12, 20, 29))
    assert found.likely((4,))[1:] == (4,) and found.all((4,)) is None
