import numpy as np
import pytest

from minitf.kernels.math.state import assign
from minitf.runtime.lower.ir import Buffer, Call, Ref, Repeat
from minitf.runtime.memory.arena import ALIGNMENT, intervals, place


def _buffers(*sizes):
    return [Buffer(size) for size in sizes]


def _copy(source: Buffer, target: Buffer) -> Call:
    refs = [Ref((b.size // 4,), np.uint32, b) for b in (source, target)]
    return Call(assign["uint32"], (*refs, refs[0].size), None, None)


@pytest.mark.parametrize("alike", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_buffers_that_live_together_do_not_overlap(seed, alike):
    random = np.random.default_rng(seed)
    lives = {}
    for _ in range(300):
        birth = int(random.integers(200))
        size = int(random.choice([4, 8, 900, 1000, 1000_000] if alike else random.integers(1, 3000, 300)))
        lives[Buffer(size)] = [birth, birth + int(random.integers(30))]
    top = place(lives, alike)
    for a, (birth, death) in lives.items():
        assert a.offset % ALIGNMENT == 0 and a.offset + a.size <= top
        for b, other in lives.items():
            apart = a.offset + a.size <= b.offset or b.offset + b.size <= a.offset
            assert a is b or apart or death < other[0] or other[1] < birth
    busiest = max(sum(b.size for b, (s, e) in lives.items() if s <= t <= e) for t in range(230))
    assert top <= 1.5 * busiest, "memory is used again"


def test_best_fit_and_merged_neighbours():
    large, between, small, fits, whole = _buffers(256, 128, 64, 64, 448)
    top = place({large: [0, 0], between: [0, 1], small: [0, 0], fits: [1, 1], whole: [2, 2]})
    assert fits.offset == small.offset, "the smallest free block that is large enough"
    assert top == 448 and whole.offset == 0, "free neighbours are one block"


def test_small_buffers_only_follow_those_of_their_size():
    first, other, alike, large, after = _buffers(1000, 512, 1000, 100_000, 70_000)
    place({first: [0, 0], other: [1, 1], alike: [2, 2], large: [3, 3], after: [4, 4]}, alike=True)
    assert alike.offset == first.offset and other.offset >= 1000
    assert after.offset == large.offset, "large ones do"


def test_lives_in_loops():
    a, b, c, d, carried = _buffers(4, 4, 4, 4, 4)
    loop = Repeat(body=[_copy(a, b), _copy(b, c), _copy(carried, c)], count=3, carried={carried})
    lives = intervals([_copy(d, a), loop, _copy(c, d)], {d})
    start, end = lives[carried]
    assert lives[a] == [0, end], "used outside and inside: through the whole loop"
    assert start < lives[b][0] <= lives[b][1] < end, "used inside only: there"
    assert lives[d][1] >= lives[c][1] >= end
