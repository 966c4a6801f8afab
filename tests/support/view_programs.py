"""Every kind of view of a variable, and every way by which a value goes from native regions to the host."""

import dataclasses

import numpy as np

import minitf as tf

VALUE = np.arange(6, dtype=np.float32).reshape(3, 2)
ADDED = np.float32(10)

_TRUE = {"true": lambda: tf.constant(True), "open": lambda: tf.placeholder_with_default(True, [])}


def _branch(kind, x, y):
    return tf.cond(_TRUE[kind](), lambda: x, lambda: y)


def _looped(x, start):
    return tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, x), [0, start])[1]


def _waiting(x):
    with tf.control_dependencies([tf.no_op()]):
        return tf.identity(x)


def _on_host(x):
    """The value after a host op whose outputs have its shape."""
    y = tf.py_func(lambda a: a, [x], tf.float32)
    y.set_shape(x.shape)
    return y


# name: (of the variable, the same of an array)
VIEWS = {
    "the variable": (lambda v: v, lambda a: a),
    "value": (lambda v: v.value(), lambda a: a),
    "ref": (lambda v: v._ref(), lambda a: a),
    "read_value": (lambda v: v.read_value(), lambda a: a),
    "identity": (tf.identity, lambda a: a),
    "identity of ref": (lambda v: tf.identity(v._ref()), lambda a: a),
    "identity_n": (lambda v: tf.identity_n([v])[0], lambda a: a),
    "waiting identity": (_waiting, lambda a: a),
    "stop_gradient": (tf.stop_gradient, lambda a: a),
    "guarantee_const": (tf.guarantee_const, lambda a: a),
    "check_numerics": (lambda v: tf.check_numerics(v, "bad"), lambda a: a),
    "default": (lambda v: tf.placeholder_with_default(v.value(), [3, 2]), lambda a: a),
    "print": (lambda v: tf.Print(v, [v], first_n=0), lambda a: a),
    "row": (lambda v: v[1], lambda a: a[1]),
    "element": (lambda v: v[1, 1], lambda a: a[1, 1]),
    "rows": (lambda v: v[1:3], lambda a: a[1:3]),
    "all rows": (lambda v: v[:], lambda a: a),
    "no rows": (lambda v: v[1:1], lambda a: a[1:1]),
    "every other row": (lambda v: v[::2], lambda a: a[::2]),
    "reversed": (lambda v: v[::-1], lambda a: a[::-1]),
    "column": (lambda v: v[:, 1], lambda a: a[:, 1]),
    "new axis": (lambda v: v[..., None], lambda a: a[..., None]),
    "slice": (lambda v: tf.slice(v, [1, 0], [1, 2]), lambda a: a[1:2]),
    "reshape": (lambda v: tf.reshape(v, [2, 3]), lambda a: a.reshape(2, 3)),
    "flat": (lambda v: tf.reshape(v, [-1]), lambda a: a.reshape(-1)),
    "expand_dims": (lambda v: tf.expand_dims(v, 1), lambda a: a[:, None]),
    "squeeze": (lambda v: tf.squeeze(v[1:2], [0]), lambda a: a[1]),
    "unstack": (lambda v: tf.unstack(v)[2], lambda a: a[2]),
    "split": (lambda v: tf.split(v, 3)[1], lambda a: a[1:2]),
    "split columns": (lambda v: tf.split(v, 2, 1)[1], lambda a: a[:, 1:]),
    "transpose": (tf.transpose, lambda a: a.T),
    "transposed row": (lambda v: tf.transpose(v[1:2]), lambda a: a[1:2].T),
    "bitcast": (lambda v: tf.bitcast(v, tf.int32), lambda a: a.view(np.int32)),
    "bytes": (lambda v: tf.bitcast(v[1], tf.uint8), lambda a: a[1].copy().view(np.uint8).reshape(2, 4)),
    "cast": (lambda v: tf.cast(v, tf.float32), lambda a: a),
    "gather": (lambda v: tf.gather(v, 1), lambda a: a[1]),
    "lookup": (lambda v: tf.nn.embedding_lookup(v, [2, 1]), lambda a: a[[2, 1]]),
    "tile": (lambda v: tf.tile(v, [1, 1]), lambda a: a),
    "pad": (lambda v: tf.pad(v, [[0, 0], [0, 0]]), lambda a: a),
    "concat": (lambda v: tf.concat([v], 0), lambda a: a),
    "sum over nothing": (lambda v: tf.reduce_sum(v, []), lambda a: a),
    "identity of a row": (lambda v: tf.identity(v[1]), lambda a: a[1]),
    "row of rows": (lambda v: tf.reshape(v[1:], [4])[1:3], lambda a: a[1:].reshape(4)[1:3]),
    "row of bits": (lambda v: tf.bitcast(v, tf.int32)[2], lambda a: a.view(np.int32)[2]),
    "cond, row": (lambda v: _branch("open", v[1], v[2]), lambda a: a[1]),
    "known cond, row": (lambda v: _branch("true", v[1], v[2]), lambda a: a[1]),
    "known cond, whole": (lambda v: _branch("true", v.value(), v * 2.0), lambda a: a),
    "row within cond": (lambda v: tf.cond(_TRUE["true"](), lambda: v[1], lambda: v[2]), lambda a: a[1]),
    "loop, row": (lambda v: _looped(v[1], tf.zeros([2])), lambda a: a[1]),
    "row within loop": (
        lambda v: tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, v[i]), [0, tf.zeros([2])])[1],
        lambda a: a[1],
    ),
    "map": (lambda v: tf.map_fn(lambda row: row[1], v), lambda a: a[:, 1]),
    "mapped row": (lambda v: tf.map_fn(lambda row: row, v)[2], lambda a: a[2]),
    "array": (lambda v: tf.TensorArray(tf.float32, 3).unstack(v).read(1), lambda a: a[1]),
    "host": (_on_host, lambda a: a),
    "row of host": (lambda v: _on_host(v)[1], lambda a: a[1]),
    "host of row": (lambda v: _on_host(v[1]), lambda a: a[1]),
}

FOLLOWING = {"the variable", "value", "ref", "cast"}  # what such a tensor says is the variable when it is read


def _flat(x):
    return tf.reshape(x, [-1])


def _matrix(x):
    return tf.cast(x if x.shape.rank == 2 else tf.reshape(x, [1, -1]), tf.float32)


def _as_matrix(a):
    return np.asarray(a if np.ndim(a) == 2 else np.reshape(a, (1, -1)), np.float32)


def _queued(x):
    queue = tf.FIFOQueue(9, x.dtype.base_dtype, x.shape)
    with tf.control_dependencies([queue.enqueue(x)]):
        return queue.dequeue()


def _queued_rows(x):
    queue = tf.FIFOQueue(9, x.dtype.base_dtype, [[]])
    with tf.control_dependencies([queue.enqueue_many([_flat(x)])]):
        return queue.dequeue_up_to(tf.size(x))


def _ragged(x):
    array = tf.TensorArray(x.dtype.base_dtype, 2, infer_shape=False, clear_after_read=False)
    array = array.write(0, x).write(1, tf.zeros([1], x.dtype.base_dtype))
    return array.read(0), array.concat() if x.shape.rank == 1 else array.read(1)


def _host_cond(x):
    return tf.cond(tf.placeholder_with_default(True, []), lambda: seen(x), lambda: seen(x - x))


def _host_loop(x):
    return tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, seen(x)), [0, x - x])[1]


def _failing(x):
    """An assertion that fails and says what it was given; caught by whoever runs it."""
    with tf.control_dependencies([tf.Assert(tf.placeholder_with_default(True, []), [x], summarize=-1)]):
        return tf.identity(x)


def seen(x):
    """What a py_func is given, of known shape."""
    y = tf.py_func(np.array, [x], x.dtype.base_dtype)
    y.set_shape(x.shape)
    return y


def _same(a):
    return [a]


def _any(a):
    """Whatever comes, in both executors alike."""
    return None


# name: (what is fetched, the same of an array)
CROSSINGS = {
    "fetched": (lambda x: [x], _same),
    "py_func": (lambda x: [seen(x)], _same),
    "sum": (
        lambda x: [tf.py_func(lambda a: a.astype(np.float64).sum(), [x], tf.float64)],
        lambda a: [a.astype(np.float64).sum()],
    ),
    "py_func, then native": (lambda x: [tf.abs(tf.cast(seen(x), tf.float32))], lambda a: [abs(np.float32(a))]),
    "both": (lambda x: [seen(x), x + x, seen(x)], lambda a: [a, a + a, a]),
    "Print": (lambda x: [tf.Print(x, [x], first_n=0) + x], lambda a: [a + a]),
    "unique": (lambda x: list(tf.unique(_flat(x))), lambda a: [a.reshape(-1)] if a.dtype == "f4" else None),
    "boolean_mask": (
        lambda x: [tf.boolean_mask(_flat(x), _flat(x) > tf.cast(3, x.dtype))],
        lambda a: [a.reshape(-1)[a.reshape(-1) > 3]],
    ),
    "where": (lambda x: [tf.where(_flat(x) > tf.cast(3, x.dtype))], lambda a: [np.argwhere(a.reshape(-1) > 3)]),
    "where of itself": (lambda x: [tf.where(tf.cast(x, tf.bool))], lambda a: [np.argwhere(a)]),
    "dynamic_partition": (
        lambda x: tf.dynamic_partition(_flat(x), tf.cast(_flat(x) > tf.cast(3, x.dtype), tf.int32), 2),
        lambda a: [a.reshape(-1)[a.reshape(-1) <= 3], a.reshape(-1)[a.reshape(-1) > 3]],
    ),
    "dynamic_stitch": (lambda x: [tf.dynamic_stitch([tf.range(tf.size(x))], [_flat(x)])], lambda a: [a.reshape(-1)]),
    "queue": (lambda x: [_queued(x)], _same),
    "queue of rows": (lambda x: [_queued_rows(x)], lambda a: [a.reshape(-1)]),
    "histogram": (lambda x: [tf.summary.histogram("h", x)], _any),
    "svd": (
        lambda x: [tf.svd(_matrix(x), compute_uv=False)],
        lambda a: [np.linalg.svd(_as_matrix(a), compute_uv=False)] if a.dtype == "f4" else None,
    ),
    "qr": (lambda x: list(tf.qr(_matrix(x))), _any),
    "ragged": (lambda x: list(_ragged(x)), _any),
    "half": (lambda x: [tf.cast(tf.cast(x, tf.bool), tf.float16)], lambda a: [a.astype(bool).astype("e")]),
    "complex": (lambda x: [tf.cast(tf.cast(x, tf.float32), tf.complex64)], lambda a: [a.astype("F")]),
    "cond on the host": (lambda x: [_host_cond(x)], _same),
    "loop on the host": (lambda x: [_host_loop(x)], _same),
    "assertion": (lambda x: [_failing(x)], _same),
}

TIMES = ("alone", "before", "after")  # when the variable is assigned: not at all, before or after the view


@dataclasses.dataclass
class Program:
    """What is fetched, and what is expected: None where only the executors are compared."""

    fetches: list
    expected: list
    fed: dict


def program(view, time, crossings):
    """A view of a new variable, and what `crossings` make of it, in the default graph."""
    make, meaning = VIEWS[view]
    v, p = tf.get_variable("v", initializer=VALUE), tf.placeholder(tf.float32, [])
    follows = view in FOLLOWING
    changes = [tf.assign_add(v, tf.fill([3, 2], ADDED))] if time == "before" else []
    with tf.control_dependencies(changes):
        x = tf.convert_to_tensor(make(v))
    if time == "after":
        with tf.control_dependencies([x]):
            changes = [tf.assign_add(v, tf.fill([3, 2], ADDED))]
    changed = time == "before" or time == "after" and follows
    fetches, expected = [], []
    with tf.control_dependencies(changes):
        for name in crossings:
            fetches.append(CROSSINGS[name][0](x))
            # What is fetched and follows the variable is what it was when the variable was made; a variable itself is
            # what it is in the end.
            late = changed and not (name == "fetched" and follows and view != "ref")
            expected.append(CROSSINGS[name][1](np.array(meaning(VALUE + ADDED * late), order="C")))
    return Program([fetches, p, changes], expected, {p: 0.5})
