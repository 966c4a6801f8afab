"""Ops of clustering: the nearest centers of points, and first centers chosen among points."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.ops.nn.sampling import Words


def _nearest(op, points, centers, k):
    if not len(centers):
        raise ValueError("there has to be a center")
    if k <= 0:
        raise ValueError(f"k is the number of nearest centers and has to be positive, not {k}")
    distances = (centers**2).sum(1) - 2 * points @ centers.T
    order = np.argsort(distances, axis=1, kind="stable")[:, : int(k)]
    found = np.take_along_axis(distances, order, 1) + (points**2).sum(1, keepdims=True)
    return order.astype(np.int64), np.maximum(found, 0)


def _plus_plus(op, points, number, seed, retries):
    """Each center is the best of some points, drawn with the squares of their distances from those before."""
    number, retries = int(number), int(retries)
    if not 0 < number <= len(points):
        raise ValueError(f"{number} centers cannot be chosen among {len(points)} points")
    tries = 1 + (2 + int(math.log(number)) if retries < 0 else retries)
    words, chosen = Words((int(seed), 0, 0)), []
    least = np.full(len(points), np.inf, np.float32)
    for _ in range(number):
        drawn = [words.below(len(points)) if not chosen else _weighted(words, least) for _ in range(tries)]
        left = [np.minimum(least, ((points - points[i]) ** 2).sum(1)) for i in drawn]
        best = int(np.argmin([rest.sum() for rest in left]))
        chosen.append(drawn[best])
        least = left[best]
    return points[chosen]


def _weighted(words: Words, weights: np.ndarray) -> int:
    place = np.searchsorted(np.cumsum(weights), words.single() * weights.sum())
    return min(int(place), len(weights) - 1)


def _chain(op, distances, seed):
    """The end of a Markov chain among points, in which those farther from all centers are likelier."""
    words, place = Words((int(seed), 0, 0)), 0
    for i in range(1, len(distances)):
        if distances[i] > words.single() * distances[place]:
            place = i
    return np.asarray(place, np.int64)


define(
    "NearestNeighbors",
    "points: float32~[n, d], centers: float32~[m, d], k: int64~[] -> "
    "nearest_center_indices: int64, nearest_center_distances: float32",
    numpy=_nearest,
    differentiable=False,
)
define(
    "KmeansPlusPlusInitialization",
    "points: float32~[n, d], num_to_sample: int64~[], seed: int64~[], num_retries_per_sample: int64~[] "
    "-> samples: float32",
    numpy=_plus_plus,
    differentiable=False,
)
define(
    "KMC2ChainInitialization",
    "distances: float32~[n], seed: int64~[] -> index: int64",
    numpy=_chain,
    differentiable=False,
)


def nearest_neighbors(points, centers, k, name: str | None = None):
    """The `k` (int64 scalar) nearest of `centers` [m, d] for each of `points` [n, d]: their numbers and the
    squares of their distances, each [n, min(k, m)], the nearest first.
    """
    return apply("NearestNeighbors", points, centers, k, name=name)


def kmeans_plus_plus_initialization(
    points, num_to_sample, seed, num_retries_per_sample, name: str | None = None
) -> Tensor:
    """`num_to_sample` of `points` [n, d], far from each other, by k-means++ (Arthur and Vassilvitskii 2007).

    num_retries_per_sample: how many more points are tried for each; -1 for as many as there are digits.
    """
    return apply("KmeansPlusPlusInitialization", points, num_to_sample, seed, num_retries_per_sample, name=name)


def kmc2_chain_initialization(distances, seed, name: str | None = None) -> Tensor:
    """The number of a point that is likely far from the centers, given the squares of all distances [n], by
    k-MC2 (Bachem et al. 2016).
    """
    return apply("KMC2ChainInitialization", distances, seed, name=name)
