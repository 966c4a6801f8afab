"""Checks that TensorFlow makes gradients through loops and branches of meta graphs that minitf writes.

python tests/recorded/check_contexts.py write FOLDER             # the meta graphs, and minitf's gradients
PYTHON_WITH_TF1 tests/recorded/check_contexts.py read FOLDER     # compares TensorFlow 1.15's with them
PYTHON_WITH_TF1 tests/recorded/check_contexts.py read FOLDER a   # imported into a scope
"""

import json
import os
import sys

if sys.argv[1:2] == ["read"]:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf
else:
    import minitf as tf

AT = (0.5, 1.5, 2.5)


def cond(x):
    return tf.cond(x > 1.0, lambda: x * x * x, lambda: x * 2.0)


def loop(x):
    return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * x), [0, x])[1]


def cond_in_loop(x):
    choice = lambda a: tf.cond(a > 1.0, lambda: a * x, lambda: a * 0.5)  # noqa: E731 - as scripts say it
    return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, choice(a)), [0, x])[1]


def loop_in_cond(x):
    return tf.cond(x > 1.0, lambda: loop(x) * x, lambda: x * 2.0)


def nested(x):
    inner = lambda a: tf.while_loop(lambda j, b: j < 2, lambda j, b: (j + 1, tf.sin(b) * x), [0, a])[1]  # noqa: E731
    return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, inner(a)), [0, x])[1]


def both(x):
    return tf.cond(x > 1.0, lambda: tf.cond(x > 2.0, lambda: cond_in_loop(x), lambda: x * 3.0), lambda: nested(x))


def mapped(x):
    return tf.reduce_sum(tf.map_fn(lambda v: v * v * x, tf.stack([x, 2 * x])))


def scanned(x):
    return tf.reduce_sum(tf.scan(lambda a, v: a * v + x, tf.stack([x, 2 * x, x * x])))


KINDS = (cond, loop, cond_in_loop, loop_in_cond, nested, both, mapped, scanned)


def values(build, mode, folder, scope):
    """What the graph and its gradient give."""
    path = os.path.join(folder, f"{build.__name__}.meta")
    with tf.Graph().as_default() as graph, tf.Session() as session:
        if mode == "write":
            tf.identity(build(tf.placeholder(tf.float32, [], name="x")), name="y")
            tf.train.export_meta_graph(path)
        else:
            tf.train.import_meta_graph(path, import_scope=scope)
        x, y = (graph.get_tensor_by_name(f"{scope}/{name}:0".lstrip("/")) for name in "xy")
        slope = tf.gradients(y, x)[0]
        return [[float(v) for v in session.run([y, slope], {x: at})] for at in AT]


def main(mode, folder, scope=""):
    """Writes the meta graphs, or compares."""
    found = {build.__name__: values(build, mode, folder, scope) for build in KINDS}
    name = os.path.join(folder, "values.json")
    if mode == "write":
        with open(name, "w") as file:
            json.dump(found, file)
        return
    with open(name) as file:
        expected = json.load(file)
    for name, rows in found.items():
        far = max(abs(a - b) / (1e-3 + abs(b)) for row, other in zip(rows, expected[name]) for a, b in zip(row, other))
        print(name, "equal" if far < 1e-5 else f"DIFFERS by {far}")


if __name__ == "__main__":
    main(*sys.argv[1:])
