"""Connectionist temporal classification (Graves et al., 2006): the loss with its gradient, in log space, and
the search for the most probable labels.

A path names one class at each step; the last class is the blank. The labels of a path are what is left when
repeats are merged and then blanks dropped.
"""

import math

from minitf.kernels.compile.abi import FLOATS, T, i32p, i64p, kernel, like, scalar
from minitf.kernels.compile.scalar import exp, log


@scalar
def log_add(a, b):
    """log(exp(a) + exp(b))."""
    larger = a if a > b else b
    if larger == -math.inf:
        return a + b  # NaN stays NaN
    return larger + log(exp(a - larger) + exp(b - larger))


@scalar
def log_norms(x, o, b, steps, batch, classes):
    """o[t] = log(sum(exp(x[t, b]))) for each step."""
    for t in range(steps):
        p = (t * batch + b) * classes
        largest = x[p]
        for c in range(1, classes):
            largest = x[p + c] if x[p + c] > largest else largest
        total = like(x[p], 0)
        for c in range(classes):
            total += exp(x[p + c] - largest)
        o[t] = largest + log(total)
    return 0


@scalar
def take_labels(places, labels, own, first, b, count, blank, collapse):
    """Copies the labels of item `b`, which stand from `first` on, to `own`; returns how many there are, -1 if
    that cannot be, and where those of the next item are.
    """
    n, last, ended, seen = 0, -1, False, -1
    while first < count and places[2 * first] == b:
        label, column = labels[first], places[2 * first + 1]
        if label < 0 or column <= last or (ended and label < blank):
            return -1, first
        ended = ended or label >= blank
        if not ended and not (collapse and label == seen):
            own[n] = label
            n += 1
        last, seen = column, label
        first += 1
    return (n if last >= 0 else -1), first


@scalar
def forward(x, norms, own, alpha, b, steps, batch, classes, n, merge):
    """alpha[t, u] = log of the probability of the paths that are at place u of the labels with blanks around
    them at step t; returns that of all paths that end where they should.
    """
    width, none = 2 * n + 1, like(x[0], -math.inf)
    for t in range(steps):
        p, q = (t * batch + b) * classes, t * width
        for u in range(width):
            inner = u % 2 == 1
            total = like(x[0], 0) if t == 0 and u < 2 else none
            if t > 0:
                if merge or not inner:
                    total = alpha[q - width + u]
                if u > 0:
                    total = log_add(total, alpha[q - width + u - 1])
                if inner and u > 1 and not (merge and own[u // 2] == own[u // 2 - 1]):
                    total = log_add(total, alpha[q - width + u - 2])
            alpha[q + u] = total + x[p + (own[u // 2] if inner else classes - 1)] - norms[t]
    last = steps * width - 1
    return log_add(alpha[last], alpha[last - 1]) if n > 0 else alpha[last]


@scalar
def backward(x, norms, own, alpha, beta, grad, b, steps, batch, classes, n, merge, found):
    """Takes from the softmax in `grad` at each step how probable each class is there, given the labels, whose
    log-probability is `found`; beta[u] is the log of the probability of the way from place u to the end.
    """
    width, none = 2 * n + 1, like(x[0], -math.inf)
    for u in range(width):
        beta[u] = none if u < width - 2 else like(x[0], 0)
    for t in range(steps - 1, -1, -1):
        p, q = (t * batch + b) * classes, t * width
        for u in range(width):
            c = own[u // 2] if u % 2 == 1 else classes - 1
            grad[p + c] -= exp(alpha[q + u] + beta[u] - found)
        for u in range(width):
            inner = u % 2 == 1
            here = own[u // 2] if inner else classes - 1
            total = none
            if merge or not inner:
                total = beta[u] + x[p + here] - norms[t]
            if u + 1 < width:
                after = classes - 1 if inner else own[u // 2]
                total = log_add(total, beta[u + 1] + x[p + after] - norms[t])
            if inner and u + 2 < width and not (merge and here == own[u // 2 + 1]):
                total = log_add(total, beta[u + 2] + x[p + own[u // 2 + 1]] - norms[t])
            beta[u] = total
    return 0


@kernel(T=FLOATS)
def ctc_loss(
    x: T,
    places: i64p,
    labels: i32p,
    lengths: i32p,
    loss: T.out,
    grad: T.out,
    own: i32p.scratch,
    norms: T.scratch,
    alpha: T.scratch,
    beta: T.scratch,
    steps,
    batch,
    classes,
    count,
    collapse,
    merge,
    longer,
):
    """The loss of each item of x [steps, batch, classes] and its gradient; `places` [count, 2] of the labels
    rise. Without `longer` there may be no more labels than steps; with it such items count nothing.

    norms: [steps]; own: [count + 1]; beta: [2 m + 1], alpha: [steps, 2 m + 1], m the lesser of count and
    steps: no item that counts has more labels.
    """
    first = 0
    for b in range(batch):
        n, after = take_labels(places, labels, own, first, b, count, classes - 1, collapse)
        length, given = lengths[b], after - first  # as they are, repeats and blanks included
        if n < 0 or length < 0 or length > steps or (given > length and not longer):
            return b + 1
        loss[b], first = like(loss[b], 0), after
        used = 0 if given > length else length
        log_norms(x, norms, b, used, batch, classes)
        for t in range(steps):
            p = (t * batch + b) * classes
            for c in range(p, p + classes):
                grad[c] = exp(x[c] - norms[t]) if t < used else like(x[c], 0)
        if used > 0:
            found = forward(x, norms, own, alpha, b, used, batch, classes, n, merge)
            loss[b] = -found
            if found != -math.inf:
                backward(x, norms, own, alpha, beta, grad, b, used, batch, classes, n, merge, found)
    return 0 if first == count else batch + 1


# ---- beam search


@scalar
def rise(heap, totals, i):
    """Moves the slot at place `i` of a heap up, whose least slot is the first."""
    while i > 0 and totals[heap[i]] < totals[heap[(i - 1) // 2]]:
        heap[i], heap[(i - 1) // 2] = heap[(i - 1) // 2], heap[i]
        i = (i - 1) // 2
    return 0


@scalar
def sink(heap, totals, size):
    """Moves the first slot of a heap down to where it belongs."""
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and totals[heap[child + 1]] < totals[heap[child]]:
            child += 1
        if totals[heap[i]] <= totals[heap[child]]:
            break
        heap[i], heap[child] = heap[child], heap[i]
        i = child
    return 0


@scalar
def stay(x, p, norm, nodes, now, before, branches, count, blank, beam, heap, totals):
    """The probabilities of the beams if no new label comes; all of them are leaves of the next step."""
    none = like(x[0], -math.inf)
    for i in range(count):
        n = branches[i]
        before[2 * n], before[2 * n + 1] = now[3 * n], now[3 * n + 1]
    for i in range(count):
        n = branches[i]
        above, label = nodes[4 * n], nodes[4 * n + 1]
        if above >= 0:
            if now[3 * above] != none:
                same = label == nodes[4 * above + 1]
                now[3 * n + 2] = log_add(now[3 * n + 2], before[2 * above + (1 if same else 0)])
            now[3 * n + 2] += x[p + label] - norm
        now[3 * n + 1] = before[2 * n] + x[p + blank] - norm
        now[3 * n] = log_add(now[3 * n + 1], now[3 * n + 2])
        beam[3 * i], totals[i], heap[i] = n, now[3 * n], i
        rise(heap, totals, i)
    return 0


@scalar
def grow(x, p, norm, nodes, now, before, n, size, width, blank, beam, heap, totals, known):
    """Adds the beams that follow beam `n` and are among the `width` best; returns how many leaves there are."""
    none = like(x[0], -math.inf)
    child = nodes[4 * n + 2]
    while child >= 0:
        known[nodes[4 * child + 1]] = child
        child = nodes[4 * child + 3]
    for c in range(blank):
        child = known[c]
        known[c] = -1
        if child >= 0 and now[3 * child] != none:
            continue
        total = x[p + c] - norm + before[2 * n + (1 if c == nodes[4 * n + 1] else 0)]
        if total > none and (size < width or total > totals[heap[0]]):
            if size < width:
                slot = size
                heap[size] = slot
                size += 1
            else:
                slot = heap[0]
                out = beam[3 * slot]
                if out >= 0:
                    now[3 * out], now[3 * out + 1], now[3 * out + 2] = none, none, none
            beam[3 * slot], beam[3 * slot + 1], beam[3 * slot + 2] = child, n, c
            totals[slot] = total
            if child >= 0:
                now[3 * child], now[3 * child + 1], now[3 * child + 2] = total, none, total
            if slot == size - 1 and heap[size - 1] == slot:
                rise(heap, totals, size - 1)
            sink(heap, totals, size)
        elif child >= 0:
            before[2 * child], before[2 * child + 1] = none, none  # it does not grow either, as in TensorFlow
    return size


@scalar
def settle(nodes, now, branches, size, made, beam, heap, totals):
    """Makes nodes of the leaves that are new, and sorts all into `branches`; returns how many nodes there are."""
    for slot in range(size):
        if beam[3 * slot] < 0:
            above, n = beam[3 * slot + 1], made
            nodes[4 * n], nodes[4 * n + 1], nodes[4 * n + 2] = above, beam[3 * slot + 2], -1
            nodes[4 * n + 3] = nodes[4 * above + 2]
            nodes[4 * above + 2] = n
            now[3 * n], now[3 * n + 1] = totals[slot], like(totals[slot], -math.inf)
            now[3 * n + 2] = totals[slot]
            beam[3 * slot] = n
            made += 1
    for left in range(size, 0, -1):
        branches[left - 1] = beam[3 * heap[0]]
        heap[0] = heap[left - 1]
        sink(heap, totals, left - 1)
    return made


@scalar
def spell(nodes, n, o, at, merge):
    """Writes the labels of a beam; returns how many there are."""
    count, seen = 0, -1
    while nodes[4 * n] >= 0:
        label = nodes[4 * n + 1]
        if not (merge and label == seen):
            o[at + count] = label
            count += 1
        seen, n = label, nodes[4 * n]
    for i in range(count // 2):
        o[at + i], o[at + count - 1 - i] = o[at + count - 1 - i], o[at + i]
    return count


@kernel(T=FLOATS)
def beam_search(
    x: T,
    lengths: i32p,
    labels: i64p.out,
    sizes: i64p.out,
    scores: T.out,
    norms: T.scratch,
    nodes: i32p.scratch,
    now: T.scratch,
    before: T.scratch,
    branches: i32p.scratch,
    beam: i32p.scratch,
    heap: i32p.scratch,
    totals: T.scratch,
    known: i32p.scratch,
    steps,
    batch,
    classes,
    width,
    paths,
    merge,
):
    """The `paths` most probable labels of each item of x [steps, batch, classes]; labels: [batch, paths,
    steps], of which sizes [batch, paths] count; scores [batch, paths]: logs of their probabilities.

    Of each node (a beam that is or was) `nodes` has its parent, label, first child and next sibling, `now`
    the logs of the probabilities of all its paths, of those that end in a blank and those that end in its
    label, `before` the first two at the step before. norms: [steps]; there are 1 + steps * width nodes;
    known: [classes]; branches, heap, totals: [width]; beam: [3 width]: the leaves' nodes, parents and labels.
    """
    for b in range(batch):
        length, blank, none = max(min(lengths[b], steps), 0), classes - 1, like(scores[0], -math.inf)
        log_norms(x, norms, b, length, batch, classes)
        for c in range(classes):
            known[c] = -1
        nodes[0], nodes[1], nodes[2], nodes[3] = -1, -1, -1, -1
        now[0], now[1], now[2] = like(none, 0), like(none, 0), none
        branches[0], count, made = 0, 1, 1
        for t in range(length):
            p = (t * batch + b) * classes
            stay(x, p, norms[t], nodes, now, before, branches, count, blank, beam, heap, totals)
            size = count
            for i in range(count):
                n, norm = branches[i], norms[t]
                if before[2 * n] > none and (size < width or before[2 * n] > totals[heap[0]]):
                    size = grow(x, p, norm, nodes, now, before, n, size, width, blank, beam, heap, totals, known)
            made = settle(nodes, now, branches, size, made, beam, heap, totals)
            count = size
        if count < paths:
            return b + 1
        for i in range(paths):
            at = b * paths + i
            sizes[at] = spell(nodes, branches[i], labels, at * steps, merge)
            scores[at] = now[3 * branches[i]]
    return 0
