"""Programs of profiles, containers, colocation and warm starts."""

import re

import numpy as np
from core_support import program, programs, raised, values

_STRING = 7  # as a DataType

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


# ---- what traced runs say of the tensors they made


def _loop(tf):
    def body(i, a):
        return i + 1, tf.tanh(tf.concat([a[1:], a[:1]], 0), "t")

    x = tf.placeholder(tf.float32, [None, 2])
    _, end = tf.while_loop(lambda i, a: i < 3, body, [0, x])
    return end, [{x: np.ones([n, 2])} for n in (2, 4, 3)], ["while/t", "while/concat"]


def _masked(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    return tf.tanh(tf.boolean_mask(x, x > 0), "t"), [{x: [1, -1, 2]}, {x: [-1]}, {x: [1, 2, 3, -1]}], ["t"]


def _dense(tf):
    x, w = tf.placeholder(tf.float32, [None, 3]), tf.Variable(tf.ones([3, 2]), name="w")
    loss = tf.reduce_sum(tf.tanh(tf.matmul(x, w, name="y"), "t"), name="l")
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    update = "GradientDescent/update_w/ApplyGradientDescent"
    return step, [{x: np.ones([n, 3])} for n in (4, 2, 7, 5)], ["y", "t", update, "gradients/y_grad/MatMul_1"]


def _queue(tf):
    queue = tf.FIFOQueue(3, [tf.string, tf.int64], shapes=[[2], []], name="q")
    with tf.control_dependencies([queue.enqueue([["a", "b"], 3])]):
        word, number = queue.dequeue(name="d")
    return [tf.string_join([word, word], name="s"), number], [{}], ["q", "d", "s"]


def _several(tf):
    x = tf.placeholder(tf.float32, [None, 6])
    found = tf.nn.top_k(x, 3, name="k"), tf.unique(tf.reshape(x, [-1]), name="u")
    return found, [{x: np.arange(12).reshape(2, 6) // 2}], ["k", "u"]


def traced_outputs(tf, make):
    fetches, feeds, names = make(tf)
    options, found = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for feed in feeds:
            metadata = tf.RunMetadata()
            sess.run(fetches, feed, options=options, run_metadata=metadata)
            metadata.SerializeToString()
            nodes = [n for d in metadata.step_stats.dev_stats if "device:CPU:0" in d.device for n in d.node_stats]
            last = {node.node_name: node for node in nodes}
            found.append([[_described(output) for output in last[name].output] for name in names])
    return found


def _described(output):
    tensor = output.tensor_description
    place, sizes = tensor.allocation_description, [dim.size for dim in tensor.shape.dim]
    nbytes = place.requested_bytes if tensor.dtype != _STRING else 0  # TensorFlow counts the letters, too
    return [output.slot, tensor.dtype, sizes, nbytes, place.allocator_name]


programs(traced_outputs, dense=_dense, loop=_loop, masked=_masked, queue=_queue, several=_several)


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


def _shared(tf, colocated):
    x, w = tf.placeholder(tf.float32, [4, 3]), tf.get_variable("w", [3, 3])
    b, h = tf.get_variable("b", [3], use_resource=True), x
    for _ in range(3):
        h = tf.tanh(tf.matmul(h, w) + b) * h
    tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(h), colocate_gradients_with_ops=colocated)


def _gathered(tf, colocated):
    w, i = tf.get_variable("w", [5, 3]), tf.placeholder(tf.int32, [None])
    several = [tf.reduce_sum(tf.nn.embedding_lookup(w, i)), tf.reduce_sum(tf.gather(w, i[:1]) ** 2)]
    for loss in (sum(several), sum(several) + tf.nn.l2_loss(w)):
        tf.gradients(loss, w, colocate_gradients_with_ops=colocated)


def _recurrent(tf, colocated):
    x = tf.placeholder(tf.float32, [2, 3])
    outputs, _ = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(4), [x] * 3, dtype=tf.float32)
    loss, found = tf.add_n([tf.reduce_sum(t) for t in outputs]), tf.trainable_variables()
    found = tf.gradients(loss, found, colocate_gradients_with_ops=colocated)
    tf.clip_by_global_norm(found, 1.0)


def _normalized(tf, colocated):
    x = tf.placeholder(tf.float32, [2, 8, 8, 1])
    y = tf.layers.batch_normalization(tf.layers.conv2d(x, 4, 3, activation=tf.nn.relu), training=True)
    loss = tf.reduce_sum(tf.layers.max_pooling2d(y, 2, 2) ** 2)
    tf.train.FtrlOptimizer(0.1).minimize(loss, colocate_gradients_with_ops=colocated)


def gradient_places(tf, case):
    make, colocated = case
    make(tf, colocated)
    kinds = ["AddN", "VariableV2", "VarHandleOp", "Assign", "AssignVariableOp", "ConcatV2", "L2Loss", "AssignSub"]
    names = r".*(tuple/control_dependency(_[12])?|/read|GatherV2_grad/Shape|lookup_grad/Shape|ing_rate)"
    ops = [op for op in tf.get_default_graph().get_operations() if op.type in kinds or re.match(f"{names}$", op.name)]
    return sorted(f"{op.name} {b' '.join(sorted(op.colocation_groups())).decode()}" for op in ops)


for _make in (_shared, _gathered, _recurrent, _normalized):
    cases = {f"{_make.__name__[1:]}_{colocated}": (_make, colocated) for colocated in (True, False)}
    programs(gradient_places, **cases)


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
