"""Batch normalization as programs of `tf`, as in session_scenarios."""

import numpy as np
from session_scenarios import raised, scenario

RANDOM = np.random.RandomState(0)
VECTORS, SERIES = RANDOM.randn(6, 3).astype("f"), RANDOM.randn(4, 2, 3).astype("f")
IMAGES = RANDOM.randn(4, 3, 2, 3).astype("f")


def built(tf, make):
    """What a layer makes on vectors or images: ops with ids and shapes, variables, what is collected."""
    with tf.Graph().as_default() as graph:
        vectors = tf.placeholder(tf.float32, [None, 3], name="vectors")
        images = tf.placeholder(tf.float32, [None, 5, 4, 3], name="images")
        training = tf.placeholder(tf.bool, name="training")
        before = len(graph.get_operations())
        result = make(vectors, images, training)
        ops = [
            [
                op.id if hasattr(op, "id") else op._id,
                op.name,
                op.type.replace("V2", ""),
                [str(t.shape) for t in op.outputs],
            ]
            for op in graph.get_operations()[before:]
            if "/cond" not in op.name
        ]
        return [
            ops,
            result.name,
            graph._last_id,
            [v.name for v in tf.global_variables()],
            [v.name for v in tf.trainable_variables()],
            [[t.name for t in tf.get_collection(key)] for key in ("update_ops", "model_variables", "mine")],
        ]


@scenario
def batch_normalization_builds(tf):
    layer, norm = tf.layers.batch_normalization, tf.contrib.layers.batch_norm
    return [
        built(tf, make)
        for make in (
            lambda v, i, t: layer(v, training=True),
            lambda v, i, t: layer(v, center=False, scale=False),
            lambda v, i, t: layer(v, training=t),
            lambda v, i, t: layer(i, training=True, axis=1),
            lambda v, i, t: layer(i, scale=False),
            lambda v, i, t: layer(i, training=t),
            lambda v, i, t: layer(i, training=True, fused=False, axis=2),
            lambda v, i, t: norm(v),
            lambda v, i, t: norm(v, is_training=False, activation_fn=tf.nn.relu),
            lambda v, i, t: norm(v, is_training=t, scale=True, updates_collections="mine"),
            lambda v, i, t: norm(i),
            lambda v, i, t: norm(i, is_training=t, data_format="NCHW"),
            lambda v, i, t: norm(i, fused=False, updates_collections=None),
            lambda v, i, t: norm(i, is_training=t, updates_collections=None),
            lambda v, i, t: norm(v, is_training=t, updates_collections=None, fused=False),
            lambda v, i, t: norm(v, zero_debias_moving_mean=True),
            lambda v, i, t: norm(i, batch_weights=[1.0], data_format="NCHW", is_training=t),
        )
    ]


def trained(tf, make, data):
    """Outputs in training and after it, the variables, the gradient of the first step."""
    with tf.Graph().as_default():
        x, training = tf.placeholder(tf.float32, [None, *data.shape[1:]]), tf.placeholder(tf.bool, [])
        y = make(x, training)
        loss = tf.reduce_sum(tf.square(y) * tf.constant(data * 0.5 + 1))
        slopes = tf.gradients(loss, [x, *tf.trainable_variables()])
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        with tf.control_dependencies(updates):
            train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            found = session.run([y, *slopes], {x: data, training: True})
            for _ in range(3):
                session.run(train, {x: data, training: True})
            found += session.run([*tf.global_variables(), y], {x: data, training: False})
        return [np.round(value.astype(float), 3).ravel().tolist() for value in found]


@scenario
def batch_normalization_trains(tf):
    layer, norm = tf.layers.batch_normalization, tf.contrib.layers.batch_norm
    return [
        trained(tf, lambda x, t: layer(x, training=t, momentum=0.5), VECTORS),
        trained(tf, lambda x, t: layer(x, training=t, momentum=0.5), IMAGES),
        trained(tf, lambda x, t: layer(x, training=t, momentum=0.5, axis=1, fused=False), IMAGES),
        trained(tf, lambda x, t: layer(x, training=t, momentum=0.5, axis=[1, 3]), IMAGES),
        trained(tf, lambda x, t: norm(x, is_training=t, decay=0.5, scale=True), VECTORS),
        trained(tf, lambda x, t: norm(x, is_training=t, decay=0.5, updates_collections=None), IMAGES),
        trained(tf, lambda x, t: norm(x, is_training=t, decay=0.5, updates_collections=None), SERIES),
        trained(tf, lambda x, t: norm(x, is_training=t, decay=0.5, zero_debias_moving_mean=True), VECTORS),
        trained(tf, lambda x, t: norm(x, is_training=t, decay=0.5, batch_weights=[1.0, 2.0, 0.0, 1.0]), SERIES),
    ]


@scenario
def batch_normalization_refuses(tf):
    layer, norm = tf.layers.batch_normalization, tf.contrib.layers.batch_norm
    vectors, unknown = tf.zeros([2, 3]), tf.placeholder(tf.float32)
    fused = tf.nn.fused_batch_norm
    ones, images = tf.ones([3]), tf.zeros([1, 2, 2, 3])
    return [
        raised(layer, unknown),
        raised(layer, tf.placeholder(tf.float32, [None, None])),
        raised(layer, vectors, axis=2),
        raised(layer, vectors, axis=[1, 1]),
        raised(layer, vectors, axis="x"),
        raised(norm, unknown),
        raised(norm, vectors, data_format="NHC"),
        raised(norm, vectors, renorm=True, updates_collections=None),
        raised(fused, images, ones, ones, ones, ones),
        raised(fused, images, ones, ones, is_training=False),
        raised(fused, vectors, ones, ones),
        raised(fused, images, tf.ones([4]), ones),
        raised(fused, tf.cast(images, tf.float64), ones, ones),
    ]


SCORES, PAIRS = RANDOM.randn(3, 4, 5).astype("f"), RANDOM.randn(5, 5).astype("f")
TAGS, LENGTHS = np.array([[1, 2, 0, 4], [3, 3, 1, 0], [0, 0, 0, 0]], "i"), np.array([4, 2, 0], "i")


def crf(tf, steps, known):
    """What a conditional random field gives for sequences of some steps, and the ops it is made of."""
    scores, tags, lengths = SCORES[:, :steps], TAGS[:, :steps], np.minimum(LENGTHS, steps)
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, steps if known else None, 5])
        t, n = tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int32, [None])
        pairs = tf.constant(PAIRS)
        likelihood, _ = tf.contrib.crf.crf_log_likelihood(x, t, n, pairs)
        many = tf.contrib.crf.crf_multitag_sequence_score(x, x > -0.5, n, pairs)
        best = tf.contrib.crf.crf_decode(x, pairs, n)
        slopes = [slope for slope in tf.gradients(likelihood, [x, pairs]) if slope is not None]
        with tf.Session() as session:
            found = session.run([likelihood, many, *best, *slopes], {x: scores, t: tags, n: lengths})
    inner = ("cond", "gradients", "rnn")
    names = [op.name for op in graph.get_operations() if not any(part in op.name for part in inner)]
    return [[np.round(value.astype(float), 3).ravel().tolist() for value in found], names]


@scenario
def conditional_random_fields(tf):
    field = tf.contrib.crf
    best = [field.viterbi_decode(scores, PAIRS) for scores in SCORES]
    found = [crf(tf, steps, known) for steps in (4, 1) for known in (True, False)]
    return [[[list(map(int, tags)), round(float(score), 3)] for tags, score in best], found]


@scenario
def conditional_random_fields_build(tf):
    field, found = tf.contrib.crf, []
    for call in (
        "log_likelihood(x, t, n)",
        "unary_score(t, n, x)",
        "binary_score(t, n, tf.constant(PAIRS))",
        "sequence_score(x[:, :1], t[:, :1], n, tf.constant(PAIRS))",
    ):
        with tf.Graph().as_default() as graph:
            x = tf.placeholder(tf.float32, [None, 4, 5])
            t, n = tf.placeholder(tf.int64, [None, None]), tf.placeholder(tf.int64, [None])
            eval(f"field.crf_{call}", {"tf": tf, "field": field, "PAIRS": PAIRS, "x": x, "t": t, "n": n})
            names = [op.name for op in graph.get_operations() if "rnn/" not in op.name]
            found.append([names, graph._last_id, [v.name for v in tf.global_variables()]])
    return found


@scenario
def optimize_loss_summarizes(tf):
    found = []
    every = ["loss", "learning_rate", "gradients", "gradient_norm", "global_gradient_norm"]
    for how in (
        {},
        {"summaries": []},
        {"summaries": every},
        {"summaries": ["x"]},
        {"clip_gradients": 1.0},
        {"learning_rate_decay_fn": lambda rate, step: rate * 0.5},
    ):
        with tf.Graph().as_default() as graph:
            v = tf.get_variable("v", [2])
            step = tf.train.get_or_create_global_step()
            error = raised(tf.contrib.layers.optimize_loss, tf.reduce_sum(v * v), step, 0.1, "SGD", **how)
            norms = [op.name for op in graph.get_operations() if "norm" in op.name or "Summary" in op.type]
            found.append([error, [s.name for s in tf.get_collection("summaries")], error or norms])
    return found


@scenario
def flattened(tf):
    found = []
    for data_format in ("channels_last", "channels_first"):
        x = tf.reshape(tf.range(12), [1, 2, 3, 2])
        y = tf.layers.flatten(x, data_format=data_format)
        with tf.Session() as session:
            found.append([session.run(y).tolist(), y.name])
    return found


@scenario
def separable_convolutions(tf):
    layer, contrib = tf.layers.separable_conv2d, tf.contrib.layers.separable_conv2d
    return [
        built(tf, make)
        for make in (
            lambda v, i, t: layer(i, 4, 3, depth_multiplier=2, activation=tf.nn.relu),
            lambda v, i, t: layer(i, 4, 3, (2, 2), "same", use_bias=False),
            lambda v, i, t: contrib(i, 4, 3, depth_multiplier=2, stride=2),
            lambda v, i, t: contrib(i, None, 3, depth_multiplier=2, stride=2),
            lambda v, i, t: contrib(i, 4, [3, 3], normalizer_fn=tf.contrib.layers.batch_norm),
            lambda v, i, t: contrib(i, None, 3, biases_initializer=None, variables_collections=["mine"]),
        )
    ]
