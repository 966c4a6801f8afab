"""What calls come to, recorded from TensorFlow 1.15.5: an error and when it comes, or static shapes, types and values.

PYTHON_WITH_TF tests/recorded/outcomes.py > tests/facts/outcomes.json makes the record of tests/facts/outcomes.txt:
sources in which `tf` and the functions of `makers` occur, one a line. What fails at the run has shapes, too.
"""

import json
import sys

import numpy as np
from recorded_calls import FACTS, _check_value, _kept, _static

WORDS = ["a", "b", "ab", "", "abc", "A b", "12", "-3.5", "b,a", "x y z", "\u00e9", "aa"]
MOST = 40  # values that are recorded


def array(dtype, shape, seed, within=None):
    """Numbers or words that the seed tells."""
    random = np.random.RandomState(seed)
    if dtype == "string":
        places = random.randint(0, len(WORDS), int(np.prod(shape)))
        return np.array([WORDS[i].encode() for i in places], object).reshape(shape)
    kind = np.dtype(dtype).kind
    if kind == "b":
        return random.rand(*shape) > 0.5 if shape else np.array(bool(seed % 2))
    if kind in "iu":
        low, high = within or ((0, 5) if kind == "u" or seed % 3 else (-4, 5))
        return np.array(random.randint(low, high + 1, shape)).astype(dtype)
    if kind == "c":
        return np.array(random.randn(*shape) + 1j * random.randn(*shape)).astype(dtype)
    if within:
        return np.array(within[0] + (within[1] - within[0]) * random.rand(*shape)).astype(dtype)
    return np.array(random.rand(*shape) if seed % 2 else random.randn(*shape)).astype(dtype)


def makers(tf, feeds):
    """The functions that make inputs, by the names under which sources call them; `feeds` is filled by them."""

    def given(dtype, value, static):
        value = np.array(value, object if dtype == "string" else dtype)
        holder = tf.placeholder(tf.as_dtype(dtype), static)
        feeds[holder] = value
        return holder

    def sparse(dtype, shape, seed, fed):
        count = int(np.prod(shape))
        places = np.sort(np.random.RandomState(seed).permutation(count)[: max(1, count // 2)])
        indices = np.stack(np.unravel_index(places, shape), -1).astype("int64")
        values = array(dtype, [len(places)], seed)
        if not fed:
            return tf.SparseTensor(indices, tf.constant(values), np.array(shape, "int64"))
        holder = tf.sparse_placeholder(tf.as_dtype(dtype))
        feeds[holder] = (indices, values, np.array(shape, "int64"))
        return holder

    return {
        "array": array,
        "const": lambda *how, **rest: tf.constant(array(*how, **rest)),
        "fed": lambda dtype, shape, static, *how, **rest: given(dtype, array(dtype, shape, *how, **rest), static),
        "given": given,
        "sparse": sparse,
        "inf": float("inf"),
        "np": np,
        "tf": tf,
    }


def outcome(tf, call):
    """What the call comes to, as a record."""
    found, feeds = {"stage": "build"}, {}
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(3)
        try:
            results = flat(eval(call, makers(tf, feeds)))
            tensors = [r for r in results if hasattr(r, "dtype")]
            found["static"], found["types"] = [_static(r) for r in tensors], [r.dtype.name for r in tensors]
            found["stage"] = "run"
            with tf.Session(graph=graph) as session:
                session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
                values = [_array(v) for v in session.run(results, feeds) if v is not None]
        except Exception as error:
            return {**found, "error": type(error).__name__, "classes": [c.__name__ for c in type(error).__mro__]}
    del found["stage"]
    if sum(v.size for v in values) <= MOST and not any(v.dtype.kind == "c" for v in values):
        found["values"] = [_kept(v) for v in values]
    return found


def flat(result):
    """The tensors that a result is made of."""
    if isinstance(result, (list, tuple)) and not hasattr(result, "dense_shape"):
        return [part for item in result for part in flat(item)]
    if hasattr(result, "row_splits"):
        return [*flat(result.values), result.row_splits]
    if hasattr(result, "dense_shape"):
        return [p for p in (result.indices, result.values, result.dense_shape) if p is not None]
    return [result]


def _array(value):
    return np.asarray(value, object if isinstance(value, bytes) else None)


def calls():
    """The sources."""
    return [line for line in (FACTS / "outcomes.txt").read_text().splitlines() if line and not line.startswith("#")]


def check(call):
    """minitf comes to what was recorded of the call."""
    from oracle import facts

    import minitf as tf

    expected, found = facts("outcomes")[call], outcome(tf, call)
    assert found.get("stage") == expected.get("stage"), found
    assert expected.get("error") in (None, *found.get("classes", [])), found
    for part in ("static", "types"):
        assert found.get(part) == expected.get(part)
    for value, wanted in zip(found.get("values", []), expected.get("values", []), strict=True):
        _check_value(value, wanted, call)


if __name__ == "__main__":
    import tensorflow

    records = {call: outcome(tensorflow, call) for call in calls()}
    for record in records.values():
        record.pop("classes", None)
    print("{\n" + ",\n".join(f"{json.dumps(c)}: {json.dumps(r)}" for c, r in records.items()) + "\n}", file=sys.stdout)
