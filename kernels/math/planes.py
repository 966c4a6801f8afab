"""Convolution of images of few channels; shapes and numbers as in `convolution`, but dh and dw are 1.

A patch has few pixels side by side, so the patches of a tile of the result are copied pixel by pixel, for all of
them at once: what lies under one pixel of the filter is a row of a panel. Channels are taken apart before.
"""

from minitf.kernels.compile.abi import FLOATS, WORKSPACE, T, address, at, i64, kernel, scalar, workspace
from minitf.kernels.compile.splitting import Range
from minitf.kernels.math.gemm import block

NARROW = 16  # items side by side in a patch: with fewer, this is the faster way


@scalar
def tile(x, c, oh, ow, kh, kw, sh, sw):
    """(rows, columns) of the result for whose patches, and for the pixels around them, there is room."""
    room = WORKSPACE // (address(x, 1) - address(x, 0))
    across = min(room // (kh * kw * c), ow)
    while c * kh * ((across - 1) * sw + kw) > room:
        across -= 1
    down = min(room // (kh * kw * c) // across, oh)
    while down > 1 and c * ((down - 1) * sh + kh) * ((across - 1) * sw + kw) > room:
        down -= 1
    return down, across


@scalar
def take_apart(x, planes, y, x0, tall, wide, h, w, c):
    """planes[c, tall, wide] = the pixels of an image from y, x0 on; 0 outside of it."""
    low = min(max(-x0, 0), wide)
    high = max(min(w - x0, wide), low)
    for i in range(c * tall):
        channel, row = i // tall, y + i % tall
        to, start = i * wide, (row * w + x0) * c + channel
        end = high if 0 <= row < h else low
        for j in range(low):
            planes[to + j] = 0
        if c == 1:
            for j in range(low, end):
                planes[to + j] = x[start + j]
        else:
            for j in range(low, end):
                planes[to + j] = x[start + j * c]
        for j in range(end, wide):
            planes[to + j] = 0
    return 0


@scalar
def lay(planes, panel, items, rows, length, tall, wide, c, kw, sh, sw):
    """panel[item, row, column] = what lies under an item of the filter at a pixel of the result."""
    for i in range(items):
        ky, kx, channel = i // c // kw, i // c % kw, i % c
        for row in range(rows):
            to, start = (i * rows + row) * length, (channel * tall + row * sh + ky) * wide + kx
            if sw == 1:
                for j in range(length):
                    panel[to + j] = planes[start + j]
            else:
                for j in range(length):
                    panel[to + j] = planes[start + j * sw]
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("ow", "out")))
def conv2d_planes(
    x: T,
    f: T,
    o: T.out,
    first: i64,
    count: i64,
    h: i64,
    w: i64,
    c: i64,
    oh: i64,
    ow: i64,
    out: i64,
    kh: i64,
    kw: i64,
    sh: i64,
    sw: i64,
    dh: i64,
    dw: i64,
    top: i64,
    left: i64,
):
    """o = the convolution at `count` rows of the result from `first` on, counted through all images."""
    panel, planes, scratch = workspace(x), workspace(f), workspace(o)
    down, across = tile(x, c, oh, ow, kh, kw, sh, sw)
    items, done = kh * kw * c, 0
    while done < count:
        image, oy = (first + done) // oh, (first + done) % oh
        for ox in range(0, ow, across):
            rows, length = min(down, oh - oy, count - done), min(across, ow - ox)
            tall, wide = (rows - 1) * sh + kh, (length - 1) * sw + kw
            take_apart(at(x, image * h * w * c), planes, oy * sh - top, ox * sw - left, tall, wide, h, w, c)
            lay(planes, panel, items, rows, length, tall, wide, c, kw, sh, sw)
            step = rows * length
            if length == ow:  # all of them lie side by side
                rows, length = 1, step
            for row in range(rows):
                a, o_row = at(panel, row * length), at(o, ((done + row) * ow + ox) * out)
                block(a, 1, step, f, out, 1, o_row, out, length, out, items, 0, scratch)
        done += min(down, oh - oy, count - done)
    return 0
