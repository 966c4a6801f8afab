"""tf.contrib.framework and tf.contrib.slim as programs of `tf`, as in session_scenarios."""

import os
import tempfile

import numpy as np
from session_scenarios import files, logged, model, raised, scenario


def ops(tf, first=0):
    return [
        [op.name, op.type, [c.name for c in op.control_inputs]]
        for op in tf.get_default_graph().get_operations()[first:]
    ]


def count(tf):
    return len(tf.get_default_graph().get_operations())


def named(variables):
    return [v.name for v in variables]


def some_variables(tf):
    f, zeros = tf.contrib.framework, tf.zeros_initializer()
    a = f.variable("a", [2], initializer=zeros)
    b = f.model_variable("s/b", [3], initializer=tf.ones_initializer(), regularizer=tf.reduce_sum)
    f.local_variable(3.0, name="c")
    f.global_variable([1, 2], name="s/d")
    f.variable("e", [1], collections=["mine"], trainable=False, initializer=zeros)
    return a, b


@scenario
def framework_finds_variables(tf):
    f = tf.contrib.framework
    a, b = some_variables(tf)
    found = []
    for get in (f.get_variables, f.get_model_variables, f.get_local_variables, f.get_trainable_variables):
        found.append([named(get()), named(get("s")), named(get(suffix="b"))])
    with tf.variable_scope("s") as scope:
        found.append(named(f.get_variables(scope)))
    every = f.get_variables()
    f.add_model_variable(a)
    f.add_model_variable(a)
    restored = f.get_variables_to_restore
    return [
        found,
        named(f.get_variables_by_name("b")),
        named(f.get_variables_by_name("a")),
        named(f.get_variables_by_suffix("b")),
        f.get_unique_variable("s/b").name,
        raised(f.get_unique_variable, "b"),
        f.get_variable_full_name(b),
        named(restored()),
        named(restored(include=["s"])),
        named(restored(exclude=["s"])),
        raised(restored, "s"),
        raised(restored, None, "s"),
        named(f.filter_variables(every, ["b"])),
        named(f.filter_variables(every, exclude_patterns=["b"])),
        named(f.filter_variables(every, ["b"], reg_search=False)),
        named(f.filter_variables(every, ["s/"], ["d"], reg_search=False)),
        named(f.get_model_variables()),
        [loss.name for loss in tf.losses.get_regularization_losses()],
        named(tf.get_collection("mine")),
    ]


def checkpoint(tf):
    some_variables(tf)
    saver, folder = tf.train.Saver(), tempfile.mkdtemp()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        path = saver.save(sess, folder + "/m")
    tf.reset_default_graph()
    return path


@scenario
def framework_assigns_values(tf):
    f = tf.contrib.framework
    a, b = some_variables(tf)
    first = count(tf)
    op, feeds = f.assign_from_values({"a": np.array([4.0, 5.0]), "s/b": np.array([[1.0], [2.0], [3.0]])})
    made = ops(tf, first)
    shapes = sorted([t.name, t.shape.as_list(), list(v.shape)] for t, v in feeds.items())
    with tf.Session() as sess:
        sess.run(op, feeds)
        values = [v.tolist() for v in sess.run([a, b])]
        f.assign_from_values_fn({"a": np.array([0.0, 1.0])})(sess)
        values.append(sess.run(a).tolist())
    assign = f.assign_from_values
    return [made, shapes, values, raised(assign, {"a": np.zeros(3)}), raised(assign, {"zz": np.zeros(3)})]


@scenario
def framework_assigns_from_checkpoints(tf):
    f, path = tf.contrib.framework, checkpoint(tf)
    a, x, y = tf.get_variable("a", [2]), tf.get_variable("x", [3]), tf.get_variable("y", [2])
    first = count(tf)
    assign, restore = f.assign_from_checkpoint, f.assign_from_checkpoint_fn
    op, feeds = assign(path, [a])
    made = ops(tf, first)
    function = restore(path, {"s/b": x, "a": a})
    with tf.Session() as sess:
        function(sess)
        values = [v.tolist() for v in sess.run([a, x])]
        restore(path, [a, y], ignore_missing_vars=True)(sess)
    return [
        made,
        [v.tolist() for v in feeds.values()],
        values,
        raised(assign, path, [y]),
        raised(assign, path, {"s/b": y}),
        len(assign(path, [a, y], ignore_missing_vars=True)[1]),
        raised(restore, path, []),
        restore(path, [y], ignore_missing_vars=True),
        [list(row) for row in f.list_variables(path)],
        f.load_variable(path, "s/b").tolist(),
    ]


@scenario
def initial_values_of_checkpoints(tf):
    path, init = checkpoint(tf), tf.train.init_from_checkpoint
    with tf.variable_scope("new"):
        b, d = tf.get_variable("b", [3]), tf.get_variable("d", [2], dtype=tf.int32)
    a, first = tf.get_variable("z", [2]), count(tf)
    init(path, {"s/": "new/", "a": a})
    made = ops(tf, first)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        values = [v.tolist() for v in sess.run([b, d, a])]
    maps = [
        {"nope": a},
        {"s/b": a},
        {"s/": "new"},
        {"s": "new/"},
        {"s/": "gone/"},
        {"a": "z"},
        {"a": "nono"},
        {"t/": "new/"},
        {"a": 3},
    ]
    errors = [raised(init, path, m) for m in maps] + [raised(init, "/nofile", {"a": a})]
    tf.reset_default_graph()
    whole = [tf.get_variable("s/b", [3]), tf.get_variable("a", [2]), tf.get_variable("s/d", [2], tf.int32)]
    init(os.path.dirname(path), {"/": "/"})
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return [made, values, a.initial_value.name, errors, [v.tolist() for v in sess.run(whole)]]


LAYERS = [
    "fully_connected",
    "flatten",
    "dropout",
    "one_hot_encoding",
    "linear",
    "layer_norm",
    "bias_add",
    "softmax",
    "unit_norm",
    "maxout",
    "repeat",
    "stack",
    "embed_sequence",
    "l2_regularizer",
]


@scenario
def arg_scopes(tf):
    f = tf.contrib.framework

    @f.add_arg_scope
    def one(x, y=1, z=2):
        return [x, y, z]

    @f.add_arg_scope
    def two(x, y=5):
        return [x, y]

    def entered(*args, **kwargs):
        with f.arg_scope(*args, **kwargs):
            return one(1)

    with f.arg_scope([one, two], y=10) as scope:
        found = [one(1), two(2), two(2, y=0), raised(one, 1, 2)]
        with f.arg_scope([one], z=20):
            found += [one(1), two(1)]
        found += [one(1), entered({}), len(f.current_arg_scope())]
    found += [one(1), entered(scope), entered([one], y=3), f.current_arg_scope(), len(scope)]
    return [
        found,
        raised(entered, [raised], y=1),
        raised(entered, scope, y=1),
        raised(entered, one, y=1),
        raised(entered, 3),
        list(f.arg_scoped_arguments(one)),
        f.has_arg_scope(one),
        f.has_arg_scope(raised),
        [n for n in LAYERS if f.has_arg_scope(getattr(tf.contrib.layers, n))],
        [n for n in ["variable", "model_variable", "local_variable"] if f.has_arg_scope(getattr(f, n))],
    ]


@scenario
def slim_layers(tf):
    slim = tf.contrib.slim
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    with slim.arg_scope(
        [slim.fully_connected],
        activation_fn=tf.tanh,
        outputs_collections="ends",
        weights_regularizer=slim.l2_regularizer(0.1),
    ):
        y = slim.fully_connected(x, 2, normalizer_fn=slim.layer_norm)
        y = slim.repeat(y, 2, slim.fully_connected, 3)
    y = slim.stack(y, slim.fully_connected, [3, 4], scope="st")
    y = slim.stack(y, slim.fully_connected, [[3, None], (4,)])
    y = slim.layer_norm(slim.linear(y, 5), scale=False, activation_fn=tf.nn.relu)
    y = slim.bias_add(slim.dropout(slim.flatten(y), 0.5, outputs_collections=["ends"]), scope="bias")
    slim.softmax(y)
    slim.one_hot_encoding(tf.constant([1]), 3, outputs_collections="ends")
    slim.unit_norm(y, 1)
    slim.maxout(y, 1)
    ends = slim.utils.convert_collection_to_dict("ends", clear_collection=True)
    left_out = ("Dropout", "OneHot", "regularizer", "UnitNorm", "MaxOut")
    return [
        [
            [name, type.replace("AddV2", "Add")]
            for name, type, _ in ops(tf)
            if not any(part in name for part in left_out)
        ],
        list(ends),
        [t.name for t in ends.values() if "ropout" not in t.name],
        named(tf.global_variables()),
        named(slim.get_model_variables()),
        len(tf.get_collection("ends")),
        len(tf.losses.get_regularization_losses()),
    ]


@scenario
def slim_layers_compute(tf):
    slim = tf.contrib.slim
    x = tf.constant(np.arange(12).reshape(3, 4) ** 2 / 10.0, tf.float32)
    cube = tf.reshape(x, [1, 3, 4])
    found = [
        slim.layer_norm(x),
        slim.layer_norm(cube, begin_norm_axis=2),
        slim.layer_norm(cube),
        slim.softmax(cube),
        slim.unit_norm(x, 1),
        slim.unit_norm(cube, 2),
        slim.maxout(x, 2),
        slim.maxout(cube, 1, axis=1),
        slim.bias_add(x, tf.nn.relu, initializer=tf.constant_initializer(-2.0)),
    ]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        values = [np.round(v.astype(float), 4).tolist() for v in sess.run(found)]
    ragged = tf.placeholder(tf.float32, [None, None])
    return [
        values,
        [t.shape.as_list() for t in found],
        raised(slim.layer_norm, ragged),
        raised(slim.layer_norm, tf.placeholder(tf.float32)),
        raised(slim.layer_norm, x, begin_norm_axis=3),
        raised(slim.stack, x, slim.linear, 3),
        raised(slim.softmax, tf.zeros([3])),
        raised(slim.maxout, x, 3),
    ]


@scenario
def slim_losses(tf):
    losses = tf.contrib.slim.losses
    x = tf.constant([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])
    y, one_hot = (tf.constant([[0.0, 1.0, 0.5], [0.2, 0.1, 0.9]]), tf.constant([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
    labels, weights = tf.constant([1, 0]), tf.constant([1.0, 0.0])
    found = [
        losses.absolute_difference(x, y),
        losses.mean_squared_error(x, y, 0.5),
        losses.log_loss(x, y),
        losses.mean_pairwise_squared_error(x, y),
        losses.cosine_distance(x, y, 1),
        losses.sigmoid_cross_entropy(x, one_hot),
        losses.softmax_cross_entropy(x, one_hot, weights),
        losses.softmax_cross_entropy(x, one_hot, label_smoothing=0.1),
        losses.sparse_softmax_cross_entropy(x, labels, weights),
        losses.hinge_loss(x, one_hot),
        losses.compute_weighted_loss(x, 2.0),
    ]
    losses.add_loss(tf.constant(1.0))
    kept, total = losses.get_losses(), losses.get_total_loss()
    with tf.Session() as sess:
        values = [np.round(v.astype(float), 5).tolist() for v in sess.run([*found, total])]
    return [values, len(kept), len(losses.get_regularization_losses())]


@scenario
def slim_trains(tf):
    slim, folder = tf.contrib.slim, tempfile.mkdtemp()

    def train(steps, **options):
        tf.reset_default_graph()
        w = tf.Variable([1.0, 2.0], name="w")
        optimizer = tf.train.GradientDescentOptimizer(0.25)
        op = slim.learning.create_train_op(
            tf.reduce_sum(w * w), optimizer, clip_gradient_norm=100.0, gradient_multipliers={"w": 0.5}
        )
        first = ops(tf)
        with logged(tf) as lines:
            slim.learning.train(op, folder, number_of_steps=steps, save_interval_secs=0, **options)
        steps = [line.split(":")[0] for line in lines if line.startswith("global step")]
        return [steps, [op for op in first if "train_op" in op[0]], tf.train.load_variable(folder, "w").tolist()]

    seen = [train(3), train(5, log_every_n_steps=2)]
    tf.reset_default_graph()
    tf.Variable(1.0)
    number = tf.train.range_input_producer(2, num_epochs=1, shuffle=False).dequeue()
    step = tf.assign_add(tf.train.get_or_create_global_step(), tf.to_int64(number) * 0 + 1)
    ends = slim.learning.train(step, None, log_every_n_steps=0) is not None
    t = slim.learning.train
    return [
        seen,
        ends,
        [n for n in files(folder) if "tfevents" not in n],
        raised(t, None, None),
        raised(t, step, None, number_of_steps=0),
        raised(t, step, None, saver=3),
        raised(t, step, None, summary_op=3),
    ]


@scenario
def slim_evaluates(tf):
    slim, folder, logs = tf.contrib.slim, tempfile.mkdtemp(), tempfile.mkdtemp()
    w, train = model(tf)
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run([v.initializer for v in tf.global_variables()])
        sess.run(train)
        path = saver.save(sess, folder + "/m", global_step=1)
    total = tf.Variable(0.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False)
    more = total.assign_add(w)
    evaluate = slim.evaluation
    once = evaluate.evaluate_once("", path, logs, num_evals=4, eval_op=more, final_op=[w, total])
    again = evaluate.evaluation_loop(
        "", folder, logs, num_evals=2, eval_op=more, final_op=total, eval_interval_secs=0, max_number_of_evaluations=1
    )
    return [[float(v) for v in once], float(again), files(logs)]


@scenario
def slim_measures(tf):
    slim = tf.contrib.slim
    w, u = tf.Variable(tf.zeros([2, 3]), name="w"), tf.Variable(1, name="u")
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    analyzer, utils = slim.model_analyzer, slim.utils
    t = utils.append_tensor_alias(x, "alias")
    return [
        list(analyzer.analyze_vars([w, u])),
        analyzer.analyze_ops(tf.get_default_graph()),
        analyzer.tensor_description(w),
        analyzer.tensor_description(u),
        analyzer.tensor_description(x),
        t is x,
        utils.get_tensor_aliases(x),
        utils.get_tensor_aliases(w.initial_value),
        utils.gather_tensors_aliases([x, w.initial_value]),
        utils.last_dimension(w.shape),
        raised(utils.last_dimension, w.shape, 3),
        utils.two_element_tuple(3),
        utils.two_element_tuple([1, 2]),
        raised(utils.two_element_tuple, [1]),
        utils.n_positive_integers(2, 3),
        utils.n_positive_integers(2, [1, 2]),
        raised(utils.n_positive_integers, 2, [1]),
        raised(utils.n_positive_integers, 2, [1, -1]),
        utils.get_variable_collections({"a": ["x"]}, "a"),
        utils.get_variable_collections(["y"], "a"),
        utils.channel_dimension(w.shape, "NCHW"),
        raised(utils.constant_value, None),
        utils.constant_value(3),
        utils.static_cond(True, lambda: 1, lambda: 2),
        raised(utils.static_cond, 3, lambda: 1, lambda: 2),
        utils.smart_cond(False, lambda: 1, lambda: 2),
    ]
