"""Control flow against what TensorFlow did (tests/facts/control.json), in both executors."""

import functools

import numpy as np
from oracle import array, facts

import minitf as tf
import minitf.as_tensorflow  # noqa: F401 - what was recorded imports from tensorflow
from minitf.framework import nest

EXECUTORS = ("op_by_op", "native")


@functools.cache
def _cases():
    return {case["id"]: case for case in facts("control")["cases"]}


def ids(*starts, but=()):
    """The ids of the recorded cases that start with one of `starts`, without those where minitf differs."""
    found = [id for id in _cases() if id.startswith(starts)]
    assert set(but) <= set(found), f"no such case: {set(but) - set(found)}"
    return [id for id in found if id not in but]


def built(id):
    """The names that a case's source defines."""
    names = {"tf": tf, "np": np}
    exec(_cases()[id]["source"], names)
    return names


def check(id):
    """Builds and runs one case; compares structure, names, static shapes, values, gradients or the error."""
    case = _cases()[id]
    if "error" in case:
        error = (
            getattr(tf.errors, case["error"], None) or {"TypeError": TypeError, "ValueError": ValueError}[case["error"]]
        )
        _check_fails(id, error)
        return
    names = built(id)
    flat = [t if isinstance(t, tf.Operation) else tf.convert_to_tensor(t) for t in nest.flatten(names["result"])]
    _check_static(case, names["result"], flat)
    gradients = _gradients(case, flat, names)
    results = [_run(case, flat, gradients, names, executor) for executor in EXECUTORS]
    for one, other in zip(*results):
        np.testing.assert_array_equal(one, other, err_msg="executors differ")


def _check_fails(id, error):
    """It fails while it is built, or in every executor; never later than TensorFlow."""
    try:
        names = built(id)
    except error:
        return
    assert _cases()[id]["stage"] == "run", f"{id} was built, but should not have been"
    for executor in EXECUTORS:
        with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
            session.run(tf.global_variables_initializer())
            try:
                value = session.run(names["result"], names.get("feed"))
            except error:
                continue
            raise AssertionError(f"{id} gave {value}")


def _check_static(case, result, flat):
    """Structure, names and static shapes (which may be better known than TensorFlow knows them)."""
    count = iter(range(1000))
    assert repr(nest.map_structure(lambda _: next(count), result)) == case["structure"]
    if not case["names"][0].startswith("gradients"):
        assert [t.name for t in flat] == case["names"]
    for tensor, shape in zip(flat, case["shapes"]):
        if shape != "op":
            assert _sizes(tensor.shape.merge_with(shape)) == _sizes(tensor.shape), f"{tensor}: {shape}"


def _sizes(shape):
    return None if shape.rank is None else shape.as_list()


def _gradients(case, flat, names):
    found = tf.gradients([t for t in flat if t.dtype.is_floating], names["wrt"]) if "wrt" in names else []
    assert [g is None for g in found] == [g is None for g in case.get("gradients", ())]
    slices = [i for i, g in enumerate(found) if isinstance(g, tf.IndexedSlices)]
    assert slices == case.get("slices", [])
    return [tf.convert_to_tensor(g) for g in found if g is not None]


def _run(case, flat, gradients, names, executor):
    with tf.Session(config=tf.ConfigProto(executor=executor, passes="none")) as session:
        session.run(tf.global_variables_initializer())
        values = session.run(flat + gradients, names.get("feed"))
        wanted = case["values"] + [g for g in case.get("gradients", ()) if g is not None]
        if "after" in case:
            values, wanted = values + [session.run(names["after"])], wanted + [case["after"]]
    for value, recorded in zip(values, wanted, strict=True):
        _check_close(value, array(recorded))
    return values


def _check_close(value, wanted):
    if wanted.dtype.kind in "fc":
        assert value.dtype == wanted.dtype
        np.testing.assert_allclose(value, wanted, rtol=2e-6, atol=1e-6)
    else:
        np.testing.assert_array_equal(value, wanted)


def check_ids(start):
    """How many ids each recorded snippet takes, and the seeds of the random ops inside and after it."""
    for fact in facts("control")["ids"]:
        if fact["id"].startswith(start):
            with tf.Graph().as_default() as graph:
                tf.set_random_seed(42)
                exec(fact["source"], {"tf": tf, "np": np})
            seeds = [op.attrs["seed2"] for op in sorted(_all_ops(graph), key=lambda op: op.id) if "seed2" in op.attrs]
            assert (graph._last_id, seeds) == (fact["last_id"], fact["seeds"]), fact["id"]


def _all_ops(graph):
    for op in graph.ops:
        yield op
        for body in ("condition", "body", "then_branch", "else_branch"):
            if op.attrs.get(body) is not None:
                yield from _all_ops(op.attrs[body])
