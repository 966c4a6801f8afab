"""The virtual machine: loops, jumps, errors and interruption; the table comes back unchanged."""

import threading
import time

import numpy as np
import pytest

from minitf.kernels.compile.abi import i64p, kernel
from minitf.kernels.machine.vm import (
    BROKEN,
    CONTROL_WORDS,
    END,
    FORWARD,
    FULL,
    IDLE,
    INTERRUPTED,
    JUMP,
    JUMP_IF,
    LEAVE,
    LOOP,
    NEXT,
    PATCHES,
    REVERSE,
    ROWS,
    SIZES,
    WHILE,
    unpack,
    vm,
)


@kernel
def vm_accumulate(a: i64p, total: i64p, n):
    """total = 10 total + a[0]; an error if a[0] is -1. Appends n, so that order shows."""
    if a[0] == -1:
        return 5
    total[0] = 10 * total[0] + a[0] + n
    return 0


@kernel
def vm_below(a: i64p, limit, o: i64p):
    """o[0] = a[0] < limit, as the predicate of a loop."""
    o[0] = 1 if a[0] < limit else 0
    return 0


class Table:
    """Assembles a table; keeps the arrays whose addresses it holds."""

    def __init__(self):
        self.words, self.kept, self.moving = [], [], []

    def address(self, array):
        self.kept.append(array)
        return array.ctypes.data

    def put(self, *words):
        place = len(self.words)
        self.words += words
        return place

    def kernel(self, instance, *operands):
        words = [self.address(o) if isinstance(o, np.ndarray) else o for o in operands]
        return self.put(instance.address, len(words) + 2, *words)

    def loop(self, body, limit, mode=FORWARD, count=None, trips=None, patches=0):
        """`body` assembles the body and returns its patches [(place, stride)], as many as announced."""
        addresses = [0 if a is None else self.address(a) for a in (count, trips)]
        place = self.put(LOOP, PATCHES + 2 * patches, 0, limit, *addresses, mode, 0, 0, IDLE, patches)
        self.put(*[0] * 2 * patches)
        moved = body(place) or []
        self.words[place + PATCHES : place + PATCHES + 2 * patches] = [word for pair in moved for word in pair]
        self.put(NEXT, 3, place)
        self.words[place + 2] = len(self.words)
        return place

    def run(self, flag=0, python=False):
        code = np.array([*self.words, END], np.int64)
        before = code.copy()
        run = vm[()].python if python else vm[()].run
        status = run(code, np.array([flag] + [0] * (CONTROL_WORDS - 1), np.int64))
        np.testing.assert_array_equal(code, before)
        return status


@pytest.fixture(params=[False, True], ids=["compiled", "python"])
def python(request):
    return request.param


def digits(total):
    return [int(d) for d in str(total[0])] if total[0] else []


def over(table, xs, total, limit, **options):
    """A loop that appends the items of xs to total."""

    def body(_):
        place = table.kernel(vm_accumulate[()], xs, total, 0)
        return [(place + 2, 8)]

    return table.loop(body, limit, patches=1, **options)


@pytest.mark.parametrize("trips", range(4))
@pytest.mark.parametrize("mode", [FORWARD, REVERSE])
@pytest.mark.parametrize("dynamic", [False, True])
def test_counted_loop(trips, mode, dynamic, python):
    table, xs, total, done = Table(), np.arange(1, 5), np.zeros(1, np.int64), np.full(1, 99)
    count = np.array([trips]) if dynamic else None
    over(table, xs, total, 0 if dynamic else trips, mode=mode, count=count, trips=done)
    assert table.run(python=python) == 0
    assert digits(total) == list(range(1, trips + 1))[:: -1 if mode == REVERSE else 1]
    assert done[0] == trips


def test_nested_loops(python):
    """The inner trip count is data; the outer loop moves its address."""
    table, xs, total, ragged = Table(), np.arange(1, 5), np.zeros(1, np.int64), np.array([2, 0, 3])

    def body(_):
        inner = over(table, xs, total, 0, count=ragged, mode=REVERSE)
        return [(inner + 4, 8)]

    table.loop(body, 3, patches=1)
    for _ in range(2):
        total[0] = 0
        assert table.run(python=python) == 0
        assert digits(total) == [2, 1, 3, 2, 1]


def while_below(table, xs, total, limit, capacity, trips=None):
    """Appends items of xs while total < limit."""
    predicate = np.zeros(1, np.int64)

    def body(loop):
        table.kernel(vm_below[()], total, limit, predicate)
        table.put(LEAVE, 4, loop, table.address(predicate))
        return [(table.kernel(vm_accumulate[()], xs, total, 0) + 2, 8)]

    return table.loop(body, capacity, WHILE, trips=trips, patches=1)


@pytest.mark.parametrize(("limit", "result", "trips"), [(0, 0, 0), (1, 1, 1), (100, 123, 3)])
def test_while_loop(limit, result, trips, python):
    table, total, done = Table(), np.zeros(1, np.int64), np.zeros(1, np.int64)
    while_below(table, np.arange(1, 5), total, limit, 4, done)
    assert table.run(python=python) == 0
    assert (total[0], done[0]) == (result, trips)


@pytest.mark.parametrize(("capacity", "status"), [(3, 0), (2, FULL), (0, FULL)])
def test_while_loop_beyond_its_capacity(capacity, status, python):
    table, total = Table(), np.zeros(1, np.int64)
    while_below(table, np.arange(1, 5), total, 100, capacity)
    assert unpack(table.run(python=python))[1] == status


@pytest.mark.parametrize("mode", [FORWARD, REVERSE])
def test_kernel_errors_name_the_instruction(mode, python):
    table, xs, total = Table(), np.array([1, 2, -1, 3]), np.zeros(1, np.int64)
    place = []

    def body(_):
        loop = over(table, xs, total, 4, mode=mode)
        place.append(loop + PATCHES + 2)

    table.loop(body, 2)
    assert unpack(table.run(python=python)) == (place[0], 5)


@pytest.mark.parametrize("truth", [0, 1])
@pytest.mark.parametrize("wanted", [0, 1])
def test_jumps(truth, wanted, python):
    table, total, one = Table(), np.zeros(1, np.int64), np.ones(1, np.int64)
    predicate = np.full(1, 2 * truth, np.uint8)
    branch = table.put(JUMP_IF, 5, table.address(predicate), wanted, 0)
    table.kernel(vm_accumulate[()], one, total, 0)
    over_it = table.put(JUMP, 3, 0)
    table.words[branch + 4] = len(table.words)
    table.kernel(vm_accumulate[()], one, total, 1)
    table.words[over_it + 2] = len(table.words)
    assert table.run(python=python) == 0
    assert total[0] == (2 if truth == wanted else 1)


def test_interruption(python):
    table, total = Table(), np.zeros(1, np.int64)
    over(table, np.arange(4), total, 3)
    assert unpack(table.run(flag=1, python=python))[1] == INTERRUPTED


def test_a_running_loop_can_be_stopped_from_another_thread():
    table, total = Table(), np.zeros(1, np.int64)
    table.loop(lambda _: table.kernel(vm_accumulate[()], total, total, 0) and None, 2**62)
    code, flag, result = np.array([*table.words, END]), np.zeros(CONTROL_WORDS, np.int64), []
    vm[()].address  # noqa: B018
    thread = threading.Thread(target=lambda: result.append(vm[()].run(code, flag)))
    thread.start()
    time.sleep(0.05)
    flag[0] = 1
    thread.join(10)
    assert unpack(result[0])[1] == INTERRUPTED


def test_an_unknown_opcode_is_an_error(python):
    table = Table()
    table.put(77, 2)
    assert unpack(table.run(python=python)) == (0, BROKEN)


@kernel
def vm_note(o: i64p, n):
    """Appends n, which the table says."""
    o[0] = 10 * o[0] + n
    return 0


def test_as_many_rows_as_run(python):
    """A word of a call follows a count, another one in each trip: times 2, from row 1 on, 3 at most."""
    table, counts, total = Table(), np.array([5, 3, 2, 0]), np.zeros(1, np.int64)

    def body(_):
        rows = table.put(ROWS, 8, table.address(counts), 1, 0, 2, 1, 3)
        place = table.kernel(vm_note[()], total, 0)
        table.words[rows + 4] = place + 3
        return [(rows + 2, 8)]

    table.loop(body, 4, patches=1)
    code = np.array([*table.words, END], np.int64)
    run = vm[()].python if python else vm[()].run
    assert run(code, np.zeros(CONTROL_WORDS, np.int64)) == 0
    assert total[0] == 6420


@pytest.mark.parametrize("python", [False, True])
def test_sizes_follow_counts(python):
    """A word is its source and some counts, each times a factor; in each trip with the counts of that trip."""
    table, counts, total = Table(), np.array([2, 0, 1]), np.zeros(1, np.int64)
    other = np.array([3])

    def body(_):
        sizes = table.put(SIZES, 12, 2, 0, 0, table.address(counts), 10, 0, 0, table.address(other), -1, 7)
        place = table.kernel(vm_note[()], total, 0)
        table.words[sizes + 3 : sizes + 5] = place + 3, sizes + 11
        table.words[sizes + 7 : sizes + 9] = place + 3, place + 3
        return [(sizes + 5, 8)]

    table.loop(body, 3, patches=1)
    code = np.array([*table.words, END], np.int64)
    run = vm[()].python if python else vm[()].run
    assert run(code, np.zeros(CONTROL_WORDS, np.int64)) == 0
    assert total[0] == 100 * 24 + 10 * 4 + 14  # 10 * count + 7 - 3
