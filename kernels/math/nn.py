"""Softmax, cross entropies and norms over the rows of [rows, width].

Adding a bias is `elementwise.add` with a broadcasting nest, its gradient is `reduce.reduce_sum`.
"""

import numpy as np

from minitf.kernels.compile.abi import FLOATS, INDEX, I, T, bits, from_bits, kernel, like, scalar, workspace
from minitf.kernels.compile.scalar import exp_of_negative, log
from minitf.kernels.compile.splitting import By
from minitf.kernels.math.fused import rows_in_block
from minitf.kernels.math.reduce import BLOCK, wide


@scalar
def ordered(word):
    """The integer that is ordered as the float with these bits; and the other way round."""
    return np.int64(word ^ ((word >> 63) & 0x7FFFFFFFFFFFFFFF))


@ordered.register(np.int32)
def _(word):
    return np.int32(word ^ ((word >> 31) & 0x7FFFFFFF))


@scalar
def row_max(a, p, n):
    """The largest of n numbers from place p on, of which a NaN may be one; integers vectorize."""
    top = ordered(bits(like(a[p], -np.inf)))
    for i in range(p, p + n):
        number = ordered(bits(a[i]))
        top = number if number > top else top
    return from_bits(ordered(top))


@scalar
def exps(a, o, tops, first, last, width):
    """o = e**(a - its row's largest, which goes to `tops`) for a block of rows."""
    for row in range(first, last):
        p = row * width
        top = row_max(a, p, width)
        tops[row - first] = top
        for i in range(p, p + width):
            o[i] = a[i] - top
    for i in range(first * width, last * width):  # a long loop: vectors to the end of short rows
        o[i] = exp_of_negative(o[i])
    return 0


@kernel(T=FLOATS, reassoc=True, split=By("rows", a="width", o="width"))
def softmax(a: T, o: T.out, rows, width):
    """o = e**a, every row divided by its sum."""
    tops, block = workspace(a), rows_in_block(width)
    for first in range(0, rows, block):
        last = min(first + block, rows)
        exps(a, o, tops, first, last, width)
        for row in range(first, last):
            p, total = row * width, like(a[0], 0)
            for i in range(p, p + width):
                total += o[i]
            factor = like(total, 1) / total
            for i in range(p, p + width):
                o[i] *= factor
    return 0


@kernel(T=FLOATS, reassoc=True, split=By("rows", a="width", o="width"))
def log_softmax(a: T, o: T.out, rows, width):
    """o = a - log(the sum of e**a over a's row)."""
    tops, block = workspace(a), rows_in_block(width)
    for first in range(0, rows, block):
        last = min(first + block, rows)
        exps(a, o, tops, first, last, width)
        for row in range(first, last):
            p, top, total = row * width, tops[row - first], like(a[0], 0)
            for i in range(p, p + width):
                total += o[i]
            shift = log(total)
            for i in range(p, p + width):
                o[i] = (a[i] - top) - shift
    return 0


@kernel(T=FLOATS, reassoc=True, split=By("rows", logits="width", labels="width", loss=1, backprop="width"))
def softmax_xent(logits: T, labels: T, loss: T.out, backprop: T.out, rows, width):
    """loss = cross entropy of each row's softmax with its labels; backprop = softmax - labels."""
    tops, block = workspace(logits), rows_in_block(width)
    for first in range(0, rows, block):
        last = min(first + block, rows)
        exps(logits, backprop, tops, first, last, width)
        for row in range(first, last):
            p, top, total = row * width, tops[row - first], like(logits[0], 0)
            for i in range(p, p + width):
                total += backprop[i]
            shift, factor, sum_ = log(total), like(total, 1) / total, like(total, 0)
            for i in range(p, p + width):
                y = labels[i]
                sum_ += y * (shift - (logits[i] - top))
                backprop[i] = backprop[i] * factor - y
            loss[row] = sum_
    return 0


@kernel(T=FLOATS, I=INDEX, reassoc=True, split=By("rows", logits="width", labels=1, loss=1, backprop="width"))
def sparse_softmax_xent(logits: T, labels: I, loss: T.out, backprop: T.out, rows, width):
    """As `softmax_xent` with one class per row; the status is 1 + the first row whose label is no class."""
    for row in range(rows):
        if labels[row] < 0 or labels[row] >= width:
            return 1 + row
    totals, block = workspace(logits), rows_in_block(width)
    for first in range(0, rows, block):
        last = min(first + block, rows)
        exps(logits, backprop, totals, first, last, width)
        for row in range(first, last):
            p, target, total = row * width, row * width + labels[row], like(logits[0], 0)
            for i in range(p, p + width):
                total += backprop[i]
            loss[row], totals[row - first] = logits[target] - totals[row - first], total
            factor = like(total, 1) / total
            for i in range(p, p + width):
                backprop[i] *= factor
            backprop[target] -= like(total, 1)
        for row in range(first, last):
            loss[row] = log(totals[row - first]) - loss[row]
    return 0


@kernel(T=FLOATS, reassoc=True)
def l2_loss(a: T, o: T.out, n):
    """o[0] = half the sum of a**2."""
    o[0] = 0
    total = wide(o[0])
    for first in range(0, n, BLOCK):
        part = like(o[0], 0)
        for i in range(first, min(first + BLOCK, n)):
            part += a[i] * a[i]
        total += wide(part)
    o[0] = total / 2
    return 0
