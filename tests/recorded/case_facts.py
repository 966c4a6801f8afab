"""Recorded sources (tests/facts/NAME.json): what the `cases` give, and which ops the `graphs` add."""

import numpy as np
from oracle import array, facts

import minitf as tf


def cases(name, *parts):
    """The recorded cases whose sources contain one of `parts` (all without)."""
    return _with(facts(name)["cases"], parts)


def graphs(name, *parts):
    """The recorded graphs whose sources contain one of `parts` (all without)."""
    return _with(facts(name)["graphs"], parts)


def _with(records, parts):
    return [record for record in records if not parts or any(part in record["source"] for part in parts)]


def check_case(fact, tolerance=2e-6):
    """The same result of the session, the same `value`, or an error of the same class, perhaps earlier."""
    with tf.Graph().as_default():
        found, error, stage = _outcome(fact["source"])
    if "error" in fact:
        assert error is not None, f"{fact['source']} gives {found}"
        early = isinstance(error, (ValueError, TypeError)) and (stage, fact["stage"]) == ("build", "run")
        assert type(error).__name__ == fact["error"] or early, repr(error)
        return
    if error is not None:
        raise error
    compare(found, fact["value"] if "value" in fact else fact["result"], fact["source"], tolerance)


def _outcome(source):
    names, stage = {"tf": tf, "np": np}, "build"
    try:
        exec(source, names)
        if "value" in names:
            return names["value"], None, stage
        stage = "run"
        with tf.Session() as session:
            session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
            for step in names.get("before", ()):
                session.run(step, names.get("f"))
            return session.run(names["r"], names.get("f")), None, stage
    except Exception as error:
        return None, error, stage


def compare(found, recorded, what, tolerance=2e-6):
    """A value of any structure against its record."""
    if isinstance(recorded, dict) and "sparse" in recorded:
        assert type(found) is tf.SparseTensorValue, what
        found, recorded = list(found), recorded["sparse"]
    if isinstance(recorded, dict) and "dict" in recorded:
        assert found.keys() == recorded["dict"].keys(), what
        found, recorded = [found[k] for k in recorded["dict"]], list(recorded["dict"].values())
    if isinstance(recorded, dict):
        found = np.asarray(found, object if isinstance(found, bytes) else None)
        _compare_array(found, recorded["array"], what, tolerance)
    elif isinstance(recorded, list):
        assert len(found) == len(recorded), f"{what}: {found}"
        for part, wanted in zip(found, recorded):
            compare(part, wanted, what, tolerance)
    else:
        assert found == recorded, f"{what}: {found} instead of {recorded}"


def _compare_array(found, recorded, what, tolerance):
    if recorded[0] == "string":
        wanted = [text.encode("latin1") for text in np.ravel(np.array(recorded[2], object))]
        assert list(found.shape) == recorded[1] and list(found.ravel()) == wanted, f"{what}: {found}"
        return
    wanted = array(recorded)
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape), f"{what}: {found.dtype} {found.shape}"
    np.testing.assert_allclose(found, wanted, tolerance, tolerance, err_msg=what)


def check_graph(fact):
    """The same ops under the same ids, names and static shapes, and the same names in the collections."""
    with tf.Graph().as_default() as graph:
        exec(fact["source"], {"tf": tf, "np": np})
    assert [_described(op) for op in graph.get_operations()] == fact["ops"]
    named = {k: [getattr(x, "name", None) for x in graph.get_collection(k)] for k in graph.get_all_collection_keys()}
    assert {k: names for k, names in named.items() if names} == fact.get("collections", {})


def _described(op):
    outputs = [[t.dtype.name, None if t.shape.rank is None else t.shape.as_list()] for t in op.outputs]
    inputs, controls = [t.name for t in op.inputs], [c.name for c in op.control_inputs]
    return [op.id, op.type, op.name, inputs, controls, outputs]
