"""Second derivatives as matrices."""

from __future__ import annotations

from minitf.autodiff.gradients import dense, gradients, listed
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.identity import stop_gradient
from minitf.ops.control.counted import map_fn
from minitf.ops.linalg import matrix
from minitf.ops.math import math


def hessians(
    ys,
    xs,
    name: str | None = "hessians",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
) -> list[Tensor]:
    """For each x of xs, the second derivatives of sum(ys): a tensor of shape x.shape + x.shape.

    Raises:
      ValueError: if the ys do not depend on an x.
      LookupError: if an op on the way has no gradient, or its gradient has none.

    >>> import minitf as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.hessians(tf.reduce_sum(x**3), x)[0]))
    [[ 6.  0.]
     [ 0. 12.]]
    """
    xs = listed(xs, "xs")
    return [_hessian(g, x, name) for g, x in zip(gradients(ys, xs), xs)]


def _hessian(g, x: Tensor, name: str | None) -> Tensor:
    """One row after the other: the gradient of each element of g. TensorFlow does not use the name for results."""
    if g is None:
        raise ValueError(f"hessians: no gradient flows from ys to {x.name}, so they have no second derivatives")

    g = array.reshape(dense(g, x), [-1])

    def row(unit):
        again = gradients(g, x, grad_ys=unit)[0]
        return array.zeros_like(x) if again is None else again

    with name_scope(name, "hessians"):
        shape = array.shape(x)
        rows = map_fn(row, matrix.eye(array.size(x), dtype=x.dtype.base_dtype))
        whole = array.concat([shape, shape], 0)
    result = array.reshape(rows, whole)
    result.set_shape(x.shape.concatenate(x.shape))
    return result


def hessian_vector_product(ys, xs, v) -> list:
    """For each x of xs, the product of the second derivatives of sum(ys) with vectors of the shapes of xs; None where
    nothing flows.

    >>> import minitf as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> with tf.Session() as sess:
    ...     print(sess.run(hessian_vector_product(tf.reduce_sum(x**3), [x], [tf.constant([1.0, 1.0])])))
    [array([ 6., 12.], dtype=float32)]
    """
    xs, v = listed(xs, "xs"), listed(v, "v")
    if len(xs) != len(v):
        raise ValueError(f"xs and v must have the same length, not {len(xs)} and {len(v)}")
    found = zip(gradients(ys, xs), v)
    return gradients(
        [math.multiply(dense(g, x), stop_gradient(u)) for (g, u), x in zip(found, xs) if g is not None], xs
    )
