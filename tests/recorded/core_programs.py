"""The core API's less used parts as programs of `tf`, each giving something to compare.

PYTHON_WITH_TF tests/recorded/core_programs.py > tests/facts/core.json records what TensorFlow 1.15.5 gives; the tests
run the same programs with minitf.
"""

import json
import warnings

import numpy as np

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def programs(make, **cases):
    """One program for each case: `make` with its value."""
    for name, case in cases.items():
        PROGRAMS[f"{make.__name__}_{name}"] = lambda tf, case=case: make(tf, case)


def said(value):
    """A value as JSON has it."""
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, dict):
        return {str(k): said(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [said(v) for v in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return said(value.tolist())
    if isinstance(value, complex):
        return [said(value.real), said(value.imag)]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def ops(tf, start=0):
    """The graph's ops: names, types, inputs and control inputs."""
    found = []
    for op in tf.get_default_graph().get_operations()[start:]:
        inputs = [t.name for t in op.inputs] + [f"^{c.name}" for c in op.control_inputs]
        found.append(f"{op.name} {op.type}({','.join(inputs)})")
    return found


def names(tf):
    return [op.name for op in tf.get_default_graph().get_operations()]


def shape(tensor):
    return None if tensor.shape.ndims is None else tensor.shape.as_list()


def values(tf, *fetches, init=True):
    """What fetches give, each in a run of its own; variables in parts are read whole."""
    fetches = [f.as_tensor() if hasattr(f, "as_tensor") else f for f in fetches]
    with tf.Session() as sess:
        if init:
            sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        return [sess.run(f) for f in fetches]


def raised(function, *args, **kwargs):
    """The class of what a function raises, or what it returns."""
    try:
        found = function(*args, **kwargs)
    except Exception as error:
        return f"raises {type(error).__name__}"
    plain = isinstance(found, (int, float, str, type(None)))
    if isinstance(found, list):
        plain = all(isinstance(part, (int, float, str)) for part in found)
    return found if plain else f"is {type(found).__name__}"


def run(tf, name):
    """What a program gives, in a graph of its own."""
    with tf.Graph().as_default(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tf.set_random_seed(7)
        return said(PROGRAMS[name](tf))


# ---- variables in parts


def _parts(variable):
    infos = [v._get_save_slice_info() for v in variable]
    return [
        [v.name, shape(v), i.full_name, list(i.full_shape), list(i.var_offset), list(i.var_shape), i.spec]
        for v, i in zip(variable, infos)
    ]


@program
def partitioned_ops(tf):
    w = tf.get_variable("w", [5, 2], partitioner=tf.fixed_size_partitioner(2))
    t = tf.convert_to_tensor(w)
    u = tf.matmul(tf.ones([1, 5]), w)
    listed = [[v.name for v in tf.trainable_variables()], [v.name for v in tf.global_variables()]]
    return [ops(tf), _parts(w), t.name, u.name, shape(t), type(w).__name__, w.name, w.shape.as_list(), len(w), listed]


@program
def partitioned_values(tf):
    w = tf.get_variable("w", [5, 2], partitioner=tf.fixed_size_partitioner(3, axis=0))
    x = tf.get_variable("x", [2, 3], tf.float64, tf.ones_initializer(), partitioner=tf.fixed_size_partitioner(9, 1))
    return values(tf, w, list(w), x) + [[shape(v) for v in x], w._get_partitions(), x.dtype.name]


@program
def partitioned_in_one_piece(tf):
    w = tf.get_variable("w", [5, 2], partitioner=tf.fixed_size_partitioner(1))
    t = tf.identity(w)
    s = tf.get_variable("s", [], partitioner=tf.fixed_size_partitioner(2))
    return [ops(tf), _parts(w), t.name, len(w), s.name]


@program
def partitioned_from_values(tf):
    cut = tf.fixed_size_partitioner(2)
    a = tf.get_variable("a", [3, 2], initializer=np.arange(6.0, dtype="f").reshape(3, 2), partitioner=cut)
    b = tf.get_variable("b", initializer=tf.reshape(tf.range(6), [3, 2]), dtype=tf.int32, partitioner=cut)
    c = tf.get_variable("c", [3], initializer=[1.0, 2.0, 3.0], partitioner=cut)
    return [ops(tf), values(tf, a, b, c), _parts(b)]


@program
def partitioned_initializers(tf):
    found, cut = [], tf.fixed_size_partitioner(2)
    seen = []

    def told(shape, dtype=None, partition_info=None):
        p = partition_info
        seen.append(
            [list(shape), list(p.full_shape), list(p.var_offset), p.single_offset(shape), p.single_slice_dim(shape)]
        )
        return tf.ones(shape, dtype)

    makers = [
        told,
        tf.glorot_uniform_initializer(3),
        tf.variance_scaling_initializer(2.0, seed=3),
        tf.uniform_unit_scaling_initializer(seed=3),
        tf.initializers.identity(2.0),
        tf.truncated_normal_initializer(seed=3),
        tf.constant_initializer(3.0),
        tf.zeros_initializer,
    ]
    for i, maker in enumerate(makers):
        found.append(tf.get_variable(f"v{i}", [3, 4], initializer=maker, partitioner=cut))
    return [seen, values(tf, *found), names(tf)]


@program
def partitioned_reuse(tf):
    cut, found = tf.fixed_size_partitioner(2), []
    get = tf.get_variable
    with tf.variable_scope("s", partitioner=cut) as s:
        w = get("w", [4, 2])
        with tf.variable_scope(s, reuse=True):
            found += [get("w", [4, 2]) is w, raised(get, "w"), raised(get, "w", [5, 2])]
            found += [raised(get, "w", [4, 2], partitioner=tf.fixed_size_partitioner(4)), raised(get, "x", [4])]
            found += [raised(get, "w", [4, 2], tf.int32)]
        found += [raised(get, "w", [4, 2])]
    with tf.variable_scope("s", reuse=True):
        found += [get("w") is w, get("w", [4, 2]) is w, get("w/part_0", [2, 2]) is list(w)[0]]
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        found += [raised(get, "w", [4, 2]), get("w", [4, 2], partitioner=cut) is w]
        found += [get("y", [3], partitioner=cut) is get("y", [3], partitioner=cut)]
    get("whole", [4])
    found += [raised(get, "whole", [4], partitioner=cut)]
    found += [raised(get, "u", None, partitioner=cut), raised(get, "u", [None, 2], partitioner=cut)]
    found += [raised(get, "u", [4], partitioner="no"), raised(get, "u", [4], partitioner=lambda shape, dtype: 2)]
    for parts in ([2], [2, 2], [0, 1], (2, 1)):
        found += [raised(get, "u", [4, 4], partitioner=lambda shape, dtype, parts=parts: parts)]
    return found


@program
def partitioned_parts_got_one_by_one(tf):
    cut = tf.fixed_size_partitioner
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        parts = [tf.get_variable(f"w/part_{i}", [2]) for i in range(2)]
        bad = [raised(tf.get_variable, "w", [6], partitioner=cut(n)) for n in (1, 3)]
        w = tf.get_variable("w", [4], partitioner=cut(2))
    return [bad, [a is b for a, b in zip(w, parts)], _parts(w)]


@program
def partitioned_regularizers(tf):
    cut = tf.fixed_size_partitioner(2)
    w = tf.get_variable("w", [4], regularizer=tf.nn.l2_loss, partitioner=cut, initializer=tf.ones_initializer())
    with tf.variable_scope("s", partitioner=cut, regularizer=lambda v: tf.reduce_sum(v, name="r")):
        tf.get_variable("w", [3])
    found = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    return [[t.name for t in found], values(tf, *found[:2]), w.name]


@program
def partitioned_assign(tf):
    w = tf.get_variable("w", [3, 2], initializer=tf.zeros_initializer(), partitioner=tf.fixed_size_partitioner(2))
    start = len(names(tf))
    one = w.assign(tf.ones([3, 2]))
    two = w.assign_add(np.array([[1.0, 2.0]] * 3, "f"), name="more")
    three = w.assign_sub([tf.ones([2, 2]), tf.ones([1, 2])])
    four = w.assign(w)
    listed = [[getattr(t, "name", None) for t in found] for found in (one, two, three, four)]
    made = ops(tf, start)
    return [made, listed, values(tf, one, two, three, w)]


@program
def partitioned_layers(tf):
    with tf.variable_scope("net", partitioner=tf.fixed_size_partitioner(2)):
        x = tf.ones([2, 3])
        dense = tf.layers.Dense(4, kernel_regularizer=tf.nn.l2_loss)
        y = dense(x)
        y = tf.layers.dense(y, 2, activation=tf.nn.relu, name="again")
        conv = tf.layers.conv1d(tf.ones([1, 5, 2]), 3, 2, name="conv")
        y2 = dense(x)
    losses = [t.name for t in tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)]
    found = [[v.name for v in dense.weights], [v.name for v in tf.trainable_variables()], losses]
    return found + [y.name, y2.name, values(tf, y, y2, conv)]


@program
def partitioned_cells(tf):
    found = []
    rnn = tf.nn.rnn_cell
    makers = [
        rnn.BasicRNNCell,
        rnn.GRUCell,
        rnn.BasicLSTMCell,
        lambda n: rnn.LSTMCell(n, use_peepholes=True, num_proj=2),
        lambda n: rnn.LSTMCell(n, num_unit_shards=2, num_proj=2, num_proj_shards=2),
        lambda n: rnn.MultiRNNCell([rnn.GRUCell(n) for _ in range(2)]),
    ]
    for i, maker in enumerate(makers):
        with tf.variable_scope(f"c{i}", partitioner=tf.fixed_size_partitioner(3)):
            cell = maker(4)
            y, _ = tf.nn.dynamic_rnn(cell, tf.ones([2, 3, 3]), dtype=tf.float32)
        found.append([[v.name for v in tf.trainable_variables(f"c{i}/")], values(tf, y)])
        found.append([v.name for v in cell.weights])
    return found


@program
def partitioned_training(tf):
    with tf.variable_scope("m", partitioner=tf.fixed_size_partitioner(2)):
        w = tf.get_variable("w", [4, 2], initializer=tf.ones_initializer())
        b = tf.get_variable("b", [2], initializer=tf.ones_initializer())
        rows = tf.nn.embedding_lookup(w, [0, 3, 3])
        loss = tf.reduce_sum(tf.square(rows)) + tf.reduce_sum(tf.square(b))
        found = []
        for opt in (tf.train.AdamOptimizer(0.1), tf.train.MomentumOptimizer(0.1, 0.9), tf.train.AdagradOptimizer(0.1)):
            step = opt.minimize(loss)
            slots = [opt.get_slot(v, n) for n in opt.get_slot_names() for v in tf.trainable_variables()]
            infos = [s._get_save_slice_info() for s in slots]
            found.append([[s.name, i.full_name, i.spec] for s, i in zip(slots, infos)])
            found.append(values(tf, list(w), b))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(step)
        return found + [sess.run([list(w), list(b), loss])]


@program
def partitioned_lookups(tf):
    cut = tf.fixed_size_partitioner(3)
    w = tf.get_variable("w", [10, 2], initializer=tf.random_uniform_initializer(seed=2), partitioner=cut)
    one = tf.get_variable("one", [10, 2], partitioner=tf.fixed_size_partitioner(1))
    ids = tf.constant([[1, 9], [4, 5]])
    sparse = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], tf.constant([1, 9, 4], tf.int64), [2, 2])
    start = len(names(tf))
    lookup = tf.nn.embedding_lookup
    found = [lookup(w, ids), lookup(w, ids, "div"), lookup(w, ids, "div", max_norm=0.5), lookup(one, ids)]
    found += [tf.nn.embedding_lookup_sparse(w, sparse, None, "div", combiner="sum")]
    found += [tf.nn.safe_embedding_lookup_sparse(w, sparse)]
    made = names(tf)[start:]
    loss = tf.nn.sampled_softmax_loss
    labels, inputs = tf.constant([[1], [2]], tf.int64), tf.ones([2, 2])
    losses = loss(w, tf.zeros([10]), labels, inputs, 3, 10, partition_strategy="div", seed=3)
    return [made, [shape(t) for t in found], values(tf, *found), shape(losses)]


@program
def create_partitioned_variables(tf):
    make = tf.create_partitioned_variables
    a = make([5, 2], [2, 1], tf.ones_initializer())
    b = make([5, 2], [1, 2], tf.constant(np.arange(10.0).reshape(5, 2), tf.float32), name="b", trainable=False)
    c = make([4], [1], tf.zeros_initializer(), tf.int32, collections=["mine"])
    made = [v.name for v in a + b + c]
    with tf.variable_scope("outer"):
        d = make([4], [2], tf.zeros_initializer(), name="d")
        again = make([4], [2], tf.zeros_initializer(), name="d", reuse=True)
    bad = [
        raised(make, s, p, tf.zeros_initializer()) for s, p in (([5], [1, 1]), ([], []), ([4, 4], [2, 2]), ([4], [0]))
    ]
    bad += [raised(make, [4], [2], tf.zeros_initializer(), name="outer/d")]
    kept = [[v.name for v in tf.trainable_variables()], [v.name for v in tf.get_collection("mine")]]
    alike = [x is y for x, y in zip(d, again)]
    return [made, kept, ops(tf), _parts(b), alike, bad, values(tf, a, b)]


def _asked(make, args, shape, dtype):
    return make(*args)(shape=shape, dtype=dtype)


@program
def partitioners(tf):
    found = []
    for make, arguments in [
        (tf.fixed_size_partitioner, [(3,), (3, 1), (100,)]),
        (
            tf.variable_axis_size_partitioner,
            [(64,), (1,), (10**6,), (64, 1), (64, 0, 16, 2), (0,), (64, 0, 0), (64, 0, 1, -1)],
        ),
        (tf.min_max_variable_partitioner, [(), (4, 0, 32), (100, 1, 8), (100, 0, 1), (2, 5), (4, 0, 32, 100)]),
    ]:
        for args in arguments:
            for dims, dtype in (([10, 4], tf.float32), ([10, 4], tf.string), ([100], tf.float64)):
                found.append(raised(_asked, make, args, tf.TensorShape(dims), dtype))
    return found


@program
def partitioned_class(tf):
    from tensorflow.python.ops.variables import PartitionedVariable

    w = tf.get_variable("w", [4], partitioner=tf.fixed_size_partitioner(2), initializer=tf.ones_initializer())
    parts = list(w)
    again = PartitionedVariable("again", [4], tf.float32, parts[::-1], [2])
    found = [[v.name for v in again], again.as_tensor().name, w.as_tensor().name, w.as_tensor().name]
    for args in [
        ("x", [4], tf.float32, "no", [2]),
        ("x", [4], tf.float32, parts, 2),
        ("x", [4], tf.float32, [], [2]),
        ("x", [4], tf.float32, parts, [0]),
        ("x", [5], tf.float32, parts, [2]),
        ("x", [4], tf.float32, parts, [2, 1]),
        ("x", [4], tf.float32, [tf.Variable(1.0)], [1]),
    ]:
        found.append(raised(PartitionedVariable, *args))
    found.append(raised(tf.convert_to_tensor, w, tf.int32))
    found.append(raised(tf.assign, w, tf.ones([4])))
    with tf.control_dependencies([tf.no_op("first")]):
        t = tf.convert_to_tensor(w)
    found.append([c.name for c in t.op.control_inputs])
    return found + values(tf, again)


@program
def slice_infos_as_messages(tf):
    w = tf.get_variable("s/w", [4, 2], partitioner=tf.fixed_size_partitioner(2))
    second = list(w)[1]
    message = second.to_proto()
    found = [str(message.save_slice_info_def), str(second.to_proto("s").save_slice_info_def)]
    again = tf.Variable.from_proto(message)
    info = again._get_save_slice_info()
    whole = tf.Variable(1.0)
    found += [info.spec, info.full_name, whole._get_save_slice_info(), whole.to_proto().HasField("save_slice_info_def")]
    info = tf.Variable.SaveSliceInfo("n", [4], [0], [2])
    return found + [info.spec, info.to_proto("other") is None, str(info.to_proto())]


# ---- resource variables, and parts of variables


KINDS = {"reference": False, "resource": True}


def _plain(lines):
    """Without what TensorFlow names by the newer version of an op."""
    return [line.replace(" AddV2(", " Add(") for line in lines]


@program
def resource_ops(tf):
    v = tf.Variable([1.0, 2.0, 3.0], name="v", use_resource=True)
    w = tf.get_variable("w", [3, 2], initializer=tf.ones_initializer(), use_resource=True)
    made = [v.assign([1.0, 1.0, 1.0]), v.assign_add([1.0, 1.0, 1.0], name="x")]
    kinds = [type(v.assign_sub([1.0, 1.0, 1.0], read_value=False)).__name__]
    made += [v + 1.0, v * v, v.read_value(), v.value(), tf.identity(v), tf.convert_to_tensor(v)]
    made += [w.sparse_read([1]), tf.nn.embedding_lookup(w, [1]), tf.gather(w, [1]), tf.gather(w, [1], axis=1)]
    rows = tf.IndexedSlices([[1.0, 2.0]], [1])
    made += [w.scatter_add(rows), w.scatter_update(rows), tf.scatter_sub(w, [1], [[1.0, 2.0]])]
    made += [w.scatter_nd_add([[1, 1]], [3.0]), tf.scatter_nd_update(w, [[1, 1]], [3.0])]
    made += [v.is_initialized(), tf.is_variable_initialized(v), v[0], v[1:2].assign([5.0])]
    made += [tf.assign(v, [1.0, 2.0, 3.0]), tf.assign_add(v, [1.0, 2.0, 3.0])]
    with tf.control_dependencies([made[0]]):
        tf.no_op()
    tf.group(made[0], made[1], name="both")
    return [_plain(ops(tf)), [m.name for m in made], kinds, [m.op.name for m in made]]


@program
def resource_properties(tf):
    v = tf.Variable([1.0, 2.0], name="s/v", use_resource=True, trainable=False)
    w = tf.get_variable("w", [2], use_resource=True)
    proto = v.to_proto()
    found = [v.name, v.op.name, v.op.type, v._shared_name, v.dtype.name, shape(v), v.initializer.name, v.trainable]
    found += [v.initial_value.name, v.handle.name, v.create.name, str(proto), str(v.to_proto("s")), v.to_proto("t")]
    found += [isinstance(v, tf.Variable), repr(v), [x.name for x in tf.trainable_variables()], w.op.type]
    with tf.Session() as sess:
        found += [raised(sess.run, v), raised(sess.run, v + 1.0), sess.run(v.is_initialized())]
        sess.run(v.initializer)
        found += [sess.run(v), sess.run(v.is_initialized()), v.eval(), sess.run([v.handle.op.name, v.value()])[1]]
        v.load([5.0, 6.0])
        found += [sess.run(v), sess.run(v, {v: [7.0, 8.0]}), sess.run(v.assign([0.0, 1.0])), sess.run(v.initializer)]
        found += [sess.run(tf.report_uninitialized_variables())]
    for bad in ([1.0], [[1.0, 2.0]], [1, 2], ["a", "b"]):
        found.append(raised(v.assign, bad))
    found.append(raised(tf.Variable, None, use_resource=True))
    return found


def _counter(tf, resource, start=1.0):
    return tf.Variable(start, name="v", use_resource=resource)


def order_of_reads(tf, resource):
    v = _counter(tf, resource)
    before = v.read_value()
    with tf.control_dependencies([before]):
        change = v.assign_add(1.0)
        with tf.control_dependencies([change]):
            after, value, sum = v.read_value(), tf.identity(v), v + 0.0
    return values(tf, [before, after, value, sum])


def order_of_a_chain(tf, resource):
    v, seen = _counter(tf, resource), []
    last = tf.no_op()
    for i in range(4):
        with tf.control_dependencies([last]):
            seen.append(v.read_value())
        with tf.control_dependencies([seen[-1]]):
            last = v.assign(v * 2.0 + i)
            last = last.op
    return values(tf, seen, last)


def order_of_what_assign_gives(tf, resource):
    v = _counter(tf, resource)
    one = v.assign_add(1.0)
    two = one + 10.0
    with tf.control_dependencies([two]):
        three = v.assign_add(100.0) + 0.0
    return values(tf, [two, three]) + values(tf, one)


def order_in_branches(tf, resource):
    v, x = _counter(tf, resource), tf.placeholder_with_default(True, [])
    y = tf.cond(x, lambda: v.assign(7.0) + 0.0, lambda: v.read_value() * 2.0)
    with tf.control_dependencies([y]):
        z = v.read_value()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return [sess.run([y, z], {x: False}), sess.run([y, z]), sess.run([y, z], {x: False})]


def order_in_loops(tf, resource):
    v = _counter(tf, resource)

    def body(i, total):
        with tf.control_dependencies([v.assign_add(1.0)]):
            return i + 1, total + v.read_value()

    _, total = tf.while_loop(lambda i, _: i < 4, body, [0, 0.0], parallel_iterations=1)
    with tf.control_dependencies([total]):
        after = v.read_value()
    return values(tf, [total, after])


def order_of_rows(tf, resource):
    v = tf.Variable(tf.ones([3, 2]), use_resource=resource)
    before = tf.gather(v, [0, 2])
    with tf.control_dependencies([before]):
        change = tf.scatter_add(v, [2, 2], [[1.0, 2.0], [3.0, 4.0]])
    with tf.control_dependencies([change]):
        after = tf.gather(v, [0, 2])
    return values(tf, [before, after])


def order_of_slices(tf, resource):
    v = tf.Variable([1.0, 2.0, 3.0, 4.0], use_resource=resource)
    before = v[1:3] + 0.0
    with tf.control_dependencies([before]):
        change = v[1:3].assign([20.0, 30.0])
    with tf.control_dependencies([change]):
        after = v[1:3] + 0.0
    return values(tf, [before, after])


for _make in (order_of_reads, order_of_a_chain, order_of_what_assign_gives, order_in_branches, order_in_loops):
    programs(_make, **KINDS)
programs(order_of_rows, **KINDS)
programs(order_of_slices, **KINDS)


def slice_assign(tf, resource):
    found = []
    v = tf.Variable(np.arange(24.0).reshape(2, 3, 4), dtype=tf.float32, name="v", use_resource=resource)
    one = tf.constant(1)
    cases = [
        (np.s_[0], np.zeros([3, 4])),
        (np.s_[1, 2], [9.0] * 4),
        (np.s_[..., -1], np.ones([2, 3])),
        (np.s_[:, ::2, 1:3], np.full([2, 2, 2], 5.0)),
        (np.s_[::-1, 0, ::-2], [[1.0, 2.0], [3.0, 4.0]]),
        (np.s_[:, tf.newaxis, 1], np.full([2, 1, 4], 6.0)),
        (np.s_[one, one:], np.full([2, 4], 8.0)),
        (np.s_[0, 1, 2], 7.0),
        (np.s_[5:], np.zeros([0, 3, 4])),
    ]
    start = len(names(tf))
    changes = [v[index].assign(np.asarray(value, "f")) for index, value in cases]
    found += [_plain(ops(tf, start))[:12], [shape(c) for c in changes]]
    found += [raised(v[0].assign, 1), raised(v[0].assign, "x"), raised(tf.ones([3])[1:].assign, 1.0)]
    wrong = v[0].assign(np.zeros([4, 3], "f"))
    with tf.Session() as sess:
        for change in changes:
            sess.run(v.initializer)
            found.append(sess.run(change))
        found.append(raised(sess.run, wrong.op))
    return found


programs(slice_assign, **KINDS)


def slice_assign_types(tf, dtype):
    first = {"string": ["a", "b", "c"], "bool": [True, False, True]}.get(dtype, [1, 2, 3])
    v = tf.Variable(first, dtype=getattr(tf, dtype))
    return values(tf, v[1:].assign(v[:2]), v[0].assign(v[2]))


programs(
    slice_assign_types, **{name: name for name in ("float64", "int32", "int64", "bool", "string", "complex64", "half")}
)


def _values_of_scatter(tf, resource):
    found = []
    for name in ("update", "add", "sub", "mul", "div", "min", "max"):
        v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name=name, use_resource=resource)
        rows = tf.IndexedSlices(tf.constant([[4.0, 2.0], [1.0, 3.0]]), tf.constant([2, 0]))
        found.append(getattr(v, f"scatter_{name}")(rows))
        found.append(getattr(tf, f"scatter_{name}")(v, [0], [[2.0, 2.0]]))
        found.append(raised(getattr(v, f"scatter_{name}"), tf.ones([2])))
    for name in ("update", "add", "sub"):
        v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name=f"nd_{name}", use_resource=resource)
        found.append(getattr(v, f"scatter_nd_{name}")([[1, 0], [0, 1]], [5.0, 6.0]))
        found.append(getattr(tf, f"scatter_nd_{name}")(v, [[1]], [[5.0, 6.0]]))
    texts = [f for f in found if isinstance(f, str)]
    with tf.Session() as sess:
        out = []
        for f in found:
            if not isinstance(f, str):
                sess.run(tf.global_variables_initializer())
                out.append(sess.run(f))
        return texts + out


def scatters(tf, resource):
    return _values_of_scatter(tf, resource)


programs(scatters, **KINDS)


@program
def batch_scatter_update(tf):
    found = []
    for resource in (False, True):
        v = tf.Variable(tf.zeros([2, 3, 2]), use_resource=resource)
        start = len(names(tf))
        found.append(tf.batch_scatter_update(v, [[0, 2], [1, 0]], tf.reshape(tf.range(8.0), [2, 2, 2])))
        made = names(tf)[start:]
    w = tf.Variable(tf.zeros([3]))
    found.append(tf.batch_scatter_update(w, [1], [5.0], name="n"))
    bad = raised(tf.batch_scatter_update, w, tf.placeholder(tf.int32), [5.0])
    return [made, bad, values(tf, *found)]


def resource_training(tf, name):
    t = tf.train
    opt = {
        "sgd": lambda: t.GradientDescentOptimizer(0.1),
        "momentum": lambda: t.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
        "adagrad": lambda: t.AdagradOptimizer(0.1),
        "adadelta": lambda: t.AdadeltaOptimizer(0.1),
        "adam": lambda: t.AdamOptimizer(0.1),
        "rmsprop": lambda: t.RMSPropOptimizer(0.1, momentum=0.5),
        "centered": lambda: t.RMSPropOptimizer(0.1, centered=True),
        "ftrl": lambda: t.FtrlOptimizer(0.1, l1_regularization_strength=0.01),
        "proximal": lambda: t.ProximalGradientDescentOptimizer(0.1, l2_regularization_strength=0.1),
        "proximal_adagrad": lambda: t.ProximalAdagradOptimizer(0.1, l1_regularization_strength=0.01),
    }[name]()
    v = tf.Variable([1.0, -2.0], name="v", use_resource=True, constraint=lambda x: tf.clip_by_value(x, -1.5, 1.5))
    w = tf.Variable(tf.ones([3, 2]), name="w", use_resource=True)
    step = tf.Variable(0, name="step", use_resource=True, trainable=False)
    loss = tf.reduce_sum(tf.square(v)) + tf.reduce_sum(tf.square(tf.gather(w, [0, 2, 2])))
    train = opt.minimize(loss, global_step=step)
    slots = [[opt.get_slot(x, n).name, opt.get_slot(x, n).op.type] for n in opt.get_slot_names() for x in (v, w)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(3):
            sess.run(train)
        return [slots, train.type, sess.run([v, w, step])]


programs(
    resource_training,
    **{n: n for n in ("sgd", "momentum", "adagrad", "adadelta", "adam", "rmsprop", "centered", "ftrl", "proximal")},
    proximal_adagrad="proximal_adagrad",
)


@program
def resources_everywhere(tf):
    """What uses variables, with resources for them."""
    found = []
    with tf.variable_scope("net", use_resource=True):
        x = tf.ones([2, 3, 3])
        y, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(4), x, dtype=tf.float32)
        y = tf.layers.dense(y, 2, kernel_initializer=tf.ones_initializer())
        y = tf.layers.batch_normalization(y, training=True)
        z = tf.layers.conv1d(x, 2, 2, kernel_initializer=tf.ones_initializer())
        plain = tf.Variable(1.0)
        w = tf.get_variable("w", [4], partitioner=tf.fixed_size_partitioner(2), initializer=tf.ones_initializer())
        ema = tf.train.ExponentialMovingAverage(0.5)
        average = ema.apply([plain])
    found.append([[v.name, v.op.type] for v in tf.global_variables()])
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found += sess.run([tf.shape(y), z, w.as_tensor()])
        sess.run([updates, plain.assign(3.0)])
        sess.run(average)
        found += sess.run([ema.average(plain), tf.global_variables()[4:6]])
    return found


@program
def counting(tf):
    found = []
    for resource in (False, True):
        v = tf.Variable(0, use_resource=resource)
        up = v.count_up_to(2)
        other = tf.count_up_to(v, 5)
        with tf.Session() as sess:
            sess.run(v.initializer)
            found += [up.op.type, up.op.name, sess.run(up), sess.run(up), raised(sess.run, up), sess.run(other)]
    return found


@program
def creators(tf):
    seen = []

    def outer(next_creator, **kwargs):
        seen.append(["outer", sorted(kwargs), kwargs["name"], kwargs["trainable"]])
        return next_creator(**kwargs)

    def inner(next_creator, **kwargs):
        seen.append(["inner", kwargs["use_resource"]])
        kwargs["trainable"], kwargs["use_resource"] = False, True
        return next_creator(**kwargs)

    with tf.variable_creator_scope(outer), tf.variable_creator_scope(inner):
        a = tf.Variable(1.0, name="a")
        b = tf.get_variable("b", [2])
    c = tf.Variable(1.0, name="c")
    found = [[v.name, v.op.type, v.trainable] for v in (a, b, c)]
    with tf.variable_creator_scope(lambda next_creator, **kwargs: a):
        found.append(tf.Variable(5.0) is a)
    return [seen, found, [v.name for v in tf.trainable_variables()]]


@program
def resources_by_default(tf):
    found = [tf.resource_variables_enabled()]
    tf.enable_resource_variables()
    try:
        found += [tf.resource_variables_enabled(), tf.Variable(1.0).op.type, tf.get_variable("v", [1]).op.type]
        found += [tf.Variable(1.0, use_resource=False).op.type, tf.train.get_or_create_global_step().op.type]
        with tf.variable_scope("s", use_resource=False):
            found += [tf.Variable(1.0).op.type, tf.get_variable("v", [1]).op.type]
    finally:
        tf.disable_resource_variables()
    with tf.variable_scope("t", use_resource=True):
        found += [tf.Variable(1.0).op.type, tf.get_variable("v", [1]).op.type]
        found += [tf.get_variable("u", [1], use_resource=False).op.type]
    return found + [tf.Variable(1.0).op.type]


@program
def resources_saved(tf):
    import os
    import tempfile

    path = os.path.join(tempfile.mkdtemp(), "model")
    v = tf.Variable([1.0, 2.0], name="v", use_resource=True)
    w = tf.get_variable("w", [4], initializer=tf.ones_initializer(), use_resource=True)
    start = len(names(tf))
    saver = tf.train.Saver()
    made = _plain(ops(tf, start))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        saver.save(sess, path)
        sess.run([v.assign([0.0, 0.0]).op, w.assign_add([1.0] * 4).op])
        saver.restore(sess, path)
        found = sess.run([v, w])
    return [made, found, sorted(map(list, tf.train.list_variables(path)))]


# ---- odds and ends


@program
def what_is_a_tensor(tf):
    v, r = tf.Variable(1.0), tf.Variable(1.0, use_resource=True)
    slices = tf.IndexedSlices(tf.ones([1, 2]), tf.constant([0]))
    sparse = tf.SparseTensor([[0]], [1.0], [1])
    given = [1, 1.0, "a", [tf.ones([])], np.ones(2), None, tf.ones([]), v, r, slices, sparse, tf.no_op()]
    found = [bool(tf.is_tensor(x)) for x in given]
    convert = tf.convert_to_tensor_or_indexed_slices
    found += [
        convert(slices) is slices,
        convert(3).name,
        raised(convert, slices, tf.int32),
        raised(convert, [object()]),
    ]
    return found + [raised(convert, slices, tf.float32), convert(v, name="n").name]


@program
def gradients_passed_through(tf):
    x = tf.constant([1.4, -2.6])
    with tf.variable_scope("s", use_resource=True):
        y = tf.grad_pass_through(tf.round)(x)
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
        z = tf.grad_pass_through(lambda a: a * w)(x)
        two = tf.grad_pass_through(lambda a, b: (b, a))(x, 2.0 * x)
    return values(tf, y, tf.gradients(y * 3.0, x)[0], tf.gradients(z, x)[0], tf.gradients(two, x)[0]) + [
        tf.gradients(z, w)[0] is None
    ]


@program
def gradients_recomputed(tf):
    x = tf.constant([1.0, 2.0])
    with tf.variable_scope("s", use_resource=True):
        y = tf.recompute_grad(lambda a, b: tf.sin(a) * b)(x, x + 1.0)
    return values(tf, y, *tf.gradients(y, [x]))


@program
def custom_gradients(tf):
    found = []

    @tf.custom_gradient
    def clipped(x, y):
        return [x * y, x + y], lambda dx, dy: (tf.clip_by_norm(dx, 1.0), dy * 10.0)

    x, y = tf.constant([3.0, 4.0]), tf.constant([1.0, 2.0])
    a, b = clipped(x, y)
    found += tf.gradients([a, b], [x, y], [tf.constant([3.0, 4.0]), tf.ones([2])])

    @tf.custom_gradient
    def scaled(x):
        w = tf.get_variable("w", initializer=tf.constant([2.0, 3.0]), use_resource=True)

        def grad(dy, variables=None):
            return dy * 7.0, [dy * 5.0 for _ in variables]

        return x * w, grad

    z = scaled(x)
    [w] = tf.trainable_variables()
    found += tf.gradients(z, [x, w])
    return [raised(clipped, x, y=y), [t.name for t in (a, b, z)]] + values(tf, a, b, z, *found)


@program
def numpy_functions(tf):
    x = tf.constant([1.0, 2.0])
    y = tf.numpy_function(lambda a: a + np.float32(1), [x], tf.float32, name="n")
    z, s = tf.numpy_function(lambda a: (a.sum(), b"t"), [x], [tf.float32, tf.string])
    e = tf.py_function(lambda a: a.numpy().sum() * np.float32(2), [x], tf.float32)
    many = tf.py_function(lambda a, b: [a.numpy(), b.numpy()], [x, tf.constant(3)], [tf.float32, tf.int32])
    nothing = tf.py_function(lambda: None, [], [])
    types = [y.op.type, y.name, e.op.type, [m.name for m in many], shape(y), type(nothing).__name__]
    return types + values(tf, y, z, s, e, list(many))


def printed(tf, case):
    """What tf.print writes into a file."""
    import os
    import tempfile

    path = os.path.join(tempfile.mkdtemp(), "out")
    x, names_ = tf.constant([[1.5, 2.0], [3.0, 4.0]]), tf.constant(["a", "b"])
    n = tf.range(20)
    sparse = tf.SparseTensor([[0, 1]], [5], [2, 3])
    v = tf.Variable([1, 2])
    inputs = eval(case, {"tf": tf, "x": x, "names": names_, "n": n, "sparse": sparse, "v": v, "np": np})
    options = inputs.pop() if isinstance(inputs[-1], dict) and "options" in inputs[-1] else {}
    options.pop("options", None)
    op = tf.print(*inputs, output_stream="file://" + path, **options)
    made = [o.type for o in tf.get_default_graph().get_operations()][-2:]
    with tf.Session() as sess:
        sess.run(v.initializer)
        found = [sess.run(op), sess.run(op)]
    with open(path) as file:
        return [made, found, file.read()]


programs(
    printed,
    **{
        f"case{i}": case
        for i, case in enumerate(
            [
                "['hello']",
                "['x:', x, 'and', 3]",
                "[names]",
                "[n]",
                "[n, {'options': 1, 'summarize': 1}]",
                "[n, {'options': 1, 'summarize': -1, 'end': '!', 'sep': ','}]",
                "[[x, {'k': n, 'a': 1}], (1, 'two', names)]",
                "[sparse]",
                "[tf.constant('one string')]",
                "['{}', x, '{}', {'options': 1, 'sep': '|'}]",
                "[v, v.read_value()]",
                "[None, True, 1.5, np.arange(3)]",
                "[tf.constant(True), tf.constant(1e-8), tf.zeros([0])]",
            ]
        )
    },
)


@program
def print_errors(tf):
    import sys

    found = [raised(tf.print, "a", output_stream=stream) for stream in ("nowhere", 7, sys.stdout)]
    found += [raised(tf.print, "a", output_stream=stream) for stream in (tf.logging.info, tf.logging.WARN)]
    return found + [tf.print("a", name="n").name]


SHAPES = [
    [([2, 3], "NM"), ([3, 4], "MK")],
    [([2, 3], "NM"), ([2, 4], "MK")],
    [([2, 3], (2, 3))],
    [([2, 3], (2, 4))],
    [([2, 3], (None, "."))],
    [([2, 3, 4], (Ellipsis, "N", 4)), ([3], ("N",))],
    [([2, 3, 4], ("*", 4))],
    [([2, 3, 4], ("N", "*"))],
    [([2, 3], 5)],
    [([2, 3], None)],
    [([], ()), ([1], ("N",))],
    [([2], ())],
    [([2, 3], ("N",))],
    [([3, 3], "NN")],
    [([3, 4], "NN")],
]


@program
def shapes_asserted(tf):
    found = []
    for known in (True, False):
        for case in SHAPES:
            found.append(_asserted(tf, case, known))
    return found


def _asserted(tf, case, known):
    with tf.Graph().as_default(), tf.Session() as sess:
        tensors = [tf.placeholder(tf.float32, size if known else None) for size, _ in case]
        try:
            op = tf.debugging.assert_shapes([(t, shape) for t, (_, shape) in zip(tensors, case)])
        except Exception as error:
            return type(error).__name__
        return raised(sess.run, op, {t: np.zeros(size) for t, (size, _) in zip(tensors, case)})


@program
def fingerprints(tf):
    given = [
        ["a", "bc"],
        [[1, 2], [3, 4]],
        np.ones([2, 2], "f"),
        [["a", "b"], ["c", "d"]],
        np.zeros([2, 0]),
        [True, False],
    ]
    found = [tf.fingerprint(x) for x in given]
    with tf.Session() as sess:
        return [[shape(f) for f in found], sess.run(found), raised(tf.fingerprint, 3)]


@program
def unraveled(tf):
    p = tf.placeholder(tf.int32, None)
    calls = [([2, 5, 7], [3, 3]), (7, [3, 3]), ([0], [4]), (np.int64([5]), np.int64([2, 3]))]
    found = [tf.unravel_index(*args) for args in calls]
    statics = [shape(f) for f in found] + [shape(tf.unravel_index(p, [3, 3])), shape(tf.unravel_index([1, 2], p))]
    with tf.Session() as sess:
        return [statics, found[0].name, sess.run(found)]


@program
def tensors_serialized(tf):
    given = [
        tf.constant([[1, 2], [3, 4]]),
        tf.constant(1.5),
        tf.constant(["a", ""]),
        tf.constant([True, False]),
        tf.zeros([0, 2]),
        tf.constant([1 + 2j], tf.complex64),
        tf.constant([1.5, 2.5], tf.float16),
        tf.constant([-1, 300], tf.int64),
    ]
    found = [tf.serialize_tensor(x) for x in given]
    again = [tf.io.parse_tensor(s, x.dtype) for s, x in zip(found, given)]
    protos = []
    for x in (
        [1.5, 1.5, 1.5],
        [[1, 2]],
        ["x"],
        [True],
        [2 + 1j],
        np.float16([1, 2]),
        np.int64([3]),
        [7] * 5,
        np.uint8([255]),
    ):
        proto = tf.make_tensor_proto(x)
        protos.append(tf.parse_tensor(proto.SerializeToString(), tf.as_dtype(proto.dtype)))
    bad = [tf.parse_tensor("zzz", tf.int32), tf.parse_tensor(found[0], tf.float32), tf.parse_tensor(b"", tf.float32)]
    with tf.Session() as sess:
        texts = [s.hex() for s in sess.run(found)]
        statics = [shape(found[0]), shape(again[0]), found[0].name, again[0].name]
        return [statics, texts, sess.run(again), sess.run(protos), [raised(sess.run, b) for b in bad]]


@program
def strings_decompressed(tf):
    import gzip
    import zlib

    given = [("", [b"ab", b""]), ("ZLIB", [zlib.compress(b"hello")]), ("GZIP", gzip.compress(b"world"))]
    found = [tf.decode_compressed(data, kind) for kind, data in given]
    with tf.Session() as sess:
        return sess.run(found)


@program
def examples_from_json(tf):
    text = (
        '{"features": {"feature": {"a": {"int64List": {"value": ["1", 2]}}, "b": {"bytesList": {"value": ["eA=="]}}}}}'
    )
    x = tf.io.decode_json_example([text, "{}"])
    a = tf.parse_example(x, {"a": tf.VarLenFeature(tf.int64), "b": tf.FixedLenFeature([], tf.string, "none")})
    bad = tf.decode_json_example("{")
    with tf.Session() as sess:
        found = sess.run(a)
        return [shape(x), found["a"].values, found["b"], raised(sess.run, bad)]


@program
def chosen_with_broadcasting(tf):
    c, x, y = tf.constant([[True], [False]]), tf.constant([1.0, 2.0, 3.0]), tf.constant(0.5)
    z = tf.where_v2(c, x, y, name="w")
    slopes = tf.gradients(z, [x, y])
    p = tf.placeholder(tf.bool, [None, 1])
    found = [
        shape(z),
        z.name,
        shape(tf.where_v2(p, x, 1.0)),
        raised(tf.where_v2, c, x),
        raised(tf.where_v2, [True] * 2, x, x),
    ]
    return found + values(tf, z, *slopes, tf.where_v2(c))


@program
def sequence_examples_of_a_batch(tf):
    def example(name, tokens, labels):
        e = tf.train.SequenceExample()
        e.context.feature["name"].bytes_list.value.append(name)
        e.context.feature["ids"].int64_list.value.extend(range(len(tokens)))
        for t in tokens:
            e.feature_lists.feature_list["tokens"].feature.add().int64_list.value.extend(t)
        for label in labels:
            e.feature_lists.feature_list["labels"].feature.add().float_list.value.append(label)
        return e.SerializeToString()

    batch = [example(b"one", [[1], [2, 3]], [0.5]), example(b"two", [[4, 5, 6]], [1.5, 2.5, 3.5])]
    context, sequence, lengths = tf.io.parse_sequence_example(
        batch,
        {"name": tf.FixedLenFeature([], tf.string), "ids": tf.VarLenFeature(tf.int64)},
        {"tokens": tf.VarLenFeature(tf.int64), "labels": tf.FixedLenSequenceFeature([], tf.float32)},
    )
    found = [sorted(context), sorted(sequence), sorted(lengths), shape(sequence["labels"]), shape(context["name"])]
    found += [
        shape(lengths["labels"]),
        sequence["tokens"].get_shape().as_list(),
        raised(tf.io.parse_sequence_example, batch),
    ]
    with tf.Session() as sess:
        found += [sess.run(context["name"]), list(sess.run(context["ids"])), list(sess.run(sequence["tokens"]))]
        return found + [sess.run(sequence["labels"]), sess.run(lengths["labels"])]


@program
def signatures_checked(tf):
    def signature(inputs, outputs, method):
        infos = [{k: tf.TensorInfo(dtype=v, name="x:0") for k, v in given.items()} for given in (inputs, outputs)]
        return tf.saved_model.build_signature_def(*infos, method)

    f, s = tf.float32.as_datatype_enum, tf.string.as_datatype_enum
    m = tf.saved_model
    cases = [
        ({"inputs": s}, {"classes": s, "scores": f}, m.CLASSIFY_METHOD_NAME),
        ({"inputs": s}, {"scores": f}, m.CLASSIFY_METHOD_NAME),
        ({"inputs": f}, {"scores": f}, m.CLASSIFY_METHOD_NAME),
        ({"inputs": s}, {"classes": f}, m.CLASSIFY_METHOD_NAME),
        ({"inputs": s}, {"other": f}, m.CLASSIFY_METHOD_NAME),
        ({"inputs": s}, {"outputs": f}, m.REGRESS_METHOD_NAME),
        ({"inputs": s}, {"outputs": s}, m.REGRESS_METHOD_NAME),
        ({"x": s}, {"y": s}, m.PREDICT_METHOD_NAME),
        ({}, {"y": s}, m.PREDICT_METHOD_NAME),
        ({"x": s}, {}, m.PREDICT_METHOD_NAME),
        ({"x": s}, {"y": s}, "other"),
    ]
    return [m.is_valid_signature(signature(*case)) for case in cases] + [m.is_valid_signature(None)]


@program
def checkpoint_states(tf):
    make = tf.train.generate_checkpoint_state_proto
    found = [make("/tmp/d", "/tmp/d/m-2", ["/tmp/d/m-1", "/tmp/d/m-2"]), make("/tmp/d", "m-2"), make("d", "d/m-1")]
    found.append(make("/tmp/d", "/tmp/d/m", None, [1.0], 2.0))
    said_ = [[f.model_checkpoint_path, list(f.all_model_checkpoint_paths)] for f in found]
    return said_ + [list(found[3].all_model_checkpoint_timestamps), raised(make, "/d", "/d/m", ["/d/m"], [1.0, 2.0])]


# ---- barriers, staging areas, records


def _in_turn(sess, *fetches):
    """What each fetch gives, or the class of its error."""
    found = []
    for fetch in fetches:
        try:
            found.append(sess.run(fetch))
        except Exception as error:
            found.append(type(error).__name__)
    return found


@program
def barriers(tf):
    from tensorflow.python.ops import data_flow_ops

    b = data_flow_ops.Barrier((tf.float32, tf.string), shapes=((), (2,)), name="B")
    one = b.insert_many(0, ["k2", "k1", "k3"], [2.0, 1.0, 3.0])
    two = b.insert_many(1, ["k1", "k2"], [["a", "b"], ["c", "d"]])
    again = b.insert_many(0, ["k3"], [9.0])
    late = b.insert_many(1, ["k3"], [["e", "f"]])
    fresh = b.insert_many(0, ["k9"], [9.0])
    take, small = b.take_many(2), b.take_many(5, allow_small_batch=True)
    sizes = [b.ready_size(), b.incomplete_size()]
    names_ = [b.name, b.barrier_ref.op.type, one.name, take[0].name, shape(take[0]), shape(take[1])]
    names_ += [[shape(t) for t in take[2]], sizes[0].name, b.close().name]
    names_ += [raised(data_flow_ops.Barrier, (tf.float32,), shapes=((None,),))]
    with tf.Session() as sess:
        found = _in_turn(
            sess, one, sizes, two, sizes, again, take, sizes, b.close(), fresh, late, take, small, take, sizes
        )
    return [names_, found]


@program
def barriers_cancelled(tf):
    from tensorflow.python.ops import data_flow_ops

    b = data_flow_ops.Barrier((tf.int64,), shapes=((),))
    c = data_flow_ops.Barrier((tf.int64, tf.int64), shapes=((), ()))
    put = b.insert_many(0, ["a", "b"], np.int64([1, 2]))
    half, rest = c.insert_many(0, ["a"], np.int64([1])), c.insert_many(1, ["a"], np.int64([2]))
    take = b.take_many(3)
    with tf.Session() as sess:
        found = _in_turn(sess, put, b.close(cancel_pending_enqueues=True), take, put, b.take_many(2), b.take_many(1))
        found += _in_turn(sess, half, c.close(cancel_pending_enqueues=True), rest, c.incomplete_size(), c.close())
        found += _in_turn(sess, c.take_many(0))
    return found


@program
def staging(tf):
    area = tf.contrib.staging.StagingArea([tf.float32, tf.int32], shapes=[[2], []])
    x = tf.constant([1.0, 2.0])
    puts = [area.put([x * float(i), tf.constant(i)]) for i in range(3)]
    get, peek, size, clear = area.get(), area.peek(1), area.size(), area.clear()
    peek0 = area.peek(0)
    described = [
        area.name,
        puts[0].name,
        puts[0].type,
        [t.name for t in get],
        [shape(t) for t in get],
        size.name,
        clear.name,
    ]
    described += [peek[0].op.type, area.dtypes[0].name, [s.as_list() for s in area.shapes], area.names, area.capacity]
    described += [raised(area.put, [x, x]), raised(area.put, {"a": x})]
    with tf.Session() as sess:
        return [
            described,
            _in_turn(sess, puts[0], puts[1], size, peek, get, peek0, puts[2], size, get, get, clear, size),
        ]


@program
def staging_by_name(tf):
    make = tf.contrib.staging.StagingArea
    area = make([tf.float32, tf.int32], names=["x", "n"], shared_name="shared", capacity=5)
    put = area.put({"n": tf.constant(3), "x": tf.constant(1.5)})
    other = make([tf.float32, tf.int32], names=["x", "n"], shared_name="shared")
    get = other.get()
    found = [area.name, sorted(get), [get[k].name for k in sorted(get)], raised(area.put, [tf.constant(1.5), 3])]
    found += [raised(area.put, {"y": tf.constant(1.0)}), raised(make, [tf.float32], names=["a", "b"])]
    found += [raised(make, [tf.float32], shapes=[[1], [2]]), raised(make, [tf.float32], shared_name=3)]
    with tf.Session() as sess:
        return found + _in_turn(sess, put, get, area.clear(), area.size())


@program
def staging_in_a_pipeline(tf):
    area = tf.contrib.staging.StagingArea([tf.int32], [[]])
    counter = tf.Variable(0, use_resource=True)
    put = area.put([tf.convert_to_tensor(counter.assign_add(1))])
    with tf.Session() as sess:
        sess.run(counter.initializer)
        sess.run(put)
        got, found = area.get()[0], []
        for _ in range(4):
            found.append(sess.run([got, put])[0])
        return found


@program
def staging_maps(tf):
    from tensorflow.python.ops import data_flow_ops

    area = data_flow_ops.MapStagingArea([tf.float32, tf.int32], shapes=[[], []], ordered=True)
    key = tf.placeholder(tf.int64, [])
    put = area.put(key, [tf.constant(1.5), tf.constant(2)], [0, 1])
    part, rest = area.put(key, [tf.constant(2.5)], [0]), area.put(key, [tf.constant(7)], [1])
    any_, mine, peek = area.get(), area.get(key), area.peek(key)
    first = area.get(key, [0])
    sizes = [area.size(), area.incomplete_size()]
    described = [put.type, part.name, any_[0].name, mine[0] is key, [t.name for t in mine[1]], sizes[0].name]
    described += [peek[0].op.type, first[1][0].op.type, area.name, raised(area.put, key, [tf.constant(1)], [0])]
    found = []
    with tf.Session() as sess:
        for fetch, k in (
            (put, 5),
            (put, 3),
            (sizes, 0),
            (part, 4),
            (sizes, 0),
            (rest, 4),
            (sizes, 0),
            (peek, 4),
            (put, 3),
        ):
            try:
                found.append(sess.run(fetch, {key: k}))
            except Exception as error:
                found.append(type(error).__name__)
        found += [sess.run(any_), sess.run(first[1], {key: 5}), sess.run(sizes), sess.run(mine[1], {key: 4})]
        sess.run(area.clear())
        return [described, found, sess.run(sizes)]


# ---- profiles


def _model_to_profile(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    w = tf.Variable(tf.ones([3, 4]), name="w")
    y = tf.layers.dense(tf.matmul(x, w, name="y"), 5, tf.nn.relu, name="d", kernel_initializer=tf.zeros_initializer())
    i = tf.placeholder(tf.float32, [2, 8, 8, 3])
    c = tf.layers.conv2d(i, 4, 3, name="c", kernel_initializer=tf.zeros_initializer())
    pooled = tf.layers.max_pooling2d(c, 2, 2)
    return tf.add(tf.reduce_mean(tf.nn.softmax(y) * y), tf.reduce_sum(tf.square(pooled))), x, i


def _tree(node):
    numbers = [node.name, node.total_parameters, node.float_ops, node.total_float_ops]
    return [*numbers, [_tree(child) for child in node.children]]


def profiles(tf, make):
    _model_to_profile(tf)
    builder = tf.profiler.ProfileOptionBuilder
    options = getattr(builder, make)()
    quiet = builder(options).with_empty_output()
    found = [sorted(map(str, options.items()))]
    for option in (quiet.build(), builder(quiet.build()).with_node_names(show_name_regexes=["d/.*", "y"]).build()):
        found.append(_tree(tf.profiler.profile(tf.get_default_graph(), options=option)))
    found.append(
        _tree(
            tf.profiler.Profiler(tf.get_default_graph()).profile_name_scope(
                builder(quiet.build()).with_max_depth(1).build()
            )
        )
    )
    found.append(tf.profiler.profile(tf.get_default_graph(), cmd="op", options=quiet.build()).total_float_ops)
    return found


programs(profiles, parameters="trainable_variables_parameter", operations="float_operation")


@program
def cost_graphs(tf):
    found = []
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    w = tf.Variable(tf.ones([3, 4]), name="w")
    y = tf.matmul(x, w, name="y")
    for cost in (0, 1):
        for trace in (0, 3):
            config = tf.ConfigProto(graph_options=tf.GraphOptions(build_cost_model=cost))
            with tf.Session(config=config) as sess:
                sess.run(w.initializer)
                metadata = tf.RunMetadata()
                options = tf.RunOptions(trace_level=trace, output_partition_graphs=True)
                sess.run(y, {x: np.ones([2, 3])}, options=options, run_metadata=metadata)
                found.append([metadata.HasField("step_stats"), metadata.HasField("cost_graph")])
                found.append(len(metadata.partition_graphs))
    nodes = {node.name: node for node in metadata.cost_graph.node}
    sizes = [[o.size for o in nodes[name].output_info] for name in ("w", "w/read", "y")]
    return found + [sizes, nodes["y"].compute_cost > 0, nodes["y"].output_info[0].dtype]


# ---- places: containers, colocation; values of an earlier model


@program
def containers(tf):
    with tf.container("mine") as name:
        v = tf.Variable(1.0)
        q = tf.FIFOQueue(3, tf.int32)
        with tf.container(""):
            u = tf.Variable(1.0)
        c = tf.constant(1)
    graph = tf.get_default_graph()
    with graph.container("other"):
        w = tf.Variable(1.0, use_resource=True)
    found = [o.get_attr("container") for o in (v.op, q.queue_ref.op, u.op, w.op)]
    return [name, found, raised(c.op.get_attr, "container"), values(tf, v, u, w)]


@program
def colocations(tf):
    v = tf.Variable(1.0, name="v")
    w = tf.Variable(1.0, name="w", use_resource=True)
    with tf.colocate_with(v):
        a = tf.constant(1.0, name="a")
        with tf.colocate_with(a):
            b = tf.identity(a, name="b")
        with tf.colocate_with(a, ignore_existing=True):
            c = tf.identity(a, name="c")
        with tf.colocate_with(None, ignore_existing=True):
            d = tf.identity(a, name="d")
    with tf.get_default_graph().colocate_with(a.op), tf.device("/cpu:0"):
        e = tf.identity(b, name="e")
    change = v.assign_add(1.0)
    listed = [a.op, b.op, c.op, d.op, e.op, v.op, change.op, w.op, v.value().op, v.initializer, w.initializer]
    found = [[group.decode() for group in op.colocation_groups()] for op in listed]
    nodes = {n.name: n for n in tf.get_default_graph().as_graph_def().node}
    return [found, [[s.decode() for s in nodes[op.name].attr["_class"].list.s] for op in listed], e.device]


@program
def warm_starts(tf):
    import os
    import tempfile

    folder = tempfile.mkdtemp()
    for name, words in (("old", "a b c d"), ("new", "c x a d y")):
        with open(os.path.join(folder, name), "w") as file:
            file.write("\n".join(words.split()) + "\n")
    old, new = os.path.join(folder, "old"), os.path.join(folder, "new")
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.Variable(np.arange(8.0, dtype="f").reshape(4, 2), name="table")
        tf.Variable(np.arange(8.0, dtype="f").reshape(2, 4), name="columns")
        tf.Variable(5.0, name="before")
        sess.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(sess, os.path.join(folder, "model"))
    found, info = [], tf.train.VocabInfo
    for arguments in (
        (None, {"table": info(new, 5, 1, old)}),
        (None, {"table": info(new, 4, 2, old, 2, tf.ones_initializer())}),
        (None, {"columns": info(new, 5, 1, old, axis=1)}),
        ("after", None, {"after": "before"}),
        (["after"], None, {"after": "before"}),
    ):
        with tf.Graph().as_default(), tf.Session() as sess:
            tf.get_variable("table", [6, 2], tf.float32, tf.zeros_initializer())
            tf.get_variable("columns", [2, 6], tf.float32, tf.zeros_initializer())
            tf.get_variable("after", initializer=0.0)
            tf.train.warm_start(path, *arguments)
            sess.run(tf.global_variables_initializer())
            found.append(sess.run(tf.global_variables()))
    with tf.Graph().as_default():
        tf.get_variable("after", initializer=0.0)
        bad = [raised(tf.train.warm_start, path), raised(tf.train.warm_start, path, None, {"no": info(new, 5, 1, old)})]
        bad.append(raised(tf.train.warm_start, path, "after", None, {"no": "before", "after": "before"}))
    return [found, bad, list(info(new, 5, 1, old))[1:3] + list(info(new, 5, 1, old))[4:]]


if __name__ == "__main__":
    import os
    import sys

    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow

    tensorflow.logging.set_verbosity(tensorflow.logging.FATAL)
    rows = [f"{json.dumps(name)}: {json.dumps(run(tensorflow, name))}" for name in sys.argv[1:] or PROGRAMS]
    print("{\n" + ",\n".join(rows) + "\n}")
