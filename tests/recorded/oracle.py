"""What TensorFlow does, recorded from TensorFlow itself in tests/facts/."""

import functools
import json
from pathlib import Path

import numpy as np
import pytest


@functools.cache
def facts(name: str):
    """The content of tests/facts/`name`.json."""
    return json.loads((Path(__file__).parents[1] / "facts" / f"{name}.json").read_text())


def same(found, recorded) -> bool:
    """Whether all is as recorded, but for names of classes of errors, which may derive from the recorded ones."""
    if isinstance(recorded, dict) and isinstance(found, dict):
        return found.keys() == recorded.keys() and all(same(found[key], recorded[key]) for key in recorded)
    if isinstance(recorded, (list, tuple)) and isinstance(found, (list, tuple)):
        return len(found) == len(recorded) and all(map(same, found, recorded))
    return found == recorded or isinstance(found, str) and (found, recorded) in _DERIVED


_DERIVED = {
    (begin + name, begin + base)
    for begin in ("", "raises ")
    for name, bases in {
        "WrongArgument": ("TypeError", "ValueError"),
        "Symbolic": ("NotImplementedError", "TypeError"),
    }.items()
    for base in bases
}


def op_facts(kind: str, *parts: str):
    """The recorded `cases` or `gradients` of tests/facts/ops.json whose calls contain one of `parts`."""
    return [fact for fact in facts("ops")[kind] if any(part in fact["call"] for part in parts)]


def evaluate(call: str, inputs: dict):
    """A recorded call with minitf for tf and with the named inputs."""
    import minitf as tf

    return eval(call, {"tf": tf, "np": np, **inputs})


def check_case(case: dict) -> None:
    """A recorded call, its inputs constants and then fed: equal values and types, or errors of the same
    class.
    """
    import minitf as tf

    given = {name: array(facts("ops")["inputs"][name]) for name in case["in"]}
    if "error" in case:
        check_error(case["call"], {n: tf.constant(a) for n, a in given.items()}, {}, case["error"], case["stage"])
        if case.get("fed", ()) is not None:
            error, stage = case.get("fed") or (case["error"], case["stage"])
            with tf.Graph().as_default():
                holders = {n: tf.placeholder(a.dtype) for n, a in given.items()}
                check_error(case["call"], holders, {holders[n]: a for n, a in given.items()}, error, stage)
        return
    outputs = evaluate(case["call"], {n: tf.constant(a) for n, a in given.items()})
    compare(outputs, case["value"], case["call"])


def check_error(call: str, inputs: dict, feeds: dict, error: str, stage: str) -> None:
    """The call fails with the named class while it is built, or when it is run (or is refused before)."""
    import minitf as tf

    expected = getattr(tf.errors, error, None) or {"ValueError": ValueError, "TypeError": TypeError}[error]
    try:
        outputs = evaluate(call, inputs)
    except (expected, ValueError) as found:
        right = isinstance(found, expected) if stage == "build" else isinstance(found, ValueError)
        assert right, f"{call} failed with {found!r} while it was built"
        return
    assert stage == "run", f"{call} was built, but should not have been"
    with tf.Session() as session, pytest.raises(expected):
        session.run(outputs, feeds)


def check_gradient(fact: dict) -> None:
    """Recorded gradients of the sum of a call."""
    import minitf as tf

    inputs = {n: tf.constant(array(facts("ops")["gradient_inputs"][n])) for n in fact["in"]}
    found = tf.gradients(evaluate(fact["call"], inputs), [inputs[n] for n in fact["wrt"]])
    for name, gradient, value in zip(fact["wrt"], found, fact["value"], strict=True):
        assert isinstance(gradient, tf.IndexedSlices) == (name in fact.get("slices", ())), gradient
        assert (gradient is None) == (value is None), f"the gradient of {fact['call']} for {name} is {gradient}"
        if value is not None:
            compare(tf.convert_to_tensor(gradient), value, fact["call"])


def compare(outputs, recorded, what: str) -> None:
    """The values of tensors against what was recorded of them."""
    import minitf as tf

    with tf.Session() as session:
        pairs = _paired(session.run(outputs), recorded)
    for value, expected in pairs:
        if expected is not None:
            expected = array(expected)
            assert value.dtype == expected.dtype, f"{what}: {value.dtype} instead of {expected.dtype}"
            tolerance = {"float16": 2e-3, "float32": 1e-5}.get(value.dtype.name, 1e-12)
            if expected.dtype == object:
                assert np.array_equal(value, expected), f"{what}: {value} instead of {expected}"
                continue
            np.testing.assert_allclose(value, expected, tolerance, tolerance, err_msg=what)


def _paired(values, recorded) -> list:
    """(value, recorded value) for each tensor of nested outputs."""
    if not isinstance(values, (list, tuple)):
        return [(values, recorded)]
    return [pair for part in zip(values, recorded, strict=True) for pair in _paired(*part)]


def array(recorded: list) -> np.ndarray:
    """`[dtype, shape, nested list]` as an array; nan, infinities are strings there, complex numbers pairs."""
    dtype, shape, values = recorded
    if dtype.startswith("complex"):
        parts = np.array(values, np.float64).reshape(*shape, 2)
        return (parts[..., 0] + 1j * parts[..., 1]).astype(dtype)
    if dtype == "string":
        return np.array([text.encode() for text in np.ravel(values)], object).reshape(shape)
    return np.array(values, dtype=dtype).reshape(shape)


def ids_used(name: str) -> tuple[int, int]:
    """How many op ids a snippet of tests/facts/graphs.json uses: minitf's number and TensorFlow's."""
    import minitf as tf

    snippet = next(s for s in facts("graphs")["snippets"] if s["id"] == name)
    with tf.Graph().as_default() as graph:
        exec(snippet["source"], {"tf": tf, "np": np})
    return graph._last_id, snippet.get("count", len(snippet["ops"]))
