"""Convolutions of volumes [volumes, d, h, w, c] with filters [kd, kh, kw, c, out]: those of planes, added.

Patches and numbers as in `convolution`, with a first axis more: kd, sd, dd and near are its. A plane of the
result [volumes, od, oh, ow, out] is counted through all volumes.
"""

from minitf.kernels.compile.abi import FLOATS, T, at, kernel, workspace
from minitf.kernels.compile.splitting import Range
from minitf.kernels.math.convolution import DEEPEST, move, patches_at_once, steps
from minitf.kernels.math.gemm import block


@kernel(T=FLOATS, split=Range("first", "count", o=("oh", "ow", "out")))
def conv3d(
    x: T, f: T, o: T.out, first, count, d, h, w, c, od, oh, ow, out, kd, kh, kw, sd, sh, sw, dd, dh, dw, near, top, left
):
    """o = the convolution at `count` planes of the result from `first` on."""
    panel, scratch = workspace(x), workspace(f)
    items, pixels, plane = kh * kw * c, oh * ow, h * w * c
    rows = patches_at_once(x, items)
    for i in range(count * pixels * out):
        o[i] = 0
    for p in range(count):
        volume, start = (first + p) // od, (first + p) % od * sd - near
        for kz in range(kd):
            z = start + kz * dd
            for i in range(0, pixels if 0 <= z < d else 0, rows):
                m, begin, image = min(rows, pixels - i), 0, at(x, (volume * d + z) * plane)
                while begin < items:
                    k = steps(items - begin)
                    move(image, panel, 0, i, m, begin, k, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left)
                    f_k, o_i = at(f, (kz * items + begin) * out), at(o, (p * pixels + i) * out)
                    block(panel, k, 1, f_k, out, 1, o_i, out, m, out, k, 1, scratch)
                    begin += k
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
    panel, scratch = workspace(x), workspace(g)
    items, pixels, plane = kh * kw * c, oh * ow, h * w * c
    rows = min(patches_at_once(x, min(count, items)), DEEPEST)
    for i in range(count * out):
        o[i] = 0
    row = 0
    while row < count:
        kz, begin = (first + row) // items, (first + row) % items
        m = min(min(items - begin, count - row), DEEPEST)
        for p in range(volumes * od):
            z = p % od * sd - near + kz * dd
            for i in range(0, pixels if 0 <= z < d else 0, rows):
                k, image = min(rows, pixels - i), at(x, (p // od * d + z) * plane)
                move(image, panel, 0, i, k, begin, m, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left)
                g_i = at(g, (p * pixels + i) * out)
                block(panel, 1, m, g_i, out, 1, at(o, row * out), out, m, out, k, 1, scratch)
        row += m
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
