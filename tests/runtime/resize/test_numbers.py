"""Numbers that follow sizes are found by few samples, exactly; what does not follow them is not."""

import itertools

import numpy as np
import pytest

from minitf.runtime.resize.box import Box
from minitf.runtime.resize.numbers import Numbers, Unresizable, Unresolved
from minitf.runtime.resize.samples import Samples

MULTIPLES = {
    "a product": lambda t, b, s, *_: 256 * b * t,
    "without the last step": lambda t, b, s, *_: 256 * b * (t - 1),
    "one more": lambda t, b, s, *_: 4 * (t + 1),
    "where the rows of a list begin": lambda t, b, s, *_: 64 + 8 * t,
    "squared": lambda t, b, s, *_: 4 * b * t * t,
    "of three": lambda t, b, s, *_: 4 * b * t * s,
    "one of all pairs": lambda t, b, s, *_: 4 * t * (t - 1),
    "rows of two lookups": lambda t, b, s, *_: 128 * (b * t + b * s),
}
SUMS = {
    "a product and what is added": lambda t, b, s, *_: 40 * b * s + 12,
    "where the second part of a list begins": lambda t, b, s, *_: 256 * (b * t + b) + 8,
}
STEPS = {
    "a table for twice as many": lambda t, *_: 8 << (2 * t).bit_length(),
    "rows of eight": lambda t, *_: 64 * (-(-t // 8)),
    "thirds": lambda t, *_: 64 * ((t + 2) // 3),
    "bits": lambda t, *_: 4 * t.bit_length(),
    "halves": lambda t, *_: t // 2,
}
NOT_FOUND = {
    "halves": lambda t, b, s, *_: t // 2,
    "rows of eight": lambda t, b, s, *_: 64 * (-(-b // 8)),
    "the larger one": lambda t, b, s, *_: max(b, t),
    "a divisor": lambda t, b, s, *_: 4 * (b % 4),
}
BOXES = [Box([17, 12, 9], [52, 43, 30]), Box([2, 2, 2], [24, 24, 24]), Box([20, 33, 100], [60, 90, 700])]
BOXES.append(Box([17, 12, 9, 5], [52, 43, 30, 99]))


def table(function, values):
    return np.array([[function(*v)] for v in values], np.int64)


def check(numbers, function, box):
    draw = np.random.RandomState(0)
    for _ in range(40):
        at = tuple([int(draw.randint(a, b + 1)) for a, b in zip(box.low, box.high)])
        assert numbers.at(at).tolist() == [function(*at)]


@pytest.mark.parametrize("name", MULTIPLES)
@pytest.mark.parametrize("box", BOXES)
def test_what_the_first_samples_tell(name, box):
    values = box.first_samples()
    check(Numbers(Samples(values), table(MULTIPLES[name], values)), MULTIPLES[name], box)


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("box", BOXES)
def test_what_four_samples_tell(name, box):
    values = box.samples()[: max(4, len(box.first_samples()))]
    check(Numbers(Samples(values), table(SUMS[name], values)), SUMS[name], box)


def test_three_samples_tell_no_sums():
    values = BOXES[0].first_samples()
    assert len(values) == 3
    for function in SUMS.values():
        with pytest.raises(Unresolved):
            Numbers(Samples(values), table(function, values))


def test_for_what_ends_somewhere_no_more_samples_are_wanted():
    values = Box([12, 14], [41, 53]).first_samples([(29, 28)])
    with pytest.raises(Unresizable) as error:
        Numbers(Samples(values), table(lambda b, t: 64 * min(t, 20), values))
    assert error.type is Unresizable


@pytest.mark.parametrize("known", [None, (1, 29, 28), (3, 29, 28)])
def test_no_and_one_row_are_seen(known):
    for sizes in (1, 2, 3):
        values = Box([0, 12, 14][:sizes], [9, 59, 73][:sizes]).first_samples([known[:sizes]] if known else [])
        assert {0, 1, 9} <= {first for first, *_ in values} and len(values) < 5


def test_samples_in_which_a_product_is_the_same_tell_nothing():
    with pytest.raises(Unresizable):
        Numbers(Samples([(6, 10), (10, 6), (4, 15)]), np.array([[7], [7], [7]]))


@pytest.mark.parametrize("name", NOT_FOUND)
@pytest.mark.parametrize("box", BOXES)
def test_what_does_not_follow_sizes_is_not_found(name, box):
    for count in range(len(box.first_samples()), len(box.samples()) + 1):
        values = box.samples()[:count]
        with pytest.raises(Unresizable):
            Numbers(Samples(values), table(NOT_FOUND[name], values))


@pytest.mark.parametrize("sizes", [1, 2, 3, 4])
def test_sums_of_any_products_are_found_or_need_more_samples(sizes):
    """Never is what is found another one, though there may be too few samples to find it."""
    draw, found = np.random.RandomState(sizes), 0
    powers = [p for p in itertools.product(range(3), repeat=sizes) if sum(p) <= 3]
    for _ in range(150):
        low = draw.randint(2, 40, sizes)
        box = Box(low.tolist(), (low + draw.randint(1, 60, sizes)).tolist())
        terms = [(powers[k], int(draw.choice([-64, 1, 4, 40, 256]))) for k in draw.randint(0, len(powers), 3)]

        def of(*values, terms=terms):
            return sum(f * int(np.prod([v**p for v, p in zip(values, powers)])) for powers, f in terms)

        for count in range(len(box.first_samples()), len(box.samples()) + 1):
            values = box.samples()[:count]
            try:
                numbers = Numbers(Samples(values), table(of, values))
            except Unresizable:
                continue
            found += 1
            for _ in range(20):
                at = tuple([int(draw.randint(a, b + 1)) for a, b in zip(box.low, box.high)])
                assert numbers.at(at).tolist() == [of(*at)]
            break
    assert found > 10


def test_what_shrinks_takes_more_samples():
    for box in BOXES:
        values = box.samples()
        wanted = table(lambda t, *_: 4096 - 64 * t, values)
        with pytest.raises(Unresizable):
            Numbers(Samples(box.first_samples()), wanted[: len(box.first_samples())])
        assert Numbers(Samples(values), wanted).at((20, 13, 10, 7)).tolist() == [4096 - 1280]


def test_the_only_difference_of_two_sizes_is_told_by_four_samples():
    values, shorter = [(40, 2), (31, 5), (22, 3), (27, 4)], (38, 26, 19, 23)
    assert Samples(values[:3]).only_of_two(shorter[:3]) is None
    assert Samples(values).only_of_two(shorter) == {(1,): 1, (0, 1): -1, (): 0}
    assert Samples([(*v, n) for v, n in zip(values, (1, 4, 2, 3))]).only_of_two((39, 27, 20, 24)) is not None
    assert Samples([(*v, v[1]) for v in values]).only_of_two(shorter) is None


@pytest.mark.parametrize("name", STEPS)
def test_steps_are_no_sums_of_sizes_of_which_there_are_few(name):
    """They were taken for those of others, which had two or three values."""
    draw, boxes = np.random.RandomState(0), [Box([2, 0, 0], [25, 2, 6])]
    for _ in range(30):
        count = draw.randint(1, 5)
        low = draw.randint(0, 30, count)
        wide = np.where(draw.rand(count) < 0.3, draw.randint(1, 4, count), draw.randint(4, 40, count))
        boxes.append(Box(low.tolist(), (low + wide).tolist()))
    for box in boxes:
        for count in range(len(box.first_samples()), len(box.samples()) + 1):
            values = box.samples()[:count]
            try:
                numbers = Numbers(Samples(values), table(STEPS[name], values))
            except Unresizable:
                continue
            for t in range(box.low[0], box.high[0] + 1):
                assert numbers.at((t, *box.high[1:])).tolist() == [STEPS[name](t)], (box.low, box.high)


def test_who_follows_a_size():
    values = BOXES[0].first_samples()
    numbers = Numbers(Samples(values), np.array([[7, t, b * t, b + 1] for t, b, *_ in values]))
    assert [numbers.following([k]).tolist() for k in range(3)] == [[1, 2], [2, 3], []]


@pytest.mark.parametrize(
    "box",
    [*BOXES, Box([5], [90]), Box([3], [5]), Box([4, 9], [6, 40]), Box([2], [3]), Box([9, 7, 4, 20], [90, 30, 30, 80])],
)
def test_samples(box):
    """Of each size two are next to each other, and of each two all four ends are there, but where both are large or
    where both are small.
    """
    values = box.samples()
    assert tuple(box.high) in values and len(set(values)) == len(values) and all(map(box.contains, values))
    middle = [(a + b) / 2 for a, b in zip(box.low, box.high)]
    for column, low in zip(zip(*box.first_samples()), box.low):
        assert low in column and any(abs(a - b) == 1 for a, b in itertools.combinations(column, 2))
    wide = [k for k in range(len(box.low)) if box.high[k] - box.low[k] > 6]
    for k, j in itertools.combinations(wide, 2):
        ends = {(v[k] > middle[k], v[j] > middle[j]) for v in box.first_samples()}
        assert {(True, False), (False, True)} < ends


@pytest.mark.parametrize("sizes", [2, 3, 4])
def test_the_largest_value_of_each_size_is_among_the_first_samples(sizes):
    """A number that stops to follow a size there is seen to."""
    draw = np.random.RandomState(sizes)
    for _ in range(50):
        low = draw.randint(2, 40, sizes)
        box = Box(low.tolist(), (low + draw.randint(1, 60, sizes)).tolist())
        assert [max(column) for column in zip(*box.first_samples())] == box.high


@pytest.mark.parametrize("sizes", [1, 2, 3])
def test_two_corners_and_what_is_known(sizes):
    """They show ends, odd and even values, and of any two sizes whose ranges overlap each as the larger one."""
    draw, used = np.random.RandomState(sizes), 0
    for _ in range(200):
        low = draw.randint(2, 40, sizes)
        box = Box(low.tolist(), (low + 2 * draw.randint(2, 30, sizes) + 1).tolist())
        known = tuple([int(draw.randint(a, b + 1)) for a, b in zip(box.low, box.high)])
        values = box.first_samples([known])
        if known not in values or values == box.first_samples():
            continue
        used += 1
        columns = list(zip(*values))
        assert len(values) == 3 and values[0] != known
        assert [(min(column), max(column)) for column in columns] == list(zip(box.low, box.high))
        assert all({n % 2 for n in column} == {0, 1} for column in columns)
        for k, j in itertools.combinations(range(sizes), 2):
            larger = {(a > b) - (a < b) for a, b in zip(columns[k], columns[j])}
            assert 1 in larger or box.high[k] <= box.low[j]
            assert -1 in larger or box.high[j] <= box.low[k]
    assert used > 60


@pytest.mark.parametrize("name", [*MULTIPLES, *NOT_FOUND])
def test_what_two_corners_tell_with_what_is_known(name):
    """What sizes do not tell is not found by these samples, either."""
    box, draw, used = Box([17, 12, 8], [52, 43, 31]), np.random.RandomState(0), 0
    for _ in range(40):
        known = tuple([int(draw.randint(a, b + 1)) for a, b in zip(box.low, box.high)])
        values = box.first_samples([known])
        if known not in values:
            continue
        used += 1
        function = {**MULTIPLES, **NOT_FOUND}[name]
        try:
            check(Numbers(Samples(values), table(function, values)), function, box)
        except Unresizable:
            assert name in NOT_FOUND or not Samples(values).apart or name == "one of all pairs"
    assert used > 10


@pytest.mark.parametrize("known", [(16, 20), (17, 20), (20, 43), (60, 12), (52, 12)])
def test_known_values_outside_or_at_a_corner_are_one_end(known):
    box = Box([17, 12], [52, 43])
    values = box.first_samples([known])
    assert len(values) == 3 and values[1] == known
    assert all({low, high} <= {low, high, *column} for low, high, column in zip(box.low, box.high, zip(*values)))


def test_what_repeats_is_told_only_if_it_is_one_sum_alone():
    """Pads of two convolutions of which one or the other is 1 in all samples: 1 - d is no more likely than 2b - a."""
    rows = [
        (79, 40, 20, 0),
        (14, 7, 4, 1),
        (78, 39, 20, 1),
        (63, 32, 16, 0),
        (47, 24, 12, 0),
        (31, 16, 8, 0),
        (15, 8, 4, 0),
    ]
    numbers = tuple(2 * b - a for a, b, *_ in rows)
    assert numbers == tuple(1 - row[3] for row in rows)
    assert Samples(rows).made_of(numbers) is None
    told = Samples([*rows, (28, 14, 7, 0)]).made_of((*numbers, 0))
    assert told == {(): 0, (0, 1): 2, (1,): -1}
