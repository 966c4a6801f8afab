"""Records graphs that TensorFlow writes, and what comes of them there, into tests/facts/graphs.

PYTHON_WITH_TF1 tests/recorded/record_graphs.py tf1 FOLDER      # TensorFlow 1.15
PYTHON_WITH_TF2 tests/recorded/record_graphs.py tf2 FOLDER      # TensorFlow 2.15, as TensorFlow 1
PYTHON_WITH_TF2 tests/recorded/record_graphs.py resource FOLDER # with its variables and control flow of version 2
(and after FOLDER the names of cases, if not all are wanted)
PYTHON_WITH_TF2 tests/recorded/record_graphs.py functions FOLDER # a model of functions, called, frozen and saved
"""

import gzip
import json
import os
import shutil
import sys

import numpy as np

CASES = {"tf1": [], "tf2": [], "resource": []}


def case(*sets):
    def note(function):
        for one in sets:
            CASES[one].append(function)
        return function

    return note


def trained(tf, loss, optimizer=None):
    (optimizer or tf.train.AdamOptimizer(0.05)).minimize(tf.identity(loss, name="loss"), name="train")


def squares(tf, y):
    trained(tf, tf.reduce_mean(tf.square(tf.identity(y, name="y") - 1)))


@case("tf1", "resource")
def dense(tf, random):
    x, t = tf.placeholder(tf.float32, [None, 4], "x"), tf.placeholder(tf.int64, [None], "t")
    h = tf.nn.relu(tf.matmul(x, tf.get_variable("w", [4, 8])) + tf.get_variable("b", [8]))
    h = tf.nn.dropout(h, keep_prob=tf.placeholder_with_default(1.0, [], name="keep"))
    y = tf.identity(tf.matmul(h, tf.get_variable("v", [8, 3])), name="y")
    trained(tf, tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=t, logits=y)))
    return {"x:0": random.randn(5, 4), "t:0": random.randint(0, 3, 5)}


@case("tf1")
def unrolled(tf, random):
    x = tf.placeholder(tf.float32, [None, 3, 2], "x")
    cells = [tf.nn.rnn_cell.LSTMCell(2, use_peepholes=True), tf.nn.rnn_cell.GRUCell(2)]
    outputs, _ = tf.nn.static_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), tf.unstack(x, axis=1), dtype=tf.float32)
    squares(tf, outputs[-1])
    return {"x:0": random.randn(2, 3, 2)}


@case("tf1", "tf2")
def normalized(tf, random):
    x, phase = tf.placeholder(tf.float32, [None, 4, 4, 2], "x"), tf.placeholder(tf.bool, [], "phase")
    h = tf.layers.batch_normalization(tf.layers.conv2d(x, 3, 3), training=phase)
    h = tf.layers.batch_normalization(tf.nn.relu(h), training=phase, fused=False)
    y = tf.identity(tf.layers.dense(tf.layers.flatten(h), 2), name="y")
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        loss = tf.reduce_mean(tf.square(y - 1))
    trained(tf, loss, tf.train.MomentumOptimizer(0.1, 0.9))
    return {"x:0": random.randn(4, 4, 4, 2), "phase:0": np.array(True)}


@case("tf1", "resource")
def choices(tf, random):
    x, p = tf.placeholder(tf.float32, [3], "x"), tf.placeholder(tf.bool, [], "p")
    w = tf.get_variable("w", [3])
    a = tf.cond(p, lambda: tf.sin(x * 2 * w), lambda: tf.exp(x + w))
    inner = lambda: [tf.cond(p, lambda: a + x, lambda: a * 3.0), x]  # noqa: E731 - as scripts say it
    b = tf.cond(tf.reduce_sum(a) > 9, lambda: [tf.exp(a), tf.zeros([3])], inner)
    squares(tf, b[0] + b[1])
    return {"x:0": random.randn(3), "p:0": np.array(True)}


@case("tf1", "resource")
def loops(tf, random):
    x, n = tf.placeholder(tf.float32, [3], "x"), tf.placeholder(tf.int32, [], "n")
    w = tf.get_variable("w", [3])

    def step(i, y):
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: tf.tanh(y * w), lambda: y + x)

    squares(tf, tf.while_loop(lambda i, y: i < n, step, [0, x])[1])
    return {"x:0": random.randn(3), "n:0": np.int32(4)}


@case("tf1")
def nested(tf, random):
    x, n = tf.placeholder(tf.float32, [None], "x"), tf.placeholder(tf.int32, [], "n")

    def step(i, y):
        y = tf.cond(tf.equal(i % 2, 0), lambda: y * 2, lambda: y + x)
        return i + 1, tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, tf.tanh(z) + y), [0, y])[1]

    tf.identity(tf.while_loop(lambda i, y: i < n, step, [0, x])[1], name="y")
    grow = [tf.TensorShape([]), tf.TensorShape([None])]
    grown = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, tf.concat([y, x], 0)), [0, x], grow)
    tf.identity(grown[1], name="grown")
    return {"x:0": random.randn(3), "n:0": np.int32(4)}


@case("tf1", "resource")
def deeper(tf, random):
    x, n = tf.placeholder(tf.float32, [3], "x"), tf.placeholder(tf.int32, [], "n")
    w = tf.get_variable("w", [3])

    def times(count, step, y):
        return tf.while_loop(lambda i, y: i < count, lambda i, y: (i + 1, step(i, y)), [0, y])[1]

    def inmost(j, z):
        return times(j, lambda k, u: tf.cond(tf.equal(k, 1), lambda: tf.sin(u * w + z), lambda: u + w), z)

    def inner(i, y):
        return times(i + 1, lambda j, z: inmost(j, z) * w + 0.1 * y, y)

    step = lambda i, y: tf.cond(tf.equal(i % 2, 0), lambda: inner(i, y) * y, lambda: y + w)  # noqa: E731
    squares(tf, tf.tanh(times(n, step, x)))
    return {"x:0": random.randn(3), "n:0": np.int32(5)}


@case("tf2", "resource")
def inner_slices(tf, random):
    x, n = tf.placeholder(tf.float32, [4, 5, 2], "x"), tf.placeholder(tf.int32, [4, 2], "n")

    def row(given):
        cell, two = tf.nn.rnn_cell.GRUCell(2), tf.stack([given[0], given[0] * 2])
        return tf.nn.dynamic_rnn(cell, two, given[1], dtype=tf.float32)[0]

    y = tf.map_fn(row, (x, n), dtype=tf.float32)
    squares(tf, tf.scan(lambda a, v: tf.foldl(lambda b, u: tf.tanh(b + u), v, a), y, tf.zeros([5, 2])))
    return {"x:0": random.randn(4, 5, 2), "n:0": random.randint(0, 6, [4, 2])}


@case("tf1")
def slices(tf, random):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    w = tf.get_variable("w", [3])
    z = tf.scan(lambda a, v: tf.tanh(a * w) + v, x) + tf.map_fn(lambda v: v * w, x)
    squares(tf, z + tf.foldl(lambda a, v: a * 0.5 + v, x))
    return {"x:0": random.randn(4, 3)}


@case("tf1", "resource")
def lengths(tf, random):
    x, n = tf.placeholder(tf.float32, [None, 5, 3], "x"), tf.placeholder(tf.int32, [None], "n")
    y, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(3), x, n, dtype=tf.float32)
    squares(tf, y)
    return {"x:0": random.randn(2, 5, 3), "n:0": np.array([2, 4])}


@case("tf2")
def two_ways(tf, random):
    ids, table = tf.placeholder(tf.int32, [None, 4], "ids"), tf.get_variable("table", [7, 3])
    cells = tf.nn.rnn_cell.GRUCell(2), tf.nn.rnn_cell.GRUCell(2)
    x = tf.nn.embedding_lookup(table, ids)
    y, _ = tf.nn.bidirectional_dynamic_rnn(*cells, x, dtype=tf.float32)
    squares(tf, tf.concat(y, 2))
    return {"ids:0": random.randint(0, 7, [2, 4])}


@case("tf1")
def block_ops(tf, random):
    """All that the ops of whole steps and runs of cells give, also of runs that end early."""
    from tensorflow.python.ops import gen_rnn_ops as ops

    def numbers(*sizes):
        return tf.constant(random.randn(*sizes), tf.float32)

    x, found = tf.placeholder(tf.float32, [4, 2, 2], "x"), []
    for peepholes, clip, trips in ((True, 0.3, 2), (False, 0.0, 4), (True, 0.0, 0)):
        both = [numbers(2, 3), numbers(2, 3), numbers(5, 12), *(numbers(3) for _ in range(3)), numbers(12)]
        options = {"use_peephole": peepholes, "cell_clip": clip}
        one = ops.lstm_block_cell(x[0], *both, forget_bias=0.5, **options)
        slopes = ops.lstm_block_cell_grad(x[0], *both, *one[:-1], numbers(2, 3), numbers(2, 3), use_peephole=peepholes)
        found += [*one, *slopes]
        for run, grad in ((ops.block_lstm, ops.block_lstm_grad), (ops.block_lstmv2, ops.block_lstm_grad_v2)):
            steps = run(trips, x, *both, **options)
            found += [steps.cs, steps.h, *(each[:trips] for each in steps)]
            more = numbers(4, 2, 3), numbers(4, 2, 3)
            found += grad(trips, x, *both, *steps, *more, use_peephole=peepholes)
    both = [x[0], numbers(2, 3), numbers(5, 6), numbers(5, 3), numbers(6), numbers(3)]
    one = ops.gru_block_cell(*both)
    found += [*one, *ops.gru_block_cell_grad(*both, *one[:-1], numbers(2, 3))]
    tf.concat([tf.reshape(each, [-1]) for each in found], 0, name="y")
    return {"x:0": random.randn(4, 2, 2)}


@case("tf1")
def block_cells(tf, random):
    """Cells that are one op each: unrolled, in a loop, and a run as one op."""
    from tensorflow.contrib import rnn

    x, n = tf.placeholder(tf.float32, [None, 3, 2], "x"), tf.placeholder(tf.int32, [None], "n")
    cells = rnn.LSTMBlockCell(2, cell_clip=0.2, use_peephole=True), rnn.GRUBlockCellV2(3)
    one, _ = tf.nn.static_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), tf.unstack(x, axis=1), dtype=tf.float32)
    cells = rnn.LSTMBlockCell(3, forget_bias=0.5), rnn.GRUBlockCell(2)
    two, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), tf.stack(one, 1), n, dtype=tf.float32, scope="two")
    run = rnn.LSTMBlockFusedCell(2, cell_clip=0.1, use_peephole=True)
    squares(tf, run(tf.transpose(two, [1, 0, 2]), dtype=tf.float32, sequence_length=n)[0])
    return {"x:0": random.randn(2, 3, 2), "n:0": np.array([1, 2])}


@case("tf1")
def words(tf, random):
    """Rows of a table go through a loop, whose gradients come back to them; those of version 2 too."""
    ids, found = tf.placeholder(tf.int32, [None, 4], "ids"), []
    for kind in (False, True):
        with tf.variable_scope(f"of_{kind}", use_resource=kind):
            x = tf.nn.embedding_lookup(tf.get_variable("table", [7, 3]), ids)
            found.append(tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(2), x, dtype=tf.float32)[0])
    squares(tf, tf.concat(found, 2))
    return {"ids:0": random.randint(0, 7, [2, 4])}


@case("tf1")
def attention(tf, random):
    from tensorflow.contrib import seq2seq

    x, t = tf.placeholder(tf.float32, [2, 3, 2], "x"), tf.placeholder(tf.int32, [2, 3], "t")
    table = tf.get_variable("table", [5, 2])
    memory, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, dtype=tf.float32)
    mechanism = seq2seq.BahdanauAttention(2, memory)
    cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), mechanism, attention_layer_size=2)
    start, out = cell.zero_state(2, tf.float32).clone(cell_state=state), tf.layers.Dense(5)
    helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(table, t), [3, 2])
    found = seq2seq.dynamic_decode(seq2seq.BasicDecoder(cell, helper, start, out))[0]
    squares(tf, found.rnn_output)
    helper = seq2seq.GreedyEmbeddingHelper(table, tf.fill([2], 1), 0)
    decoder = seq2seq.BasicDecoder(cell, helper, start, out)
    found = seq2seq.dynamic_decode(decoder, maximum_iterations=4)[0]
    tf.identity(found.sample_id, name="said")
    return {"x:0": random.randn(2, 3, 2), "t:0": random.randint(0, 5, [2, 3])}


@case("tf1", "resource")
def mixed(tf, random):
    """Branches that keep different things for their gradients, loops through arrays that grow."""
    x, n = tf.placeholder(tf.float32, [3], "x"), tf.placeholder(tf.int32, [], "n")
    w = tf.get_variable("w", [3])

    def times(y):
        return tf.while_loop(lambda i, z: i < n, lambda i, z: (i + 1, tf.sin(z * w) + x), [0, y])[1]

    def grown(y):
        array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[3])
        step = lambda i, z, a: (i + 1, tf.tanh(z * w), a.write(i, z))  # noqa: E731 - as scripts say it
        return tf.reduce_sum(tf.while_loop(lambda i, z, a: i < n, step, [0, y, array])[2].stack(), 0)

    y = tf.case([(n > 3, lambda: times(x)), (n > 1, lambda: tf.tanh(x * w))], default=lambda: grown(x * w))
    squares(tf, tf.foldl(lambda a, v: tf.cond(v > 0.0, lambda: grown(a * v), lambda: tf.sin(a + w)), y, grown(y)))
    return {"x:0": random.randn(3), "n:0": np.int32(4)}


@case("tf1")
def handles(tf, random):
    """Variables of version 2 in TensorFlow 1.15: rows of one are read, one is read in a branch, all are averaged."""
    ids, p = tf.placeholder(tf.int32, [None, 3], "ids"), tf.placeholder(tf.bool, [], "p")
    with tf.variable_scope("m", use_resource=True):
        e, w, b = tf.get_variable("e", [5, 4]), tf.get_variable("w", [4, 2]), tf.get_variable("b", [2])
    h = tf.reduce_mean(tf.nn.embedding_lookup(e, ids), 1)
    y = tf.identity(tf.cond(p, lambda: tf.matmul(h, w), lambda: h[:, :2] + tf.reduce_sum(w)) + b, name="y")
    optimizer = tf.train.AdagradDAOptimizer(0.1, tf.train.get_or_create_global_step())
    loss = tf.reduce_mean(tf.square(y - 1), name="loss")
    updated = optimizer.minimize(loss, tf.train.get_global_step(), name="updated")
    with tf.control_dependencies([updated]):
        averaged = tf.train.ExponentialMovingAverage(0.9).apply([w, b])
    tf.group(averaged, tf.assign_add(b, [0.5, 0.25]), name="train")
    return {"ids:0": random.randint(0, 5, [2, 3]), "p:0": True}


@case("tf2", "resource")
def many_ways(tf, random):
    import tensorflow

    x, i = tf.placeholder(tf.float32, [None, 3], "x"), tf.placeholder(tf.int32, [], "i")
    start, h = tensorflow.keras.initializers, x
    kinds = (
        start.GlorotUniform(seed=2),
        start.TruncatedNormal(seed=1),
        start.RandomNormal(seed=4),
        start.Orthogonal(seed=5),
    )
    for k, kind in enumerate(kinds):
        h = tf.tanh(tf.matmul(h, tf.get_variable(f"w{k}", [3, 3], initializer=kind)) * 3)
    squares(tf, tensorflow.switch_case(i, [lambda: h * 2, lambda: tf.sin(h) * h, lambda: h - x]))
    tf.global_variables_initializer()
    return {"x:0": random.randn(2, 3), "i:0": np.int32(1)}


@case("resource")
def shared(tf, random):
    """Branches that keep values of several types for their gradients, each in the place of the others'."""
    import tensorflow

    x, n = tf.placeholder(tf.float32, [3], "x"), tf.placeholder(tf.int32, [], "n")
    w = tf.get_variable("w", [3])

    def wide(v):
        return tf.cast(tf.cast(v * w, tf.float64) ** 2 + 1, tf.float32)

    def one_of(i, v):
        return tensorflow.switch_case(
            i, [lambda: tf.sin(v * w), lambda: wide(v), lambda: tf.gather(v, [i % 3, 1, 0]) * v, lambda: tf.exp(v)]
        )

    y = tf.while_loop(lambda i, v: i < n, lambda i, v: (i + 1, one_of(i, v)), [0, x])[1]
    deep = tf.cond(n > 3, lambda: tf.tanh(y * w), lambda: wide(y))
    squares(tf, tf.cond(n > 1, lambda: tf.cond(n > 2, lambda: deep * w, lambda: wide(deep)), lambda: one_of(n, deep)))
    return {"x:0": random.randn(3), "n:0": np.int32(3)}


def record(tf, function, name, folder):
    """One case: its meta graph and checkpoint, a frozen graph, and values before and after training."""
    place, random = os.path.join(folder, name), np.random.RandomState(0)
    os.makedirs(place, exist_ok=True)
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.set_random_seed(7)
        feeds = function(tf, random)
        names = {op.name for op in graph.get_operations()}
        fetches = [n for n in ("y", "loss", "grown", "said") if n in names]
        session.run(tf.global_variables_initializer())
        if tf.global_variables():
            tf.train.Saver().save(session, os.path.join(place, "m"), write_state=False)
        else:
            tf.train.export_meta_graph(os.path.join(place, "m.meta"))
        arrays = {f"before_{n}": session.run(f"{n}:0", feeds) for n in fetches}
        results = [n for n in fetches if n != "loss"]  # which may wait for updates of variables
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), results)
        save_zipped(frozen, os.path.join(place, "frozen.pb.gz"))
        for _ in range(3 if "train" in names else 0):
            session.run("train", feeds)
            arrays.update({f"after_{n}": session.run(f"{n}:0", feeds) for n in fetches})
    arrays.update({f"feed_{n}": np.asarray(v) for n, v in feeds.items()})
    np.savez_compressed(os.path.join(place, "values.npz"), **arrays)
    zipped = gzip.GzipFile(os.path.join(place, "m.meta.gz"), "wb", mtime=0)
    with open(os.path.join(place, "m.meta"), "rb") as source, zipped as file:
        shutil.copyfileobj(source, file)
    os.remove(os.path.join(place, "m.meta"))
    print(json.dumps({"name": name, "fetches": fetches, "version": tf.__version__}))


def functions(folder):
    """A graph of version 1 that calls functions, and a model of version 2, frozen and saved."""
    import tensorflow as tf
    from tensorflow.python.framework import convert_to_constants

    random = np.random.RandomState(0)
    arrays = {"x": random.randn(2, 3).astype(np.float32), "n": np.int32(4)}
    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        x, n = tf.compat.v1.placeholder(tf.float32, [2, 3], "x"), tf.compat.v1.placeholder(tf.int32, [], "n")
        v, count = tf.Variable([1.0, 2.0, 3.0], name="v"), tf.Variable(0, name="count")

        @tf.function
        def turned(a):
            return (tf.sin(a * v) if tf.reduce_sum(a) > 0 else a - v), a * 2

        @tf.function
        def step(a, n):
            count.assign_add(1)
            for i in tf.range(n):
                if tf.equal(i % 2, 0):
                    count.assign_add(10)
                a = turned(a)[0] + tf.cast(i, tf.float32)
            return a

        @tf.function
        def effect(p):
            if p:
                count.assign_add(100)

        tf.identity(step(x, n), "y"), tf.identity(turned(x)[1], "y2"), effect(n > 2)
        tf.identity(count.read_value(), "counted")
        session.run(tf.compat.v1.global_variables_initializer())
        feeds = {"x:0": arrays["x"], "n:0": arrays["n"]}
        arrays["y"], arrays["y2"] = session.run(["y:0", "y2:0"], feeds)
        arrays["count"] = session.run("counted:0")
        save_zipped(graph.as_graph_def(), os.path.join(folder, "called.pb.gz"))

    class Model(tf.Module):
        def __init__(self):
            self.w, self.b = (tf.Variable(random.randn(*s).astype(np.float32)) for s in ([3, 3], [3]))

        @tf.function(input_signature=[tf.TensorSpec([None, 3], name="x"), tf.TensorSpec([], tf.int32, "n")])
        def __call__(self, x, n):
            found = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
            for i in tf.range(n):
                x = tf.tanh(x @ self.w + self.b)
                found = found.write(i, x)
            total = tf.cond(tf.equal(n % 3, 0), lambda: tf.reduce_sum(x), lambda: tf.reduce_max(x))
            return {"all": found.stack(), "last": x, "total": total}

    model = Model()
    arrays |= {key: value.numpy() for key, value in model(arrays["x"], arrays["n"]).items()}
    concrete = model.__call__.get_concrete_function()
    for name, lower in (("frozen", False), ("lowered", True)):
        made = convert_to_constants.convert_variables_to_constants_v2(concrete, lower_control_flow=lower)
        save_zipped(made.graph.as_graph_def(), os.path.join(folder, f"{name}.pb.gz"))
    tf.saved_model.save(model, os.path.join(folder, "saved"), signatures=model.__call__)
    np.savez_compressed(os.path.join(folder, "values.npz"), **arrays)


def save_zipped(message, path):
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        file.write(message.SerializeToString())


if __name__ == "__main__":
    import tensorflow.compat.v1 as tf

    which, target, *names = sys.argv[1:]
    if which == "functions":
        functions(target)
        sys.exit()
    if which == "tf2":
        tf.disable_v2_behavior()
    for made in [made for made in CASES[which] if not names or made.__name__ in names]:
        record(tf, made, f"{made.__name__}_{which}", target)
