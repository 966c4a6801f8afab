"""What random graphs are made from: typed tensors whose sizes the generator knows.

A size is a number, or a name where it differs from run to run: "batch", or what a mask leaves.
"""

import random
from typing import NamedTuple

import numpy as np

import minitf as tf

LARGE = 30.0  # values beyond are scaled down, so that rounding stays small
INTEGERS, FLOATS = (tf.int32, tf.int64), (tf.float32, tf.float64)


class Skip(Exception):
    """A production that finds nothing to work on."""


class Entry(NamedTuple):
    """A tensor and what is known of it.

    exact: computed without rounding, so that it may decide something. bound: about the largest absolute
    value; of integers that are in range(bound), None for others.
    """

    tensor: object
    shape: tuple
    bound: float | None = 1.0
    exact: bool = False

    @property
    def dtype(self):
        return self.tensor.dtype.base_dtype

    @property
    def rank(self):
        return len(self.shape)


class World:
    """What the scopes of one graph share."""

    def __init__(self, seed, produce, wide=False, productions=(), through=None):
        self.seed, self.random = seed, random.Random(seed)
        self.produce, self.productions = produce, productions  # makes some production in a scope
        self.through = through  # what a tensor made in a scope goes through
        chosen = self.random.choice(FLOATS)
        self.dtype = tf.float64 if wide else chosen
        self.feeds: list = []  # (placeholder, shape, kind)
        self.variables: list[Entry] = []
        self.effects: list = []  # ops and tensors to be run, whoever needs them
        self.changes = False  # whether a run leaves something behind
        self.in_branches: list = []  # tensors made in branches, for which ops outside may wait
        self._sizes = 0

    def new_size(self):
        """The name of a size that is known only when it runs."""
        self._sizes += 1
        return f"n{self._sizes}"

    def numpy(self, *shape):
        """Numbers in -1..1."""
        draw = np.random.RandomState(self.random.randrange(2**32))
        return draw.uniform(-1, 1, shape).astype(self.dtype.as_numpy_dtype)


class Scope:
    """The tensors that may be used at one place of a graph: outside, in a body, or in a branch."""

    def __init__(self, world, rng, entries=(), depth=0, looped=False):
        self.world, self.random, self.depth, self.looped = world, rng, depth, looped
        self.entries = list(entries)
        self.added: list[Entry] = []

    def child(self, *entries):
        """What may be used in a body: everything outside, and its arguments, if it is a loop's."""
        looped = self.looped or bool(entries)
        return Scope(self.world, self.random, [*self.entries, *entries], self.depth + 1, looped)

    def add(self, tensor, shape, bound=1.0, exact=False):
        """Adds a tensor of known sizes, scaled down where it may be large."""
        if tensor.dtype.base_dtype in FLOATS and bound > LARGE:
            tensor, bound, exact = tensor * (1.0 / bound), 1.0, False
        entry = Entry(self.passed(tensor), tuple(shape), bound, exact)
        self.entries.append(entry)
        self.added.append(entry)
        return entry

    def passed(self, tensor):
        """The tensor, or what it goes through in this graph."""
        return tensor if self.world.through is None else self.world.through(self, tensor)

    # ---- choosing

    def chance(self, probability):
        return self.random.random() < probability

    def one_of(self, choices):
        return self.random.choice(list(choices))

    def pick(self, test):
        """An entry that passes the test, rather a late one."""
        found = [e for e in self.entries if test(e)]
        if not found:
            raise Skip
        return self.random.choice(found[-8:] if self.chance(0.6) else found)

    def float(self, test=lambda e: True, rank=0):
        """A tensor of the graph's floating point type."""
        return self.pick(lambda e: e.dtype == self.world.dtype and e.rank >= rank and test(e))

    def exact(self, test=lambda e: True, rank=0):
        """One that no rewrite computes differently."""
        return self.float(lambda e: e.exact and test(e), rank)

    def integer(self, test=lambda e: True):
        return self.pick(lambda e: e.dtype in INTEGERS and test(e))

    def truth(self, test=lambda e: True):
        return self.pick(lambda e: e.dtype == tf.bool and test(e))

    def axis(self, entry, test=lambda n: True):
        """An axis of an entry whose size passes the test."""
        found = [i for i, n in enumerate(entry.shape) if test(n)]
        if not found:
            raise Skip
        return self.random.choice(found)

    # ---- making fit

    def ids(self, n, test=lambda e: True):
        """An entry of integers in range(n)."""
        entry = self.integer(test)
        if entry.bound is not None and entry.bound <= n:
            return entry
        return Entry(tf.floormod(entry.tensor, tf.cast(n, entry.dtype)), entry.shape, n, True)

    def weights(self, *shape):
        """A variable that is used here only, made outside of all loops."""
        return self.variable(shape).tensor

    def variable(self, shape):
        """A new variable with random numbers."""
        with tf.control_dependencies(None):
            value = self.world.numpy(*shape)
            v = tf.get_variable(
                f"v{len(self.world.variables)}", initializer=lambda *_, **__: value, shape=shape, dtype=self.world.dtype
            )
        entry = Entry(v, tuple(shape), 1.0, False)
        self.world.variables.append(entry)
        return entry

    def fit(self, entry, like):
        """The entry's value, or something that depends on it, in the shape and range of another entry."""
        value = entry.tensor
        if entry.dtype != like.dtype:
            value = tf.cast(value, like.dtype)
        if entry.shape != like.shape:
            value = like.tensor * 0.5 + tf.reduce_mean(value)
        fitting = pinned(Entry(tf.tanh(value), like.shape))
        fitting.set_shape(like.tensor.shape)
        return fitting


def known(n):
    """Whether a size is the same in every run."""
    return isinstance(n, int)


def pinned(entry):
    """The tensor with all that is known of its shape as its static shape."""
    if entry.tensor.shape.rank is not None and all(
        given.value is not None or not known(n) for given, n in zip(entry.tensor.shape, entry.shape)
    ):
        return entry.tensor
    tensor = tf.identity(entry.tensor)
    tensor.set_shape([n if known(n) else None for n in entry.shape])
    return tensor


def broadcast(a, b):
    """The shape of two shapes together, or None."""
    if len(a) < len(b):
        a, b = b, a
    tail = [max(m, n, key=lambda size: size != 1) for m, n in zip(a[len(a) - len(b) :], b)]
    if any(m != n and m != 1 and n != 1 for m, n in zip(a[len(a) - len(b) :], b)):
        return None
    return (*a[: len(a) - len(b)], *tail)


def total(shape):
    """How many elements there are if all sizes are known, else None."""
    return int(np.prod(shape)) if all(map(known, shape)) else None
