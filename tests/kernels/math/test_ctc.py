"""The kernels of CTC against themselves as plain Python; for their numbers see tests/ops/nn/test_ctc.py."""

import numpy as np
import pytest
from kernel_helpers import run, sample

from minitf.kernels.math import ctc


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("flags", [(0, 1, 0), (1, 1, 1), (0, 0, 1)])
def test_loss(dtype, flags):
    steps, batch, classes, count = 5, 2, 4, 4
    x = sample(dtype, (steps, batch, classes), 1)
    places = np.array([[0, 0], [0, 1], [1, 0], [1, 2]])
    labels, lengths = np.array([1, 1, 2, 0], np.int32), np.array([5, 4], np.int32)
    loss, grad = np.full(batch, 9, dtype), np.full_like(x, 9)
    scratch = [np.zeros(count + 1, np.int32), *[np.zeros(n, dtype) for n in (steps, steps * 9, 9)]]
    operands = x, places, labels, lengths, loss, grad, *scratch, steps, batch, classes, count, *flags
    assert run(ctc.ctc_loss[dtype], *operands, ulps=64, scale=9) == 0
    assert (loss > 0).all() and np.abs(grad.sum(axis=2)).max() < 1e-5


@pytest.mark.parametrize(
    "change, status",
    [
        ({"labels": [1, -1]}, 2),
        ({"labels": [4, 1]}, 0),
        ({"places": [[0, 0], [0, 1]]}, 2),
        ({"places": [[1, 0], [0, 0]]}, 1),
        ({"places": [[0, 0], [2, 0]]}, 2),
        ({"lengths": [1, 4]}, 2),
        ({"lengths": [-1, 1]}, 1),
        ({"lengths": [0, 1]}, 1),
    ],
)
def test_faults(change, status):
    given = {"places": [[0, 0], [1, 0]], "labels": [1, 0], "lengths": [2, 2], **change}
    places = np.array(given["places"])
    labels, lengths = (np.array(given[key], np.int32) for key in ("labels", "lengths"))
    x = sample("float32", (3, 2, 3), 1)
    scratch = [np.zeros(3, np.int32), *[np.zeros(n, np.float32) for n in (3, 15, 5)]]
    loss, grad = np.zeros(2, np.float32), np.zeros_like(x)
    operands = x, places, labels, lengths, loss, grad, *scratch, 3, 2, 3, 2, 0, 1, 0
    assert run(ctc.ctc_loss["float32"], *operands, ulps=64, scale=9) == status


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("width, paths, status", [(1, 1, 0), (3, 2, 0), (8, 3, 0), (3, 3, 2)])
def test_beams(dtype, width, paths, status):
    steps, batch, classes = 6, 2, 3
    x, lengths = sample(dtype, (steps, batch, classes), 2), np.array([6, 0 if status else 4], np.int32)
    nodes = 1 + steps * width
    labels, sizes = np.zeros((batch, paths, steps), np.int64), np.zeros((batch, paths), np.int64)
    norms, now, before, totals = (np.zeros(n, dtype) for n in (steps, 3 * nodes, 2 * nodes, width))
    tree, branches, beam, heap, known = (np.zeros(n, np.int32) for n in (4 * nodes, width, 3 * width, width, classes))
    scores = np.zeros((batch, paths), dtype)
    operands = (x, lengths, labels, sizes, scores, norms, tree, now, before, branches, beam, heap, totals, known)
    found = run(ctc.beam_search[dtype], *operands, steps, batch, classes, width, paths, 1, ulps=64, scale=9)
    assert found == status
    if not status:
        assert (np.diff(scores) <= 0).all() and (sizes <= lengths[:, None]).all()
