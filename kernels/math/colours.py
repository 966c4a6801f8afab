"""Colours of pixels, three numbers each: red, green and blue, or hue, saturation and value; see `color_spaces`.

Pixels have no branches, so that several go at once.
"""

import numpy as np

from minitf.kernels.compile.abi import FLOATS, T, f32p, kernel, like, scalar, workspace
from minitf.kernels.compile.splitting import Blocks, By
from minitf.kernels.math.elementwise import larger, smaller

F, LANES = np.float32, 1024
PIXELS = By("n", a=3, o=3)
highest, lowest = larger, smaller  # NaN if either is


@scalar
def larger(x, y):
    """The larger one that is a number."""
    return x if x >= y or y != y else y


@scalar
def smaller(x, y):
    """The smaller one that is a number."""
    return x if x <= y or y != y else y


@scalar
def hue(r, g, b, largest, width):
    """Where a colour lies on the circle, from 0 to 1; `width`: from the smallest to the largest channel."""
    zero, one, third = like(r, 0), like(r, 1), like(r, 1 / 3)
    coloured = width > zero
    step = one / (like(r, 6) * (width if coloured else one))
    first, second, last = step * (g - b), step * (b - r) + third, step * (r - g) + (third + third)
    found = first if r == largest else (second if g == largest else last)
    found = found if coloured else zero
    return found + one if found < zero else found


@scalar
def part(x):
    """x between 0 and 1."""
    y = like(x, 0) if x < like(x, 0) else x
    return like(x, 1) if y > like(x, 1) else y


@scalar
def shares(h):
    """How much of red, green and blue a pure colour has."""
    six, two = like(h, 6) * h, like(h, 2)
    red, green, blue = abs(six - like(h, 3)) - like(h, 1), two - abs(six - two), two - abs(six - like(h, 4))
    return part(red), part(green), part(blue)


@scalar
def hsv(r, g, b):
    """Hue, saturation and value of a colour."""
    zero, one = like(r, 0), like(r, 1)
    largest = larger(larger(r, g), b)
    width = largest - smaller(smaller(r, g), b)
    bright = largest > zero
    quotient = width / (largest if bright else one)
    return hue(r, g, b, largest, width), quotient if bright else zero, largest


@scalar
def rgb(h, s, v):
    """Red, green and blue of a hue, saturation and value."""
    red, green, blue = shares(h)
    pale = like(s, 1) - s
    return (pale + s * red) * v, (pale + s * green) * v, (pale + s * blue) * v


@kernel(T=FLOATS, split=PIXELS)
def rgb_to_hsv(a: T, o: T.out, n):
    """o = hue, saturation and value of n pixels."""
    for i in range(n):
        h, s, v = hsv(a[3 * i], a[3 * i + 1], a[3 * i + 2])
        o[3 * i] = h
        o[3 * i + 1] = s
        o[3 * i + 2] = v
    return 0


@kernel(T=FLOATS, split=PIXELS)
def hsv_to_rgb(a: T, o: T.out, n):
    """o = red, green and blue of n pixels."""
    for i in range(n):
        r, g, b = rgb(a[3 * i], a[3 * i + 1], a[3 * i + 2])
        o[3 * i] = r
        o[3 * i + 1] = g
        o[3 * i + 2] = b
    return 0


@kernel(split=PIXELS)
def turn_hue(a: f32p, delta: f32p, o: f32p.out, n):
    """o = n pixels, the colour of each moved along by delta[0], of which 1 is once around."""
    by = delta[0]
    for i in range(n):
        r, g, b = a[3 * i], a[3 * i + 1], a[3 * i + 2]
        largest = highest(highest(r, g), b)
        least = lowest(lowest(r, g), b)
        width = largest - least
        h = hue(r, g, b, largest, width) + by
        red, green, blue = shares(h - np.floor(h))
        o[3 * i] = least + width * red
        o[3 * i + 1] = least + width * green
        o[3 * i + 2] = least + width * blue
    return 0


@kernel(split=PIXELS)
def scale_saturation(a: f32p, scale: f32p, o: f32p.out, n):
    """o = n pixels, the saturation of each times scale[0], up to 1."""
    by = scale[0]
    for i in range(n):
        h, s, v = hsv(a[3 * i], a[3 * i + 1], a[3 * i + 2])
        r, g, b = rgb(h, part(s * by), v)
        o[3 * i] = r
        o[3 * i + 1] = g
        o[3 * i + 2] = b
    return 0


@kernel(split=Blocks("images", a="pixels c", o="pixels c"))
def stretch_contrast(a: f32p, factor: f32p, o: f32p.out, images, pixels, c):
    """o = images of c channels, each number as many times as far from the mean of its channel and image."""
    means, by = workspace(a), factor[0]
    several = max(LANES // max(c, 1), 1)  # pixels side by side
    for image in range(images):
        for near in range(0, c, LANES):
            start, width = image * pixels * c + near, min(c - near, LANES)
            for q in range(width * several):
                means[q] = 0
            for first in range(0, pixels, several):
                p = start + first * c
                for q in range(width * min(several, pixels - first)):
                    means[q] += a[p + q]
            for q in range(width, width * several):
                means[q % width] += means[q]
            for q in range(width):
                means[q] /= F(pixels)
            for q in range(width, width * several):
                means[q] = means[q % width]
            for first in range(0, pixels, several):
                p = start + first * c
                for q in range(width * min(several, pixels - first)):
                    o[p + q] = means[q] + (a[p + q] - means[q]) * by
    return 0
