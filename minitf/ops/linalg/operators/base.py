"""What all linear operators have in common."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter

import numpy as np

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor, register_tensor_conversion_function
from minitf.framework.getter import getter
from minitf.framework.graph import name_scope
from minitf.framework.shape import UNKNOWN, TensorShape, broadcast_static_shape
from minitf.framework.taking import optional, taking
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.control import check
from minitf.ops.linalg import linalg
from minitf.ops.linalg.decompositions import cholesky, cholesky_solve
from minitf.ops.linalg.functions import slogdet
from minitf.ops.linalg.matmul import matmul
from minitf.ops.linalg.matrix import eye, matrix_diag_part
from minitf.ops.linalg.singular import svd
from minitf.ops.math import math
from minitf.ops.math.reduce import reduce_max, reduce_min, reduce_sum


def alike(*matrices) -> list:
    """Matrices with the batch shape that theirs broadcast to."""
    batches = [m.shape[:-2] for m in matrices]
    if all(b.is_fully_defined() for b in batches) and len({b.sizes for b in batches}) == 1:
        return list(matrices)
    corners = [array.zeros_like(m[..., :1, :1]) for m in matrices]
    zero = corners[0]
    for corner in corners[1:]:
        zero = zero + corner
    return [m + zero for m in matrices]


def every(*hints):
    """The hint for what holds if it holds for all parts; None where that is open."""
    if all(hints):
        return True
    return False if any(hint is False for hint in hints) else None


def hinted(*own: str | Parameter, is_square: bool | None = None, name: str | None = None) -> Callable:
    """A decorator: an operator is made of arguments of its `own`, of hints, and of a name."""
    given = [Parameter(a, Parameter.POSITIONAL_OR_KEYWORD) if isinstance(a, str) else a for a in ("self", *own)]
    hints = [optional(f"is_{hint}") for hint in ("non_singular", "self_adjoint", "positive_definite")]
    called = optional("name", name, "str" if name else "str | None")
    return taking([*given, *hints, optional("is_square", is_square), called])


_KINDS: dict[str, type] = {}  # the subclasses, which are defined after what makes them


class LinearOperator:
    """A batch of matrices [..., m, n], known by what they do with others; subclasses say what.

    The hints (`is_non_singular` and so on) are believed; ValueError if they contradict each other.
    """

    def __init_subclass__(cls):
        _KINDS.setdefault(cls.__name__, cls)

    def __init__(
        self,
        dtype,
        graph_parents=None,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name: str | None = None,
    ):
        if is_positive_definite and is_non_singular is False:
            raise ValueError("A positive definite matrix is always non-singular.")
        is_non_singular = True if is_positive_definite else is_non_singular
        for hint, what in ((is_non_singular, "non-singular"), (is_self_adjoint, "self-adjoint")):
            if hint and is_square is False:
                raise ValueError(f"A {what} matrix is always square.")
            is_square = True if hint else is_square
        self._dtype = dtypes.as_dtype(dtype).base_dtype if dtype else dtype
        self._graph_parents = list(graph_parents or [])
        self._is_non_singular, self._is_self_adjoint = is_non_singular, is_self_adjoint
        self._is_positive_definite, self._is_square = is_positive_definite, is_square
        self._name = name or type(self).__name__

    # ---- what subclasses say: `_shape`, `_shape_tensor`, and how they act or what the matrix is

    def _shape(self) -> TensorShape:
        raise NotImplementedError(f"{type(self).__name__} has no _shape")

    def _shape_tensor(self) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no _shape_tensor")

    def _matmul(self, x: Tensor, adjoint: bool = False) -> Tensor:
        return matmul(self.to_dense(), x, adjoint_a=adjoint)

    def _solve(self, rhs: Tensor, adjoint: bool = False) -> Tensor:
        dense, rhs = alike(self.to_dense(), rhs)
        if self._can_use_cholesky():
            return cholesky_solve(cholesky(dense), rhs)
        return linalg.matrix_solve(dense, rhs, adjoint=adjoint)

    def _to_dense(self) -> Tensor:
        n = self.domain_dimension_tensor()
        sizes = self.shape.sizes
        if sizes is not None and None not in sizes:
            return self.matmul(eye(sizes[-1], batch_shape=list(sizes[:-2]), dtype=self.dtype))
        return self.matmul(eye(n, batch_shape=self.batch_shape_tensor(), dtype=self.dtype))

    def _determinant(self) -> Tensor:
        if self._can_use_cholesky():
            return math.exp(self.log_abs_determinant())
        return linalg.matrix_determinant(self.to_dense())

    def _log_abs_determinant(self) -> Tensor:
        if self._can_use_cholesky():
            return 2.0 * reduce_sum(math.log(matrix_diag_part(cholesky(self.to_dense()))), [-1])
        return slogdet(self.to_dense())[1]

    def _diag_part(self) -> Tensor:
        return matrix_diag_part(self.to_dense())

    def _trace(self) -> Tensor:
        return reduce_sum(self.diag_part(), -1)

    def _adjoint(self) -> LinearOperator:
        return self._made("LinearOperatorAdjoint", self)

    def _inverse(self) -> LinearOperator:
        return self._made("LinearOperatorInversion", self)

    def _cholesky(self) -> LinearOperator:
        factor = cholesky(self.to_dense())
        return self._made("LinearOperatorLowerTriangular", factor, is_non_singular=True, is_self_adjoint=False)

    def _made(self, kind: str, *args, **hints) -> LinearOperator:
        """An operator of a subclass, by name."""
        return _KINDS[kind](*args, **hints)

    def _after(self, other: LinearOperator) -> LinearOperator:
        """The product with an operator on the right."""
        return self._made("LinearOperatorComposition", [self, other])

    # ---- what is known of them

    dtype = getter("_dtype", "The type of the matrices' items.")
    name: str = getter("_name", "The name under which ops are added.")
    graph_parents: list = getter("_graph_parents", "The tensors that the operator was made of.")
    is_non_singular = getter("_is_non_singular", "Whether the matrices have inverses; None if that is not known.")
    is_self_adjoint = getter(
        "_is_self_adjoint", "Whether the matrices are equal to their adjoints; None if that is not known."
    )
    is_positive_definite = getter(
        "_is_positive_definite", "Whether x^H A x has a positive real part for all x but 0; None if that is not known."
    )

    @property
    def is_square(self):
        """Whether there are as many rows as columns. ValueError if the hint says no and there are."""
        rows, columns = self.range_dimension, self.domain_dimension
        known = None if None in (rows.value, columns.value) else rows.value == columns.value
        if self._is_square is False and known:
            raise ValueError("User set is_square hint to False, but the operator was square.")
        return known if self._is_square is None else self._is_square

    @property
    def shape(self) -> TensorShape:
        """The static shape [..., m, n]."""
        return self._shape()

    @property
    def batch_shape(self) -> TensorShape:
        """The static shape without the matrices' sizes."""
        return self.shape[:-2]

    tensor_rank = getter("shape.rank", "The rank, None if it is not known.")

    @property
    def domain_dimension(self):
        """The number of columns, a Dimension."""
        return self.shape[-1]

    @property
    def range_dimension(self):
        """The number of rows, a Dimension."""
        return self.shape[-2]

    def shape_tensor(self, name: str = "shape_tensor") -> Tensor:
        """The shape as a tensor: int32."""
        with self._scope(name):
            if self.shape.is_fully_defined():
                return convert_to_tensor(self.shape.as_list(), dtypes.int32, name="shape")
            return self._shape_tensor()

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Tensor:
        """The shape without the matrices' sizes as a tensor: int32."""
        with self._scope(name):
            if self.batch_shape.is_fully_defined():
                return convert_to_tensor(self.batch_shape.as_list(), dtypes.int32, name="batch_shape")
            return self.shape_tensor()[:-2]

    def tensor_rank_tensor(self, name: str = "tensor_rank_tensor") -> Tensor:
        """The rank as a tensor: int32."""
        with self._scope(name):
            return array.size(self.shape_tensor()) if self.tensor_rank is None else convert_to_tensor(self.tensor_rank)

    def domain_dimension_tensor(self, name: str = "domain_dimension_tensor") -> Tensor:
        """The number of columns as a tensor: int32."""
        with self._scope(name):
            known = self.domain_dimension.value
            return self.shape_tensor()[-1] if known is None else convert_to_tensor(known)

    def range_dimension_tensor(self, name: str = "range_dimension_tensor") -> Tensor:
        """The number of rows as a tensor: int32."""
        with self._scope(name):
            known = self.range_dimension.value
            return self.shape_tensor()[-2] if known is None else convert_to_tensor(known)

    # ---- what they do

    def matmul(self, x, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul"):
        """The product with matrices x [..., n, k], or with another operator.

        adjoint: of this operator's adjoint; adjoint_arg: with the adjoint of x. ValueError if sizes do not fit,
        TypeError if x is of another type.
        """
        with self._scope(name):
            if isinstance(x, LinearOperator):
                left, right = self.adjoint() if adjoint else self, x.adjoint() if adjoint_arg else x
                left._check_fits(right)
                return left._after(right)
            x = self._operand(x, "x", -2 if adjoint else -1, -1 if adjoint_arg else -2)
            return self._matmul(linalg.adjoint(x) if adjoint_arg else x, adjoint=adjoint)

    def matvec(self, x, adjoint: bool = False, name: str = "matvec") -> Tensor:
        """The product with vectors x [..., n]."""
        with self._scope(name):
            x = self._operand(x, "x", -2 if adjoint else -1, -1)
            return array.squeeze(self._matmul(array.expand_dims(x, -1), adjoint=adjoint), [-1])

    def solve(self, rhs, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve"):
        """The x with this operator times x = rhs [..., n, k], or the product of its inverse and an operator.

        NotImplementedError if the hints say that there is none; InvalidArgumentError for a singular matrix.
        """
        self._refuse("Exact solve", singular=True)
        with self._scope(name):
            if isinstance(rhs, LinearOperator):
                left, right = self.adjoint() if adjoint else self, rhs.adjoint() if adjoint_arg else rhs
                left._check_fits(right)
                return left.inverse()._after(right)
            rhs = self._operand(rhs, "rhs", -1 if adjoint else -2, -1 if adjoint_arg else -2)
            return self._solve(linalg.adjoint(rhs) if adjoint_arg else rhs, adjoint=adjoint)

    def solvevec(self, rhs, adjoint: bool = False, name: str = "solve") -> Tensor:
        """The x with this operator times x = rhs [..., n]; see `solve`."""
        self._refuse("Exact solve", singular=True)
        with self._scope(name):
            rhs = self._operand(rhs, "rhs", -1 if adjoint else -2, -1)
            return array.squeeze(self._solve(array.expand_dims(rhs, -1), adjoint=adjoint), [-1])

    def determinant(self, name: str = "det") -> Tensor:
        """The determinants [...]; NotImplementedError if the matrices are not square."""
        self._refuse("Determinant")
        with self._scope(name):
            return self._determinant()

    def log_abs_determinant(self, name: str = "log_abs_det") -> Tensor:
        """The logarithms of the determinants' absolute values [...]; NotImplementedError if not square."""
        self._refuse("Determinant")
        with self._scope(name):
            return self._log_abs_determinant()

    def adjoint(self, name: str = "adjoint") -> LinearOperator:
        """The operator of the transposed complex conjugates."""
        if self.is_self_adjoint is True:
            return self
        with self._scope(name):
            return self._adjoint()

    H = property(adjoint)

    def inverse(self, name: str = "inverse") -> LinearOperator:
        """The operator of the inverses; ValueError if the hints say that there are none."""
        if self.is_square is False or self.is_non_singular is False:
            what = "non square" if self.is_square is False else "singular"
            raise ValueError(f"Cannot take the Inverse: This operator represents a {what} matrix.")
        with self._scope(name):
            return self._inverse()

    def cholesky(self, name: str = "cholesky") -> LinearOperator:
        """The lower triangular L with L times its adjoint = this; ValueError unless the hints say there is one."""
        if not self._can_use_cholesky():
            raise ValueError("Cannot take the Cholesky decomposition: Not a positive definite self adjoint matrix.")
        with self._scope(name):
            return self._cholesky()

    def to_dense(self, name: str = "to_dense") -> Tensor:
        """The matrices themselves: [..., m, n]."""
        with self._scope(name):
            return self._to_dense()

    def diag_part(self, name: str = "diag_part") -> Tensor:
        """The matrices' diagonals [..., min(m, n)]."""
        with self._scope(name):
            return self._diag_part()

    def trace(self, name: str = "trace") -> Tensor:
        """The sums of the diagonals [...]."""
        with self._scope(name):
            return self._trace()

    def add_to_tensor(self, x, name: str = "add_to_tensor") -> Tensor:
        """The matrices plus x, which broadcasts against them."""
        with self._scope(name):
            return self.to_dense() + convert_to_tensor(x, self.dtype, name="x")

    # ---- checks that run

    def assert_non_singular(self, name: str = "assert_non_singular"):
        """An op that fails with InvalidArgumentError if a matrix is singular up to precision."""
        with self._scope(name):
            return self._assert_non_singular()

    def _assert_non_singular(self):
        if self._can_use_cholesky():
            return self.assert_positive_definite()
        values = svd(self.to_dense(), compute_uv=False)
        condition = reduce_max(values, -1) / reduce_min(values, -1)
        sizes = [math.cast(n, condition.dtype) for n in (self.range_dimension_tensor(), self.domain_dimension_tensor())]
        most = 1.0 / (math.maximum(math.maximum(*sizes), 100.0) * float(np.finfo(condition.dtype.numpy).eps))
        return check.assert_less(condition, most, message="Singular matrix up to precision epsilon.")

    def assert_positive_definite(self, name: str = "assert_positive_definite"):
        """An op that fails with InvalidArgumentError if a self-adjoint matrix is not positive definite.

        NotImplementedError if the hints do not say that it is self-adjoint.
        """
        with self._scope(name):
            return self._assert_positive_definite()

    def _assert_positive_definite(self):
        if not self.is_self_adjoint:
            raise NotImplementedError("assert_positive_definite is for operators with the hint is_self_adjoint=True")
        diagonal = matrix_diag_part(cholesky(self.to_dense()))
        return check.assert_positive(diagonal, message="Matrix was not positive definite.")

    def assert_self_adjoint(self, name: str = "assert_self_adjoint"):
        """An op that fails with InvalidArgumentError if a matrix differs from its adjoint."""
        with self._scope(name):
            return self._assert_self_adjoint()

    def _assert_self_adjoint(self):
        dense = self.to_dense()
        return check.assert_equal(dense, linalg.adjoint(dense), message="Matrix was not equal to its adjoint.")

    # ---- for the above

    def _scope(self, name: str | None):
        return name_scope(f"{self.name}/{name}" if name else self.name)

    def _operand(self, x, what: str, own_axis: int, axis: int) -> Tensor:
        x = convert_to_tensor(x, name=what)
        if x.dtype.base_dtype != self.dtype:
            raise TypeError(f"{self.name} is of {self.dtype.name}, but '{what}' ({x.name}) is of {x.dtype.name}")
        self.shape[own_axis].assert_is_compatible_with(x.shape[axis])
        return x

    def _check_fits(self, right: LinearOperator) -> None:
        own, other = self.domain_dimension.value, right.range_dimension.value
        if None not in (own, other) and own != other:
            raise ValueError(f"Operators are incompatible. Expected `x` to have dimension {own} but got {other}.")

    def _refuse(self, what: str, singular: bool = False) -> None:
        if singular and self.is_non_singular is False:
            raise NotImplementedError(f"{what} not implemented for an operator that is expected to be singular.")
        if self.is_square is False:
            raise NotImplementedError(f"{what} not implemented for an operator that is expected to not be square.")

    def _can_use_cholesky(self) -> bool:
        return bool(self.is_self_adjoint and self.is_positive_definite)

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r} {self.dtype.name}{self.shape}>"


def together(shapes: list) -> TensorShape:
    """What static batch shapes broadcast to; unknown if one of them is."""
    result = TensorShape([])
    for shape in shapes:
        if shape.rank is None:
            return UNKNOWN
        result = broadcast_static_shape(result, shape)
    return result


def _dense(operator: LinearOperator, dtype=None, name: str | None = None, as_ref: bool = False) -> Tensor:
    if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(operator.dtype):
        raise ValueError(f"{operator} is asked for as {dtypes.as_dtype(dtype).name}")
    return operator.to_dense()


register_tensor_conversion_function(LinearOperator, _dense)
