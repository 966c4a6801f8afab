"""Random numbers: TensorFlow's counter-based streams.

A stream is three int64: seed, salt (TensorFlow's second seed) and place. Block k of it is Philox4x32-10
(Salmon et al., 2011) of the counter (place + k, salt) under the key `seed`: four 32-bit words, held in int64
here. A kernel draws from the blocks at its place, then moves the place on.
"""

import math

import numpy as np

from minitf.kernels.compile.abi import FLOATS, INDEX, ITEMS, I, T, U, f32p, f64p, i32p, i64p, kernel, like, scalar

MASK = 0xFFFFFFFF
RESERVED = 256  # blocks that TensorFlow sets aside per output
MIXED = 0x02461E293EC8F720  # the key with which seeds are mixed
SMALL = 1e-7  # in place of a uniform 0 under a logarithm
SINGLE = 2.0**-23
DOUBLE = 2.0**-52


@scalar
def words(seed, salt, place):
    """The four words of a block. Takes numbers, not the stream: so the loops over it vectorize."""
    a, b = place & MASK, (place >> 32) & MASK
    c, d = salt & MASK, (salt >> 32) & MASK
    key, other = seed & MASK, (seed >> 32) & MASK
    for _ in range(10):
        left, right = a * 0xD2511F53, c * 0xCD9E8D57
        a, b, c, d = (((right >> 32) & MASK) ^ b ^ key, right & MASK, ((left >> 32) & MASK) ^ d ^ other, left & MASK)
        key, other = (key + 0x9E3779B9) & MASK, (other + 0xBB67AE85) & MASK
    return a, b, c, d


@scalar
def single(word):
    """A float32 in [0, 1)."""
    return np.float32(word & 0x7FFFFF) * np.float32(SINGLE)


@scalar
def double(high, low):
    """A float64 in [0, 1)."""
    return np.float64(((high & 0xFFFFF) << 32) | low) * DOUBLE


@scalar
def polar(first, second):
    """Two independent normals from two uniforms (Box and Muller, 1958)."""
    logarithm = like(first, math.log(max(first, like(first, SMALL))))
    radius = like(first, math.sqrt(like(first, -2.0) * logarithm))
    angle = like(first, 2 * math.pi * np.float64(second))  # TensorFlow rounds the angle once
    return like(first, math.sin(angle) * radius), like(first, math.cos(angle) * radius)


@scalar
def two_doubles(seed, salt, place):
    """A block as two float64 uniforms."""
    a, b, c, d = words(seed, salt, place)
    return double(a, b), double(c, d)


@kernel(T=INDEX)
def seed_stream(seeds: T, o: i64p.out):
    """A stream of its own for two seeds, as TensorFlow mixes them."""
    a, b, c, d = words(MIXED, np.int64(seeds[1]), np.int64(seeds[0]))
    o[0], o[1], o[2] = a | (b << 32), c | (d << 32), 0
    return 0


@kernel
def random_words(stream: i64p.inout, o: i64p.out, n):
    """The four words of each of n blocks."""
    seed, salt, place = stream[0], stream[1], stream[2]
    for i in range(n):
        o[4 * i], o[4 * i + 1], o[4 * i + 2], o[4 * i + 3] = words(seed, salt, place + i)
    stream[2] = place + n
    return 0


@kernel
def random_uniform_single(stream: i64p.inout, o: f32p.out, n, bits):
    """Float32 in [0, 1) that use the lowest bits of each word: 23, or 10 for what float16 can hold."""
    seed, salt, place = stream[0], stream[1], stream[2]
    mask, scale = (1 << bits) - 1, np.float32(1.0) / np.float32(1 << bits)
    full = n & -4
    for i in range(0, full, 4):
        block = words(seed, salt, place + (i >> 2))
        for k in range(4):
            o[i + k] = np.float32(block[k] & mask) * scale
    block = words(seed, salt, place + (full >> 2))
    for k in range(n - full):
        o[full + k] = np.float32(block[k] & mask) * scale
    stream[2] += n * RESERVED
    return 0


@kernel
def random_uniform_double(stream: i64p.inout, o: f64p.out, n):
    """Float64 in [0, 1)."""
    seed, salt, place = stream[0], stream[1], stream[2]
    full = n & -2
    for i in range(0, full, 2):
        o[i], o[i + 1] = two_doubles(seed, salt, place + (i >> 1))
    if full < n:
        o[full] = two_doubles(seed, salt, place + (full >> 1))[0]
    stream[2] += n * RESERVED
    return 0


@kernel
def random_int32(stream: i64p.inout, low: i32p, high: i32p, o: i32p.out, n):
    """Integers in [low, high); fails if that is empty."""
    seed, salt, place = stream[0], stream[1], stream[2]
    start, width = np.int64(low[0]), np.int64(high[0]) - np.int64(low[0])
    if width <= 0:
        return 1
    for i in range(0, n, 4):
        block = words(seed, salt, place + (i >> 2))
        for k in range(min(4, n - i)):
            o[i + k] = start + block[k] % width
    stream[2] += n * RESERVED
    return 0


@kernel
def random_int64(stream: i64p.inout, low: i64p, high: i64p, o: i64p.out, n):
    """Integers in [low, high); fails if that is empty."""
    seed, salt, place = stream[0], stream[1], stream[2]
    if high[0] <= low[0]:
        return 1
    width = np.uint64(high[0]) - np.uint64(low[0])
    for i in range(0, n, 2):
        a, b, c, d = words(seed, salt, place + (i >> 1))
        o[i] = low[0] + np.int64(np.uint64(a | (b << 32)) % width)
        if i + 1 < n:
            o[i + 1] = low[0] + np.int64(np.uint64(c | (d << 32)) % width)
    stream[2] += n * RESERVED
    return 0


@scalar
def four_normals(seed, salt, place):
    """A block as four float32 normals."""
    a, b, c, d = words(seed, salt, place)
    return polar(single(a), single(b)) + polar(single(c), single(d))


@scalar
def two_normals(seed, salt, place):
    """A block as two float64 normals."""
    first, second = two_doubles(seed, salt, place)
    return polar(first, second)


def normal(name, out, size, draw):
    """A kernel of standard normals, of which a block has `size` many."""

    @kernel(name=name)
    def run(stream: i64p.inout, o: out, n):
        seed, salt, place = stream[0], stream[1], stream[2]
        for i in range(0, n, size):
            drawn = draw(seed, salt, place + i // size)
            for k in range(min(size, n - i)):
                o[i + k] = drawn[k]
        stream[2] += n * RESERVED
        return 0

    return run


def truncated_normal(name, out, size, draw):
    """A kernel of standard normals of magnitude below 2; each group of `size` outputs has blocks of its own."""
    blocks = RESERVED * size // 4

    @kernel(name=name)
    def run(stream: i64p.inout, o: out, n):
        seed, salt, place = stream[0], stream[1], stream[2]
        for i in range(0, n, size):
            last, block, k = min(i + size, n), i // size * blocks, i
            while k < last:
                drawn = draw(seed, salt, place + block)
                block += 1
                for j in range(size):
                    if k < last and abs(drawn[j]) < 2:
                        o[k] = drawn[j]
                        k += 1
        stream[2] += n * RESERVED
        return 0

    return run


random_normal_single = normal("random_normal_single", f32p.out, 4, four_normals)
random_normal_double = normal("random_normal_double", f64p.out, 2, two_normals)
random_truncated_single = truncated_normal("random_truncated_single", f32p.out, 4, four_normals)
random_truncated_double = truncated_normal("random_truncated_double", f64p.out, 2, two_normals)


@kernel(T=ITEMS)
def random_shuffle(stream: i64p.inout, a: T, o: T.out, order: i64p.scratch, n, width):
    """The n rows of a in random order: row i trades places with one of those from i on. order: of n numbers."""
    seed, salt, place = stream[0], stream[1], stream[2]
    for i in range(n):
        order[i] = i
    for i in range(n - 1):
        other = i + words(seed, salt, place + (i >> 2))[i & 3] % (n - i)
        order[i], order[other] = order[other], order[i]
    for i in range(n):
        source, target = order[i] * width, i * width
        for k in range(width):
            o[target + k] = a[source + k]
    stream[2] += max(n + 2, 0) // 4
    return 0


@kernel(T=FLOATS, I=INDEX)
def random_classes(stream: i64p.inout, a: T, sums: f64p.scratch, o: I.out, rows, classes, samples):
    """Samples of classes with log-odds a, row by row; `sums` is scratch of one row."""
    seed, salt, place = stream[0], stream[1], stream[2]
    drawn = 0
    for row in range(rows):
        highest = -np.inf
        for k in range(classes):
            if np.isfinite(a[row * classes + k]):
                highest = max(highest, np.float64(a[row * classes + k]))
        total = 0.0
        for k in range(classes):
            if np.isfinite(a[row * classes + k]):
                total += math.exp(a[row * classes + k] - highest)
            sums[k] = total
        for i in range(samples):
            sought = two_doubles(seed, salt, place + (drawn >> 1))[drawn & 1] * total
            drawn += 1
            low, high = 0, classes
            while low < high:
                middle = (low + high) // 2
                low, high = (low, middle) if sums[middle] > sought else (middle + 1, high)
            o[row * samples + i] = min(low, classes - 1)
    stream[2] += rows * ((samples + 3) // 4 * 4) * 2 * RESERVED
    return 0


@scalar
def gamma_draw(seed, salt, place, alpha):
    """One draw of the gamma distribution from blocks of its own (Marsaglia and Tsang, 2000)."""
    d = alpha + (2.0 / 3 if alpha < 1 else -1.0 / 3)
    c = 1.0 / 3 / math.sqrt(d)
    normals, uniforms = (0.0, 0.0), (0.0, 0.0)
    normals_left, uniforms_left = 0, 0
    while True:
        if normals_left == 0:
            u, v = two_doubles(seed, salt, place)
            normals, normals_left, place = polar(u, v), 2, place + 1
        normals_left -= 1
        x = normals[normals_left]
        cube = (1 + c * x) ** 3
        if cube <= 0:
            continue
        if uniforms_left == 0:
            uniforms, uniforms_left, place = two_doubles(seed, salt, place), 2, place + 1
        uniforms_left -= 1
        u = uniforms[uniforms_left]
        if u < 1 - 0.0331 * x**4 or math.log(max(u, 1e-300)) < 0.5 * x * x + d * (1 - cube + math.log(cube)):
            break
    if alpha >= 1:
        return d * cube
    if uniforms_left == 0:
        uniforms, uniforms_left = two_doubles(seed, salt, place), 2
    return d * cube * uniforms[uniforms_left - 1] ** (1 / alpha)


@kernel(T=FLOATS)
def random_gamma(stream: i64p.inout, alpha: T, o: T.out, samples, n):
    """[samples, n] draws, column k with shape parameter alpha[k]; fails at one that is not positive."""
    seed, salt, place = stream[0], stream[1], stream[2]
    for k in range(n):
        if not alpha[k] > 0:
            return 1 + k
    for i in range(samples * n):
        k = i % n
        block = (k * samples + i // n) * RESERVED
        if alpha[k] == 1:
            o[i] = -math.log1p(-two_doubles(seed, salt, place + block)[1])
        else:
            o[i] = gamma_draw(seed, salt, place + block, np.float64(alpha[k]))
    stream[2] += samples * n * RESERVED
    return 0


@scalar
def poisson_draw(seed, salt, place, rate):
    """One draw of the Poisson distribution: by a product, at high rates by Hoermann's rejection (1993)."""
    if rate < 10:
        limit, product, count = math.exp(-rate), 1.0, -1.0
        while True:
            first, second = two_doubles(seed, salt, place)
            place += 1
            for u in (second, first):
                product *= u
                count += 1
                if product <= limit:
                    return count
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    while True:
        second, first = two_doubles(seed, salt, place)
        place += 1
        u, v = first - 0.5, second
        margin = 0.5 - abs(u)
        k = np.floor((2 * a / max(margin, 1e-300) + b) * u + rate + 0.43)
        # Most draws are taken unseen. At rates of 1e16 and more the formula below is nothing but rounding.
        if margin >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
            return k
        if k < 0 or (margin < 0.013 and v > margin):
            continue
        accepted = math.log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (margin * margin) + b))
        if accepted <= k * math.log(rate) - rate - math.lgamma(k + 1.0):
            return k


@kernel(T=FLOATS, U=(*FLOATS, "int32", "int64"))
def random_poisson(stream: i64p.inout, rate: T, o: U.out, samples, n):
    """[samples, n] draws, column k with mean rate[k]; fails at one that is negative or not finite."""
    seed, salt, place = stream[0], stream[1], stream[2]
    for k in range(n):
        if not (rate[k] >= 0 and np.isfinite(rate[k])):
            return 1 + k
    for i in range(samples * n):
        k = i % n
        o[i] = poisson_draw(seed, salt, place + (k * samples + i // n) * RESERVED, np.float64(rate[k]))
    stream[2] += samples * n * RESERVED
    return 0
