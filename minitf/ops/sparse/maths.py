"""Maths of sparse tensors: sums and products."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import at_home, name_scope
from minitf.framework.named import named
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape, broadcast_static_shape
from minitf.framework.sparse import SparseTensor, SparseTensorValue, as_sparse
from minitf.framework.static import constant_value_as_shape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.machine.alloc import zeros
from minitf.kernels.math import places as place_kernels
from minitf.kernels.math import sparse as kernels
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.gather import gather, gather_nd, scatter_nd
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.complex import conj
from minitf.ops.math.reduce import reduce_sum
from minitf.ops.sparse.sparse import any_number, check_places, different, outside, repeats

_PARTS = "{0}_indices: int64[n{0}, ~rank], {0}_values: T[~n{0}], {0}_shape: int64[~rank]"
_BOTH = f"{_PARTS.format('a')}, {_PARTS.format('b')}"

# ---- sums


def _union(a: np.ndarray, b: np.ndarray) -> tuple:
    """The places of two sparse tensors in order, and where among them those of each stand. The k-th of
    equal places of one meets the k-th of the other.
    """
    numbered = [np.column_stack([each, repeats(different(each)[1])]) for each in (a, b)]
    places, which = different(np.concatenate(numbered))
    return np.ascontiguousarray(places[:, :-1]), which[: len(a)], which[len(a) :]


def _check_alike(a_shape, b_shape) -> None:
    if not np.array_equal(a_shape, b_shape):
        raise ValueError(f"the shapes of the two differ: {a_shape.tolist()} and {b_shape.tolist()}")


def _combined(a: tuple, b: tuple, function) -> tuple:
    """The places of both, and the function of their values there, which are 0 where there are none."""
    places, at_a, at_b = _union(a[0], b[0])
    left, right = (np.zeros(len(places), a[1].dtype) for _ in range(2))
    left[at_a], right[at_b] = a[1], b[1]
    return places, function(left, right)


def _added(op, *arrays):
    a, b, threshold = arrays[:3], arrays[3:6], arrays[6]
    _check_alike(a[2], b[2])
    check_places(a[0], a[2])
    check_places(b[0], b[2])
    places, at_a, at_b = _union(a[0], b[0])
    total, met = np.zeros(len(places), a[1].dtype), np.zeros(len(places), np.int64)
    total[at_a] = a[1]
    total[at_b] += b[1]
    met[at_a] = 1
    met[at_b] += 1
    kept = (met < 2) | (np.abs(total) >= threshold)  # as in TensorFlow what stands alone is not asked how large it is
    return places[kept], total[kept], a[2]


def _merged(b, op, how: int, a: tuple, others: tuple) -> tuple:
    """Room for the places and values of two sparse tensors together, what is in it and whether it is of both, and
    how many.
    """
    (count, rank), more = a[0].shape, others[0].shape[0]
    places, values = b.new((count + more, rank), np.int64), b.new((count + more,), a[1].dtype)
    met, size = b.new((count + more,), np.int64), b.new((), np.int64)
    orders, numbers = [b.new((n,), np.int64) for n in (count, more, count + more)], (count, more, rank, how)
    kernel = place_kernels.merge_sparse[values.dtype]
    b.call(kernel, *a, *others, places, values, met, size, *orders, *numbers, error=_differs(b, op, a, others))
    return size, places, values, met


def _differs(b, op, a: tuple, others: tuple):
    """What is wrong with two sparse tensors that cannot be merged."""

    def complaint(_):
        arrays = [[b.data(value) for value in part] for part in (a, others)]
        try:
            _check_alike(arrays[0][2], arrays[1][2])
            for places, _, shape in arrays:
                check_places(places, shape)
        except ValueError as error:
            return str(error)

    return complaint


def _added_kernel(b, op, *inputs):
    size, places, values, met = _merged(b, op, place_kernels.SUM, inputs[:3], inputs[3:6])
    limit = inputs[6]
    b.call(place_kernels.drop_small[values.dtype, limit.dtype], places, values, met, limit, size, places.shape[1])
    return *b.first(size, places, values), inputs[2]


def _add_grad(op, _, g, __):
    a, b = apply("SparseAddGrad", g, op.inputs[0], op.inputs[3], op.outputs[0])
    return None, a, None, None, b, None, None


def _add_grad_rule(op, g, a, b, places):
    """The gradient of the sum at the places of each summand; 0 for those that were too small to be kept."""

    def found(own):
        _, at, at_sum = _union(own, places)
        wide = zeros((max(at.max(initial=-1), at_sum.max(initial=-1)) + 1,), g.dtype)
        wide[at_sum] = g
        return wide[at]

    return found(a), found(b)


def _add_grad_kernel(b, op, g, own, other, places):
    size, rank = places.shape

    def found(own):
        count = own.shape[0]
        out, orders = b.new((count,), g.dtype), [b.new((n,), np.int64) for n in (count, size, count + size)]
        kernel = place_kernels.find_sparse[layout.carrier(g.dtype)]
        b.call(kernel, own, places, g, out, *orders, count, size, rank)
        return out

    return found(own), found(other)


define(
    "SparseAdd",
    f"{_BOTH.replace('[', '~[')}, thresh: Treal~[] -> sum_indices: int64, sum_values: T, sum_shape: int64",
    T=dtypes.NUMBER,
    Treal=dtypes.REAL,
    numpy=_added,
    kernel=_added_kernel,
    counted=True,
    grad=_add_grad,
    shape=lambda op: any_number(op.inputs[2].shape),
)
define(
    "SparseAddGrad",
    "backprop_val_grad: T~[m], a_indices: int64[na, rank], b_indices: int64[nb, ~rank],"
    "sum_indices: int64~[m, rank] -> a_val_grad: T, b_val_grad: T",
    shape=lambda op: [TensorShape([(t.shape.sizes or [None])[0]]) for t in op.inputs[1:3]],
    numpy=_add_grad_rule,
    kernel=_add_grad_kernel,
    differentiable=False,
)


def _added_to_dense(op, indices, values, shape, b):
    if tuple(shape) != b.shape:
        raise ValueError(f"the shape {shape.tolist()} of the sparse side is not that of the dense, {b.shape}")
    check_places(indices, shape)
    result = b.copy()
    np.add.at(result, tuple(indices.T), values)
    return result


define(
    "SparseTensorDenseAdd",
    "a_indices: Tindices~[n, rank], a_values: T~[n], a_shape: Tindices~[rank], b: T -> output: T",
    T=dtypes.NUMBER,
    Tindices=dtypes.INDEX,
    shape=lambda op: op.inputs[3].shape,
    numpy=_added_to_dense,
    grad=lambda op, g: (None, gather_nd(g, op.inputs[0]), None, g),
)


def sparse_add(a, b, threshold=None, thresh=None):
    """a + b, one or both of them sparse: a SparseTensor if both are, else a dense tensor of the same shape.

    threshold: sums of two of a lesser absolute value are left out, if both are sparse.

    Raises:
      TypeError: if neither is sparse.
    """
    threshold = patterns.renamed("threshold", threshold, "thresh", thresh)
    kinds = (SparseTensor, SparseTensorValue)
    if not isinstance(a, kinds) and not isinstance(b, kinds):
        raise TypeError("sparse_add: at least one input should be a SparseTensor; tf.add adds dense tensors")
    if not (isinstance(a, kinds) and isinstance(b, kinds)):
        a, b = (a, b) if isinstance(a, kinds) else (b, a)
        return apply("SparseTensorDenseAdd", *as_sparse(a)._components(), b)
    a, b = as_sparse(a), as_sparse(b)
    real = {dtypes.complex64: dtypes.float32, dtypes.complex128: dtypes.float64}
    kind = real.get(a.dtype.base_dtype, a.dtype.base_dtype)
    with at_home(a):
        threshold = convert_to_tensor(0 if threshold is None else threshold, kind, name="threshold")
    indices, values, shape = apply("SparseAdd", *a._components(), *b._components(), threshold)
    a.shape.assert_is_compatible_with(b.shape)
    known = broadcast_static_shape(a.shape, b.shape)
    return SparseTensor(indices, values, known.as_list() if known.is_fully_defined() else shape)


def _extreme(type: str, ufunc, how: int, doc: str):
    def rule(op, *arrays):
        a, b = arrays[:3], arrays[3:]
        _check_alike(a[2], b[2])
        return _combined(a, b, ufunc)

    def kernel(b, op, *inputs):
        size, places, values, _ = _merged(b, op, how, inputs[:3], inputs[3:])
        return b.first(size, places, values)

    define(
        type,
        f"{_BOTH} -> output_indices: int64, output_values: T",
        T=dtypes.REAL,
        numpy=rule,
        kernel=kernel,
        counted=True,
        differentiable=False,
        shape=lambda op: any_number(UNKNOWN)[:2],
    )

    @named(f"sparse_{type[12:].lower()}", doc)
    def function(sp_a, sp_b, name: str | None = None) -> SparseTensor:
        sp_a, sp_b = as_sparse(sp_a), as_sparse(sp_b)
        with name_scope(name, type, [sp_a.indices, sp_a.values, sp_b.indices, sp_b.values]) as scope:
            indices, values = apply(type, *sp_a._components(), *sp_b._components(), name=scope)
        return SparseTensor(indices, values, sp_a.dense_shape)

    return function


sparse_maximum = _extreme(
    "SparseSparseMaximum", np.maximum, place_kernels.LARGER, "The larger of two sparse tensors at the places of both."
)
sparse_minimum = _extreme(
    "SparseSparseMinimum", np.minimum, place_kernels.SMALLER, "The smaller of two sparse tensors at the places of both."
)

# ---- products with what is dense, element by element


def _at_places(dense: Tensor, indices: Tensor) -> Tensor:
    """Where the elements at `indices` come from in something dense that is broadcast."""
    sizes = array.shape(dense, out_type=dtypes.int64)
    own = indices[:, array.shape(indices)[1] - array.rank(dense) :]
    return own * cast(math.not_equal(sizes, 1), dtypes.int64)


def _elementwise(type: str, ufunc, grad):
    def rule(op, indices, values, shape, dense):
        if dense.ndim > len(shape):
            raise ValueError(f"a dense side of shape {dense.shape} is not broadcast to {shape.tolist()}")
        check_places(indices, shape)
        return ufunc(values, np.broadcast_to(dense, tuple(shape))[tuple(indices.T)])

    define(
        type,
        "sp_indices: int64[n, rank], sp_values: T~[n], sp_shape: int64~[rank], dense: T -> output: T",
        T=dtypes.NUMBER,
        numpy=rule,
        grad=grad,
        shape=lambda op: TensorShape([(op.inputs[0].shape.sizes or [None])[0]]),
    )


def _mul_grad(op, g):
    indices, values, _, dense = op.inputs
    at = _at_places(dense, indices)
    spread = scatter_nd(at, g * values, array.shape(dense, out_type=dtypes.int64))
    return None, g * gather_nd(dense, at), None, spread


def _div_grad(op, g):
    indices, values, _, dense = op.inputs
    at = _at_places(dense, indices)
    divisor = gather_nd(dense, at)
    spread = scatter_nd(at, -g * values / (divisor * divisor), array.shape(dense, out_type=dtypes.int64))
    return None, g / divisor, None, spread


def _quotient(x, y):
    return np.floor_divide(x, y) if x.dtype.kind in "iu" else x / y


_elementwise("SparseDenseCwiseMul", np.multiply, _mul_grad)
_elementwise("SparseDenseCwiseDiv", _quotient, _div_grad)


def _times(sparse: SparseTensor, dense, name: str, type: str) -> SparseTensor:
    with name_scope(None, name, [sparse, dense]) as scope:
        dense = convert_to_tensor(dense, sparse.dtype.base_dtype, name="y")
        return sparse.mapped(lambda values: apply(type, *sparse._components(), dense, name=scope))


SparseTensor.__mul__ = SparseTensor.__rmul__ = lambda s, y: _times(s, y, "mul", "SparseDenseCwiseMul")
SparseTensor.__truediv__ = lambda s, y: _times(s, y, "truediv", "SparseDenseCwiseDiv")
SparseTensor.__div__ = lambda s, y: _times(s, y, "div", "SparseDenseCwiseDiv")

# ---- matrix products


def _product_sizes(op, shape, b) -> tuple[int, int, int]:
    """Rows, inner size and columns of a product."""
    rows, inner = (int(n) for n in (shape[::-1] if op.attrs["adjoint_a"] else shape))
    other, width = b[::-1] if op.attrs["adjoint_b"] else b
    if inner != other:
        raise ValueError(
            f"the inner sizes of a product do not match: {inner} of the sparse matrix {shape.tolist()} "
            f"and {other} of the dense one {tuple(b)}; was a transpose forgotten?"
        )
    return rows, inner, width


def _product(op, indices, values, shape, b):
    rows, inner, width = _product_sizes(op, shape, b.shape)
    check_places(indices, shape)
    values = np.conj(values) if op.attrs["adjoint_a"] else values
    b = np.conj(b).T if op.attrs["adjoint_b"] else b
    out = zeros((rows, width), b.dtype)
    row, column = indices.T[::-1] if op.attrs["adjoint_a"] else indices.T
    np.add.at(out, row, values[:, None] * b[column])
    return out


def _product_kernel(b, op, indices, values, shape, dense):
    rows, inner, width = _product_sizes(op, b.data(shape), dense.shape)
    out = patterns.filled(b, (rows, width), dense.dtype)
    across, down = (inner, 1) if op.attrs["adjoint_b"] else (1, width)
    turned = 1 if op.attrs["adjoint_a"] else 0
    kernel = kernels.sparse_product[indices.dtype, dense.dtype]
    b.call(
        kernel,
        indices,
        values,
        dense,
        out,
        values.size,
        turned,
        rows,
        inner,
        width,
        down,
        across,
        error=lambda at: outside(b.data(indices), at, b.data(shape)),
    )
    return out


def _product_shape(op):
    sizes, b = constant_value_as_shape(op.inputs[2]).with_rank(2), op.inputs[3].shape.with_rank(2)
    (rows, inner), (other, width) = sizes.sizes, b.sizes or (None, None)
    rows, inner = (inner, rows) if op.attrs["adjoint_a"] else (rows, inner)
    other, width = (width, other) if op.attrs["adjoint_b"] else (other, width)
    if None not in (inner, other) and inner != other:
        raise ValueError(f"the inner sizes of a product do not match: {inner} and {other} ({sizes} and {b})")
    return TensorShape([rows, width])


def _product_grad(op, g):
    indices, values, shape, b = op.inputs
    turned_a, turned_b = op.attrs["adjoint_a"], op.attrs["adjoint_b"]
    for_b = apply("SparseTensorDenseMatMul", indices, values, shape, g, adjoint_a=not turned_a)
    if turned_b:
        for_b = array.transpose(for_b, conjugate=b.dtype.is_complex)
    row, column = (indices[:, i] for i in ((1, 0) if turned_a else (0, 1)))
    rows_of_b = array.transpose(b, conjugate=b.dtype.is_complex) if turned_b else b
    parts = gather(g, row) * conj(gather(rows_of_b, column))
    for_values = reduce_sum(parts, 1)
    return None, conj(for_values) if turned_a else for_values, None, for_b


define(
    "SparseTensorDenseMatMul",
    "a_indices: Tindices[n, two], a_values: T[~n], a_shape: int64[two], b: T[p, q]; Tindices: type = int64, "
    "adjoint_a: bool = False, adjoint_b: bool = False -> product: T",
    T=dtypes.NUMBER,
    Tindices=dtypes.INDEX,
    shape=_product_shape,
    numpy=_product,
    kernel=_product_kernel,
    grad=_product_grad,
)


def sparse_tensor_dense_matmul(
    sp_a, b, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Tensor:
    """The product of a sparse matrix and a dense one, [rows of a, columns of b].

    adjoint_a, adjoint_b: take the conjugate transpose instead. Places may repeat: their values add up.

    Raises (at run time):
      InvalidArgumentError: for sizes that do not match and places that are not within the shape.

    >>> import minitf as tf
    >>> a = tf.SparseTensor([[0, 1], [2, 0]], [2.0, 3.0], [3, 2])
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.sparse_tensor_dense_matmul(a, [[1.0, 2.0], [3.0, 4.0]])))
    [[6. 8.]
     [0. 0.]
     [3. 6.]]
    """
    sp_a = as_sparse(sp_a)
    with name_scope(name, "SparseTensorDenseMatMul", [sp_a.indices, sp_a.values, b]):
        b = convert_to_tensor(b, name="b")
        return apply("SparseTensorDenseMatMul", *sp_a._components(), b, adjoint_a=adjoint_a, adjoint_b=adjoint_b)
