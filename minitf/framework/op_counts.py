"""How many ops TensorFlow 1 makes, where ours are fewer.

Ops are numbered as TensorFlow numbers them (`op.id`), and unseeded random ops are seeded by the number of the op
made before them: these counts decide what they draw.
"""

from __future__ import annotations

import contextlib

from minitf.framework.graph import get_default_graph


def last() -> int:
    """The number of the op made last."""
    return get_default_graph().root._last_id


def skip(count: int, graph=None) -> None:
    """Leaves out the numbers of `count` ops which TensorFlow makes here, and we need not."""
    (graph or get_default_graph()).root._last_id += count


class Since:
    """The ops made since here, or since the last `mark`."""

    def __init__(self):
        self.mark()

    def mark(self) -> None:
        """Counts from here."""
        self.start = last()

    def count_as(self, count: int) -> None:
        """Has them count as many as TensorFlow makes."""
        skip(count - (last() - self.start))

    @contextlib.contextmanager
    def counted_as(self, count: int):
        """Has the ops made inside count as many as TensorFlow makes."""
        yield
        self.count_as(count)


def share(op) -> None:
    """Has an op that TensorFlow has not, and that was made last, count as the one before it."""
    op.id -= 1
    skip(-1)


# ---- ops of arrays and numbers

TRANSPOSED = 6  # exchanging two axes: the permutation is computed by ops
ALONG_ANOTHER_AXIS = 26  # softmax along another axis than the last
CROSS_ENTROPY = 28  # of logits, flattened to matrices and back
FROM_THE_END = 4  # that axis
ZERO_FRACTION = 21  # it counts in int32 or int64, as the size demands
AXES_TWICE = 3  # of unknown number, once for each of them
SWISH = 1  # a gradient of its own
LENGTHS_REPEATED = 12  # of vectors, for each of their elements
CHECKED_TYPE = 1  # of a rank
CAST_LENGTHS = 1  # of the parts into which a TensorArray splits a value
MINIMUM_LENGTH = 2  # of the sequences of a batch


def product(sizes) -> int:
    """TensorFlow multiplies sizes with tensors among them and compares the product, only to drop both. sizes:
    for each, whether it is a tensor.
    """
    count, known = 2, not sizes[0]
    for is_tensor in sizes[1:]:
        numbers = known + (not is_tensor)
        count += (1, 2, 0)[numbers]  # a product of tensors, of a tensor and a constant, of numbers
        known = numbers == 2
    return count


def flattened_classes(rank: int | None, known: bool) -> int:
    """For the cross entropy of sparse labels: it asks for the labels' shape, and makes a matrix of more axes."""
    return 1 if rank == 2 else 15 if known else 31


def rows_of_batches(axes: int) -> int:
    """Gathering rows of each item of some axes: the items' numbers are added to the indices."""
    return 25 + (16 + axes) * axes


def zeros_of_state(is_tensor: bool, is_scalar: bool) -> int:
    """A state's zeros, once more: their static shape is looked at. Of the batch's size, whether it is a tensor."""
    return 3 if is_scalar else 1 if is_tensor else 2


# ---- cells that are one op

GRU_BLOCK = 1


def lstm_block(peephole: bool) -> int:
    """A step: without weights of peepholes, zeros stand for them."""
    return 2 - peephole


def lstm_blocks(inputs, peephole: bool, from_zeros: bool, cut: bool) -> int:
    """All steps; from_zeros: of a state that is not given, cut: to lengths of sequences."""
    time, batch = (inputs.sizes or (None, None))[:2]
    opened = batch is None
    return 12 - peephole + 9 * (time is None) + 5 * opened + (3 + opened) * from_zeros + (29 - 2 * opened) * cut


# ---- losses


def ctc_of_dense(known: bool, from_the_end: bool) -> int:
    """The ctc loss of labels that are no sparse tensor, by a scan over time; where the blank is counted from."""
    return 294 + 85 * (not known) + 19 * from_the_end


WEIGHTS_ARE_A_TENSOR = -1  # no number, of which two constants are made

_CHECKED, _CHECKED_AT_RUN = 5, 63  # shapes, by what is known of them, or by a cond and an assertion


def broadcastable(weights, values) -> int:
    """Checking that weights of one shape have the rank of values of another, and sizes that are equal or 1."""
    ranked = None not in (weights.rank, values.rank)
    known = weights.rank == 0 or weights.is_fully_defined() and values.is_fully_defined()
    return _CHECKED if ranked and known else _CHECKED_AT_RUN


WEIGHTS_ADJUSTED = 35  # to the predictions, of which a rank is not known: conds in a cond


def squeezed(predictions, labels) -> int:
    """Leaving out a last axis of size 1 of predictions or labels, which the run finds out, by conds."""
    return 3 + 10 * sum(shape.rank is None or shape.sizes[-1:] in ((1,), (None,)) for shape in (predictions, labels))


def present(rank: int | None) -> int:
    """Ones for losses of a rank, whose weight is a constant that is not 0, and their sum."""
    return 9 if rank == 0 else 7 + 4 + (_CHECKED_AT_RUN + 5 if rank is None else _CHECKED + 2)


# ---- metrics of the first k

_SHARE_LABELS = {0: 30, 1: 32, "unknown": 44, "sparse": 53}  # by the axes that labels have fewer, or what they are
_AVERAGE_LABELS = {0: 85, 1: 87, "unknown": 102, "sparse": 103}


def share_at_k(labels, weighted: bool, constant: bool, of_class: bool) -> int:
    """Recall and precision of the first k; constant: whether weights are no tensor."""
    weights = weighted * (130 + 4 * constant)
    return _SHARE_LABELS[labels] + weights + of_class * (62 if labels == "sparse" else 84)


def average_at_k(labels, weighted: bool, constant: bool, k: int) -> int:
    """The average precision, whose search for the best label a k of 1 spares."""
    return _AVERAGE_LABELS[labels] + weighted * (72 + constant) - 16 * (k == 1)


CONTRASTED, SAMPLED = 35, 28  # rows are summed by products, and cut by sizes that ops work out
WEIGHTS_SPREAD = 67  # over losses, checked
REPLICAS = 2  # the batch of all, of which there is one
RANK_ASSERTED = 14  # of losses, that it is 1 at least

# ---- matrices


LIMIT = 3  # of singular values that count for the rank, worked out by ops


def inverse(shape, limited: bool) -> int:
    """Of matrices of a shape: infinity is a constant, and the default limit takes their sizes from it."""
    known = shape.rank is not None and None not in shape.sizes[-2:]
    return -2 if limited or known else 4 * (shape.rank is None)


def exponential(double: bool, known: bool) -> int:
    """Of matrices, by polynomials of two degrees."""
    return (298 if double else 177) + 11 * (not known)


def contracted(left, right, counted: bool) -> int:
    """A product of tensors of two shapes over axes, which may be counted, from the end of the first."""
    if left.rank is None and counted:
        return 59
    return 14 + sum(19 if shape.rank is None else 11 * (not shape.is_fully_defined()) for shape in (left, right))


def sorted_along(last: bool, rising: bool, places: bool) -> int:
    """Sorting along an axis by the largest values, of which there are as many as the shape says."""
    return 8 + rising * (2 - places) + 3 * (not last)


# ---- signals

NEIGHBOURS = 22  # all but the last and all but the first, if there are any: a cond
WINDOW_STEP = 1  # of an inverse window, converted once more
WINDOW_WHOLE = 9  # how often it lies over itself is worked out by ops
FRAMES_CUT = -3  # to their length, of which TensorFlow knows more
MEL_WEIGHTS = 122  # worked out by ops
EUCLIDEAN_NORM = -2  # one op


def fitted(shape, rank: int, lengths, inverse: bool, computed: bool) -> int:
    """Filling up the last axes of a signal to the lengths of a real transform; computed: whether from its shape."""
    sizes = shape.sizes[-rank:] if shape.sizes is not None else (None,)
    if lengths is None or None in sizes:
        return (29 if computed else 37) if inverse else 23
    wanted = [*lengths[:-1], lengths[-1] // 2 + 1 if inverse else lengths[-1]]
    return 2 * any(n > size for n, size in zip(wanted, sizes))


_KNOWN_COSINES = {(1, False): 11, (2, False): 28, (2, True): 39, (3, False): 29, (3, True): 37}  # type, lengths kept
_FED_COSINES = {(1, False): 47, (2, False): 61, (2, True): 76, (3, False): 76, (3, True): 88}


def cosines(type: int, ortho: bool, known: bool, cut: bool | None) -> int:
    """A cosine transform; cut: whether to a length, None: it is not changed."""
    return (_KNOWN_COSINES if known else _FED_COSINES)[type, ortho] + (0 if cut is None else 4 if cut else 2)


def frames(padded: bool, computed: bool) -> int:
    """Cutting frames, of sizes that a run computes or not."""
    return 64 + 34 * padded + 15 * computed


def overlapping(end_to_end: bool) -> int:
    """Adding up frames, which need only be joined if they lie end to end."""
    return 22 if end_to_end else 90


BOUNDED, BOUNDED_BACK = 1, 5  # a number, by a function of its own, and its gradient
FIRST_GAMMA = 1  # of divisive normalization
ZEROED = 1  # a variable, by an op of its own

# ---- images

HOLES_CLOSED = 2
GRAY_CHECKED = 46  # of images whose sizes are not all known
MOVED = 16  # transforms that move images
FLAT_TRANSFORM = 3  # one, as a matrix
SIMILARITY = 15  # of images of rank 4


def holes(sizes: tuple) -> int:
    """Moving what is between the holes of a filter into the batch, before the convolution."""
    return 7 if None not in sizes else {1: 51, 2: 70}[len(sizes)]


def turned(tensors: int) -> int:
    """Transforms that turn images: what is one less than a height or width is computed again where they are tensors."""
    return 6 + 4 * tensors


def undistorted(images) -> int:
    """The largest size of images of a shape that keeps how they are proportioned."""
    return 22 - 2 * images.sizes[1:3].count(None) + 2 * (not images.is_fully_defined())


def similarity_of(scales: int) -> int:
    """Of images of rank 4 in several scales."""
    return 2 + 30 * scales


def decoded_image(first_only: bool, type: str) -> int:
    """Telling an image's format, decoding it, and converting it to a type."""
    return 76 + 3 * first_only + {"uint8": 0, "uint16": 6}.get(type, 8)


# ---- examples


def keys(sparse: int, dense: int) -> int:
    """The keys of features."""
    return sparse + dense


# ---- variables

INITIALIZED_VALUE = 8  # a cond


def uninitialized(variables: int) -> int:
    """A mask of the variables' names."""
    return variables + 29


# ---- training

CAST_ONE = 1  # of another type
LAST_STEP = 1  # once as it is, once cast
CYCLES = 8  # a cond, for step 0
EQUAL_PERIODS = 29  # a cond of what the factor of the periods is known to be
GROWING_PERIODS = 13
WAVES = 2  # numbers that are cast first
ADAM_OF_ROWS = 30  # the averages of all rows by ops of their own
ADAM_OF_RESOURCE_ROWS = 37
NUMBERS_CAST = 2  # hyperparameters of AdagradDA
STEP_NEGATED = 2  # rows of resources are added to
DECAY_CONVERTED = 1  # of weights
READ_AGAIN = 1  # a resource, when it was assigned to

ADAMAX, ADD_SIGN, POWER_SIGN, LARS = (-17, -22), (-14, -18), (-15, -19), (-2, -6)  # one op; of variables, of resources


def pieces(boundaries: int) -> int:
    """A case between the boundaries, for a piecewise constant rate."""
    return boundaries**2 + 9 * boundaries + 25


# ---- branches

PIVOTS = 4  # Switch, the two pivots and the predicate's Identity, with which a cond begins
NONE_OF_THE_OTHERS = 19  # the check that none of a case's other predicates is true, which cannot fail


def asserted(constants: int, guarded: bool, switched: int) -> int:
    """Constants for an assertion's data once more, and around all but strings and int32 a cond that lets the
    data through only if the assertion fails.
    """
    return constants + guarded * (8 + switched)


# ---- loops


def entered(variables: int) -> int:
    """Enter and Merge ops, with which a loop begins."""
    return 2 * variables


def switched(variables: int) -> int:
    """LoopCond, and Switch and Identity ops, between a loop's condition and body."""
    return 1 + 2 * variables


def next_trip(variables: int) -> int:
    """NextIteration ops after a body; our Loop takes one of their numbers."""
    return variables - 1


def unstacked(made_constant: bool) -> int:
    """Finding out how many slices there are; a constant is made once more."""
    return 8 + 2 * made_constant


def before_map(inputs: int, outputs: int, known: bool) -> int:
    """From the elements to the first op of map_fn's function; known: whether the first input's first size is."""
    return _arrays(inputs, known) + 1 + outputs * (1 + known) + _loop(2 + outputs, inputs, known)


def after_map(outputs: int) -> int:
    """From the last op of map_fn's function to its result: writing, counting, the loop's end, stacking."""
    return 2 * outputs + 2 + 2 * (2 + outputs) + 5 * outputs


def before_fold(inputs: int, accumulators: int, converted: int, known: bool, fresh: bool, reverse: bool) -> int:
    """From the elements to the first op of the function of foldl or foldr (reverse).

    converted: how many first accumulators were no tensors; fresh: whether slices are the first accumulators.
    """
    computed = reverse and not known  # the first index is a difference
    reads = fresh * (2 + inputs if computed else 2 * inputs)
    start = converted + reads + (not computed)
    return _arrays(inputs, known) + start + _loop(2 + accumulators, inputs, known, reverse) + 2 * reverse


def after_fold(accumulators: int, reverse: bool) -> int:
    """From the last op of the function of foldl or foldr (reverse) to the result."""
    return 2 * (not reverse) + 2 * (2 + accumulators)


def before_scan(inputs: int, accumulators: int, converted: int, known: bool, fresh: bool, reverse: bool) -> int:
    """From the elements to the first op of scan's function; the arguments are those of `before_fold`."""
    computed = reverse and not known  # indices are differences
    reads_and_writes = fresh * (inputs + accumulators) * (2 + computed)
    start = converted + accumulators * (1 + known) + reads_and_writes + (4 if computed else 1)
    return _arrays(inputs, known) + start + _loop(2 + 2 * accumulators, inputs, known, reverse)


def after_scan(accumulators: int) -> int:
    """From the last op of scan's function to its result: writing, counting, the loop's end, stacking."""
    return 2 * accumulators + 2 + 2 * (2 + 2 * accumulators) + 5 * accumulators


def _arrays(inputs: int, known: bool) -> int:
    """The elements' number, and the TensorArrays into which they are unstacked."""
    return (0 if known else 5) + inputs * (1 + known + 9)


def _loop(variables: int, inputs: int, known: bool, reverse: bool = False) -> int:
    """From the bound on the iterations to the reads of the elements."""
    bound, comparison = 1 + known, 2 if known or reverse else 1
    return bound + 4 * variables + 2 + comparison + 2 + 2 + 3 * inputs


def before_cell(inputs: int, outputs: int, carried: int, static_batch: bool, lengths: bool) -> int:
    """In dynamic_rnn from the number of time steps to the first op of the cell.

    carried: the loop's variables; lengths: whether there are any, of which the shortest and longest are found.
    """
    sizes = 5 + (0 if static_batch else 5) + outputs * (6 if static_batch else 7)
    arrays = 1 + outputs + 10 * inputs  # time, the TensorArrays, and unstacking the inputs into them
    loop = 3 + 1 + 4 * carried + 6 + 2 + 3 * inputs  # bound, counter, Enter to Identity, condition, reads
    return sizes + arrays + loop + (11 + 4 if lengths else 0)


def after_cell(outputs: int, carried: int, partly_known: bool) -> int:
    """In dynamic_rnn from the cell's last op to the stacked outputs: time, loop, write and stack."""
    return 2 + 2 * carried + outputs * (2 + 5 + (1 if partly_known else 2))
