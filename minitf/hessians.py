"""Second derivatives as matrices."""

from __future__ import annotations

from minitf.framework.graph import name_scope
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.tensor import Tensor
from minitf.gradients import gradients
from minitf.ops import array, joining, matrix
from minitf.ops.while_loop import while_loop


def hessians(
    ys,
    xs,
    name: str = "hessians",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method=None,
) -> list[Tensor]:
    """For each x of xs, the second derivatives of sum(ys): a tensor of shape x.shape + x.shape.

    Raises:
      LookupError: if an op on the way has no gradient, or its gradient has none.

    >>> import minitf as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.hessians(tf.reduce_sum(x**3), x)[0]))
    [[ 6.  0.]
     [ 0. 12.]]
    """
    xs = list(xs) if isinstance(xs, (list, tuple)) else [xs]
    with name_scope(name, "hessians"):
        return [_hessian(g, x) for g, x in zip(gradients(ys, xs), xs)]


def _hessian(g, x) -> Tensor:
    """One row after the other: the gradient of each element of g."""
    size, shape = array.size(x), array.shape(x)
    if g is None:
        return array.zeros(array.concat([shape, shape], 0), x.dtype.base_dtype)
    unit = matrix.eye(size, dtype=x.dtype.base_dtype)

    def row(i, rows):
        again = gradients(g, x, grad_ys=array.reshape(unit[i], shape))[0]
        again = array.zeros_like(x) if again is None else again
        return i + 1, array.concat([rows, array.reshape(again, [1, -1])], 0)

    start = array.zeros(joining.stack([0, size]), x.dtype.base_dtype)
    rows = while_loop(
        lambda i, rows: i < size, row, (0, start), shape_invariants=(SCALAR, TensorShape([None, None]))
    )[1]
    result = array.reshape(rows, array.concat([shape, shape], 0))
    result.set_shape(x.shape.concatenate(x.shape))
    return result
