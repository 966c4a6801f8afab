"""Programs of variables in parts."""

import numpy as np
from core_support import names, ops, program, raised, shape, values


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
