"""Control flow against what TensorFlow did: tests/facts/control.json."""

import functools

import numpy as np
from oracle import array, facts

import minitf as tf
from minitf.framework import nest


@functools.cache
def _cases():
    return {case["id"]: case for case in facts("control")["cases"]}


def ids(*starts, but=()):
    """The ids of the recorded cases that start with one of `starts`, without those where minitf differs."""
    found = [id for id in _cases() if id.startswith(starts)]
    assert set(but) <= set(found), "no such case"
    return [id for id in found if id not in but]


def check(id):
    """Builds and runs one case; compares structure, names, static shapes, values, gradients or the error."""
    case, names = _cases()[id], {"tf": tf, "np": np}
    stage = "build"
    try:
        exec(case["source"].replace("from tensorflow.", "from minitf."), names)
        flat = [_element(t) for t in nest.flatten(names["result"])]
        check_static(case, names["result"], flat)
        stage = "gradients"
        gradients = tf.gradients(_floating(flat), names["wrt"]) if "wrt" in names else []
        stage = "run"
        found = _run(case, flat, gradients, names)
    except Exception as error:
        if "error" not in case:
            raise
        assert type(error).__name__ == _class(case["error"]), f"{stage}: {error!r}"
        return
    assert "error" not in case, f"no {case['error']}, but {found}"


def _class(name):
    return {"OperatorNotAllowedInGraphError": "TypeError"}.get(name, name)


def _element(value):
    return value if isinstance(value, tf.Operation) else tf.convert_to_tensor(value)


def _floating(tensors):
    return [t for t in tensors if isinstance(t, tf.Tensor) and t.dtype.is_floating]


def check_static(case, result, flat):
    """Structure, names and static shapes (which may be better known than TensorFlow knows them)."""
    if "structure" not in case:
        return
    count = iter(range(1000))
    assert repr(nest.map_structure(lambda _: next(count), result)) == case["structure"]
    if not case["names"][0].startswith("gradients"):
        assert [t.name for t in flat] == case["names"]
    for tensor, shape in zip(flat, case["shapes"]):
        if shape != "op":
            theirs = tf.TensorShape(shape)
            assert tensor.shape.is_compatible_with(theirs), tensor
            assert _sizes(tensor.shape.merge_with(theirs)) == _sizes(tensor.shape), (tensor, shape)


def _sizes(shape):
    return None if shape.ndims is None else shape.as_list()


def _run(case, flat, gradients, names):
    slices = [i for i, g in enumerate(gradients) if isinstance(g, tf.IndexedSlices)]
    dense = [tf.convert_to_tensor(g) for g in gradients if g is not None]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        values, found = session.run([flat, dense], names.get("feed"))
        if "error" in case:
            return values
        if "gradients" in case:
            assert [g is None for g in gradients] == [g is None for g in case["gradients"]]
            assert slices == case.get("slices", [])
        wanted = [g for g in case.get("gradients", ()) if g is not None]
        for value, recorded in zip([*values, *found], [*case["values"], *wanted], strict=True):
            _close(value, recorded)
        if "after" in case:
            _close(session.run(names["after"]), case["after"])
    return values


def _close(value, recorded):
    if recorded is None:
        assert value is None
        return
    wanted = array(recorded)
    assert value.dtype == wanted.dtype or wanted.dtype == object, (value.dtype, wanted.dtype)
    if wanted.dtype.kind in "fc":
        np.testing.assert_allclose(value, wanted, rtol=2e-6, atol=1e-6)
    else:
        np.testing.assert_array_equal(value, wanted)
