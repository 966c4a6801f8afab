"""Calls whose ops, static shapes, values and gradients were recorded from TensorFlow 1.15.5.

PYTHON_WITH_TF tests/recorded/recorded_calls.py FAMILY > tests/facts/calls_FAMILY.json makes the record of the calls in
tests/facts/calls_FAMILY.txt: sources in which `tf` and the names of INPUTS occur, one a line.
"""

import base64
import json
import re
import sys
from pathlib import Path

import numpy as np

FACTS = Path(__file__).parents[1] / "facts"
RANDOM = np.random.RandomState(5)
WHOLE = RANDOM.randint(0, 256, (5, 6, 3))

# Arrays, and the static shapes of the placeholders that are fed with them.
INPUTS = {
    "I": (RANDOM.rand(5, 6, 3).astype("f"), [5, 6, 3]),
    "IO": (RANDOM.rand(5, 6, 3).astype("f"), [None, None, 3]),
    "IN": (RANDOM.rand(5, 6, 3).astype("f"), None),
    "B": (RANDOM.rand(2, 5, 4, 3).astype("f"), [2, 5, 4, 3]),
    "BO": (RANDOM.rand(2, 5, 4, 3).astype("f"), [None, None, None, 3]),
    "C": (RANDOM.rand(2, 5, 4, 3).astype("f"), [2, 5, 4, 3]),
    "G": (RANDOM.rand(4, 5, 1).astype("f"), [4, 5, 1]),
    "D": (RANDOM.rand(4, 5, 3), [4, 5, 3]),
    "U": (WHOLE.astype("uint8"), [5, 6, 3]),
    "S": (WHOLE.astype("int16"), [5, 6, 3]),
    "BIG": (RANDOM.rand(2, 16, 14, 3).astype("f"), [2, 16, 14, 3]),
    "BIG2": (RANDOM.rand(2, 16, 14, 3).astype("f"), [2, 16, 14, 3]),
    "BOXES": (
        np.array(
            [[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [0, 100, 1, 101]],
            "f",
        ),
        [6, 4],
    ),
    "SCORES": (np.array([0.9, 0.75, 0.6, 0.95, 0.5, 0.3], "f"), [6]),
    "PARTS": (
        np.array([[[0.1, 0.2, 0.6, 0.9], [-0.5, 0.3, 0.5, 1.5]], [[0.0, 0.0, 1.0, 1.0], [2.0, 2.0, 3.0, 3.0]]], "f"),
        [2, 2, 4],
    ),
    "SERIES": (RANDOM.rand(2, 7, 3).astype("f"), [2, 7, 3]),
    "VOLUME": (RANDOM.rand(2, 3, 5, 4, 2).astype("f"), [2, 3, 5, 4, 2]),
    "VOLUMES": (RANDOM.rand(2, 3, 5, 4, 2).astype("f"), [None, None, None, None, 2]),
    "FILTER1": (RANDOM.rand(2, 3, 2).astype("f"), [2, 3, 2]),
    "FILTER2": (RANDOM.rand(2, 2, 3, 2).astype("f"), [2, 2, 3, 2]),
    "FILTER3": (RANDOM.rand(2, 2, 3, 2, 3).astype("f"), [2, 2, 3, 2, 3]),
    "PIXELS": (RANDOM.randint(-9, 9, (2, 4, 6, 4)).astype("f"), [2, 4, 6, 4]),
    "KERNEL": (RANDOM.randint(-3, 3, (2, 3, 4)).astype("f"), [2, 3, 4]),
}
for name, file in json.loads((FACTS / "image_files.json").read_text()).items():
    INPUTS[name] = (np.array(base64.b64decode(file), object), [])
# What TensorFlow makes of assertions and branches.
INSIDE = re.compile("cond/|Assert(_[0-9]+)?/(Const|Assert/)|AssertGuard|Switch|switch_|pred_id|Merge")


def record(tf, call):
    """What a call makes: its ops outside of branches, the last id, and for each result its static shape,
    value and the gradients of a weighted sum of it.
    """
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(7)
        names = [name for name in INPUTS if name in compile(call, "", "eval").co_names]
        inputs = {n: tf.placeholder(INPUTS[n][0].dtype, INPUTS[n][1], name=n) for n in names}
        result = eval(call, {"tf": tf, "np": np, **inputs})
        results = list(result) if isinstance(result, (list, tuple)) else [result]
        made = [f"{op.name}:{op.type}" for op in graph.get_operations()[len(names) :]]
        found = {
            "ops": " ".join(name for name in made if not INSIDE.search(name)),
            "last": graph._last_id,
            "static": [_static(r) for r in results],
        }
        real = [i for i in inputs.values() if i.dtype.is_floating]
        sums = [tf.reduce_sum(_weighted(tf, r)) for r in results if r.dtype.is_floating]
        slopes = _slopes(tf, sums, real)
        variables = tf.global_variables()
        if variables:
            found["variables"] = [v.name for v in variables]
            collected = [tf.get_collection(key) for key in ("trainable_variables", "model_variables", "update_ops")]
            found["collected"] = [[item.name for item in items] for items in collected]
            slopes += _slopes(tf, sums, tf.trainable_variables())
        with tf.Session() as session:
            session.run(tf.group(*[v.initializer for v in variables]))
            feeds = {i: INPUTS[n][0] for n, i in inputs.items()}
            found["values"] = [_kept(v) for v in session.run(results, feeds)]
            known = [s for s in slopes if s is not None]
            values = iter(session.run(known, feeds))
        found["slopes"] = [None if s is None else _kept(next(values)) for s in slopes]
    return found


def attempted(tf, call):
    """The record of a call, or the class of the error."""
    try:
        return record(tf, call)
    except Exception as error:
        return {"error": type(error).__name__, "text": str(error)}


def _slopes(tf, sums, real):
    try:
        return [None if s is None else tf.convert_to_tensor(s) for s in tf.gradients(sums, real)]
    except LookupError:
        return []


def _weighted(tf, result):
    """Each item has a weight of its own."""
    place = tf.cast(tf.reshape(tf.range(tf.size(result)), tf.shape(result)), result.dtype)
    return result * tf.sin(place + 1)


def _static(result):
    return None if result.shape.ndims is None else result.shape.as_list()


def _kept(value):
    value = np.asarray(value)
    items = value.ravel().tolist()
    if value.dtype.kind == "f":
        items = [float(format(item, ".6g")) for item in items]
    elif value.dtype.kind in "SO":
        items = [item.decode("latin-1") for item in items]
    return [str(value.dtype), list(value.shape), items]


def calls(family):
    """The sources of a family."""
    lines = (FACTS / f"calls_{family}.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def check(call, family, graph=True, near=0, static=True):
    """minitf makes of the call what was recorded; `graph`: their ops, too; `near`: how far
    whole numbers may be off; `static`: static shapes, too."""
    from oracle import facts

    import minitf as tf

    expected, found = facts(f"calls_{family}")[call], attempted(tf, call)
    assert found.get("error") == expected.get("error"), found.get("text")
    if "error" in expected:
        return
    for part in ("static", "variables", "collected")[not static :]:
        assert found.get(part) == expected.get(part)
    if graph:
        same = [ops.replace(":AddV2", ":Add").split() for ops in (found["ops"], expected["ops"])]
        assert same[0] == same[1]
    assert found["last"] == expected["last"]
    for part in ("values", "slopes"):
        for value, wanted in zip(found[part], expected[part], strict=True):
            _check_value(value, wanted, part, near)


def _check_value(value, wanted, part, near=0):
    assert (value is None) == (wanted is None), part
    if value is not None:
        assert value[:2] == wanted[:2], part
        if value[0].startswith("float"):
            np.testing.assert_allclose(value[2], wanted[2], 2e-5, 2e-5, err_msg=part)
        else:
            assert len(value[2]) == len(wanted[2]), part
            assert all(a == b or abs(a - b) <= near for a, b in zip(value[2], wanted[2])), part


if __name__ == "__main__":
    import tensorflow

    facts = {call: attempted(tensorflow, call) for call in calls(sys.argv[1])}
    rows = ",\n".join(f"{json.dumps(call)}: {json.dumps(fact)}" for call, fact in facts.items())
    print("{\n" + rows + "\n}")
