"""The same value again: identities, and the ones that gradients do not pass."""

from __future__ import annotations

from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.shape import as_shape
from minitf.framework.tensor import Tensor
from minitf.ops import patterns


def _identity_kernel(b, op, x):
    """A variable's initial read follows the variable; any other identity of a variable is what it holds now."""
    return x if op.attrs.get("follows") else b.snapshot(x)


def _define_identity(type: str, grad, attributes: str = "", **options) -> None:
    define(
        type,
        f"input: T; {attributes} -> output: T",
        shape=patterns.same,
        numpy=lambda op, x: x,
        kernel=_identity_kernel,
        grad=grad,
        **options,
    )


def _refuse(op, g):
    raise LookupError(
        f"a gradient flows into '{op.name}', which forbids it: {op.attrs['message'] or 'no reason given'}"
    )


_define_identity(
    "Identity",
    lambda op, g: g,
    "follows: object = False, is_key: object = False",
    passes_slices=True,
    on_lists="same",
    polynomial=(),
)
_define_identity("GuaranteeConst", None)
_define_identity("StopGradient", None, differentiable=False, on_lists="same")
_define_identity("PreventGradient", _refuse, "message: string = ''", on_lists="same")
define(
    "IdentityN",
    "input: **T -> output: **T",
    shape=lambda op: [t.shape for t in op.inputs],
    numpy=lambda op, *x: x,
    kernel=lambda b, op, *x: [b.snapshot(v) for v in x],
    passes_slices=True,
    grad=lambda op, *g: g,
)


def _ensured(op, shape: tuple) -> None:
    wanted = op.attrs["shape"]
    if not wanted.is_compatible_with(shape):
        raise ValueError(
            f"Shape of tensor {op.inputs[0].name} {list(shape)} is not compatible with expected shape {wanted}"
        )


def _ensure_kernel(b, op, x):
    _ensured(op, x.shape)
    return x


def _ensure(op, x):
    _ensured(op, x.shape)
    return x


define(
    "EnsureShape",
    "input: T; shape: shape -> output: T",
    kernel=_ensure_kernel,
    numpy=_ensure,
    shape=lambda op: op.inputs[0].shape.merge_with(op.attrs["shape"]),
    grad=lambda op, g: g,
)


def ensure_shape(x, shape, name: str | None = None) -> Tensor:
    """`x` itself, checked when it runs to have a shape, which is known of the result.

    Raises:
      ValueError: if it cannot have it (InvalidArgumentError if that shows only at run time).

    >>> import minitf as tf
    >>> tf.ensure_shape(tf.placeholder(tf.float32, [None, None]), [None, 3]).shape.as_list()
    [None, 3]
    """
    return apply("EnsureShape", x, shape=as_shape(shape), name=name)


def identity(input, name: str | None = None) -> Tensor:
    """The same value as a new tensor."""
    return apply("Identity", input, name=name)


def identity_n(input, name: str | None = None) -> list[Tensor]:
    """The same values as new tensors, all computed before any of them is used. TypeError for what is no list."""
    if not isinstance(input, (list, tuple)):
        raise TypeError(f"identity_n takes a list of tensors, not {input!r}")
    return list(apply_op("IdentityN", [convert_to_tensor(x) for x in input], name=name).outputs)


def stop_gradient(input, name: str | None = None) -> Tensor:
    """The same value, which counts as a constant when gradients are taken.

    >>> import minitf as tf
    >>> x = tf.constant(2.0)
    >>> tf.gradients(stop_gradient(x) * 3.0, x)
    [None]
    """
    return apply("StopGradient", input, name=name)


def prevent_gradient(input, message: str = "", name: str | None = None) -> Tensor:
    """The same value; taking a gradient through it is a LookupError that says `message`."""
    return apply("PreventGradient", input, message=message, name=name)


guarantee_const = patterns.of_inputs("GuaranteeConst", "The same value, promised never to change.", "guarantee_const")
