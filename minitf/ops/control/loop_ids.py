"""How many op ids TF 1 takes for the loops that it builds of TensorArrays and a while_loop, where ours are
one op.

Unseeded random ops are seeded by the number of ops made before them, so these counts decide what they draw.
"""

from __future__ import annotations

from minitf.framework.graph import get_default_graph


class Ids:
    """Makes the ops created since a mark count as many as TF 1 creates."""

    def __init__(self):
        self.mark()

    def mark(self) -> None:
        """Counts from here."""
        self._start = get_default_graph().root._last_id

    def reserve_until(self, count: int) -> None:
        """Skips ids until `count` have been taken since the mark."""
        root = get_default_graph().root
        root.reserve_ids(count - (root._last_id - self._start))


def ids_before_map(inputs: int, outputs: int, known: bool) -> int:
    """From the elements to the first op of map_fn's function; known: whether the first input's first size
    is.
    """
    return _arrays(inputs, known) + 1 + outputs * (1 + known) + _loop(2 + outputs, inputs, known)


def ids_after_map(outputs: int) -> int:
    """From the last op of map_fn's function to its result: writing, counting, the loop's end, stacking."""
    return 2 * outputs + 2 + 2 * (2 + outputs) + 5 * outputs


def ids_before_fold(inputs: int, accumulators: int, converted: int, known: bool, fresh: bool, reverse: bool) -> int:
    """From the elements to the first op of the function of foldl or foldr (reverse).

    converted: how many first accumulators were no tensors; fresh: whether slices are the first accumulators.
    """
    computed = reverse and not known  # the first index is a difference
    reads = fresh * (2 + inputs if computed else 2 * inputs)
    start = converted + reads + (not computed)
    return _arrays(inputs, known) + start + _loop(2 + accumulators, inputs, known, reverse) + 2 * reverse


def ids_after_fold(accumulators: int, reverse: bool) -> int:
    """From the last op of the function of foldl or foldr (reverse) to the result."""
    return 2 * (not reverse) + 2 * (2 + accumulators)


def ids_before_scan(inputs: int, accumulators: int, converted: int, known: bool, fresh: bool, reverse: bool) -> int:
    """From the elements to the first op of scan's function; the arguments are those of `ids_before_fold`."""
    computed = reverse and not known  # indices are differences
    reads_and_writes = fresh * (inputs + accumulators) * (2 + computed)
    start = converted + accumulators * (1 + known) + reads_and_writes + (4 if computed else 1)
    return _arrays(inputs, known) + start + _loop(2 + 2 * accumulators, inputs, known, reverse)


def ids_after_scan(accumulators: int) -> int:
    """From the last op of scan's function to its result: writing, counting, the loop's end, stacking."""
    return 2 * accumulators + 2 + 2 * (2 + 2 * accumulators) + 5 * accumulators


def _arrays(inputs: int, known: bool) -> int:
    """The elements' number, and the TensorArrays into which they are unstacked."""
    return (0 if known else 5) + inputs * (1 + known + 9)


def _loop(variables: int, inputs: int, known: bool, reverse: bool = False) -> int:
    """From the bound on the iterations to the reads of the elements."""
    bound, comparison = 1 + known, 2 if known or reverse else 1
    return bound + 4 * variables + 2 + comparison + 2 + 2 + 3 * inputs
