"""Functions whose gradients are those of something else: of the identity, or of the function computed once more."""

from __future__ import annotations

import functools
from collections.abc import Callable

from minitf.autodiff.custom_gradient import custom_gradient
from minitf.autodiff.gradients import gradients
from minitf.framework import nest
from minitf.framework.graph import control_dependencies
from minitf.ops.array.identity import identity


def grad_pass_through(f: Callable) -> Callable:
    """A function that gives what `f` gives, and passes gradients on as if it were the identity.

    Variables that `f` uses get no gradient.

    >>> import minitf as tf
    >>> x = tf.constant(1.6)
    >>> y = tf.grad_pass_through(tf.round)(x)
    >>> with tf.Session() as sess:
    ...     print(sess.run([y, tf.gradients(y, x)[0]]))
    [np.float32(2.0), np.float32(1.0)]
    """

    def passing(*args):
        def grad(*grads, variables=None):
            return grads if variables is None else (grads, [None] * len(variables))

        return f(*args), grad

    return custom_gradient(functools.update_wrapper(passing, f))


def recompute_grad(f: Callable) -> Callable:
    """A function that gives what `f` gives, and for its gradient computes `f` once more instead of keeping what it
    computed between.

    `f` is called a second time for the gradient: variables that it gets have to be found again (tf.AUTO_REUSE).

    >>> import minitf as tf
    >>> x = tf.constant(3.0)
    >>> y = tf.recompute_grad(lambda x: tf.square(tf.square(x)))(x)
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.gradients(y, x)[0]))
    108.0
    """

    def recomputed(*args):
        def grad(*grads, variables=None):
            with control_dependencies(list(grads)):
                apart = [identity(x) for x in args]  # so that what one does through another does not count twice
                again = nest.flatten(f(*apart))
            found = gradients(again, [*apart, *(variables or ())], grad_ys=list(grads))
            of_args, of_variables = found[: len(args)], found[len(args) :]
            return of_args if variables is None else (of_args, of_variables)

        return f(*args), grad

    return custom_gradient(functools.update_wrapper(recomputed, f))
