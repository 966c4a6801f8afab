"""Convolutions of volumes [volumes, d, h, w, c] with filters [kd, kh, kw, c, out]: those of planes, added.

Patches and numbers as in `convolution`, with a first axis more: kd, sd, dd and near are its. A plane of the
result [volumes, od, oh, ow, out] is counted through all volumes.
"""

from minitf.kernels.compile.abi import FLOATS, T, address, at, kernel, scalar, workspace
from minitf.kernels.compile.splitting import Range
from minitf.kernels.math.convolution import DEEPEST, MOST, band_of, move, patches_at_once, steps, window
from minitf.kernels.math.depthwise import taps
from minitf.kernels.math.gemm import block, block_of_runs
from minitf.kernels.math.tiling import VECTOR_SIZE


@scalar
def bands(plane, f, o, band, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, top, left, add):
    """o = the convolution of one plane (plus o if `add`), whose patches are read where they overlap, from a copy of the
    rows that `band` rows of pixels reach over.
    """
    panel, scratch = workspace(plane), workspace(f)
    length, most = ((ow - 1) * sw + kw) * c, max(DEEPEST // (kw * c), 1)
    for i in range(0, oh, band):
        m = min(band, oh - i)
        window(plane, panel, i * sh - top, -left * c, (m - 1) * sh + (kh - 1) * dh + 1, 1, length, h, w * c)
        for oy in range(m):
            for ky in range(0, kh, most):
                a, f_y, o_y = (
                    at(panel, (oy * sh + ky * dh) * length),
                    at(f, ky * kw * c * out),
                    at(o, (i + oy) * ow * out),
                )
                runs, more = min(most, kh - ky), 1 if ky > 0 else add
                block_of_runs(a, sw * c, 1, dh * length, f_y, o_y, ow, out, kw * c, runs, more, scratch)
    return 0


@scalar
def patches(plane, f, o, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left, add):
    """o = the convolution of one plane, plus o if `add`, by its patches."""
    panel, scratch = workspace(plane), workspace(f)
    items, pixels = kh * kw * c, oh * ow
    rows = patches_at_once(plane, items)
    for i in range(0, pixels, rows):
        m, begin = min(rows, pixels - i), 0
        while begin < items:
            k = steps(items - begin)
            move(plane, panel, 0, i, m, begin, k, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left)
            more = 1 if begin > 0 else add
            block(panel, k, 1, at(f, begin * out), out, 1, at(o, i * out), out, m, out, k, more, scratch)
            begin += k
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("oh", "ow", "out")))
def conv3d(
    x: T, f: T, o: T.out, first, count, d, h, w, c, od, oh, ow, out, kd, kh, kw, sd, sh, sw, dd, dh, dw, near, top, left
):
    """o = the convolution at `count` planes of the result from `first` on."""
    items, result = kh * kw * c, oh * ow * out
    band = band_of(x, c, oh, ow, kh, kw, sh, sw, dh, dw) if items <= MOST else 0
    for p in range(count):
        volume, start = (first + p) // od, (first + p) % od * sd - near
        o_p = at(o, p * result)
        z_first, z_end = taps(start, kd, dd, d)
        for i in range(result if z_end == z_first or items == 0 else 0):
            o_p[i] = 0
        for kz in range(z_first, z_end):
            plane, f_z = at(x, (volume * d + start + kz * dd) * h * w * c), at(f, kz * items * out)
            add = 1 if kz > z_first else 0
            if band > 0:
                bands(plane, f_z, o_p, band, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, top, left, add)
            else:
                patches(plane, f_z, o_p, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left, add)
    return 0


@scalar
def wide(g, out):
    """Whether rows of so many items fill vectors well; if not, `block` has a better way."""
    lanes = VECTOR_SIZE // (address(g, 1) - address(g, 0))
    return out % lanes == 0 or out % lanes > lanes // 4


@scalar
def filter_of_bands(plane, g, o, first, count, band, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, top, left):
    """o += `count` rows from `first` on of the gradient of one plane's filter, as in `bands`."""
    panel, scratch = workspace(plane), workspace(g)
    row, length, most = kw * c, ((ow - 1) * sw + kw) * c, max(DEEPEST // ow, 1)
    for i in range(0, oh, band):
        rows = min(band, oh - i)
        window(plane, panel, i * sh - top, -left * c, (rows - 1) * sh + (kh - 1) * dh + 1, 1, length, h, w * c)
        for ky in range(first // row, -(-(first + count) // row)):
            begin, end = max(first, ky * row), min(first + count, (ky + 1) * row)
            o_y = at(o, (begin - first) * out)
            for oy in range(0, rows, most):
                a, runs = at(panel, (oy * sh + ky * dh) * length + begin - ky * row), min(most, rows - oy)
                g_y = at(g, (i + oy) * ow * out)
                block_of_runs(a, 1, sw * c, sh * length, g_y, o_y, end - begin, out, ow, runs, 1, scratch)
    return 0


@scalar
def filter_of_patches(plane, g, o, first, count, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left):
    """o += `count` rows from `first` on of the gradient of one plane's filter, by its patches."""
    panel, scratch = workspace(plane), workspace(g)
    rows = min(patches_at_once(plane, count), DEEPEST)
    for i in range(0, oh * ow, rows):
        k = min(rows, oh * ow - i)
        for begin in range(0, count, DEEPEST):
            m = min(count - begin, DEEPEST)
            move(plane, panel, 0, i, k, first + begin, m, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left)
            block(panel, 1, m, at(g, i * out), out, 1, at(o, begin * out), out, m, out, k, 1, scratch)
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("out",)))
def conv3d_filter(
    x: T,
    g: T,
    o: T.out,
    first,
    count,
    volumes,
    d,
    h,
    w,
    c,
    od,
    oh,
    ow,
    out,
    kd,
    kh,
    kw,
    sd,
    sh,
    sw,
    dd,
    dh,
    dw,
    near,
    top,
    left,
):
    """o = the sums of patches times gradients g [volumes, od, oh, ow, out]: the gradient of the filter, of
    which `count` rows of `out` items from `first` on.
    """
    items, end = kh * kw * c, first + count
    band = band_of(x, c, oh, ow, kh, kw, sh, sw, dh, dw) if wide(g, out) else 0
    for i in range(count * out):
        o[i] = 0
    for p in range(volumes * od):
        start, g_p = p % od * sd - near, at(g, p * oh * ow * out)
        for kz in range(first // items, -(-end // items)):
            z, begin = start + kz * dd, max(first - kz * items, 0)
            plane, m = at(x, (p // od * d + z) * h * w * c), min(end - kz * items, items) - begin
            o_z = at(o, (kz * items + begin - first) * out)
            if band > 0 and 0 <= z < d:
                filter_of_bands(plane, g_p, o_z, begin, m, band, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, top, left)
            elif 0 <= z < d:
                filter_of_patches(plane, g_p, o_z, begin, m, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left)
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("d", "h", "w", "c")))
def conv3d_input(
    g: T, f: T, o: T.out, first, count, d, h, w, c, od, oh, ow, out, kd, kh, kw, sd, sh, sw, dd, dh, dw, near, top, left
):
    """o = gradients g [volumes, od, oh, ow, out] times filters f [out, kd, kh, kw, c], summed where patches
    overlap: the gradient of `count` volumes from `first` on.
    """
    panel, scratch = workspace(g), workspace(f)
    items, pixels, plane = kh * kw * c, oh * ow, h * w * c
    for i in range(count * d * plane):
        o[i] = 0
    rows, deepest = patches_at_once(g, items), max(min(items, DEEPEST), 1)
    for p in range(count * od):
        volume, start = p // od, p % od * sd - near
        for kz in range(kd):
            z = start + kz * dd
            for i in range(0, pixels if 0 <= z < d else 0, rows):
                m, g_i = min(rows, pixels - i), at(g, ((first * od + p) * pixels + i) * out)
                for begin in range(0, items, deepest):
                    n, q = min(deepest, items - begin), 0
                    while q < out or q == 0:
                        k = steps(out - q)
                        f_q, add = at(f, (q * kd + kz) * items + begin), 1 if q > 0 else 0
                        block(at(g_i, q), out, 1, f_q, kd * items, 1, panel, n, m, n, k, add, scratch)
                        q += max(k, 1)
                    image = at(o, (volume * d + z) * plane)
                    move(image, panel, 1, i, m, begin, n, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left)
    return 0
