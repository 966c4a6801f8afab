"""Checks that TensorFlow trains the graphs of tests/facts/graphs that minitf has read and written as it trained them.

.venv/bin/python tests/recorded/check_written_graphs.py write FOLDER  # one file for each
PYTHON_WITH_TF tests/recorded/check_written_graphs.py FOLDER          # TensorFlow 1.15 or 2.15
"""

import gzip
import sys
from pathlib import Path

import numpy as np

FACTS = Path(__file__).parents[1] / "facts" / "graphs"


def write(folder):
    """The GraphDef of each."""
    import minitf as tf

    for place in (path for path in FACTS.iterdir() if path.is_dir()):
        meta = folder / f"{place.name}.meta"
        meta.write_bytes(gzip.decompress((place / "m.meta.gz").read_bytes()))
        with tf.Graph().as_default() as graph:
            tf.train.import_meta_graph(str(meta))
            definition = tf.graph_util.to_tensorflow(graph)
        meta.with_suffix(".pb").write_bytes(definition.SerializeToString())


def differences(tf, path):
    """By how much what comes before and after training differs from what was recorded."""
    parts = {"feed": {}, "before": {}, "after": {}}
    for key, value in np.load(FACTS / path.stem / "values.npz").items():
        part, _, rest = key.partition("_")
        parts[part][rest if ":" in rest else f"{rest}:0"] = value
    feeds, before, after = parts.values()
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.import_graph_def(tf.GraphDef.FromString(path.read_bytes()), name="")
        if "save/restore_all" in {op.name for op in graph.get_operations()}:
            session.run("save/restore_all", {"save/Const:0": str(FACTS / path.stem / "m")})
        yield max(np.abs(session.run(name, feeds) - value).max() for name, value in before.items())
        for _ in range(3 if after else 0):
            session.run("train", feeds)
        if after:
            yield max(np.abs(session.run(name, feeds) - value).max() for name, value in after.items())


def check(folder):
    """Prints of each graph whether TensorFlow gives what it gave.

    What handles_tf1 becomes depends on the version, of TensorFlow's own graph, too; 1.15 has not all that
    normalized_tf2 needs.
    """
    import tensorflow.compat.v1 as tf

    for path in sorted(folder.glob("*.pb")):
        try:
            found = max(differences(tf, path))
        except (ValueError, tf.errors.OpError) as error:
            found = f"{type(error).__name__}: {str(error)[:200]}"
        print(tf.__version__, path.stem, found, flush=True)


if __name__ == "__main__":
    write(Path(sys.argv[2])) if sys.argv[1] == "write" else check(Path(sys.argv[1]))
