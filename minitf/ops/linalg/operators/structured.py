"""Operators with a pattern: reflections, updates of low rank, constant diagonals."""

from __future__ import annotations

from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.taking import optional
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.gather import gather
from minitf.ops.array.ranges import range as range_
from minitf.ops.array.rearranging import reverse
from minitf.ops.linalg import linalg
from minitf.ops.linalg.decompositions import cholesky, cholesky_solve
from minitf.ops.linalg.functions import slogdet
from minitf.ops.linalg.matmul import matmul
from minitf.ops.linalg.operators.base import LinearOperator, alike, hinted, together
from minitf.ops.linalg.operators.identities import LinearOperatorIdentity
from minitf.ops.linalg.operators.plain import LinearOperatorDiag
from minitf.ops.math import math
from minitf.ops.math.complex import real
from minitf.ops.math.reduce import reduce_sum


def _with_last_twice(sizes: Tensor) -> Tensor:
    return array.concat([sizes, sizes[-1:]], 0)


class LinearOperatorHouseholder(LinearOperator):
    """Reflections along `reflection_axis` [..., n]: I - 2 v v^H for the axis v, scaled to length 1."""

    @hinted("reflection_axis", name="LinearOperatorHouseholder")
    def __init__(self, reflection_axis, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name):
        for hint, what in (
            (is_self_adjoint is False, "self adjoint"),
            (is_positive_definite is True, "non-positive definite"),
            (is_non_singular is False, "non-singular"),
            (is_square is False, "square"),
        ):
            if hint:
                raise ValueError(f"A Householder operator is always {what}.")
        self._reflection_axis = convert_to_tensor(reflection_axis, name="reflection_axis")
        super().__init__(self._reflection_axis.dtype, [self._reflection_axis], is_non_singular, True, False, True, name)

    reflection_axis: Tensor = getter("_reflection_axis", "The axes [..., n].")

    def _shape(self):
        sizes = self._reflection_axis.shape.sizes
        return UNKNOWN if sizes is None else TensorShape([*sizes, sizes[-1]])

    def _shape_tensor(self):
        return _with_last_twice(array.shape(self._reflection_axis))

    def _unit(self) -> Tensor:
        """The axes as columns of length 1."""
        v = self._reflection_axis
        length = math.sqrt(reduce_sum(real(v * math.conjugated(v)), -1, keepdims=True))
        return array.expand_dims(v / math.cast(length, v.dtype), -1)

    def _matmul(self, x, adjoint=False):
        v = self._unit()
        return x - 2.0 * v * matmul(v, x, adjoint_a=True)

    def _solve(self, rhs, adjoint=False):
        return self._matmul(rhs)

    def _to_dense(self):
        v = self._unit()
        return LinearOperatorIdentity(self.domain_dimension_tensor(), dtype=self.dtype).to_dense() - 2.0 * matmul(
            v, v, adjoint_b=True
        )

    def _diag_part(self):
        v = array.squeeze(self._unit(), [-1])
        return 1.0 - 2.0 * v * math.conjugated(v)

    def _trace(self):
        return math.cast(self.domain_dimension_tensor() - 2, self.dtype) * array.ones(
            self.batch_shape_tensor(), self.dtype
        )

    def _determinant(self):
        return -array.ones(self.batch_shape_tensor(), self.dtype)

    def _log_abs_determinant(self):
        return array.zeros(self.batch_shape_tensor(), self.dtype.real_dtype)

    def _inverse(self):
        return self

    def _assert_positive_definite(self):
        raise ValueError("Householder operators are always non-positive definite.")


class LinearOperatorLowRankUpdate(LinearOperator):
    """base_operator + U D V^H with few columns in u and v [..., n, k] and a diagonal D [..., k].

    v: u by default; diag_update: ones by default. Solving and determinants go by the base's.
    """

    @hinted(
        "base_operator",
        "u",
        *map(optional, ("diag_update", "v", "is_diag_update_positive")),
        name="LinearOperatorLowRankUpdate",
    )
    def __init__(self, base_operator, u, diag_update, v, is_diag_update_positive, **hints):
        if diag_update is None and is_diag_update_positive is False:
            raise ValueError(
                "Default diagonal is the identity, which is positive.  However, user set "
                "'is_diag_update_positive' to False."
            )
        is_diag_update_positive = True if diag_update is None else is_diag_update_positive
        if v is None and base_operator.is_self_adjoint:
            known = {"is_self_adjoint": True}
            if is_diag_update_positive and base_operator.is_positive_definite:
                known["is_positive_definite"] = True
            hints |= {hint: value for hint, value in known.items() if hints[hint] is None}
        self._base, self._given_v = base_operator, v is not None
        self._u = convert_to_tensor(u, name="u")
        self._v = convert_to_tensor(v, name="v") if v is not None else self._u
        rank = array.shape(self._u)[-1] if self._u.shape[-1].value is None else self._u.shape[-1].value
        self._diag_update = None if diag_update is None else convert_to_tensor(diag_update, name="diag_update")
        if diag_update is None:
            self._diag_operator = LinearOperatorIdentity(rank, dtype=self._u.dtype)
        else:
            self._diag_operator = LinearOperatorDiag(
                self._diag_update, is_positive_definite=is_diag_update_positive or None
            )
        self._is_diag_update_positive = is_diag_update_positive
        for part, what in ((self._u, "u"), (self._v, "v"), (self._diag_operator, "diag_update")):
            if part.dtype.base_dtype != base_operator.dtype:
                raise TypeError(f"base_operator is of {base_operator.dtype.name}, but {what} of {part.dtype.name}")
        base_operator.shape[-2].assert_is_compatible_with(self._u.shape[-2])
        base_operator.shape[-1].assert_is_compatible_with(self._v.shape[-2])
        self._diag_operator.shape[-1].assert_is_compatible_with(self._u.shape[-1])
        parents = [*base_operator.graph_parents, self._u, self._v]
        super().__init__(base_operator.dtype, parents, **hints)

    u: Tensor = getter("_u", "The columns on the left.")
    v: Tensor = getter("_v", "The columns on the right.")
    is_diag_update_positive = getter(
        "_is_diag_update_positive", "Whether the diagonal in the middle is positive; None if that is not known."
    )
    diag_update = getter("_diag_update", "The diagonal in the middle; None for ones.")
    diag_operator: LinearOperator = getter("_diag_operator", "The diagonal in the middle, as an operator.")
    base_operator: LinearOperator = getter("_base", "What the rest is added to.")

    def _shape(self):
        batches = [self._base.batch_shape, self._diag_operator.batch_shape, self._u.shape[:-2], self._v.shape[:-2]]
        return together(batches).concatenate(self._base.shape[-2:])

    def _shape_tensor(self):
        corner = array.zeros(self._base.batch_shape_tensor()) + array.zeros(array.shape(self._u)[:-2])
        corner += array.zeros(array.shape(self._v)[:-2]) + array.zeros(self._diag_operator.batch_shape_tensor())
        return array.concat([array.shape(corner), self._base.shape_tensor()[-2:]], 0)

    def _matmul(self, x, adjoint=False):
        left, right = (self._v, self._u) if adjoint else (self._u, self._v)
        inner = self._diag_operator.matmul(matmul(right, x, adjoint_a=True), adjoint=adjoint)
        return self._base.matmul(x, adjoint=adjoint) + matmul(left, inner)

    def _capacitance(self) -> Tensor:
        """D^-1 + V^H L^-1 U for the base L: small matrices."""
        spread = matmul(self._v, self._base.solve(self._u), adjoint_a=True)
        return self._diag_operator.inverse().add_to_tensor(spread)

    def _solve(self, rhs, adjoint=False):
        """By Woodbury's identity."""
        left, right = (self._v, self._u) if adjoint else (self._u, self._v)
        first = self._base.solve(rhs, adjoint=adjoint)
        small, inner = alike(self._capacitance(), matmul(right, first, adjoint_a=True))
        if self._can_use_cholesky() and self._is_diag_update_positive:
            part = cholesky_solve(cholesky(small), inner)
        else:
            part = linalg.matrix_solve(small, inner, adjoint=adjoint)
        return first - self._base.solve(matmul(left, part), adjoint=adjoint)

    def _determinant(self):
        """By the matrix determinant lemma."""
        small = linalg.matrix_determinant(self._capacitance())
        return small * self._diag_operator.determinant() * self._base.determinant()

    def _log_abs_determinant(self):
        small = slogdet(self._capacitance())[1]
        return real(small) + self._diag_operator.log_abs_determinant() + self._base.log_abs_determinant()

    def _diag_part(self):
        scaled = linalg.adjoint(self._diag_operator.matmul(self._u, adjoint=True, adjoint_arg=True))
        return self._base.diag_part() + reduce_sum(scaled * math.conjugated(self._v), -1)


class LinearOperatorToeplitz(LinearOperator):
    """Matrices with the same number all along each diagonal: of first column `col` and first row `row` [..., n].

    The first item of `row` does not count: it is that of `col`.
    """

    @hinted("col", "row", name="LinearOperatorToeplitz")
    def __init__(self, col, row, is_square, **hints):
        if is_square is False:
            raise ValueError("Only square Toeplitz operators currently supported.")
        self._col, self._row = convert_to_tensor(col, name="col"), convert_to_tensor(row, name="row")
        self._col.shape[-1].assert_is_compatible_with(self._row.shape[-1])
        super().__init__(self._row.dtype, [self._row, self._col], is_square=True, **hints)

    col: Tensor = getter("_col", "The first columns.")
    row: Tensor = getter("_row", "The first rows.")

    def _shape(self):
        batch = together([self._col.shape[:-1], self._row.shape[:-1]])
        size = self._col.shape[-1]
        return batch.concatenate([size, size])

    def _shape_tensor(self):
        return _with_last_twice(array.shape(self._col + self._row))

    def _to_dense(self):
        row, col = self._row + array.zeros_like(self._col), self._col + array.zeros_like(self._row)
        n = array.shape(col)[-1]
        around = array.concat([reverse(row, [-1])[..., :-1], col], -1)
        places = array.expand_dims(range_(n), 1) - array.expand_dims(range_(n), 0) + n - 1
        dense = gather(around, places, axis=-1)
        dense.set_shape(self.shape)
        return dense

    def _first(self) -> Tensor:
        return self._col[..., :1] + array.zeros_like(self._row[..., :1])

    def _diag_part(self):
        return self._first() * array.ones(array.reshape(self.domain_dimension_tensor(), [1]), self.dtype)

    def _trace(self):
        return array.squeeze(self._first(), [-1]) * math.cast(self.domain_dimension_tensor(), self.dtype)

    def _adjoint(self):
        return LinearOperatorToeplitz(math.conjugated(self._row_whole()), math.conjugated(self._col), is_square=True)

    def _row_whole(self) -> Tensor:
        """The first rows with the first items of the columns."""
        return array.concat([self._first(), (self._row + array.zeros_like(self._col))[..., 1:]], -1)
