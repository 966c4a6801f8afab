"""Products of matrices and of vectors."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import also, define
from minitf.framework.shape import UNKNOWN, TensorShape, broadcast_static_shape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import elementwise, gemm, movement
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.math import math

PRODUCT = dtypes.FLOAT | dtypes.COMPLEX | {dtypes.int32, dtypes.int64}


def _product_sizes(x: tuple, y: tuple, turn_x: bool, turn_y: bool) -> tuple:
    """(rows, columns) of a product of matrices; ValueError if the inner sizes differ."""
    rows, inner = x[::-1] if turn_x else x
    other, columns = y[::-1] if turn_y else y
    if None not in (inner, other) and inner != other:
        turned = [f"{s}{' transposed' if turn else ''}" for s, turn in ((x, turn_x), (y, turn_y))]
        raise ValueError(f"matrices of shapes {turned[0]} and {turned[1]} cannot be multiplied: {inner} != {other}")
    return rows, columns


def _matmul_shape(op):
    x, y = (t.shape.with_rank(2).sizes for t in op.inputs)
    return TensorShape(_product_sizes(x, y, op.attrs["transpose_a"], op.attrs["transpose_b"]))


def _batch_shape(op):
    x, y = (t.shape.with_rank_at_least(2).sizes for t in op.inputs)
    if x is None or y is None:
        return UNKNOWN
    batch = broadcast_static_shape(TensorShape(x[:-2]), TensorShape(y[:-2]))
    return batch.concatenate(_product_sizes(x[-2:], y[-2:], op.attrs["adj_x"], op.attrs["adj_y"]))


def _check_matrices(x, y) -> None:
    if len(x.shape) != 2 or len(y.shape) != 2:
        raise ValueError(f"MatMul multiplies matrices, not shapes {x.shape} and {y.shape}")


def _matmul(op, a, b):
    _check_matrices(a, b)
    _product_sizes(a.shape, b.shape, op.attrs["transpose_a"], op.attrs["transpose_b"])
    return (a.T if op.attrs["transpose_a"] else a) @ (b.T if op.attrs["transpose_b"] else b)


def _batch_matmul(op, x, y):
    _product_sizes(x.shape[-2:], y.shape[-2:], op.attrs["adj_x"], op.attrs["adj_y"])
    return np.matmul(adjoint_of(x) if op.attrs["adj_x"] else x, adjoint_of(y) if op.attrs["adj_y"] else y)


def adjoint_of(x: np.ndarray) -> np.ndarray:
    """The transposed complex conjugates of matrices."""
    return np.conj(np.swapaxes(x, -1, -2))


def _product_grads(g, a, b, turn_a: bool, turn_b: bool, product) -> tuple:
    """The gradients of a product; product(x, y, turn_x, turn_y) makes another one."""
    grad_a = product(b, g, turn_b, True) if turn_a else product(g, b, False, not turn_b)
    if turn_b:
        return grad_a, product(g, a, True, turn_a)
    return grad_a, product(a, g, not turn_a, False)


def _matmul_grad(op, g):
    a, b = (math.conjugated(t) for t in op.inputs)
    return _product_grads(g, a, b, op.attrs["transpose_a"], op.attrs["transpose_b"], _plain_product)


def _plain_product(x, y, turn_x: bool, turn_y: bool, name: str | None = None) -> Tensor:
    return apply("MatMul", x, y, transpose_a=turn_x, transpose_b=turn_y, name=name)


def _batch_product(x, y, turn_x: bool, turn_y: bool, name: str | None = "MatMul") -> Tensor:
    return apply("BatchMatMul", x, y, adj_x=turn_x, adj_y=turn_y, name=name)


def _matmul_kernel(b, op, x, y):
    _check_matrices(x, y)
    turn_x, turn_y = op.attrs["transpose_a"], op.attrs["transpose_b"]
    return _lowered(b, x, y, turn_x, turn_y, ())


def _batch_matmul_kernel(b, op, x, y):
    batch = layout.broadcast_shape(x.shape[:-2], y.shape[:-2])
    x, y = (_spread(b, t, batch) for t in (x, y))
    return _lowered(b, x, y, op.attrs["adj_x"], op.attrs["adj_y"], batch)


def _spread(b, x, batch: tuple):
    """The matrices repeated over the batch, unless they are one matrix or all there."""
    shape = x.shape[:-2]
    if shape == batch or prod(shape) == 1:
        return x
    full = (*batch, *x.shape[-2:])
    out = b.new(full, x.dtype)
    loops = b.nest(full, layout.broadcast_strides(x.shape, full), cut=b.cut(()))
    b.call(movement.strided_copy[layout.carrier(x.dtype)], x, out, 0, *loops)
    return out


def _lowered(b, x, y, turn_x: bool, turn_y: bool, batch: tuple):
    """The call for products of matrices; a batch of one matrix is used for all of the other factor's."""
    m, n = _product_sizes(x.shape[-2:], y.shape[-2:], turn_x, turn_y)
    k = x.shape[-2] if turn_x else x.shape[-1]
    count = prod(batch)
    out = b.new((*batch, m, n), x.dtype)
    kernel = gemm.gemm if x.dtype.kind == "f" else gemm.integer_gemm
    ones = [b.always(f"one {k}", prod(t.shape[:-2]) == 1) for k, t in enumerate((x, y))]
    steps = [0 if one else t.shape[-2] * t.shape[-1] for one, t in zip(ones, (x, y))]
    b.call(
        kernel[x.dtype],
        x,
        y,
        out,
        m,
        n,
        k,
        int(turn_x),
        int(turn_y),
        x.shape[-1],
        y.shape[-1],
        n,
        0,
        count,
        *steps,
        m * n,
    )
    return out


define(
    "MatMul",
    "a: T, b: T; transpose_a: bool = False, transpose_b: bool = False -> product: T",
    T=PRODUCT,
    shape=_matmul_shape,
    numpy=_matmul,
    kernel=_matmul_kernel,
    grad=_matmul_grad,
)
define(
    "SparseMatMul",
    "a: Ta, b: Tb; transpose_a: bool = False, transpose_b: bool = False, a_is_sparse: bool = False, "
    "b_is_sparse: bool = False, Ta: type = float32, Tb: type = float32 -> product: float32",
    Ta=frozenset([dtypes.float32]),
    Tb=frozenset([dtypes.float32]),
    shape=_matmul_shape,
    numpy=_matmul,
    kernel=_matmul_kernel,
    grad=_matmul_grad,
)
define(
    "BatchMatMul",
    "x: T, y: T; adj_x: bool = False, adj_y: bool = False -> output: T",
    T=PRODUCT,
    shape=_batch_shape,
    numpy=_batch_matmul,
    kernel=_batch_matmul_kernel,
    broadcasts=True,
    grad=lambda op, g: _product_grads(g, *op.inputs, op.attrs["adj_x"], op.attrs["adj_y"], _batch_product),
)
also("BatchMatMulV2", "BatchMatMul")


def matmul(
    a,
    b,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of matrices [..., n, k] and [..., k, m], whose leading axes broadcast: [..., n, m].

    transpose_*, adjoint_*: take that factor's transpose, or the complex conjugate of it; of factors said to be
    sparse there is one matrix each. ValueError for shapes that do not fit, or if both are asked for.

    >>> matmul([[1.0, 2.0]], [[3.0], [4.0]]).shape.as_list()
    [1, 1]
    """
    with name_scope(name, "MatMul", [a, b]) as scope:
        if transpose_a and adjoint_a or transpose_b and adjoint_b:
            raise ValueError("matmul: of transpose and adjoint only one can be asked for")
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b", dtype=None if isinstance(b, Tensor) else a.dtype.base_dtype)
        sparse = a_is_sparse or b_is_sparse
        many = a.shape.rank != 2 and b.shape.rank != 2 or max(a.shape.rank or 3, b.shape.rank or 3) > 2
        if many and not sparse:
            a = math.conjugated(a) if transpose_a else a
            b = math.conjugated(b) if transpose_b else b
            return _batch_product(a, b, transpose_a or adjoint_a, transpose_b or adjoint_b, name=scope)
        a = math.conjugated(a) if adjoint_a else a
        b = math.conjugated(b) if adjoint_b else b
        if sparse and a.dtype.base_dtype is b.dtype.base_dtype is dtypes.float32:
            turned = transpose_a or adjoint_a, transpose_b or adjoint_b
            return sparse_matmul(a, b, *turned, a_is_sparse, b_is_sparse, name=scope)
        return _plain_product(a, b, transpose_a or adjoint_a, transpose_b or adjoint_b, name=scope)


def sparse_matmul(
    a,
    b,
    transpose_a: bool = False,
    transpose_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of float32 matrices, of which many items are 0: `a_is_sparse`, `b_is_sparse` say of which.

    It takes as long as that of any other matrices.
    """
    turned = {"transpose_a": bool(transpose_a), "transpose_b": bool(transpose_b)}
    hints = {"a_is_sparse": bool(a_is_sparse), "b_is_sparse": bool(b_is_sparse)}
    return apply("SparseMatMul", a, b, name=name, **turned, **hints)


def matvec(
    a,
    b,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of matrices [..., n, k] and vectors [..., k]: [..., n]; options as those of `matmul`."""
    with name_scope(name, "MatVec", [a, b]):
        column = array.expand_dims(b, axis=-1)
        hints = {"a_is_sparse": a_is_sparse, "b_is_sparse": b_is_sparse}
        return array.squeeze(matmul(a, column, transpose_a=transpose_a, adjoint_a=adjoint_a, **hints), axis=[-1])


def _check_triples(a: tuple, b: tuple) -> None:
    if a != b or a[-1:] != (3,):
        raise ValueError(f"vectors of size 3 are expected, not shapes {a} and {b}")


def _cross(op, a, b):
    _check_triples(a.shape, b.shape)
    return np.stack([a[..., i - 2] * b[..., i - 1] - a[..., i - 1] * b[..., i - 2] for i in range(3)], -1)


def _cross_kernel(b, op, x, y):
    _check_triples(x.shape, y.shape)
    out = b.new(x.shape, x.dtype)
    b.call(elementwise.cross_products[x.dtype], x, y, out, out.size // 3)
    return out


def _cross_shape(op):
    shape = patterns.merged(op).with_rank_at_least(1)
    if shape.rank and shape.sizes[-1] not in (3, None):
        raise ValueError(f"vectors of size 3 are expected, not shape {shape}")
    return shape


define(
    "Cross",
    "a: T, b: T -> product: T",
    T=dtypes.REAL,
    shape=_cross_shape,
    numpy=_cross,
    kernel=_cross_kernel,
    grad=lambda op, g: (cross(op.inputs[1], g), cross(g, op.inputs[0])),
)
cross = patterns.of_inputs("Cross", "The cross products of vectors [..., 3].", "cross")
math.operator("matmul", matmul)
