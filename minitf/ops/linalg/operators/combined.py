"""Operators made of operators: adjoints, inverses, products, blocks on a diagonal, Kronecker products."""

from __future__ import annotations

import functools
import operator as python

from minitf.framework.getter import getter
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.ops.array import array
from minitf.ops.array.joining import split, stack
from minitf.ops.linalg import linalg
from minitf.ops.linalg.functions import kronecker
from minitf.ops.linalg.operators.base import LinearOperator, alike, every, hinted, together
from minitf.ops.math import math
from minitf.ops.math.reduce import reduce_prod


class LinearOperatorAdjoint(LinearOperator):
    """The operator of another one's adjoints: the transposed complex conjugates."""

    @hinted("operator")
    def __init__(self, operator, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name):
        self._operator = operator
        super().__init__(
            operator.dtype,
            operator.graph_parents,
            _agreed(operator.is_non_singular, is_non_singular, "non-singular"),
            _agreed(operator.is_self_adjoint, is_self_adjoint, "self-adjoint"),
            _agreed(operator.is_positive_definite, is_positive_definite, "positive-definite"),
            _agreed(operator.is_square, is_square, "square"),
            name or f"{operator.name}_adjoint",
        )

    operator: LinearOperator = getter("_operator", "The other one.")

    def _shape(self):
        sizes = self._operator.shape.sizes
        return UNKNOWN if sizes is None else TensorShape([*sizes[:-2], sizes[-1], sizes[-2]])

    def _shape_tensor(self):
        sizes = self._operator.shape_tensor()
        return array.concat([sizes[:-2], sizes[-1:], sizes[-2:-1]], 0)

    def _matmul(self, x, adjoint=False):
        return self._operator.matmul(x, adjoint=not adjoint)

    def _solve(self, rhs, adjoint=False):
        return self._operator.solve(rhs, adjoint=not adjoint)

    def _to_dense(self):
        return linalg.adjoint(self._operator.to_dense())

    def _diag_part(self):
        return math.conjugated(self._operator.diag_part())

    def _trace(self):
        return math.conjugated(self._operator.trace())

    def _determinant(self):
        return math.conjugated(self._operator.determinant())

    def _log_abs_determinant(self):
        return self._operator.log_abs_determinant()

    def _adjoint(self):
        return self._operator


class LinearOperatorInversion(LinearOperator):
    """The operator of another one's inverses. ValueError if hints say that it has none."""

    @hinted("operator")
    def __init__(self, operator, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name):
        if operator.is_square is False or operator.is_non_singular is False:
            raise ValueError(f"operator {operator.name} has no inverse: it is not square, or singular")
        if is_square is False or is_non_singular is False:
            raise ValueError("An inverse is square and non-singular.")
        self._operator = operator
        super().__init__(
            operator.dtype,
            operator.graph_parents,
            _agreed(operator.is_non_singular, is_non_singular, "non-singular"),
            _agreed(operator.is_self_adjoint, is_self_adjoint, "self-adjoint"),
            _agreed(operator.is_positive_definite, is_positive_definite, "positive-definite"),
            operator.is_square or is_square,
            name or f"{operator.name}_inv",
        )

    operator: LinearOperator = getter("_operator", "The other one.")

    def _shape(self):
        return self._operator.shape

    def _shape_tensor(self):
        return self._operator.shape_tensor()

    def _matmul(self, x, adjoint=False):
        return self._operator.solve(x, adjoint=adjoint)

    def _solve(self, rhs, adjoint=False):
        return self._operator.matmul(rhs, adjoint=adjoint)

    def _determinant(self):
        return 1.0 / self._operator.determinant()

    def _log_abs_determinant(self):
        return -self._operator.log_abs_determinant()

    def _inverse(self):
        return self._operator


def _agreed(known, hint, what: str):
    """A hint that must not contradict what is known."""
    if None not in (known, hint) and bool(known) != bool(hint):
        raise ValueError(f"the hint {what}={hint} contradicts the operator, which is {'' if known else 'not '}{what}")
    return hint if known is None else known


class _Several(LinearOperator):
    """What is made of a list of operators of one type. ValueError for an empty list, TypeError if types differ."""

    def __init__(self, operators, joined: str, name: str | None, **hints):
        if not isinstance(operators, (list, tuple)) or not operators:
            raise ValueError(f"Expected a non-empty list of operators.  Found: {operators}")
        self._operators = list(operators)
        kinds = {o.dtype for o in operators}
        if len(kinds) > 1:
            found = ", ".join(f"{o.name}: {o.dtype.name}" for o in operators)
            raise TypeError(f"Expected all operators to have the same dtype.  Found {found}")
        parents = [t for o in operators for t in o.graph_parents]
        super().__init__(operators[0].dtype, parents, **hints, name=name or joined.join(o.name for o in operators))

    operators: list[LinearOperator] = getter("_operators", "The parts.")

    def _batch(self) -> TensorShape:
        return together([o.batch_shape for o in self._operators])

    def _batch_tensor(self):
        zeros = [array.zeros(o.batch_shape_tensor()) for o in self._operators]
        return array.shape(functools.reduce(python.add, zeros))

    def _of_all(self, function, join=python.mul):
        return functools.reduce(join, [function(o) for o in self._operators])

    def _sizes(self, axis: int) -> list:
        return [o.shape[axis].value for o in self._operators]

    def _size_tensors(self, columns: bool) -> list:
        return [o.domain_dimension_tensor() if columns else o.range_dimension_tensor() for o in self._operators]


class LinearOperatorComposition(_Several):
    """The product of operators: the last acts first. ValueError if sizes do not fit."""

    @hinted("operators")
    def __init__(self, operators, is_non_singular, **hints):
        parts = list(operators) if isinstance(operators, (list, tuple)) else []
        for left, right in zip(parts, parts[1:]):
            left._check_fits(right)
        if is_non_singular is None and parts and all(o.is_non_singular for o in parts):
            is_non_singular = True
        super().__init__(operators, "_o_", is_non_singular=is_non_singular, **hints)

    def _shape(self):
        return self._batch().concatenate([self._operators[0].shape[-2], self._operators[-1].shape[-1]])

    def _shape_tensor(self):
        ends = self._operators[0].range_dimension_tensor(), self._operators[-1].domain_dimension_tensor()
        return array.concat([self._batch_tensor(), stack(list(ends))], 0)

    def _matmul(self, x, adjoint=False):
        for part in self._operators if adjoint else self._operators[::-1]:
            x = part.matmul(x, adjoint=adjoint)
        return x

    def _solve(self, rhs, adjoint=False):
        for part in self._operators[::-1] if adjoint else self._operators:
            rhs = part.solve(rhs, adjoint=adjoint)
        return rhs

    def _to_dense(self):
        return functools.reduce(lambda x, part: part.matmul(x), self._operators[-2::-1], self._operators[-1].to_dense())

    def _squares(self) -> bool:
        return all(o.is_square for o in self._operators)

    def _determinant(self):
        return self._of_all(lambda o: o.determinant()) if self._squares() else super()._determinant()

    def _log_abs_determinant(self):
        if not self._squares():
            return super()._log_abs_determinant()
        return self._of_all(lambda o: o.log_abs_determinant(), python.add)


class LinearOperatorBlockDiag(_Several):
    """Operators as blocks on a diagonal, zeros elsewhere."""

    @hinted("operators", is_square=True)
    def __init__(self, operators, **hints):
        super().__init__(operators, "_ds_", **_of_parts(operators, hints))

    def _shape(self):
        sums = [None if None in s else sum(s) for s in (self._sizes(-2), self._sizes(-1))]
        return self._batch().concatenate(sums)

    def _shape_tensor(self):
        sums = [functools.reduce(python.add, self._size_tensors(columns)) for columns in (False, True)]
        return array.concat([self._batch_tensor(), stack(sums)], 0)

    def _each(self, x, columns: bool, function):
        sizes = self._sizes(-1 if columns else -2)
        sizes = stack(self._size_tensors(columns)) if None in sizes else sizes
        parts = split(x, sizes, axis=-2, num=len(self._operators))
        return array.concat(alike(*[function(o, p) for o, p in zip(self._operators, parts)]), -2)

    def _matmul(self, x, adjoint=False):
        return self._each(x, not adjoint, lambda o, part: o.matmul(part, adjoint=adjoint))

    def _solve(self, rhs, adjoint=False):
        return self._each(rhs, adjoint, lambda o, part: o.solve(part, adjoint=adjoint))

    def _determinant(self):
        return self._of_all(lambda o: o.determinant())

    def _log_abs_determinant(self):
        return self._of_all(lambda o: o.log_abs_determinant(), python.add)

    def _diag_part(self):
        if not all(o.is_square for o in self._operators):
            return super()._diag_part()
        parts = [array.expand_dims(o.diag_part(), -1) for o in self._operators]
        return array.squeeze(array.concat(alike(*parts), -2), [-1])

    def _trace(self):
        return self._of_all(lambda o: o.trace(), python.add)

    def _adjoint(self):
        return LinearOperatorBlockDiag([o.adjoint() for o in self._operators], is_square=self.is_square)

    def _inverse(self):
        return LinearOperatorBlockDiag([o.inverse() for o in self._operators], is_non_singular=True)

    def _cholesky(self):
        return LinearOperatorBlockDiag([o.cholesky() for o in self._operators], is_non_singular=True)


def _of_parts(operators, hints: dict) -> dict:
    """The hints, for what holds if it holds for all parts where they are not given."""
    names = "is_non_singular", "is_self_adjoint", "is_positive_definite"
    parts = operators if isinstance(operators, (list, tuple)) else []
    return hints | {n: every(*[getattr(o, n) for o in parts]) for n in names if hints[n] is None and parts}


class LinearOperatorKronecker(_Several):
    """The Kronecker product of operators: each item of the first times all of the others."""

    @hinted("operators")
    def __init__(self, operators, **hints):
        super().__init__(operators, "_x_", **_of_parts(operators, hints))

    def _shape(self):
        products = []
        for sizes in (self._sizes(-2), self._sizes(-1)):
            products.append(None if None in sizes else functools.reduce(python.mul, sizes))
        return self._batch().concatenate(products)

    def _shape_tensor(self):
        products = [functools.reduce(python.mul, self._size_tensors(columns)) for columns in (False, True)]
        return array.concat([self._batch_tensor(), stack(products)], 0)

    def _turned(self, x, columns: bool, function):
        """Each operator acts along its own axis of x, which is brought to the front and then goes to the end."""
        width, y = array.shape(x)[-1:], x
        for o, size in zip(self._operators, self._size_tensors(columns)):
            batch = array.shape(y)[:-2]
            y = array.reshape(y, array.concat([batch, stack([size, -1])], 0))
            y = array.matrix_transpose(function(o, y))
        batch = array.shape(y)[:-2]
        y = array.matrix_transpose(array.reshape(y, array.concat([batch, width, [-1]], 0)))
        rows = self.shape[-2 if columns else -1]
        y.set_shape(together([self.batch_shape, x.shape[:-2]]).concatenate([rows, x.shape[-1]]))
        return y

    def _matmul(self, x, adjoint=False):
        return self._turned(x, not adjoint, lambda o, y: o.matmul(y, adjoint=adjoint))

    def _solve(self, rhs, adjoint=False):
        return self._turned(rhs, adjoint, lambda o, y: o.solve(y, adjoint=adjoint))

    def _to_dense(self):
        return functools.reduce(kronecker, alike(*[o.to_dense() for o in self._operators]))

    def _powers(self, part) -> object:
        """How often a part stands on the diagonal."""
        whole, own = self.domain_dimension_tensor(), part.domain_dimension_tensor()
        return math.cast(whole // own, part.dtype.real_dtype)

    def _determinant(self):
        return self._of_all(lambda o: math.pow(o.determinant(), math.cast(self._powers(o), o.dtype)))

    def _log_abs_determinant(self):
        return self._of_all(lambda o: self._powers(o) * o.log_abs_determinant(), python.add)

    def _trace(self):
        return self._of_all(lambda o: o.trace())

    def _diag_part(self):
        if not all(o.is_square for o in self._operators):
            return super()._diag_part()

        def outer(a, b):
            product = array.expand_dims(a, -1) * array.expand_dims(b, -2)
            sizes = array.shape(product)
            return array.reshape(product, array.concat([sizes[:-2], [reduce_prod(sizes[-2:])]], 0))

        diagonal = self._of_all(lambda o: o.diag_part(), outer)
        diagonal.set_shape(self.shape[:-1])
        return diagonal

    def _adjoint(self):
        return LinearOperatorKronecker([o.adjoint() for o in self._operators])

    def _inverse(self):
        return LinearOperatorKronecker([o.inverse() for o in self._operators], is_non_singular=True)

    def _cholesky(self):
        return LinearOperatorKronecker([o.cholesky() for o in self._operators], is_non_singular=True)
