"""The stores of queues by themselves, with a builder that stands in for the session."""

from types import SimpleNamespace

import numpy as np
import pytest

from minitf.framework import dtypes, errors
from minitf.framework.shape import TensorShape
from minitf.ops.io.queue_stores import STORES


class Builder:
    """Instead of waiting, does what another run would do."""

    def __init__(self, *others):
        self.others, self.woken, self.reasons = list(others), 0, []

    def wait(self, reason):
        self.reasons.append(reason)
        if not self.others:
            raise KeyboardInterrupt
        self.others.pop(0)()

    def wake(self):
        self.woken += 1


def op(kind, capacity=3, shapes=((),), **attrs):
    parts = [] if shapes is None else [TensorShape(s) for s in shapes]
    attrs = {"capacity": capacity, "component_types": [dtypes.int32], "shapes": parts, "shared_name": "", **attrs}
    return SimpleNamespace(type=kind + "V2", name="q", attrs=attrs, inputs=[], origin="here")


def store(kind="FIFOQueue", **options):
    made = op(kind, **options)
    return STORES[made.type](made)


def elements(*numbers):
    return [(np.int32(n),) for n in numbers]


def numbers(found):
    return [int(element[0]) for element in found]


def test_adding_waits_for_room_and_goes_on_where_it_was():
    queue, taken = store(capacity=2), []
    others = [lambda: taken.extend(queue.take(Builder(), None, 1))] * 3
    builder = Builder(*others)
    queue.add(builder, None, elements(1, 2, 3, 4, 5))
    assert numbers(taken) == [1, 2, 3] and len(queue) == 2 and builder.woken
    assert builder.reasons[0] == "queue 'q' is full: it holds 2 elements"


def test_taking_waits_and_takes_what_comes():
    queue = store(capacity=2)
    builder = Builder(*[lambda n=n: queue.add(Builder(), None, elements(n, n + 1)) for n in (1, 3)])
    assert numbers(queue.take(builder, None, 4)) == [1, 2, 3, 4]
    assert builder.reasons == ["queue 'q' holds 0 elements, which is not enough"] * 2


@pytest.mark.parametrize(
    "kind, attrs",
    [
        ("FIFOQueue", {}),
        ("PriorityQueue", {}),
        ("PaddingFIFOQueue", {}),
        ("RandomShuffleQueue", {"min_after_dequeue": 0, "seed": 1, "seed2": 2}),
    ],
)
def test_an_interrupted_run_gives_back_what_it_took(kind, attrs):
    queue = store(kind, **attrs)
    queue.add(Builder(), None, elements(1, 2))
    with pytest.raises(KeyboardInterrupt):
        queue.take(Builder(), None, 3)
    assert sorted(numbers(queue.take(Builder(), None, 2))) == [1, 2]


def test_an_interrupted_run_leaves_the_line():
    queue = store(capacity=1)
    with pytest.raises(KeyboardInterrupt):
        queue.take(Builder(), None, 1)
    with pytest.raises(KeyboardInterrupt):
        queue.add(Builder(), None, elements(1, 2))
    assert numbers(queue.take(Builder(), None, 1)) == [1]
    queue.add(Builder(), None, elements(3))
    assert numbers(queue.take(Builder(), None, 1)) == [3]


def test_those_who_wait_are_served_in_turn():
    queue, late = store(), []

    def second():  # comes while the first one waits, and waits behind it although one element would do
        builder = Builder(lambda: queue.add(Builder(), None, elements(1)))
        with pytest.raises(KeyboardInterrupt):
            late.extend(queue.take(builder, None, 1))

    first = Builder(second, lambda: queue.add(Builder(), None, elements(2)))
    assert numbers(queue.take(first, None, 2)) == [1, 2] and not late


def test_closing_comes_after_those_who_wait_to_add():
    queue = store(capacity=1)

    def close():
        with pytest.raises(KeyboardInterrupt):
            queue.close(Builder(), None, cancel=False)

    builder = Builder(close, lambda: queue.take(Builder(), None, 1))
    queue.add(builder, None, elements(1, 2))
    assert not queue.closed and len(queue) == 1


def test_closing_may_cancel_those_who_wait_to_add():
    queue = store(capacity=1)
    builder = Builder(lambda: queue.close(Builder(), None, cancel=True))
    with pytest.raises(errors.CancelledError, match="'q' was closed meanwhile"):
        queue.add(builder, None, elements(1, 2))
    assert queue.closed and numbers(queue.take(Builder(), None, 1)) == [1]


def test_a_closed_queue_gives_what_is_left_or_nothing():
    queue = store()
    queue.add(Builder(), None, elements(1, 2))
    queue.close(Builder(), None, cancel=False)
    with pytest.raises(errors.OutOfRangeError, match="closed and holds 2 elements; wanted: 3"):
        queue.take(Builder(), None, 3)
    assert numbers(queue.take(Builder(), None, 3, fewer=True)) == [1, 2]
    with pytest.raises(errors.OutOfRangeError, match="closed and holds 0 elements; wanted: 3"):
        queue.take(Builder(), None, 3, fewer=True)


def test_shuffled_elements_stay_behind_until_it_is_closed():
    queue = store("RandomShuffleQueue", capacity=9, min_after_dequeue=2, seed=1, seed2=2)
    queue.add(Builder(), None, elements(*range(5)))
    with pytest.raises(KeyboardInterrupt):
        queue.take(Builder(), None, 4)
    first = numbers(queue.take(Builder(), None, 3))
    queue.close(Builder(), None, cancel=False)
    assert sorted(first + numbers(queue.take(Builder(), None, 2))) == list(range(5))


def test_shapes_are_checked_before_anything_is_added():
    queue = store(shapes=((2,),))
    with pytest.raises(errors.InvalidArgumentError, match=r"shape \(2,\), but \(3,\) was given"):
        queue.add(Builder(), op("FIFOQueue"), [(np.zeros(3, np.int32),)])
    assert not len(queue)


def test_rows_of_known_shape_only():
    with pytest.raises(errors.InvalidArgumentError, match="make 'q' with shapes="):
        store(shapes=None).check_shapes_known(op("FIFOQueue"))


def test_queues_that_share_a_name_agree():
    queue = store()
    queue.check_shared(op("FIFOQueue"))
    for other in (op("FIFOQueue", capacity=4), op("FIFOQueue", shapes=None), op("PaddingFIFOQueue")):
        with pytest.raises(errors.InvalidArgumentError, match="queue 'q' is shared by a FIFOQueueV2"):
            queue.check_shared(other)
