"""Small functions of tensors and graphs."""

from __future__ import annotations

import minitf as tf
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.shape import as_shape
from minitf.framework.static import constant_value
from minitf.ops.math.confusion import without_last_axis


def is_tensor(x) -> bool:
    """Whether `x` is a tensor, a variable, or rows of a larger tensor."""
    return isinstance(x, (tf.Tensor, tf.Variable, tf.IndexedSlices))


def reduce_sum_n(tensors, name: str | None = None):
    """The sum of all elements of all tensors, a scalar; ValueError for no tensors."""
    if not tensors:
        raise ValueError("No tensors provided.")
    with name_scope(name, "reduce_sum_n", tensors) as scope:
        sums = [tf.reduce_sum(t, name=f"{t.op.name}/sum") for t in tensors]
        return sums[0] if len(sums) == 1 else tf.add_n(sums, name=scope)


def get_graph_from_inputs(op_input_list, graph=None):
    """The graph of tensors, ops and variables, of all that are of one; the default graph for none.

    Raises:
      ValueError: if they are of different graphs, or not of `graph`, if it is given.
    """
    for item in op_input_list:
        found = getattr(item, "graph", None)
        if graph is not None and found not in (None, graph):
            raise ValueError(f"{item} is not of the same graph as the others, or not of the one that is given")
        graph = found if graph is None else graph
    return tf.get_default_graph() if graph is None else graph


def smart_case(pred_fn_pairs, default=None, exclusive: bool = False, name: str = "smart_case"):
    """`tf.case` of which conditions that are known, bools among them, are decided as the graph is made."""
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs)
    with name_scope(name, "smart_case") as scope:
        left = []
        for condition, function in pairs:
            known = condition if isinstance(condition, bool) else smart_constant_value(condition)
            if known and not left:
                return function()
            if known is None:
                left.append((condition, function))
            elif known:
                return tf.case(left, function, exclusive, name=scope)
        if left:
            return tf.case(left, default, exclusive, name=scope)
        return (pairs[-1][1] if default is None else default)()


def remove_squeezable_dimensions(predictions, labels, name: str | None = None) -> tuple:
    """Both tensors, without the last axis of the one that has one axis more, if that is of size 1."""
    labels, predictions = without_last_axis(tf.convert_to_tensor(labels), tf.convert_to_tensor(predictions), name)
    return predictions, labels


def with_shape(expected_shape, tensor):
    """The tensor, whose shape is then known to be `expected_shape`.

    expected_shape: integers, or a tensor of them, which leaves the static shape as it is.

    Raises:
      ValueError: if it has another one (InvalidArgumentError if that shows only at run time), or the shape is a
        tensor of another type than integers.
    """
    tensor = tf.convert_to_tensor(tensor)
    if isinstance(expected_shape, tf.Tensor):
        return _with_shape_of_a_run(expected_shape, tensor)
    expected = as_shape(expected_shape)
    if not tensor.shape.is_compatible_with(expected):
        raise ValueError(f"Invalid shape for tensor {tensor.name}, expected {expected}, got {tensor.shape}.")
    known = tensor.shape.is_fully_defined() or tensor.shape == expected
    return tensor if known else tf.ensure_shape(tensor, expected)


def _with_shape_of_a_run(expected: tf.Tensor, tensor: tf.Tensor) -> tf.Tensor:
    if not expected.dtype.is_integer:
        raise ValueError(f"{expected.name}, the shape expected of {tensor.name}, is {expected.dtype.name}, not integer")
    known = constant_value(expected)
    if known is not None and tensor.shape.is_fully_defined():
        return with_shape(known.tolist(), tensor)
    with name_scope(f"{tensor.op.name}/"), name_scope("assert_shape"):
        found = tf.shape(tensor)
        same = tf.reduce_all(tf.equal(tf.cast(expected, tf.int32), found))
        check = tf.Assert(same, [f"Wrong shape for {tensor.name}: expected and found", expected, found])
        with tf.control_dependencies([check]):
            return tf.identity(tensor)


def with_same_shape(expected_tensor, tensor):
    """The tensor, whose shape is then known to be that of `expected_tensor`."""
    return with_shape(expected_tensor.shape, tensor)


def assert_scalar_int(tensor, name: str | None = None):
    """The tensor, if it is an integer scalar; ValueError if not."""
    with name_scope(name, "assert_scalar_int", [tensor]):
        tensor = tf.convert_to_tensor(tensor)
        if not tensor.dtype.is_integer or tensor.shape.rank != 0:
            raise ValueError(f"an integer scalar is expected, not {tensor}")
        return tensor


def smart_constant_value(pred):
    """A bool, or the value of a tensor where it is known; None where it is not.

    Raises:
      TypeError: for anything else.
    """
    if isinstance(pred, tf.Tensor):
        return constant_value(pred)
    if isinstance(pred, bool) or pred in (0, 1):
        return bool(pred)
    raise TypeError(f"`pred` must be a Tensor, or a Python bool, or 1 or 0; not {pred!r}")


def smart_cond(pred, true_fn=None, false_fn=None, name: str | None = None):
    """What one of two functions gives: at once where `pred` is known, else by `tf.cond`."""
    for function in (true_fn, false_fn):
        if not callable(function):
            raise TypeError(f"`true_fn` and `false_fn` are functions, not {function!r}")
    known = None if isinstance(pred, tf.Variable) else smart_constant_value(pred)
    if known is None:
        return tf.cond(pred, true_fn, false_fn, name=name)
    return true_fn() if known else false_fn()


def get_name_scope() -> str:
    """The name scope that is open, without a slash at the end."""
    return get_default_graph().get_name_scope()


def get_placeholders(graph) -> list:
    """The placeholders of a graph."""
    return [op.outputs[0] for op in graph.get_operations() if op.type == "Placeholder"]
