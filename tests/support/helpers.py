"""Checking an op in one line: its values, static shapes, kernels and derivatives."""

import numpy as np
import pytest

import minitf as tf
from minitf.framework.errors import describe
from minitf.runtime import inspect
from minitf.runtime.execute.op_by_op import Concrete, OpByOp, is_native, run_ops
from minitf.runtime.plan.plan import Plan
from minitf.runtime.session.state import State

EXACT = {"float16": 2e-3, "float32": 2e-5, "float64": 1e-11, "complex64": 2e-5, "complex128": 1e-11}
OPENNESS = ("known", "open", "unknown")  # static shapes: all sizes, the rank only, nothing


def check(
    fn,
    *arrays,
    reference=None,
    grads=True,
    dtypes=("float32", "float64"),
    openness=OPENNESS,
    order=2,
    tolerance=1.0,
    seed=0,
):
    """Checks an op all round; returns its value for the first of `dtypes` and known shapes.

    fn: tensors -> a tensor or list of tensors. arrays: its inputs; floating point ones are tried in each of
    `dtypes` (an entry may be an integer type: then all inputs but bools take it), others stay as they are.
    reference: the same function of float64 arrays. grads: whether to compare derivatives with differences, to
    `order`. openness: how much of the inputs' static shapes is known. tolerance: factor on deviations.
    """
    arrays = [np.asarray(a) for a in arrays]
    results = None
    for dtype in dtypes:
        typed = [_as(a, dtype, dtypes) for a in arrays]
        expected = None if reference is None else _listed(reference(*[_wide(a) for a in typed]))
        for known in openness:
            values = check_values(fn, typed, known, expected, tolerance)
            results = values if results is None else results
    if grads:
        for known in {openness[0], openness[-1]}:
            check_gradients(fn, *arrays, known=known, order=order, tolerance=tolerance, seed=seed)
    return results[0] if len(results) == 1 else results


def check_values(fn, arrays, known="known", expected=None, tolerance=1.0):
    """Runs `fn`; compares values with `expected`, static with real shapes, kernels with NumPy rules."""
    with tf.Graph().as_default():
        inputs = [_input(a, known) for a in arrays]
        outputs = _listed(fn(*inputs))
        feeds = dict(zip(inputs, arrays))
        with tf.Session() as session:
            values = session.run(outputs, feeds)
        both = _run_both_ways(outputs, feeds, tolerance)
    for tensor, value, other in zip(outputs, values, both, strict=True):
        assert_static(tensor, value)
        assert_same(value, other, tolerance, f"session and op by op: {tensor}")
        if known == "known":
            assert tensor.shape.is_fully_defined() or expected is None, f"{tensor} has no full static shape"
    for tensor, value, wanted in zip(outputs, values, expected or values, strict=True):
        assert_close(value, wanted, tolerance, f"{describe(tensor.op)}, {known} shapes")
    return values


def check_gradients(fn, *arrays, known="known", order=2, tolerance=1.0, seed=0, step=1e-5):
    """Compares derivatives with differences along random directions, in float64, to the given order."""
    random = np.random.default_rng(seed)
    arrays = [_as(np.asarray(a), "float64", ("float64",)) for a in arrays]
    with tf.Graph().as_default(), tf.Session() as session:
        inputs = [_input(a, known) for a in arrays]
        outputs = [t for t in _listed(fn(*inputs)) if t.dtype.is_floating]
        assert outputs, "nothing to differentiate"
        feeds = dict(zip(inputs, arrays))
        values = session.run(outputs, feeds)
        for _ in range(order):
            weights = [random.normal(size=np.shape(v)) for v in values]
            seeds = [_input(w, known) for w in weights]
            xs = [t for t in feeds if t.dtype.is_floating]
            found = tf.gradients(outputs, xs, grad_ys=seeds)
            grads = {x: tf.convert_to_tensor(g) for x, g in zip(xs, found) if g is not None}
            # the difference takes no seeds of its own: with the same feeds as before, the session has a plan for it
            direction, numeric = _difference(session, random, feeds, outputs, weights, xs, step)
            feeds |= dict(zip(seeds, weights))
            values = session.run(list(grads.values()), feeds)
            _compare(dict(zip(grads, values)), direction, numeric, tolerance, outputs)
            outputs = list(grads.values())
            for gradient, value in zip(outputs, values):
                assert_static(gradient, value)
            if not outputs:
                return
            _run_both_ways(outputs, feeds, tolerance)


def _difference(session, random, feeds, outputs, weights, xs, step):
    """A random direction, and the difference of sum(weights * outputs) along it."""
    direction = {x: random.normal(size=feeds[x].shape) for x in xs}

    def total(by):
        moved = {t: a + by * direction[t] if t in direction else a for t, a in feeds.items()}
        return sum(np.sum(w * v) for w, v in zip(weights, session.run(outputs, moved)))

    return direction, (total(step) - total(-step)) / (2 * step)


def _compare(values, direction, numeric, tolerance, outputs):
    """The derivative along a direction by the `values` of gradients against the difference."""
    for x, value in values.items():
        assert value.shape == direction[x].shape, f"the gradient for {x} has shape {value.shape}"
    analytic = sum(np.sum(value * direction[x]) for x, value in values.items())
    size = 1.0 + sum(np.sum(np.abs(value * direction[x])) for x, value in values.items())
    assert abs(numeric - analytic) <= 1e-6 * tolerance * size, (
        f"derivative {analytic}, difference {numeric}: {[describe(t.op) for t in outputs]}"
    )


class _Both(OpByOp):
    """Runs every op that has kernels by them and by its NumPy rule, which must agree."""

    tolerance = 1.0

    def run(self, op, values):
        results, definition = super().run(op, values), op.definition
        if (
            definition.kernel
            and definition.numpy
            and not definition.host
            and not definition.stateful
            and is_native(op)
            and all(isinstance(v, Concrete) for v in values)  # not a TensorArray's list
        ):
            for mine, theirs in zip(results, self._by_numpy(op, values), strict=True):
                assert_same(mine.array, theirs.array, self.tolerance, f"kernel and NumPy: {describe(op)}")
        for tensor, value in zip(op.outputs, results):
            assert_static(tensor, value)
        return results


def _run_both_ways(outputs, feeds, tolerance):
    builder = _Both(State())
    builder.tolerance = tolerance
    values = {t: builder.constant(np.ascontiguousarray(a)) for t, a in feeds.items()}
    values = {t: v if np.ndim(feeds[t]) else builder.constant(np.asarray(feeds[t])) for t, v in values.items()}
    plan = Plan(outputs, [], feeds)
    run_ops(builder, plan.ops, values, plan.used)
    return [values[t].array for t in outputs]


def run(*tensors, feed_dict=None):
    """The values of tensors in a session of their own."""
    with tf.Session(graph=tensors[0].graph) as session:
        values = session.run(list(tensors), feed_dict)
    return values[0] if len(values) == 1 else values


def built(snippet):
    """What `snippet()` adds to an empty graph: `[name, type, dtypes, shapes]` of each op, as in the facts."""
    with tf.Graph().as_default() as graph:
        snippet()
    return [
        [
            op.name,
            op.type,
            [t.dtype.name for t in op.outputs],
            [None if t.shape.rank is None else t.shape.as_list() for t in op.outputs],
        ]
        for op in graph.get_operations()
    ]


def built_types() -> list[str]:
    """The types of the ops of the default graph."""
    return [op.type for op in tf.get_default_graph().get_operations()]


def fails(error, *parts):
    """A context in which `error` must be raised with a message that contains all of `parts`."""
    pattern = "".join(f"(?=.*{part})" for part in map(_escaped, parts))
    return pytest.raises(error, match=f"(?s){pattern}")


def _escaped(part):
    return "".join("\\" + c if c in r"\.^$*+?{}[]|()" else c for c in part)


def assert_static(tensor, value):
    """The value fits the tensor's static shape and type."""
    if value is None or hasattr(value, "slices"):  # of a branch not taken, or a TensorArray's list
        return
    shape, dtype = np.shape(getattr(value, "array", value)), getattr(value, "dtype", None)
    assert tensor.shape.is_compatible_with(shape), f"{describe(tensor.op)}: static {tensor.shape}, real {shape}"
    assert dtype == tensor.dtype.numpy or dtype is None, f"{describe(tensor.op)}: {tensor.dtype}, real {dtype}"


def assert_close(value, expected, tolerance=1.0, what=""):
    """Equal shapes, and values equal up to the precision of their type; NaN and infinities in place."""
    value, expected = np.asarray(value), np.asarray(expected)
    assert value.shape == expected.shape, f"{what}: shape {value.shape} instead of {expected.shape}"
    exact = EXACT.get(value.dtype.name)
    if exact is None:
        np.testing.assert_array_equal(value, expected, err_msg=what)
        return
    finite = np.abs(expected[np.isfinite(expected)])
    scale = max(1.0, float(finite.max())) if finite.size else 1.0
    np.testing.assert_allclose(value, expected, rtol=exact * tolerance, atol=exact * tolerance * scale, err_msg=what)


assert_same = assert_close


def _input(array, known):
    shapes = {"known": array.shape, "open": [None] * array.ndim, "unknown": None}
    return tf.placeholder(array.dtype, shapes[known])


def _as(array, dtype, dtypes):
    """Floats (and integers where `dtypes` names integer types) take on `dtype`."""
    kinds = "fciu" if np.dtype(dtype).kind in "iu" else "fc"
    return array.astype(dtype) if array.dtype.kind in kinds and array.dtype.kind != "b" else array


def _wide(array):
    return array.astype({"f": np.float64, "c": np.complex128}.get(array.dtype.kind, array.dtype))


def _listed(values):
    return list(values) if isinstance(values, (list, tuple)) else [values]


def host_ops(session) -> list[str]:
    """The types of the ops that ran on the host when the session ran last; none in a plan of one region."""
    return inspect(session).last.on_host


def host_calls(session) -> list[str]:
    """The types of the ops that Python ran inside of the native programs of the session's last plan."""
    return inspect(session).last.called
