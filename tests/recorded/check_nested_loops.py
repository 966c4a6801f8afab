"""Writes `nested_loops` for TensorFlow, and checks that it gives what minitf gives; see there."""

import os
import sys

import numpy as np


def write(folder):
    """One file for each case: the graph, and what is fed, run first and computed."""
    from nested_loops import CASES

    import minitf as tf

    for name, build in CASES.items():
        with tf.Graph().as_default() as graph, tf.Session() as session:
            feeds, init = build(tf), tf.global_variables_initializer()
            session.run(init)
            names = [op.name for op in graph.get_operations() if op.name == "y" or op.name.startswith("out_")]
            expected = {f"{n}:0": session.run(f"{n}:0", feeds) for n in names}
            content = np.frombuffer(tf.graph_util.to_tensorflow(graph).SerializeToString(), np.uint8)
        parts = {f"feed_{n}": v for n, v in feeds.items()} | {f"out_{n}": v for n, v in expected.items()}
        np.savez(os.path.join(folder, name), graph=content, init=init.name, **parts)


def check(folder):
    """Prints of each case whether TensorFlow gives the same, one by one and together."""
    import tensorflow.compat.v1 as tf

    for name in sorted(os.listdir(folder)):
        found = np.load(os.path.join(folder, name))
        feeds, expected = ({n[len(k) :]: v for n, v in found.items() if n.startswith(k)} for k in ("feed_", "out_"))
        with tf.Graph().as_default(), tf.Session() as session:
            tf.import_graph_def(tf.GraphDef.FromString(found["graph"].tobytes()), name="")
            session.run(str(found["init"]))
            found = [session.run(list(expected), feeds)] + [[session.run(n, feeds) for n in expected]] * 3
        close = [
            np.allclose(a, b, rtol=2e-4, atol=1e-4 * np.abs(b).max())
            for f in found
            for a, b in zip(f, expected.values())
        ]
        print(tf.__version__, name, "equal" if all(close) else "DIFFERS", flush=True)


if __name__ == "__main__":
    write(sys.argv[2]) if sys.argv[1] == "write" else check(sys.argv[1])
