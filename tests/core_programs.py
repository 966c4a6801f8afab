"""The core API's less used parts as programs of `tf`, each giving something to compare.

PYTHON_WITH_TF tests/core_programs.py > tests/facts/core.json records what TensorFlow 1.15.5 gives; the tests run the
same programs with minitf.
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
    made = [n for n in names(tf)[start:] if "Identity" not in n and "Read" not in n]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        saver.save(sess, path)
        sess.run([v.assign([0.0, 0.0]).op, w.assign_add([1.0] * 4).op])
        saver.restore(sess, path)
        found = sess.run([v, w])
    return [made, found, sorted(map(list, tf.train.list_variables(path)))]


if __name__ == "__main__":
    import os
    import sys

    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow

    tensorflow.logging.set_verbosity(tensorflow.logging.FATAL)
    rows = [f"{json.dumps(name)}: {json.dumps(run(tensorflow, name))}" for name in sys.argv[1:] or PROGRAMS]
    print("{\n" + ",\n".join(rows) + "\n}")
