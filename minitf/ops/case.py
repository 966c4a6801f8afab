"""tf.case and tf.switch_case: several branches."""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.ops import check, compare, control, joining, math, reduce
from minitf.ops.cond import cond


def case(pred_fn_pairs, default: Callable | None = None, exclusive: bool = False, strict: bool = False,
         name: str = "case"):  # fmt: skip
    """The result of the first function whose predicate is true, or of `default`.

    pred_fn_pairs: a list of (bool scalar, function) or a dict of them. exclusive: it is an error if more than one predicate is
    true. Without a default one of the predicates has to be true (InvalidArgumentError).
    """
    pairs = _pairs(pred_fn_pairs, default)
    with name_scope(name, "case"):
        predicates = [convert_to_tensor(p) for p, _ in pairs]
        dependencies = [_at_most_one(predicates)] if exclusive else []
        if default is None:
            dependencies.append(check.Assert(reduce.reduce_any(joining.stack(predicates)), _message("no", predicates)))
            default = pairs[-1][1]
        result = default
        with get_default_graph().control_dependencies(dependencies):
            predicates = [control.with_dependencies(dependencies, p) for p in predicates] if dependencies else predicates
            for predicate, (_, function) in reversed(list(zip(predicates, pairs))):
                result = _choice(predicate, function, result, strict)
            return result()


def _pairs(pred_fn_pairs, default) -> list:
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs)
    if not pairs and default is None:
        raise ValueError("tf.case: there has to be at least one (predicate, function) pair, or a default")
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not callable(pair[1]):
            raise TypeError(f"tf.case: each item is a (predicate, function) pair, not {pair!r}")
    if default is not None and not callable(default):
        raise TypeError(f"tf.case: default has to be a function, not {default!r}")
    return pairs


def _message(how: str, predicates: list) -> list:
    return [f"tf.case: {how} predicate of {[p.name for p in predicates]} is true:", *predicates]


def _at_most_one(predicates: list):
    count = math.add_n([math.cast(p, "int32") for p in predicates])
    return check.Assert(compare.less(count, 2), _message("more than one", predicates))


def _choice(predicate, function: Callable, otherwise: Callable, strict: bool) -> Callable:
    return lambda: cond(predicate, function, otherwise, strict=strict)


def switch_case(branch_index, branch_fns, default: Callable | None = None, name: str = "switch_case"):
    """The result of the function whose position (or key) is `branch_index`, or of `default` (else of the last).

    branch_index: an int32 scalar. branch_fns: a list of functions, a dict of them, or (index, function) pairs.
    """
    pairs = _indexed(branch_fns)
    with name_scope(name, "switch_case"):
        branch_index = convert_to_tensor(branch_index, name="branch_index")
        result = default or pairs[-1][1]
        for index, function in reversed(pairs):
            result = _choice(compare.equal(branch_index, index), function, result, False)
        return result()


def _indexed(branch_fns) -> list:
    pairs = sorted(branch_fns.items()) if isinstance(branch_fns, dict) else list(branch_fns)
    if not pairs:
        raise ValueError("tf.switch_case: there has to be at least one branch")
    if callable(pairs[0]):
        pairs = list(enumerate(pairs))
    for index, function in pairs:
        if not isinstance(index, int) or not callable(function):
            raise TypeError(f"tf.switch_case: a branch is a function with an integer index, not {(index, function)!r}")
    return pairs
