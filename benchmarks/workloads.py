"""The workloads as a TensorFlow 1 script; `tf` is minitf or TensorFlow, the lines are the same."""

import time

from benchmarks import specs


def cell(tf, w):
    """The workload's cell."""
    if w.cell == "rnn":
        activation = {"relu": tf.nn.relu, "tanh": tf.tanh}[w.activation]
        return tf.nn.rnn_cell.BasicRNNCell(w.units, activation=activation)
    kind = {"gru": tf.nn.rnn_cell.GRUCell, "lstm": tf.nn.rnn_cell.BasicLSTMCell}[w.cell]
    return kind(w.units) if w.layers == 1 else tf.nn.rnn_cell.MultiRNNCell([kind(w.units) for _ in range(w.layers)])


def inputs(tf, w, x):
    """Float inputs [batch, steps, features] of the cell."""
    if w.reads == "one_hot":
        return tf.one_hot(x, w.inputs)
    if w.reads == "embedding":
        return tf.nn.embedding_lookup(tf.get_variable("embedding", [w.inputs, w.features]), x)
    return x


def unrolled(tf, w, x, lengths, unroll):
    """What the output layer reads, [batch * steps, units] or [batch, units]."""
    if unroll == "static":
        outputs, state = tf.nn.static_rnn(cell(tf, w), tf.unstack(x, axis=1), dtype=tf.float32, sequence_length=lengths)
        outputs = tf.stack(outputs, axis=1) if w.each_step else None
    else:
        outputs, state = tf.nn.dynamic_rnn(cell(tf, w), x, dtype=tf.float32, sequence_length=lengths)
    if w.each_step:
        return tf.reshape(outputs, [-1, w.units])
    return state.h if w.cell == "lstm" else state


def of_images(tf, w, x):
    """What the output layer reads of images: two convolutions with pooling, and a layer of units."""
    x = tf.reshape(x, [-1, w.steps, w.inputs, 1])
    for channels in specs.CHANNELS:
        x = tf.layers.conv2d(x, channels, w.widths[0], padding="same", activation=tf.nn.relu)
        x = tf.layers.max_pooling2d(x, 2, 2, "same")
    return tf.layers.dense(tf.reshape(x, [-1, w.flat]), w.units, activation=tf.nn.relu)


def of_words(tf, w, x):
    """What the output layer reads of words: the largest value of each filter (Kim 2014)."""
    x, found = tf.expand_dims(x, 3), []
    for k in w.widths:
        kernel = tf.get_variable(f"filter_{k}", [k, w.features, 1, w.units])
        bias = tf.get_variable(f"bias_{k}", [w.units])
        y = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "VALID"), bias))
        found.append(tf.nn.max_pool(y, [1, w.steps - k + 1, 1, 1], [1, 1, 1, 1], "VALID"))
    return tf.reshape(tf.concat(found, 3), [-1, w.hidden])


def hidden_of(tf, w, x, lengths, unroll):
    """What the output layer reads."""
    if w.cell == "images":
        return of_images(tf, w, x)
    x = inputs(tf, w, x)
    return of_words(tf, w, x) if w.cell == "words" else unrolled(tf, w, x, lengths, unroll)


def loss_of(tf, w, x, y, lengths, unroll):
    """The scalar loss."""
    hidden = hidden_of(tf, w, x, lengths, unroll)
    kernel = tf.get_variable("out_kernel", [w.hidden, w.outputs])
    bias = tf.get_variable("out_bias", [w.outputs])
    logits = tf.nn.bias_add(tf.matmul(hidden, kernel), bias)
    if w.loss == "mse":
        return tf.reduce_mean(tf.square(logits - tf.reshape(y, [-1, w.outputs])))
    labels = tf.reshape(y, [-1])
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))


def train_op(tf, w, loss):
    """One step of the workload's optimizer."""
    kind = {"adam": tf.train.AdamOptimizer, "adagrad": tf.train.AdagradOptimizer}[w.optimizer]
    optimizer = kind(w.rate)
    if not w.clip:
        return optimizer.minimize(loss)
    gradients, variables = zip(*optimizer.compute_gradients(loss))
    clipped, _ = tf.clip_by_global_norm(gradients, w.clip)
    return optimizer.apply_gradients(zip(clipped, variables))


class Model:
    """A workload's graph and a session of it; `compile` may wrap the computation (for XLA)."""

    def __init__(self, tf, w, unroll, config=None, compile=None):
        self.w, graph = w, tf.Graph()
        with graph.as_default():
            self.x, self.y, self.lengths = self._placeholders(tf)
            started = time.perf_counter()
            if compile is None:
                self.loss = loss_of(tf, w, self.x, self.y, self.lengths, unroll)
                self.graph_seconds = time.perf_counter() - started
                started = time.perf_counter()
                self.train = train_op(tf, w, self.loss)
            else:
                self.loss, self.train = compile(self, unroll)
                self.graph_seconds = 0.0
            self.gradient_seconds = time.perf_counter() - started
            self.ops = len(graph.get_operations())
            self.session = tf.Session(config=config)
            self.session.run(tf.global_variables_initializer())
            for variable, (_, value) in zip(tf.trainable_variables(), specs.weights(w)):
                variable.load(value, self.session)

    def _placeholders(self, tf):
        w = self.w
        shape = [w.batch, w.steps] if w.each_step else [w.batch]
        dense, labels = w.reads == "dense", w.loss != "mse"
        x = tf.placeholder(*((tf.float32, [w.batch, w.steps, w.inputs]) if dense else (tf.int32, [w.batch, w.steps])))
        y = tf.placeholder(*((tf.int32, shape) if labels else (tf.float32, [*shape, w.outputs])))
        return x, y, tf.placeholder(tf.int32, [w.batch]) if w.shortest else None

    def feed(self, batch):
        """The feed_dict of a batch."""
        fed = {self.x: batch[0], self.y: batch[1]}
        if self.lengths is not None:
            fed[self.lengths] = batch[2]
        return fed

    def step(self, batch):
        """One training step; returns the loss before it."""
        return float(self.session.run([self.loss, self.train], self.feed(batch))[0])

    def infer(self, batch):
        """The loss alone."""
        return float(self.session.run(self.loss, self.feed(batch)))


def scalar_add(tf, config=None):
    """A function that runs a graph of one scalar addition."""
    with tf.Graph().as_default():
        total = tf.placeholder_with_default(1.0, []) + 2.0  # nothing to fold
        session = tf.Session(config=config)
    return lambda: session.run(total)
