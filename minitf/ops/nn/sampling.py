"""Candidate sampling: a few random classes in place of all, with TensorFlow's streams.

Arguments that the samplers share: true_classes are integers [batch, num_true]; num_sampled classes are drawn
from 0 .. range_max - 1, no class twice if unique. Each returns (sampled_candidates int64 [num_sampled],
true_expected_count float32 [batch, num_true], sampled_expected_count float32 [num_sampled]): the classes, and
how often each true or sampled class is expected to be among them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.kernels.math.random import random_words
from minitf.ops.math.math import cast
from minitf.ops.patterns import STATEFUL
from minitf.ops.random.random import seeds, stream

_AT_ONCE = 16  # blocks, of four words
_BLOCKS = 512  # blocks of its stream that TensorFlow sets aside for each candidate


class Words:
    """The 32-bit words of a stream, from its place on."""

    def __init__(self, state):
        self._stream = np.array(state[:3], np.int64)
        self._drawn: list[int] = []

    @classmethod
    def at(cls, place: list[int]) -> Words:
        """The words from a `place` on that others of the stream had."""
        found = cls(place)
        found._drawn = [int(word) for word in place[3:]]
        return found

    @property
    def place(self) -> list[int]:
        """Where they are."""
        return [*self._stream.tolist(), *self._drawn]

    def word(self) -> int:
        """The next word."""
        if not self._drawn:
            drawn = np.empty(4 * _AT_ONCE, np.int64)
            random_words[()].run(self._stream, drawn, _AT_ONCE)
            self._drawn = drawn[::-1].tolist()
        return self._drawn.pop()

    def wide(self) -> int:
        """64 bits."""
        low = self.word()
        return low | self.word() << 32

    def double(self) -> float:
        """A float64 in [0, 1)."""
        high = self.word() & 0xFFFFF
        return (high << 32 | self.word()) * 2.0**-52

    def single(self) -> np.float32:
        """A float32 in [0, 1)."""
        return np.float32((self.word() & 0x7FFFFF) * 2.0**-23)

    def below(self, n: int, bits: int = 64) -> int:
        """A number in 0 .. n - 1, all equally likely."""
        draw = self.wide if bits == 64 else self.word
        if n & (n - 1) == 0:
            return draw() & (n - 1)
        rest = (2**bits - 1) % n + 1
        while (drawn := draw()) < rest:
            pass
        return drawn % n


# ---- the distributions: (op, state) -> a function that draws, and one that gives probabilities


def _uniform(op, state):
    n = op.attrs["range_max"]
    return lambda source: source.below(n), lambda classes: np.full(classes.shape, 1.0 / n)


def _log_uniform(op, state):
    n = op.attrs["range_max"]
    scale = math.log(n + 1)
    return (
        lambda source: (int(math.exp(source.double() * scale)) - 1) % n,
        lambda classes: np.log((classes + 2.0) / (classes + 1.0)) / scale,
    )


def _learned(op, state):
    counts = state[3:]
    sums = np.cumsum(counts)

    def draw(source):
        return int(np.searchsorted(sums, source.below(int(sums[-1]), bits=32), side="right"))

    before = counts / sums[-1]  # the counts grow once the candidates are drawn
    return draw, lambda classes: before[classes]


def _fixed(op, state):
    weights, (accept, other) = op.attrs["weights"], op.attrs["alias_table"]

    def draw(source):
        chance = source.single()
        place = source.below(len(weights), bits=32)
        return place if chance < accept[place] else int(other[place])

    total = np.float32(weights.sum(dtype=np.float32))
    return draw, lambda classes: weights[classes] / total


def _alias_table(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Walker's tables (1977): place i is kept with probability accept[i], or else other[i] is taken."""
    share = weights.astype(np.float64) * len(weights) / weights.astype(np.float64).sum()
    other = np.arange(len(weights))
    low, high = np.flatnonzero(share < 1).tolist(), np.flatnonzero(share >= 1).tolist()
    while low and high:
        small, large = low.pop(), high.pop()
        other[small] = large
        share[large] -= 1.0 - share[small]
        (low if share[large] < 1 else high).append(large)
    share[low + high] = 1.0
    return share.astype(np.float32), other


def _check_weights(weights: np.ndarray) -> None:
    """Raises ValueError for weights by which nothing can be drawn."""
    bad = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if bad.size:
        raise ValueError(
            f"fixed_unigram_candidate_sampler: weights are finite and not negative; class {bad[0]} has "
            f"{weights[bad[0]]}, to the power of distortion"
        )
    if not weights.any():
        raise ValueError("fixed_unigram_candidate_sampler: no class has a weight above 0")


def unigrams_of(weights: np.ndarray, count: int) -> dict:
    """The attributes by which `count` classes are drawn with these weights; ValueError if none can be."""
    if len(weights) != count:
        raise ValueError(
            f"fixed_unigram_candidate_sampler: there are {len(weights)} weights for range_max={count} classes"
        )
    _check_weights(weights)
    return {"unigrams": weights.tolist(), "weights": weights, "alias_table": _alias_table(weights)}


def _check_enough(table: tuple, count: int) -> None:
    """Raises ValueError if there are not so many different classes that may be drawn."""
    accept, other = table
    possible = np.union1d(np.flatnonzero(accept > 0), other[accept < 1]).size
    if possible < count:
        raise ValueError(
            f"fixed_unigram_candidate_sampler: num_sampled={count} different classes are wanted (unique), "
            f"but only {possible} have a weight above 0"
        )


# ---- the ops


_COUNTS = "num_true: int, num_sampled: int, unique: bool, seed: int = 0, seed2: int = 0"
_CANDIDATES = "sampled_candidates: int64, true_expected_count: float32, sampled_expected_count: float32"


def _define_sampler(type: str, distribution: Callable, learns: bool = False, more: str = "") -> None:
    def host(b, op, true_classes):
        fresh = np.ones(op.attrs["range_max"] if learns else 0, np.int64)
        state, true = b.data(stream(b, op, fresh)), b.data(true_classes)
        count, n = op.attrs["num_sampled"], op.attrs["range_max"]
        bad = true[(true < 0) | (true >= n)] if learns or distribution is _fixed else true[:0]
        if bad.size:
            raise ValueError(f"true class {bad.flat[0]} is not in 0 .. {n - 1}")
        draw, probability = distribution(op, state)
        sampled, tries = _draw(draw, Words(state), count, op.attrs["unique"])
        state[2] += _BLOCKS * count
        expected = [_expected(probability(c), count, tries) for c in (true, sampled)]
        if learns:
            np.add.at(state, 3 + true.ravel(), 1)
        return b.constant(sampled), *[b.constant(np.asarray(e, np.float32)) for e in expected]

    define(
        type,
        f"true_classes: int64; {_COUNTS}, range_max: int{more} -> {_CANDIDATES}",
        shape=_shapes,
        host=host,
        **STATEFUL,
    )


def _shapes(op):
    _check(op)
    sampled = TensorShape([op.attrs["num_sampled"]])
    rows = op.inputs[0].shape.with_rank(2)[0]
    return [sampled, op.inputs[0].shape.merge_with([rows, op.attrs["num_true"]]), sampled]


def _check(op) -> None:
    """Raises ValueError unless so many classes can be drawn."""
    count, true = op.attrs["num_sampled"], op.attrs["num_true"]
    n = op.attrs.get("range_max", count)
    if count < 1 or true < 1 or n < 1:
        raise ValueError(f"{op.type}: num_sampled, num_true and range_max are positive, not {count}, {true}, {n}")
    if op.attrs["unique"] and count > n:
        raise ValueError(f"{op.type}: {count} different classes cannot be drawn from {n}")
    if op.type == "FixedUnigramCandidateSampler" and op.attrs["unique"]:
        _check_enough(op.attrs["alias_table"], count)


def _draw(draw: Callable, source: Words, count: int, unique: bool) -> tuple[np.ndarray, int]:
    """The candidates and how many draws they took."""
    if not unique:
        return np.array([draw(source) for _ in range(count)], np.int64), count
    found: dict[int, None] = {}
    tries = 0
    while len(found) < count:
        tries += 1
        found.setdefault(draw(source))
    return np.array(list(found), np.int64), tries


def _expected(probability, count: int, tries: int):
    """How often classes of this probability are expected among the candidates."""
    p = np.asarray(probability, np.float32)
    return p * np.float32(count) if tries == count else -np.expm1(np.float32(tries) * np.log1p(-p))


def _all(b, op, true_classes):
    count = op.attrs["num_sampled"]
    return tuple(
        b.constant(a) for a in (np.arange(count), np.ones(true_classes.shape, np.float32), np.ones(count, np.float32))
    )


def _hits(op, true_classes, sampled):
    places = {int(c): i for i, c in enumerate(sampled)}
    hits = [(i, places[c]) for i, row in enumerate(true_classes.tolist()) for c in row if c in places]
    rows, found = np.array(hits, np.int64).reshape(-1, 2).T
    return rows.astype(np.int32), found, np.full(len(hits), np.finfo(np.float32).min, np.float32)


_define_sampler("UniformCandidateSampler", _uniform)
_define_sampler("LogUniformCandidateSampler", _log_uniform)
_define_sampler("LearnedUnigramCandidateSampler", _learned, learns=True)
_define_sampler(
    "FixedUnigramCandidateSampler",
    _fixed,
    more=", vocab_file: fixed[string] = '', distortion: fixed[float] = 1.0, num_reserved_ids: fixed[int] = 0, "
    "num_shards: fixed[int] = 1, shard: fixed[int] = 0, unigrams: list(float) = [], weights: object, "
    "alias_table: object",
)
define(
    "AllCandidateSampler",
    f"true_classes: int64; {_COUNTS} -> {_CANDIDATES}",
    shape=_shapes,
    host=_all,
    differentiable=False,
)
define(
    "ComputeAccidentalHits",
    "true_classes: int64, sampled_candidates: int64; num_true: int, seed: int = 0, seed2: int = 0"
    " -> indices: int32, ids: int64, weights: float32",
    shape=lambda op: [TensorShape([None])] * 3,
    numpy=_hits,
    differentiable=False,
)

# ---- public functions


def _sample(type: str, true_classes, num_true, num_sampled, unique, seed, name, **attrs) -> tuple:
    true_classes = cast(true_classes, dtypes.int64)
    return apply(
        type, true_classes, name=name, num_true=num_true, num_sampled=num_sampled, unique=unique, **attrs, **seeds(seed)
    )


def _sampler(type: str, name: str, doc: str):
    """The public function of a sampler that knows nothing but the range of classes."""

    @named(name, doc)
    def function(
        true_classes,
        num_true: int,
        num_sampled: int,
        unique: bool,
        range_max: int,
        seed: int | None = None,
        name: str | None = None,
    ) -> tuple:
        return _sample(type, true_classes, num_true, num_sampled, unique, seed, name, range_max=range_max)

    return function


uniform_candidate_sampler = _sampler(
    "UniformCandidateSampler", "uniform_candidate_sampler", "Classes drawn with equal probabilities."
)
log_uniform_candidate_sampler = _sampler(
    "LogUniformCandidateSampler",
    "log_uniform_candidate_sampler",
    """Classes drawn with P(c) = log((c + 2) / (c + 1)) / log(range_max + 1): right for words sorted by
    frequency.
    """,
)
learned_unigram_candidate_sampler = _sampler(
    "LearnedUnigramCandidateSampler",
    "learned_unigram_candidate_sampler",
    "Classes drawn as often as they were true in the runs before; each starts with a count of 1.",
)


def fixed_unigram_candidate_sampler(
    true_classes,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams=(),
    seed: int | None = None,
    name: str | None = None,
) -> tuple:
    """Classes drawn with P(c) proportional to unigrams[c] ** distortion.

    unigrams: a list of numbers, or the last comma-separated fields of the lines of vocab_file.
    num_reserved_ids: classes put before them, which are never drawn. With num_shards, every num_shards-th
    class counts, from `shard` on.
    """
    if bool(vocab_file) == bool(len(unigrams)):
        raise ValueError("fixed_unigram_candidate_sampler: give either unigrams or a vocab_file")
    if vocab_file:
        lines = Path(vocab_file).read_text().splitlines()
        unigrams = [float(line.rsplit(",", 1)[-1]) for line in lines if line.strip()]
    with np.errstate(all="ignore"):
        powers = np.asarray(unigrams, np.float64) ** distortion
        weights = np.append(np.zeros(num_reserved_ids), powers).astype(np.float32)[shard::num_shards]
    return _sample(
        "FixedUnigramCandidateSampler",
        true_classes,
        num_true,
        num_sampled,
        unique,
        seed,
        name,
        range_max=range_max,
        **unigrams_of(weights, range_max),
    )


def all_candidate_sampler(
    true_classes, num_true: int, num_sampled: int, unique: bool, seed: int | None = None, name: str | None = None
) -> tuple:
    """All classes 0 .. num_sampled - 1."""
    return _sample("AllCandidateSampler", true_classes, num_true, num_sampled, unique, seed, name)


def compute_accidental_hits(
    true_classes, sampled_candidates, num_true: int, seed: int | None = None, name: str | None = None
) -> tuple:
    """Where a sampled class is true: (rows int32, places among the candidates int64, weights float32), each [hits].

    The weights, the least float32, exclude those classes when they are added to logits.
    """
    return apply(
        "ComputeAccidentalHits",
        cast(true_classes, dtypes.int64),
        sampled_candidates,
        name=name,
        num_true=num_true,
        **seeds(seed),
    )
