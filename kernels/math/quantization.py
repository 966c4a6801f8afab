"""Numbers rounded as if they were kept in few bits: steps of one size between two ends, one of them 0.

For fake quantization the ends are moved so that 0 is one of the steps (Jacob et al., 2017, 3.1).
"""

import numpy as np

from minitf.kernels.compile.abi import FLOATS, T, f32p, kernel, like, scalar
from minitf.kernels.math.reduce import greatest

F = np.float32


@scalar
def nudged(low, high, least, most):
    """(the lower end, the upper end, the size of a step), moved so that 0 is a step."""
    step = F((high - low) / F(most - least))
    zero = F(F(least) - F(low / step))
    zero = F(least) if zero < F(least) else (F(most) if zero > F(most) else F(np.floor(zero + F(0.5))))
    return F((F(least) - zero) * step), F((F(most) - zero) * step), step


@kernel
def fake_quant(a: f32p, low: f32p, high: f32p, o: f32p.out, rows, channels, least, most):
    """o is a, each channel between its ends and on its steps; 0 where both ends are 0."""
    for c in range(channels):
        if low[c] == F(0) and high[c] == F(0):
            for row in range(rows):
                o[row * channels + c] = F(0)
            continue
        start, end, step = nudged(low[c], high[c], least, most)
        inverse = F(F(1) / step)
        for row in range(rows):
            x = a[row * channels + c]
            x = end if x > end else x
            x = start if x < start else x
            o[row * channels + c] = F(np.floor(F(F(x - start) * inverse) + F(0.5))) * step + start
    return 0


@kernel
def fake_quant_grad(
    g: f32p, a: f32p, low: f32p, high: f32p, o: f32p.out, o_low: f32p.out, o_high: f32p.out, rows, channels, least, most
):
    """The gradients by a, within the ends, and by the ends, beyond them."""
    for c in range(channels):
        start, end, below, above = F(0), F(0), 0.0, 0.0
        none = low[c] == F(0) and high[c] == F(0)
        if not none:
            start, end, _ = nudged(low[c], high[c], least, most)
        for row in range(rows):
            i = row * channels + c
            if none or (a[i] >= start and a[i] <= end):
                o[i] = g[i]
            else:
                o[i] = F(0)
                if a[i] < start:
                    below += np.float64(g[i])
                elif a[i] > end:
                    above += np.float64(g[i])
        o_low[c], o_high[c] = below, above
    return 0


@kernel(T=FLOATS)
def quantize_and_back(a: T, low: T, high: T, o: T.out, n, least, most, given, to_even):
    """o is a on the steps of the numbers from `least` to `most`, which reach to the ends; fails if those are wrong."""
    zero = like(a[0], 0)
    start, end = (low[0], high[0]) if given else (a[0], a[0])
    if given:
        if start > end:
            return 1
    else:
        for i in range(n):
            start, end = min(start, a[i]), max(end, a[i])
    infinite = greatest(zero)
    from_low = like(zero, least) / start if like(zero, least) * start > zero else infinite
    from_high = like(zero, most) / end if like(zero, most) * end > zero else infinite
    if from_low < from_high:
        scale, step = from_low, start / like(zero, least)
        end = like(zero, most) * step
    else:
        scale, step = from_high, end / like(zero, most)
        start = like(zero, least) * step
    for i in range(n):
        x = a[i]
        if given:
            x = end if x > end else x
            x = start if x < start else x
        x = x * scale
        o[i] = (like(zero, np.rint(x)) if to_even else like(zero, np.floor(x + like(zero, 0.5)))) * step
    return 0
