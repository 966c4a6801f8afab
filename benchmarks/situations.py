"""Training steps of an LSTM with something in their way; `tf` is minitf or TensorFlow, the lines are one.

Each situation gives the loss of a batch: x [batch, steps, inputs], y [batch, steps, units], mask [batch,
steps], lengths [batch] and a number n below 4, another one in each step, as the mask is. Batch and steps are
known only when it runs.
"""

import functools

import numpy as np

from benchmarks.without_kernel import OPS, PLACES, number


class Given:
    """What a situation is made of."""

    def __init__(self, tf, w):
        self.tf, self.w = tf, w
        self.x = tf.placeholder(tf.float32, [None, None, w.inputs])
        self.y = tf.placeholder(tf.float32, [None, None, w.units])
        self.mask = tf.placeholder(tf.bool, [None, None])
        self.lengths, self.n = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.int32, [])
        self.size = lambda step: (w.batch, w.steps)
        self.first = []  # what is run once, before all steps

    def feed(self, batch, step):
        """The feed_dict of a batch."""
        rows, steps = self.size(step)
        x, y, lengths = batch
        x, y, lengths = x[:rows, :steps], y[:rows, :steps], np.minimum(lengths[:rows], steps)
        mask = y[:, :, 0] > step % 97 / 100 - 1
        return {self.x: x, self.y: y, self.mask: mask, self.lengths: lengths, self.n: step % 4}

    def cell(self, kind="BasicLSTMCell"):
        """A new cell."""
        return getattr(self.tf.nn.rnn_cell, kind)(self.w.units)

    def of(self, cell):
        """The mean error of a network of a cell, with lengths, as scripts with clipped gradients have it."""
        return self.error(self.tf.nn.dynamic_rnn(cell, self.x, self.lengths, dtype=self.tf.float32)[0])

    def lstm(self, x=None, lengths=None):
        """The outputs of the network."""
        x = self.x if x is None else x
        return self.tf.nn.dynamic_rnn(self.cell(), x, lengths, dtype=self.tf.float32)[0]

    def both(self):
        """The outputs of one network in each direction, added."""
        outputs, _ = self.tf.nn.bidirectional_dynamic_rnn(
            self.cell(), self.cell(), self.x, self.lengths, dtype=self.tf.float32
        )
        return outputs[0] + outputs[1]

    def errors(self, outputs):
        """The squared differences from y, [batch, steps, units]."""
        return self.tf.square(outputs - self.y)

    def error(self, outputs):
        """Their mean."""
        return self.tf.reduce_mean(self.errors(outputs))


def plain(g):
    return g.error(g.lstm())


def boolean_mask(g):
    return g.tf.reduce_mean(g.tf.boolean_mask(g.errors(g.lstm()), g.mask))


def where_gather_nd(g):
    return g.tf.reduce_mean(g.tf.gather_nd(g.errors(g.lstm()), g.tf.where(g.mask)))


def dynamic_partition(g):
    parts = g.tf.dynamic_partition(g.errors(g.lstm()), g.tf.cast(g.mask, g.tf.int32), 2)
    return g.tf.reduce_mean(parts[0]) + g.tf.reduce_mean(parts[1])


def unique_before(g):
    different = g.tf.size(g.tf.unique(g.lengths)[0])
    return g.error(g.lstm(g.x + 0.0 * g.tf.cast(different, g.tf.float32)))


def sequence_mask(g):
    mask = g.tf.cast(g.tf.sequence_mask(g.lengths), g.tf.float32)
    errors = g.errors(g.lstm())[:, : g.tf.shape(mask)[1]]
    return g.tf.reduce_mean(errors * g.tf.expand_dims(mask, 2))


def slice_by_a_feed(g):
    size = g.w.steps - 4
    outputs = g.lstm(g.x[:, g.n : g.n + size])
    return g.tf.reduce_mean(g.tf.square(outputs - g.y[:, g.n : g.n + size]))


def range_by_a_feed(g):
    return plain(g) + g.tf.reduce_mean(g.tf.cast(g.tf.range(g.n + 40), g.tf.float32))


def range_of_data(g):
    return plain(g) + g.tf.reduce_mean(g.tf.range(0.0, 40.0 + g.tf.reduce_sum(g.y[:, 0, 0]), 1.0))


def slice_by_data(g):
    """The steps that the longest sequence has, and where it begins depends on another."""
    first = g.tf.reduce_max(g.lengths) // 20 - 1
    errors = g.errors(g.lstm())
    return g.tf.reduce_mean(errors[:, first : g.tf.reduce_max(g.lengths)])


def pad_by_data(g):
    missing = g.w.steps - g.tf.reduce_max(g.lengths)
    outputs = g.lstm()[:, : g.tf.reduce_max(g.lengths)]
    return g.error(g.tf.pad(outputs, [[0, 0], [0, missing], [0, 0]]))


def repeat(g):
    """The mean error of the rows, each as often as its sequence is long."""
    rows = g.tf.reduce_mean(g.errors(g.lstm()), [1, 2])
    return g.tf.reduce_mean(g.tf.repeat(rows, g.lengths, axis=0))


def array_of_computed_size(g):
    tf, outputs, size = g.tf, g.lstm(), g.tf.reduce_max(g.lengths)
    array = tf.TensorArray(tf.float32, size)
    body = lambda i, array: (i + 1, array.write(i, outputs[:, i] * 2.0))  # noqa: E731
    array = tf.while_loop(lambda i, array: i < size, body, [0, array])[1]
    return tf.reduce_mean(tf.square(tf.transpose(array.stack(), [1, 0, 2])))


def py_func(g):
    loss = plain(g)
    factor = g.tf.py_func(lambda loss: np.float32(1), [loss], g.tf.float32)
    factor.set_shape([])
    return loss * factor


def top_k(g):
    return g.tf.reduce_mean(g.tf.nn.top_k(g.errors(g.lstm()), 5)[0])


def matrix_inverse(g):
    outputs = g.lstm()
    square = g.tf.matmul(outputs[:8, 0], outputs[:8, 0], transpose_b=True)
    return g.error(outputs) + g.tf.reduce_mean(g.tf.matrix_inverse(g.tf.eye(8) + 0.01 * square))


def growing_tensor_array(g):
    tf, outputs = g.tf, g.lstm()
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    _, array = tf.while_loop(
        lambda i, array: i < tf.shape(outputs)[1],
        lambda i, array: (i + 1, array.write(i, outputs[:, i] * 2.0)),
        [0, array],
    )
    return g.error(tf.transpose(array.stack(), [1, 0, 2]))


def cond_around(g):
    return g.tf.cond(g.n >= 0, lambda: plain(g), lambda: g.tf.reduce_mean(g.y))


def while_by_a_feed(g):
    loss = plain(g)
    body = lambda i, a: (i + 1, a * 1.01)  # noqa: E731
    return loss + 0.001 * g.tf.while_loop(lambda i, a: i < g.n + 3, body, [0, loss])[1]


def both_directions(g):
    return g.error(g.both())


def both_directions_masked(g):
    return g.tf.reduce_mean(g.tf.boolean_mask(g.errors(g.both()), g.mask))


def raw_rnn(g):
    tf, cell, steps = g.tf, g.cell(), g.tf.shape(g.x)[1]
    inputs = tf.TensorArray(tf.float32, steps).unstack(tf.transpose(g.x, [1, 0, 2]))
    batch = tf.shape(g.x)[0]

    def loop(time, output, state, _):
        over = time >= steps
        following = tf.cond(over, lambda: tf.zeros([batch, g.w.inputs]), lambda: inputs.read(time))
        following.set_shape([None, g.w.inputs])
        state = cell.zero_state(batch, tf.float32) if output is None else state
        return tf.fill([batch], over), following, state, output, None

    return g.error(tf.transpose(tf.nn.raw_rnn(cell, loop)[0].stack(), [1, 0, 2]))


def _attending(g, memory, following):
    """The error of an LSTM that attends to a memory in each step, which then is another one."""
    tf, cell, steps, batch = g.tf, g.cell(), g.tf.shape(g.x)[1], g.tf.shape(g.x)[0]
    inputs = tf.TensorArray(tf.float32, steps).unstack(tf.transpose(g.x, [1, 0, 2]))

    def body(time, state, memory, outputs):
        scores = tf.reduce_sum(memory * tf.expand_dims(state[1], 1), 2)
        context = tf.reduce_sum(memory * tf.expand_dims(tf.nn.softmax(scores), 2), 1)
        output, state = cell(tf.concat([inputs.read(time), context], 1), state)
        return time + 1, state, following(memory, tf.expand_dims(output, 1)), outputs.write(time, output)

    state, shape, none = cell.zero_state(batch, tf.float32), tf.TensorShape, tf.TensorShape([])
    shapes = [none, type(state)(*[shape([None, g.w.units])] * 2), shape([None, None, g.w.units]), shape(None)]
    start = [tf.constant(0), state, memory, tf.TensorArray(tf.float32, steps)]
    outputs = tf.while_loop(lambda time, *_: time < steps, body, start, shape_invariants=shapes)[3]
    return g.error(tf.transpose(outputs.stack(), [1, 0, 2]))


def growing_memory(g):
    """A memory of all outputs so far."""
    return _attending(g, g.y[:, :1], lambda memory, output: g.tf.concat([memory, output], 1))


def sliding_memory(g):
    """A memory of as many of the last outputs as that has in the mean."""
    return _attending(g, g.y[:, : g.w.steps // 2], lambda memory, output: g.tf.concat([memory[:, 1:], output], 1))


def fixed_memory(g):
    """One that nothing is written to, and that needs no gradient."""
    return _attending(g, g.y[:, : g.w.steps // 2], lambda memory, output: memory)


def slice_by_a_queue(g):
    """How scripts read Penn Treebank: where a batch is comes out of a queue."""
    tf, steps = g.tf, g.w.steps
    text = np.random.RandomState(0).rand(g.w.batch, 20 * steps, g.w.inputs).astype(np.float32)
    queue = tf.FIFOQueue(100000, [tf.int32], [[]])
    g.first.append(queue.enqueue_many([tf.range(100000) % 20]))
    i = queue.dequeue()
    ends = [[0, i * steps, 0], [g.w.batch, (i + 1) * steps, g.w.inputs]]
    x = tf.strided_slice(tf.constant(text), *ends)
    x.set_shape([g.w.batch, steps, g.w.inputs])
    return g.error(g.lstm(x))


def gru(g):
    g.size = lambda step: (28, 30)
    return g.of(g.cell("GRUCell"))


def gru_new_sizes(g):
    g.size = _new_size
    return g.of(g.cell("GRUCell"))


def two_lstms(g):
    g.size = lambda step: (28, 30)
    return g.of(g.tf.nn.rnn_cell.MultiRNNCell([g.cell(), g.cell()]))


def two_lstms_new_sizes(g):
    g.size = _new_size
    return g.of(g.tf.nn.rnn_cell.MultiRNNCell([g.cell(), g.cell()]))


def _new_size(step):
    """24 to 32 rows of 20 to 40 steps, 28 and 30 in the mean."""
    return 24 + step * 5 % 9, 20 + step * 8 % 21


# What each is compared with: the same without what is in its way.
WITHOUT = {
    gru: gru,
    gru_new_sizes: gru,
    two_lstms: two_lstms,
    two_lstms_new_sizes: two_lstms,
    slice_by_a_queue: plain,
    plain: plain,
    boolean_mask: plain,
    where_gather_nd: plain,
    dynamic_partition: plain,
    unique_before: plain,
    sequence_mask: plain,
    slice_by_a_feed: plain,
    range_by_a_feed: plain,
    range_of_data: plain,
    slice_by_data: plain,
    pad_by_data: plain,
    repeat: plain,
    array_of_computed_size: plain,
    py_func: plain,
    top_k: plain,
    matrix_inverse: plain,
    growing_tensor_array: plain,
    cond_around: plain,
    while_by_a_feed: plain,
    both_directions: both_directions,
    both_directions_masked: both_directions,
    raw_rnn: plain,
    growing_memory: sliding_memory,
    sliding_memory: sliding_memory,
    fixed_memory: fixed_memory,
}
NETWORKS = (
    gru_new_sizes,
    two_lstms_new_sizes,
    raw_rnn,
    growing_memory,
)  # these are networks themselves, not beside one
SITUATIONS = {situation.__name__: situation for situation in WITHOUT}


def losses(name):
    """What gives the loss in a situation, or with an op in a place: "between Where"."""
    place, _, op = name.partition(" ")
    return functools.partial(PLACES[place], op=op) if op else SITUATIONS[name]


class GivenAlone(Given):
    """The same without the network: what is given, times a variable, in the place of its outputs."""

    def lstm(self, x=None, lengths=None):
        """As many outputs as the network has."""
        x = self.x if x is None else x
        factors = self.tf.get_variable("factors", [self.w.units])
        return self.tf.tile(x, [1, 1, self.w.units // self.w.inputs]) * factors

    def both(self):
        """As many as those of two networks, added."""
        return self.lstm()


class Alone:
    """An op on a matrix of activations and nothing else: what it takes itself."""

    def __init__(self, tf, w, op, threads):
        with tf.Graph().as_default():
            self._given = tf.placeholder(tf.float32, [None, w.units])
            self._value = number(tf, op, self._given) if op in OPS else 0.0 * tf.reduce_sum(self._given)
            config = tf.ConfigProto(intra_op_parallelism_threads=threads)
            self._session = tf.Session(config=config)

    def step(self, batch):
        """Runs the op once."""
        return float(self._session.run(self._value, {self._given: batch[1][:, 0]}))


class Model:
    """The graph of a loss and a session of it."""

    def __init__(self, tf, w, loss, threads, given=Given):
        with tf.Graph().as_default():
            tf.set_random_seed(1)
            self.given, self.steps = given(tf, w), 0
            found = loss(self.given)
            optimizer = tf.train.AdamOptimizer(w.rate)
            gradients, variables = zip(*optimizer.compute_gradients(found))
            gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
            self.fetches = [found, optimizer.apply_gradients(zip(gradients, variables))]
            config = tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads)
            self.session = tf.Session(config=config)
            self.session.run(tf.global_variables_initializer())
            self.session.run(self.given.first)

    def step(self, batch):
        """One training step; returns the loss before it."""
        self.steps += 1
        return float(self.session.run(self.fetches, self.given.feed(batch, self.steps))[0])


def build(tf, w, name, threads):
    """A situation, or one or an op alone ("alone boolean_mask", "alone Where"), ready to step."""
    place, _, what = name.partition(" ")
    if place != "alone":
        return Model(tf, w, losses(name), threads)
    return Model(tf, w, losses(what), threads, GivenAlone) if what in SITUATIONS else Alone(tf, w, what, threads)
