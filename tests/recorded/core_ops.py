"""Programs of the core API's odds and ends."""

import numpy as np
from core_support import program, programs, raised, shape, values


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
