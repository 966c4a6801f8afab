"""One step of each optimizer, in one pass over a variable and its slots.

All kernels update rows: row `index[k]` of the variable and of its slots by row k of the gradient, for k <
count. A dense update is one row as long as the variable. Hyperparameters are arrays of one element. The
status is 1 + the position of the first index that is not in 0 .. rows - 1; then nothing was written.
"""

import math

from minitf.kernels.compile.abi import FLOATS, INDEX, I, T, kernel, like, scalar
from minitf.kernels.compile.splitting import By

S = T.inout  # a variable, or one of its slots


def dense(*slots):
    """The rule for splitting a dense update: by items of the variable, its slots and the gradient."""
    return By("width", when=lambda o: o["rows"] == 1, g=1, **dict.fromkeys(slots, 1))


@scalar
def outside(index, count, rows):
    """1 + the position of the first index out of range, or 0."""
    for k in range(count):
        if index[k] < 0 or index[k] >= rows:
            return k + 1
    return 0


@scalar
def shrunk(x, threshold, scale):
    """The proximal step: x moved towards 0 by the threshold, then scaled."""
    size = abs(x) - threshold
    return like(x, 0) if size <= 0 else math.copysign(size, x) * scale


@kernel(T=FLOATS, I=INDEX, split=dense("var"))
def apply_gradient_descent(var: S, lr: T, g: T, index: I, count, rows, width):
    """w -= lr g."""
    bad, rate = outside(index, count, rows), lr[0]
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            var[row + j] -= rate * g[k * width + j]
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var", "accum"))
def apply_momentum(var: S, accum: S, lr: T, momentum: T, g: T, index: I, count, rows, width, nesterov):
    """a = momentum a + g; w -= lr a, or lr (g + momentum a) with nesterov."""
    bad, rate, mu = outside(index, count, rows), lr[0], momentum[0]
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i, d = row + j, g[k * width + j]
            a = accum[i] * mu + d
            accum[i] = a
            var[i] -= d * rate + a * mu * rate if nesterov else a * rate
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var", "accum"))
def apply_adagrad(var: S, accum: S, lr: T, g: T, index: I, count, rows, width):
    """a += g**2; w -= lr g / sqrt(a)."""
    bad, rate = outside(index, count, rows), lr[0]
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i, d = row + j, g[k * width + j]
            a = accum[i] + d * d
            accum[i] = a
            var[i] -= rate * d / math.sqrt(a)
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var", "accum", "accum_update"))
def apply_adadelta(var: S, accum: S, accum_update: S, lr: T, rho: T, epsilon: T, g: T, index: I, count, rows, width):
    """Steps as long as past ones, by averages of g**2 and step**2."""
    bad, rate, keep, eps = outside(index, count, rows), lr[0], rho[0], epsilon[0]
    take = like(keep, 1) - keep
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i, d = row + j, g[k * width + j]
            a = accum[i] * keep + d * d * take
            accum[i] = a
            step = math.sqrt(accum_update[i] + eps) / math.sqrt(a + eps) * d
            accum_update[i] = accum_update[i] * keep + step * step * take
            var[i] -= step * rate
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var", "m", "v"))
def apply_adam(
    var: S,
    m: S,
    v: S,
    beta1_power: T,
    beta2_power: T,
    lr: T,
    beta1: T,
    beta2: T,
    epsilon: T,
    g: T,
    index: I,
    count,
    rows,
    width,
    nesterov,
):
    """m, v: averages of g and g**2; w -= corrected lr * m / (sqrt(v) + epsilon)."""
    bad, eps, one = outside(index, count, rows), epsilon[0], like(lr[0], 1)
    rate = lr[0] * math.sqrt(one - beta2_power[0]) / (one - beta1_power[0])
    keep, take1, take2 = beta1[0], one - beta1[0], one - beta2[0]
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i, d = row + j, g[k * width + j]
            mean = m[i] + (d - m[i]) * take1
            square = v[i] + (d * d - v[i]) * take2
            m[i] = mean
            v[i] = square
            step = d * take1 + keep * mean if nesterov else mean
            var[i] -= step * rate / (math.sqrt(square) + eps)
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var", "ms", "mom"))
def apply_rms_prop(var: S, ms: S, mom: S, lr: T, rho: T, momentum: T, epsilon: T, g: T, index: I, count, rows, width):
    """Momentum on g / sqrt(ms + epsilon), ms the average of g**2."""
    bad, rate, mu, eps = outside(index, count, rows), lr[0], momentum[0], epsilon[0]
    take = like(rate, 1) - rho[0]
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i, d = row + j, g[k * width + j]
            square = ms[i] + (d * d - ms[i]) * take
            ms[i] = square
            step = mom[i] * mu + d * rate / math.sqrt(square + eps)
            mom[i] = step
            var[i] -= step
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var", "mg", "ms", "mom"))
def apply_centered_rms_prop(
    var: S, mg: S, ms: S, mom: S, lr: T, rho: T, momentum: T, epsilon: T, g: T, index: I, count, rows, width
):
    """As `apply_rms_prop`, with the variance of g in place of ms."""
    bad, rate, mu, eps = outside(index, count, rows), lr[0], momentum[0], epsilon[0]
    take = like(rate, 1) - rho[0]
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i, d = row + j, g[k * width + j]
            mean = mg[i] + (d - mg[i]) * take
            square = ms[i] + (d * d - ms[i]) * take
            mg[i] = mean
            ms[i] = square
            step = mom[i] * mu + d * rate / math.sqrt(square - mean * mean + eps)
            mom[i] = step
            var[i] -= step
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var", "accum", "linear"))
def apply_ftrl(
    var: S, accum: S, linear: S, lr: T, l1: T, l2: T, l2_shrinkage: T, lr_power: T, g: T, index: I, count, rows, width
):
    """Follow the regularized leader."""
    bad, rate, power = outside(index, count, rows), lr[0], -lr_power[0]
    first, second, shrinkage = l1[0], l2[0] + l2[0], l2_shrinkage[0] + l2_shrinkage[0]
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i, d = row + j, g[k * width + j]
            a = accum[i] + d * d
            before = math.sqrt(accum[i]) if power == 0.5 else accum[i] ** power
            after = math.sqrt(a) if power == 0.5 else a**power
            z = linear[i] + d + shrinkage * var[i] - (after - before) / rate * var[i]
            accum[i] = a
            linear[i] = z
            var[i] = shrunk(-z, first, like(z, 1) / (after / rate + second))
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var"))
def apply_proximal_gradient_descent(var: S, lr: T, l1: T, l2: T, g: T, index: I, count, rows, width):
    """Gradient descent, then a proximal step."""
    bad, rate = outside(index, count, rows), lr[0]
    threshold, scale = rate * l1[0], like(rate, 1) / (like(rate, 1) + rate * l2[0])
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i = row + j
            var[i] = shrunk(var[i] - rate * g[k * width + j], threshold, scale)
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var", "accum"))
def apply_proximal_adagrad(var: S, accum: S, lr: T, l1: T, l2: T, g: T, index: I, count, rows, width):
    """Adagrad, then a proximal step."""
    bad, one = outside(index, count, rows), like(lr[0], 1)
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i, d = row + j, g[k * width + j]
            a = accum[i] + d * d
            accum[i] = a
            rate = lr[0] / math.sqrt(a)
            var[i] = shrunk(var[i] - rate * d, rate * l1[0], one / (one + rate * l2[0]))
    return bad


@kernel(T=FLOATS, I=INDEX, split=dense("var", "gradients", "squares"))
def apply_adagrad_da(
    var: T.out, gradients: S, squares: S, lr: T, l1: T, l2: T, step: T, g: T, index: I, count, rows, width
):
    """Adagrad by dual averaging: w from the sums of g and of g**2."""
    bad, rate, threshold, decay = outside(index, count, rows), lr[0], l1[0] * step[0], l2[0] * step[0] * lr[0]
    for k in range(0 if bad else count):
        row = index[k] * width
        for j in range(width):
            i, d = row + j, g[k * width + j]
            total = gradients[i] + d
            square = squares[i] + d * d
            gradients[i] = total
            squares[i] = square
            var[i] = shrunk(-total, threshold, rate / (decay + math.sqrt(square)))
    return bad
