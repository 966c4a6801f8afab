"""TF 1's dataflow primitives, of which it built loops and branches.

A Switch sends its input on by one of two outputs; the other one is dead, and so is what is computed from it,
up to a Merge, which takes whichever input is alive. A loop's values pass through Enter into a frame of their
own, go from iteration to iteration through NextIteration, and leave the frame through Exit.
"""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.framework.tensor import Tensor
from minitf.framework.traversal import reached
from minitf.ops import patterns
from minitf.ops.array import array


def _common_shape(tensors):
    shape = tensors[0].shape
    for other in tensors[1:]:
        shape = shape.most_specific_compatible_shape(other.shape)
    return shape


def _merged(b, op, *values):
    index = next(i for i, value in enumerate(values) if value is not None)
    return values[index], b.constant(np.asarray(index, np.int32))


def _passed_on(type: str, signature: str = "data: T -> output: T", **rules) -> None:
    """An op whose output is its input."""
    define(type, signature, shape=patterns.same, numpy=lambda op, x: x, kernel=patterns.alias, **rules)


def _selected(b, op, index, *inputs):
    place = int(b.data(index))
    if not 0 <= place < len(inputs):
        b.fail(f"Index must be in the range [0, {len(inputs)}) but got {place}")
    return inputs[place]


# ---- gradients: through branches outside of loops; loops that are no Loops have none


def _switch_grad(op, false, true):
    """Of either way where it was taken; what nobody took has had no influence."""
    grads = [array.zeros_like(t) if g is None else g for t, g in zip(op.outputs, (false, true))]
    return merge([switch(g, op.inputs[1])[way] for way, g in enumerate(grads)]).output, None


def _merge_grad(op, g, _):
    """To the input that was alive."""
    return [switch(g, apply("Equal", op.outputs[1], k))[1] for k in range(len(op.inputs))]


def refuse_gradient(op, *grads):
    """The gradient rule of what only graphs have that were read, and not understood."""
    type = op.type.removeprefix("Handled")
    raise LookupError(
        f"{type} '{op.name}' has no gradient: it belongs to a loop that was read from a graph and not recognized as "
        "one of tf.while_loop's, or to its arrays or lists. Read a graph in which TensorFlow has made the gradients "
        "already (its train op works), build the loop by tf.while_loop, or put tf.stop_gradient behind it"
    )


def _exit_grad(op, g):
    return g if _leaves_loop(op.inputs[0]) else refuse_gradient(op)


def _leaves_loop(tensor: Tensor) -> bool:
    """Whether a tensor comes out of a Loop rather than from the inside of a frame."""
    while tensor.op.definition.dataflow == "exit":
        tensor = tensor.op.inputs[0]
    if tensor.op.definition.bodies:
        return True
    before = reached([tensor.op], lambda op: [t.op for t in op.inputs if op.definition.dataflow != "exit"])
    return not any(op.definition.dataflow == "enter" for op in before)


_FRAME = "frame_name: string, is_constant: bool = False, parallel_iterations: int = 10"

for _kind, _ref in (("", ""), ("Ref", "&")):  # of values, and of variables, which are handed on to be changed
    define(
        f"{_kind}Switch",
        f"data: {_ref}T, pred: bool -> output_false: {_ref}T, output_true: {_ref}T",
        shape=lambda op: [op.inputs[0].shape] * 2,
        dataflow="switch",
        grad=_switch_grad,
        stateful=bool(_ref),
        host=lambda b, op, data, pred: (None, data) if b.data(pred) else (data, None),
    )
    define(
        f"{_kind}Merge",
        f"inputs: {_ref}*T -> output: {_ref}T, value_index: int32",
        shape=lambda op: [_common_shape(op.inputs), SCALAR],
        grad=_merge_grad,
        stateful=bool(_ref),
        host=_merged,
        dataflow="merge",
        takes_absent=True,
    )
_passed_on("Enter", f"data: T; {_FRAME} -> output: T", grad=refuse_gradient, dataflow="enter", on_lists="same")
_passed_on("Exit", grad=_exit_grad, passes_slices=True, dataflow="exit", on_lists="same")
_passed_on("NextIteration", grad=refuse_gradient, dataflow="next", on_lists="same")
_passed_on("LoopCond", "input: bool -> output: bool", differentiable=False, dataflow="condition")
for _type, _does, _said in (
    ("RefEnter", "enter", f"; {_FRAME}"),
    ("RefExit", "exit", ""),
    ("RefNextIteration", "next", ""),
):
    _passed_on(_type, f"data: &T{_said} -> output: &T", grad=refuse_gradient, stateful=True, dataflow=_does)
define(
    "RefSelect",
    "index: int32[], inputs: &*T -> output: &T",
    shape=lambda op: [_common_shape(op.inputs[1:])],
    dataflow="select",
    host=_selected,
    **patterns.STATEFUL,
)
# Whatever it waits for, and if that is dead: it runs.
define("ControlTrigger", "->", kernel=lambda b, op: (), differentiable=False, dataflow="trigger")


def switch(data, pred, name: str | None = None) -> tuple[Tensor, Tensor]:
    """(output_false, output_true): `data` by the one that the bool scalar `pred` chooses; the other is dead.

    >>> import minitf as tf
    >>> x = tf.placeholder(tf.float32, [])
    >>> small, large = switch(x, x > 10.0)
    >>> with tf.Session() as sess:
    ...     print(sess.run(merge([small * 2.0, large]).output, {x: 3.0}))
    6.0
    """
    return apply("Switch", data, pred, name=name)


ref_switch = patterns.of_inputs(
    "RefSwitch", "Like `switch`, for a variable: it can be assigned to by the output that is not dead.", "ref_switch"
)


def merge(inputs, name: str | None = None) -> tuple[Tensor, Tensor]:
    """(output, value_index): the input that is alive, and which one it is; dead if none is.

    Raises:
      ValueError: if there are no inputs.
    """
    if not inputs:
        raise ValueError("merge needs at least one input")
    return apply("Merge", list(inputs), name=name)


def enter(
    data, frame_name: str, is_constant: bool = False, parallel_iterations: int = 10, name: str | None = None
) -> Tensor:
    """`data` in the frame `frame_name`: in its first iteration, or in all if is_constant."""
    return apply(
        "Enter",
        data,
        name=name,
        frame_name=frame_name,
        is_constant=is_constant,
        parallel_iterations=parallel_iterations,
    )


exit = patterns.of_inputs("Exit", "`data` outside of its frame.", "exit")
next_iteration = patterns.of_inputs("NextIteration", "`data` in the next iteration of its frame.", "next_iteration")
loop_cond = patterns.of_inputs("LoopCond", "`input`, a bool scalar, as what decides if a loop goes on.", "loop_cond")
