"""Programs of resource variables, and of parts of variables that are assigned to."""

import numpy as np
from core_support import names, ops, program, programs, raised, shape, values

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
