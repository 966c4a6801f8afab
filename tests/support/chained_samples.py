"""Programs put together at random of samples of ops, each of which takes what ops before it gave."""

import random

import numpy as np
from op_samples import SAMPLES

import minitf as tf

ROWS, WIDTH = 12, 8


def optimized(optimizer):
    """A variable after a step along a given gradient."""

    def block(g):
        v = tf.get_variable("v", initializer=tf.fill(g.shape, tf.constant(0.5, g.dtype)))
        with tf.control_dependencies([optimizer().apply_gradients([(g, v)])]):
            return v.read_value()

    return block


def assigned(assign):
    def block(x):
        v = tf.get_variable("v", initializer=tf.fill(x.shape, tf.constant(0.5, x.dtype)))
        return assign(v, x)

    return block


def gated(activation):
    """What is activated has a gradient that is a product, or a sum."""

    def block(x):
        y, z = (tf.layers.dense(x, WIDTH, activation) for _ in range(2))
        return [y * tf.layers.dense(x, WIDTH), tf.tanh(z) + tf.sigmoid(z)]

    return block


def picked(x):
    """Products with one-hot rows."""
    ids = tf.cast(tf.abs(x[:, 0]) * 10, tf.int32) % WIDTH
    return tf.matmul(tf.one_hot(ids, WIDTH, dtype=x.dtype), tf.get_variable("w", [WIDTH, WIDTH], x.dtype))


def convolved(x):
    """A convolution of many small images."""
    images = tf.reshape(tf.tile(x, [8, 4]), [-1, 4, 4, 1])
    return tf.layers.conv2d(tf.layers.conv2d(images, 8, 3, padding="same"), 2, 3, padding="same")


def of_volumes(x):
    """Convolutions that move by one, and by more."""
    volumes = tf.layers.conv3d(tf.reshape(x, [4, 2, 3, 4, 1]), 3, 2, padding="same")
    return tf.layers.conv3d(volumes, 2, 2, strides=(1, 1, 2))


def coloured(x):
    """Images of other colours."""
    images = tf.image.adjust_contrast(tf.sigmoid(tf.reshape(x, [2, 4, 4, 3])), 1.2)
    return tf.image.hsv_to_rgb(tf.image.adjust_hue(tf.image.adjust_saturation(images, 0.7), 0.1))


def normalized(x):
    return tf.nn.fused_batch_norm(tf.reshape(x, [3, 4, 2, 4]), tf.ones(4) * 2, tf.zeros(4))[0]


def looped(x):
    w, b = tf.get_variable("w", [WIDTH, WIDTH], x.dtype), tf.get_variable("b", [WIDTH], x.dtype)
    return tf.while_loop(lambda i, h: i < 3, lambda i, h: (i + 1, tf.tanh(tf.matmul(h, w) + b) + x), [0, x])[1]


def listed(x):
    """Columns in an order of their own, in a list."""

    def turn(i, array):
        k = i * 3 % WIDTH
        return i + 1, array.write(k, tf.tanh(x[:, k]))

    y = tf.while_loop(lambda i, a: i < WIDTH, turn, [0, tf.TensorArray(x.dtype, WIDTH)])[1].stack()
    return tf.reshape(y, [WIDTH, ROWS])


_TRAIN = tf.train
BLOCKS = {  # of ops that no sample has, or in company that changes which kernels are called; of a matrix
    "gates": gated(tf.sigmoid),
    "tanh gates": gated(tf.tanh),
    "relu gates": gated(tf.nn.relu),
    "one-hot": picked,
    "convolved": convolved,
    "volumes": of_volumes,
    "normalized": normalized,
    "looped": looped,
    "listed": listed,
    "truth": lambda x: tf.cast(tf.cast(tf.cast(x * 3, tf.int32), tf.bool), x.dtype),
    "all": lambda x: tf.reduce_all(x > -1, 1),
    "least": lambda x: [tf.reduce_min(x, 1), tf.argmin(x, 1)],
    "roots": lambda x: tf.sqrt(tf.square(x) + 1) + tf.rsqrt(tf.square(x) + 1) + tf.reciprocal(tf.square(x) + 1),
    "drawn": lambda x: x + tf.random_normal(x.shape, dtype=x.dtype) + tf.random_uniform(x.shape, dtype=x.dtype),
    "dropped": lambda x: tf.nn.dropout(x, 0.5),
    "multinomial": lambda x: tf.multinomial(x, 3),
}


def stepped(x):
    """A variable from which is subtracted what is divided by a root, as Adam does of rows."""
    root = tf.sqrt(tf.square(x)) + 0.1
    v = tf.get_variable("v", initializer=tf.fill(x.shape, tf.constant(0.5, x.dtype)))
    return tf.assign_sub(v, 0.1 * x / root)


UPDATES = {  # without gradients
    "coloured": coloured,
    "stepped": stepped,
    "assign": assigned(tf.assign),
    "assign_add": assigned(tf.assign_add),
    "assign_sub": assigned(tf.assign_sub),
    **{
        name: optimized(make)
        for name, make in {
            "Adadelta": lambda: _TRAIN.AdadeltaOptimizer(0.1),
            "Adagrad": lambda: _TRAIN.AdagradOptimizer(0.1),
            "AdagradDA": lambda: _TRAIN.AdagradDAOptimizer(0.1, _TRAIN.get_or_create_global_step()),
            "Adam": lambda: _TRAIN.AdamOptimizer(0.1),
            "Ftrl": lambda: _TRAIN.FtrlOptimizer(0.1),
            "GradientDescent": lambda: _TRAIN.GradientDescentOptimizer(0.1),
            "Momentum": lambda: _TRAIN.MomentumOptimizer(0.1, 0.9),
            "ProximalAdagrad": lambda: _TRAIN.ProximalAdagradOptimizer(0.1),
            "ProximalGradientDescent": lambda: _TRAIN.ProximalGradientDescentOptimizer(0.1),
            "RMSProp": lambda: _TRAIN.RMSPropOptimizer(0.1),
            "centered RMSProp": lambda: _TRAIN.RMSPropOptimizer(0.1, centered=True),
        }.items()
    },
}
MATRIX = np.random.RandomState(0).standard_normal((ROWS, WIDTH))
LINKS = [
    *[s for s in SAMPLES if s[0] != "Print"],
    *[(name, block, (MATRIX,), {"dtypes": ("float32",)}) for name, block in BLOCKS.items()],
    *[(name, block, (MATRIX,), {"dtypes": ("float32",), "grads": False}) for name, block in UPDATES.items()],
]


def dealt(seed, size=24):
    """All links in random order, in programs of `size`."""
    links = random.Random(seed).sample(LINKS, len(LINKS))
    return [links[i : i + size] for i in range(0, len(links), size)]


def shifted(x, given, differentiable):
    """Each number of `x` a little larger or smaller, by another one of `given`."""
    if not x.shape.num_elements() or not given.shape.num_elements():
        return x
    given = tf.cast(given if differentiable else tf.stop_gradient(given), x.dtype)
    picks = np.resize(np.arange(given.shape.num_elements()), x.shape.num_elements())
    picked = tf.reshape(tf.gather(tf.reshape(given, [-1]), picks), x.shape)
    finite = tf.where(tf.is_finite(picked), picked, tf.zeros_like(picked))
    return x * (1 + 1e-3 * tf.tanh(finite))


class Chained:
    """A program of links: what to fetch, and what to feed."""

    def __init__(self, links, seed):
        self.fetches, self.feeds, self._floats = [], {}, []
        self._pick, self._open = random.Random(seed), []
        tf.set_random_seed(seed)
        for k, link in enumerate(links):
            with tf.variable_scope(f"link{k}"):
                self._add(*link)
        inputs = [x for x in [*self.feeds, *tf.trainable_variables()] if x.dtype.is_floating]
        self.fetches += [g for g in tf.gradients(self._open, inputs) if g is not None]

    def _add(self, type, function, arrays, options):
        differentiable = options.get("grads", True)
        kind = self._pick.choice(options.get("dtypes", ("float32", "float64")))
        inputs = [self._input(np.asarray(array), kind, differentiable) for array in arrays]
        made = function(*inputs)
        made = [t for t in (made if isinstance(made, (list, tuple)) else [made]) if t is not None]
        self.fetches += made
        floats = [t for t in made if t.dtype.is_floating and t.shape.is_fully_defined()]
        self._floats += floats if differentiable else [tf.stop_gradient(t) for t in floats]
        self._open += floats if differentiable else []

    def _input(self, array, kind, differentiable):
        """A placeholder for an array, and where it holds floats, what it is together with ops before."""
        dtype = kind if array.dtype.kind == "f" else array.dtype
        x = tf.placeholder(dtype, array.shape)
        self.feeds[x] = array
        if array.dtype.kind == "f" and self._floats:
            return shifted(x, self._pick.choice(self._floats[-5:]), differentiable)
        return x


def among_threads(links, seed, team=2):
    """What so many threads compute otherwise than one does, in two runs one after the other."""
    with tf.Graph().as_default():
        program = Chained(links, seed)
        found = []
        for threads in (1, team):
            with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads)) as session:
                session.run(tf.global_variables_initializer())
                found.append([session.run(program.fetches, program.feeds) for _ in range(2)])
        return [
            tensor.name
            for one, two in zip(*found)
            for tensor, a, b in zip(program.fetches, one, two)
            if np.asarray(a).tobytes() != np.asarray(b).tobytes()
        ]
