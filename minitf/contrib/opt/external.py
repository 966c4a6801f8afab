"""Optimizers that do not run in a graph: they ask for the loss and its gradient, and give variables values at last."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import minitf as tf


class ExternalOptimizerInterface:
    """What such an optimizer needs; a subclass defines `_minimize`.

    loss: a scalar tensor; var_list: the variables (default: the trainable ones); equalities, inequalities: tensors that
    shall become 0, or not be negative; var_to_bounds: for variables pairs of a lower and an upper bound, that broadcast
    to them; optimizer_kwargs: for `_minimize`.
    """

    def __init__(self, loss, var_list=None, equalities=None, inequalities=None, var_to_bounds=None, **optimizer_kwargs):
        self._loss, self._equalities, self._inequalities = loss, equalities or [], inequalities or []
        self._vars = tf.trainable_variables() if var_list is None else list(var_list)
        self._packed_bounds = None if var_to_bounds is None else self._bounds(var_to_bounds)
        self.optimizer_kwargs = optimizer_kwargs
        self._placeholders = [tf.placeholder(var.dtype.base_dtype) for var in self._vars]
        self._updates = [v.assign(tf.reshape(p, _sizes(v))) for v, p in zip(self._vars, self._placeholders)]
        self._packed_var = _packed(self._vars)
        self._loss_gradient = self._gradient(loss)
        self._equality_gradients = [self._gradient(t) for t in self._equalities]
        self._inequality_gradients = [self._gradient(t) for t in self._inequalities]

    def _bounds(self, var_to_bounds: dict) -> list[tuple]:
        found = []
        for var in self._vars:
            low, high = [np.broadcast_to(b, _sizes(var)).flat for b in var_to_bounds.get(var, (-np.inf, np.inf))]
            found += list(zip(low, high))
        return found

    def _gradient(self, tensor):
        found = tf.gradients(tensor, self._vars)
        return _packed([tf.zeros_like(v) if g is None else g for g, v in zip(found, self._vars)])

    def minimize(
        self,
        session=None,
        feed_dict: dict | None = None,
        fetches: list | None = None,
        step_callback: Callable | None = None,
        loss_callback: Callable | None = None,
        **run_kwargs,
    ) -> None:
        """Runs the optimizer, and gives the variables the values that it finds.

        session: the default one if it is not given; feed_dict: for each run; fetches: tensors whose values
        `loss_callback` gets at each evaluation of the loss; step_callback: a function of the values of all variables,
        one vector, that is called at each step; run_kwargs: for the run that assigns.
        """
        session = session or tf.get_default_session()
        feed_dict, fetches = feed_dict or {}, fetches or []

        def of(tensors: list, callback: Callable | None = None) -> Callable:
            return self._evaluation(tensors, session, feed_dict, fetches, callback)

        found = self._minimize(
            initial_val=session.run(self._packed_var),
            loss_grad_func=of([self._loss, self._loss_gradient], loss_callback),
            equality_funcs=[of([t]) for t in self._equalities],
            equality_grad_funcs=[of([t]) for t in self._equality_gradients],
            inequality_funcs=[of([t]) for t in self._inequalities],
            inequality_grad_funcs=[of([t]) for t in self._inequality_gradients],
            packed_bounds=self._packed_bounds,
            step_callback=step_callback or (lambda values: None),
            optimizer_kwargs=self.optimizer_kwargs,
        )
        session.run(self._updates, dict(zip(self._placeholders, self._parts(found))), **run_kwargs)

    def _evaluation(self, tensors: list, session, feed_dict: dict, fetches: list, callback: Callable | None):
        """A function of the values of all variables, one vector, that gives those of some tensors."""

        def evaluate(x) -> list:
            feeds = {var: part.reshape(_sizes(var)) for var, part in zip(self._vars, self._parts(x))}
            values = session.run([*tensors, *fetches], {**feeds, **feed_dict})
            if callback is not None:
                callback(*values[len(tensors) :])
            return values[: len(tensors)]

        return evaluate

    def _parts(self, x: np.ndarray) -> list[np.ndarray]:
        """The values of each variable."""
        ends = np.cumsum([np.prod(_sizes(var), dtype=int) for var in self._vars])
        return np.split(x, ends[:-1])

    def _minimize(
        self,
        initial_val,
        loss_grad_func,
        equality_funcs,
        equality_grad_funcs,
        inequality_funcs,
        inequality_grad_funcs,
        packed_bounds,
        step_callback,
        optimizer_kwargs,
    ):
        """The best values, a vector like initial_val."""
        raise NotImplementedError(
            "To use ExternalOptimizerInterface, subclass from it and implement the _minimize() method."
        )


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """`scipy.optimize.minimize`; optimizer_kwargs are its arguments, `method` "L-BFGS-B" by default.

    >>> import minitf as tf
    >>> x = tf.Variable([7.0, 7.0])
    >>> optimizer = tf.contrib.opt.ScipyOptimizerInterface(tf.reduce_sum(tf.square(x - [1.0, 2.0])))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.global_variables_initializer())
    ...     optimizer.minimize(sess)
    ...     print(sess.run(x).round(3).tolist())
    [1.0, 2.0]
    """

    _DEFAULT_METHOD = "L-BFGS-B"

    def _minimize(
        self,
        initial_val,
        loss_grad_func,
        equality_funcs,
        equality_grad_funcs,
        inequality_funcs,
        inequality_grad_funcs,
        packed_bounds,
        step_callback,
        optimizer_kwargs,
    ):
        import scipy.optimize

        def loss_and_gradient(x):
            loss, gradient = loss_grad_func(x)
            return loss, gradient.astype("float64")

        both = [("eq", *pair) for pair in zip(equality_funcs, equality_grad_funcs)]
        both += [("ineq", *pair) for pair in zip(inequality_funcs, inequality_grad_funcs)]
        given = {
            "jac": True,
            "callback": step_callback,
            "constraints": [{"type": kind, "fun": _wide(function), "jac": _wide(jac)} for kind, function, jac in both],
            "bounds": packed_bounds,
        }
        for name in given.keys() & optimizer_kwargs.keys():
            if name == "bounds":
                raise ValueError("Bounds must be set using the var_to_bounds argument")
            raise ValueError(f"Optimizer keyword arg '{name}' is set automatically and cannot be injected manually")
        method = {"method": self._DEFAULT_METHOD}
        initial_val = initial_val.astype(np.float64)
        result = scipy.optimize.minimize(loss_and_gradient, initial_val, **{**given, **method, **optimizer_kwargs})
        said = ["Optimization terminated with:", f"  Message: {result.message}"]
        said.append(f"  Objective function value: {result.fun:f}")
        said += [f"  Number of iterations: {result.nit}"] if hasattr(result, "nit") else []
        said += [f"  Number of functions evaluations: {result.nfev}"] if hasattr(result, "nfev") else []
        tf.logging.info("\n".join(said))
        return result["x"]


def _wide(evaluate: Callable) -> Callable:
    """What some methods of SciPy need: one array, float64."""
    return lambda x: np.asarray(evaluate(x)[0], np.float64)


def _sizes(var) -> tuple:
    return tuple(var.shape.as_list())


def _packed(tensors: list):
    flat = [tf.reshape(t, [-1]) for t in tensors]
    return flat[0] if len(flat) == 1 else tf.concat(flat, 0)
