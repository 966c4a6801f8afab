"""tf.case and tf.switch_case: several branches."""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework import dtypes, nest, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.ops.array import array, joining
from minitf.ops.control.assert_and_print import Assert
from minitf.ops.control.cond import cond
from minitf.ops.math import compare, math, reduce


def case(
    pred_fn_pairs,
    default: Callable | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str | None = "case",
):
    """The result of the first function whose predicate is true, or of `default`.

    pred_fn_pairs: a list of (bool scalar, function) or a dict of them. exclusive: it is an error if more
    than one predicate is true. Without a default one of them has to be true. Both are checked when the
    result is computed (InvalidArgumentError).

    Raises:
      TypeError: if a predicate is no bool tensor or a function cannot be called.
      ValueError: if there is no pair.

    >>> import minitf as tf
    >>> x = tf.constant(3.0)
    >>> size = tf.case([(x < 1.0, lambda: tf.constant("small")), (x < 5.0, lambda: tf.constant("medium"))],
    ...                default=lambda: tf.constant("large"))
    >>> with tf.Session() as sess:
    ...     print(sess.run(size))
    b'medium'
    """
    pairs = _pairs(pred_fn_pairs, default)
    predicates = [p for p, _ in pairs]
    with name_scope(name, "case", [pred_fn_pairs]):
        if default is None:
            default, pairs = _last_resort(predicates, pairs[-1][1]), pairs[:-1]
        result = default
        with get_default_graph().control_dependencies([_at_most_one(predicates)] if exclusive else []):
            for predicate, function in reversed(pairs):
                result = _choice(predicate, function, result, strict)
            return result()


def _pairs(pred_fn_pairs, default) -> list:
    if not isinstance(pred_fn_pairs, (dict, list, tuple)):
        raise TypeError(
            f"tf.case: pred_fn_pairs is a list of (predicate, function) pairs or a dict, not {pred_fn_pairs!r}"
        )
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs)
    if not pairs:
        raise ValueError("tf.case: there has to be at least one (predicate, function) pair")
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not callable(pair[1]):
            raise TypeError(f"tf.case: each item is a (predicate, function) pair, not {pair!r}")
        if not isinstance(pair[0], Tensor) or pair[0].dtype.base_dtype is not dtypes.bool:
            raise TypeError(f"tf.case: a predicate is a bool tensor, not {pair[0]!r}")
    if default is not None and not callable(default):
        raise TypeError(f"tf.case: default has to be a function, not {default!r}")
    return pairs


def _last_resort(predicates: list, function: Callable) -> Callable:
    """The last function where there is no default: it runs only if its predicate is true."""

    def checked():
        shown = joining.stack(predicates, name="preds_c")
        op_counts.skip(op_counts.NONE_OF_THE_OTHERS)
        names = ", ".join(p.name for p in predicates)
        found = Assert(predicates[-1], [f"tf.case: none of the predicates ({names}) is true:", shown], len(predicates))
        with get_default_graph().control_dependencies([found]):
            return nest.map_structure(lambda value: _waiting(value, found), function())

    return checked


def _waiting(value, found: Operation):
    """`value` made to wait for a check: nothing is to be done to what was made after it."""
    if (
        isinstance(value, Operation)
        or isinstance(value, Tensor)
        and value.op.graph is found.graph
        and value.op.order > found.order
    ):
        return value
    return array.identity(value) if isinstance(value, Tensor) else convert_to_tensor(value)


def _at_most_one(predicates: list) -> Operation:
    shown = joining.stack(predicates, name="preds_c")
    total = reduce.reduce_sum(math.cast(shown, dtypes.int32), name="num_true_conds")
    names = ", ".join(p.name for p in predicates)
    message = [f"tf.case: more than one of the predicates ({names}) is true:", shown]
    return Assert(compare.less_equal(total, 1), message, len(predicates))


def _choice(predicate, function: Callable, otherwise: Callable, strict: bool) -> Callable:
    return lambda: cond(predicate, function, otherwise, strict=strict)


def switch_case(branch_index, branch_fns, default: Callable | None = None, name: str | None = "switch_case"):
    """The result of the function whose position (or key) is `branch_index`, or of `default` (else of the last).

    branch_index: an int32 scalar tensor. branch_fns: a list of functions, or a dict or (index, function)
    pairs whose indices are 0, 1, 2, ...

    Raises:
      TypeError: if branch_index is no int32 tensor or a branch is no function.
      ValueError: if there is no branch, or an index is missing or comes twice.
    """
    functions = _indexed(branch_fns)
    if not isinstance(branch_index, Tensor) or branch_index.dtype.base_dtype is not dtypes.int32:
        raise TypeError(f"tf.switch_case: branch_index has to be an int32 tensor, not {branch_index!r}")
    with name_scope(name, "switch_case", [branch_index]), name_scope("indexed_case"):
        result = default or functions[-1]
        for index, function in reversed(list(enumerate(functions))):
            result = _choice(compare.equal(branch_index, index), function, result, False)
        return nest.map_structure(array.identity, result())


def _indexed(branch_fns) -> list[Callable]:
    """The functions in the order of their indices."""
    pairs = list(branch_fns.items() if isinstance(branch_fns, dict) else branch_fns)
    if not pairs:
        raise ValueError("tf.switch_case: there has to be at least one branch")
    if all(callable(f) for f in pairs):
        pairs = list(enumerate(pairs))
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or type(pair[0]) is not int or not callable(pair[1]):
            raise TypeError(f"tf.switch_case: a branch is a function or an (index, function) pair, not {pair!r}")
    pairs.sort(key=lambda pair: pair[0])
    if [index for index, _ in pairs] != list(range(len(pairs))):
        raise ValueError(
            f"tf.switch_case: the indices of the branches have to be 0 to {len(pairs) - 1}, not {[i for i, _ in pairs]}"
        )
    return [function for _, function in pairs]
