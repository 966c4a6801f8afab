"""Convolutions of many images at once; shapes and numbers as in `convolution`, but dw is 1, or kw is.

For one pixel of the result all images have the same place in their rows under a row of the filter: that is a
product whose rows are the images, read and written where they are. Nothing is copied, and nothing multiplied
that is outside of the images.
"""

from minitf.kernels.compile.abi import FLOATS, T, at, kernel, scalar, workspace
from minitf.kernels.compile.splitting import Range
from minitf.kernels.math.convolution import ROWS, steps
from minitf.kernels.math.gemm import block
from minitf.kernels.math.sparse_gradients import few_in_all, few_in_image, filter_of_few, finite, input_of_few

TOGETHER = 64  # images of one product: the pixels around a place of all of them stay in the second cache


@scalar
def covered(start, size, limit):
    """(first, end) of the pixels under a row of a filter that are inside of the image."""
    return max(-start, 0), min(limit - start, size)


@kernel(T=FLOATS, split=Range("first", "count", o=("oh", "ow", "out")))
def conv2d_batch(x: T, f: T, o: T.out, first, count, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left):
    """o = the convolution of `count` images from `first` on."""
    scratch, image, result = workspace(x), h * w * c, oh * ow * out
    for i in range(0, count, TOGETHER):
        m = min(count - i, TOGETHER)
        for pixel in range(oh * ow):
            y0, x0 = pixel // ow * sh - top, pixel % ow * sw - left
            low, high = covered(x0, kw, w)
            o_p, add = at(o, i * result + pixel * out), 0
            for ky in range(kh if high > low else 0):
                y, p, items = y0 + ky * dh, 0, (high - low) * c
                x_y = at(x, (first + i) * image + (y * w + x0 + low) * c)
                f_y = at(f, (ky * kw + low) * c * out)
                while p < items and 0 <= y < h:
                    k, x_p, f_p = steps(items - p), at(x_y, p), at(f_y, p * out)
                    block(x_p, image, 1, f_p, out, 1, o_p, result, m, out, k, add, scratch)
                    p, add = p + k, 1
            for row in range(m if add == 0 else 0):
                for j in range(out):
                    o_p[row * result + j] = 0
    return 0


@kernel(T=FLOATS, split=ROWS)
def conv2d_filter_batch(
    x: T,
    g: T,
    s: T.scratch,
    o: T.out,
    first,
    count,
    skipped,
    width,
    n,
    h,
    w,
    c,
    oh,
    ow,
    out,
    kh,
    kw,
    sh,
    sw,
    dh,
    dw,
    top,
    left,
):
    """o = the gradient of the filter, of which `width` items, behind those `skipped`, in each of `count` rows from
    `first` on.
    """
    scratch, image, result = workspace(x), h * w * c, oh * ow * out
    if few_in_all(x, g, n, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw):
        return filter_of_few(
            x, at(g, skipped), s, o, first, count, width, n, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left
        )
    for row in range(count):
        for j in range(width):
            o[row * out + j] = 0
    for i in range(0, n, TOGETHER):
        k = min(n - i, TOGETHER)
        for pixel in range(oh * ow):
            y0, x0 = pixel // ow * sh - top, pixel % ow * sw - left
            low, high = covered(x0, kw, w)
            g_p = at(g, i * result + pixel * out + skipped)
            for ky in range(kh):
                y = y0 + ky * dh
                begin = max((ky * kw + low) * c, first)  # rows that are asked for and inside of the images
                m = min((ky * kw + high) * c, first + count) - begin
                if 0 <= y < h and m > 0:
                    x_p = at(x, i * image + (y * w + x0 - ky * kw) * c + begin)
                    o_p = at(o, (begin - first) * out)
                    block(x_p, 1, image, g_p, result, 1, o_p, out, m, width, k, 1, scratch)
    return 0


@scalar
def input_together(g, f, o, m, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left):
    """`conv2d_input_batch` of m images as products."""
    scratch, image, result, items = workspace(g), h * w * c, oh * ow * out, kh * kw * c
    for j in range(m * image):
        o[j] = 0
    for pixel in range(oh * ow):
        y0, x0 = pixel // ow * sh - top, pixel % ow * sw - left
        low, high = covered(x0, kw, w)
        for ky in range(kh if high > low else 0):
            y, p, n = y0 + ky * dh, 0, (high - low) * c
            o_y, f_y = at(o, (y * w + x0 + low) * c), at(f, (ky * kw + low) * c)
            while p < out and 0 <= y < h:
                k, f_p = steps(out - p), at(f_y, p * items)
                block(at(g, pixel * out + p), result, 1, f_p, items, 1, o_y, image, m, n, k, 1, scratch)
                p += k
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("h", "w", "c")))
def conv2d_input_batch(g: T, f: T, o: T.out, first, count, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left):
    """o = the gradient of `count` images from `first` on; f is [out, kh, kw, c]."""
    i, right = 0, finite(f, out * kh * kw * c)
    while i < count:
        m, g_i, o_i = 0, at(g, (first + i) * oh * ow * out), at(o, i * h * w * c)
        while m < min(count - i, TOGETHER):
            g_m = at(g_i, m * oh * ow * out)
            if right and few_in_image(g_m, c, oh, ow, out, kh, kw, sh, sw, dh, dw):
                break
            m += 1
        if m == 0:
            input_of_few(g_i, f, o_i, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left)
            m = 1
        else:
            input_together(g_i, f, o_i, m, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left)
        i += m
    return 0
