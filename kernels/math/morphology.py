"""Dilation of images [images, h, w, c] by a filter [kh, kw, c]: the largest sum of pixels and filter at each place."""

from minitf.kernels.compile.abi import REALS, T, i64p, kernel, like, real
from minitf.kernels.compile.splitting import Range


@kernel(T=REALS, split=Range("first", "count", o=("ow", "c")))
def dilation(x: T, f: T, o: T.out, lowest: real, first, count, h, w, c, oh, ow, kh, kw, sh, sw, dh, dw, top, left):
    """Rows `first` and on of the largest sums, of all images' rows."""
    for row in range(count):
        image, i = (first + row) // oh, (first + row) % oh
        for j in range(ow):
            r = (row * ow + j) * c
            for k in range(c):
                o[r + k] = like(x[0], lowest)
            for p in range(kh):
                y = i * sh + p * dh - top
                for q in range(kw):
                    z = j * sw + q * dw - left
                    if y < 0 or y >= h or z < 0 or z >= w:
                        continue
                    at, tap = ((image * h + y) * w + z) * c, (p * kw + q) * c
                    for k in range(c):
                        total = like(x[0], x[at + k] + f[tap + k])
                        o[r + k] = total if total > o[r + k] else o[r + k]
    return 0


@kernel(T=REALS)
def dilation_grad(
    x: T,
    f: T,
    g: T,
    o: T.out,
    best: T.scratch,
    places: i64p.scratch,
    size,
    of_filter,
    lowest: real,
    images,
    h,
    w,
    c,
    oh,
    ow,
    kh,
    kw,
    sh,
    sw,
    dh,
    dw,
    top,
    left,
):
    """The gradient by the filter or by the images, `size` numbers: g where the largest sum comes from; of sums that are
    not larger than `lowest`, where the filter or the window starts.

    `best` and `places` are scratch of c numbers each.
    """
    for k in range(size):
        o[k] = like(o[k], 0)
    for row in range(images * oh):
        image, i = row // oh, row % oh
        for j in range(ow):
            r = (row * ow + j) * c
            start = 0 if of_filter else ((image * h + max(i * sh - top, 0)) * w + max(j * sw - left, 0)) * c
            for k in range(c):
                best[k], places[k] = like(x[0], lowest), start + k
            for p in range(kh):
                y = i * sh + p * dh - top
                for q in range(kw):
                    z = j * sw + q * dw - left
                    if y < 0 or y >= h or z < 0 or z >= w:
                        continue
                    at, tap = ((image * h + y) * w + z) * c, (p * kw + q) * c
                    target = tap if of_filter else at
                    for k in range(c):
                        total = like(x[0], x[at + k] + f[tap + k])
                        better = total > best[k]
                        best[k] = total if better else best[k]
                        places[k] = target + k if better else places[k]
            for k in range(c):
                o[places[k]] += g[r + k]
    return 0
