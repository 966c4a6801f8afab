"""Queues against what TensorFlow did (tests/facts/queues.json)."""

import threading

import numpy as np
from oracle import facts

import minitf as tf


def cases(*starts, but=()):
    """The ids of the recorded cases that start with one of `starts` (if any), and not with one of `but`."""
    ids = [case["id"] for case in facts("queues")["cases"]]
    return [id for id in ids if id.startswith(starts or ("",)) and not id.startswith(tuple(but))]


def graphs(*starts):
    """The ids of the recorded graphs that start with one of `starts`."""
    return [graph["id"] for graph in facts("queues")["graphs"] if graph["id"].startswith(starts)]


def check_case(id, seconds=60):
    """Runs one case in a thread, so that one that waits for ever fails."""
    [case] = [case for case in facts("queues")["cases"] if case["id"] == id]
    found = []
    thread = threading.Thread(target=lambda: found.append(_run(case["source"])), daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, f"{id} waits for ever"
    assert found[0] == (case.get("result"), case.get("error"))


def _run(source):
    names = {"tf": tf, "np": np}
    with tf.Graph().as_default():
        try:
            exec(source, names)
        except Exception as error:
            return plain(names.get("result")), type(error).__name__
    return plain(names.get("result")), None


def plain(value):
    """A value as JSON holds it."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    return value.decode() if isinstance(value, bytes) else value


def check_graph(id, without="/"):
    """The same ops under the same ids, names and static shapes, but for those in a scope that differs."""
    [recorded] = [graph for graph in facts("queues")["graphs"] if graph["id"] == id]
    with tf.Graph().as_default() as graph:
        exec(recorded["source"], {"tf": tf})
    ops = [_described(op) for op in graph.get_operations()]
    assert [op for op in ops if not op[2].startswith(without)] == [
        op for op in recorded["ops"] if not op[2].startswith(without)
    ]
    keys = sorted(graph.get_all_collection_keys())
    assert {k: [x.name for x in graph.get_collection(k)] for k in keys} == recorded["collections"]


def _described(op):
    outputs = [[t.dtype.name, None if t.shape.rank is None else t.shape.as_list()] for t in op.outputs]
    inputs, controls = [t.name for t in op.inputs], [c.name for c in op.control_inputs]
    return [op.id, op.type, op.name, inputs, controls, outputs]
