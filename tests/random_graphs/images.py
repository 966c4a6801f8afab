"""Productions of windows that move over images: rows of numbers are images of one channel."""

from random_graphs.pool import known, pinned

import minitf as tf


def _image(g, exact=False):
    """An entry, the images that are made of it, and how many channels they have."""
    pick = g.exact if exact else g.float  # what decides something may not be rounded
    x = pick(lambda e: e.rank == 3 and all(known(n) and n > 0 for n in e.shape[1:]))
    channels = g.one_of([1, 1 if exact else 2])
    image = tf.expand_dims(pinned(x), 3)
    image = image if channels == 1 else tf.concat([image, tf.sin(image)], 3)
    return x, image, channels


def _window(g, shape):
    """Sizes of a window that fits, its steps, how it stands out, and what sizes that gives."""
    sizes = [g.random.randint(1, min(3, n)) for n in shape]
    steps = [g.random.randint(1, 2) for _ in shape]
    padding = g.one_of(["SAME", "VALID"])
    return sizes, steps, padding, _after(shape, sizes, steps, padding)


def convolution(g):
    x, image, channels = _image(g)
    sizes, steps, padding, given = _window(g, x.shape[1:])
    if g.chance(0.5):
        filters = g.weights(*sizes, channels, 3)
        y, count = tf.nn.conv2d(image, filters, [1, *steps, 1], padding), 3
    else:
        steps = [max(steps)] * 2
        given = _after(x.shape[1:], sizes, steps, padding)
        filters = g.weights(*sizes, channels, 2)
        y, count = tf.nn.depthwise_conv2d(image, filters, [1, *steps, 1], padding), 2 * channels
    y = tf.nn.relu(y) if g.chance(0.3) else y
    g.add(y, (x.shape[0], *given, count), sizes[0] * sizes[1] * channels * max(x.bound, 1.0))


def _after(shape, sizes, steps, padding):
    room = [n if padding == "SAME" else n - k + 1 for n, k in zip(shape, sizes)]
    return tuple(-(-n // s) for n, s in zip(room, steps))


def pooling(g):
    pool = g.one_of([tf.nn.max_pool, tf.nn.avg_pool])
    x, image, channels = _image(g, exact=pool is tf.nn.max_pool)
    sizes, steps, padding, given = _window(g, x.shape[1:])
    y = pool(image, [1, *sizes, 1], [1, *steps, 1], padding)
    g.add(y, (x.shape[0], *given, channels), max(x.bound, 1.0))


def response(g):
    """Its gradient has no gradient, as in TensorFlow."""
    x, image, channels = _image(g)
    y = tf.nn.local_response_normalization(image, 1, 1.0, 0.5, 0.5)
    g.add(tf.stop_gradient(y), (*x.shape, channels), max(x.bound, 1.0))


PRODUCTIONS = {convolution: 2, pooling: 2, response: 1}
