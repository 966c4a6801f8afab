import pytest

import minitf as tf


def values(*fetches):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(list(fetches))


@tf.custom_gradient
def two(x):
    """Twice and three times."""
    return [x * 2.0, x * 3.0], lambda a, b: a * 10.0 + b * 100.0


def test_gradients_are_the_functions_own():
    x = tf.constant(1.0)
    a, b = two(x)
    assert (a.name, b.name) == ("IdentityN:0", "IdentityN:1")
    both, one = tf.gradients([a, b], x)[0], tf.gradients(b, x)[0]
    assert values(a, b, both, one) == [2.0, 3.0, 110.0, 100.0]
    assert two.__doc__ == "Twice and three times."


def test_ops_are_those_of_tensorflow():
    @tf.custom_gradient
    def product(x, y):
        return x * y, lambda dz: (dz * 2.0, dz * 3.0)

    x, y = tf.constant(1.0), tf.constant(2.0)
    found = tf.gradients(product(x, y), [x, y])
    ops = tf.get_default_graph().get_operations()
    assert [op.name for op in ops[:5]] == ["Const", "Const_1", "mul", "Identity", "IdentityN"]
    assert [g.name for g in found] == ["gradients/IdentityN_grad/mul:0", "gradients/IdentityN_grad/mul_1:0"]
    assert [g.op.id for g in found] == [12, 14] and values(*found) == [2.0, 3.0]


def test_gradients_of_gradients_go_through_the_function():
    @tf.custom_gradient
    def cube(x):
        return x * x * x, lambda dy: dy * 7.0 * x * x

    x = tf.constant(3.0)
    [first] = tf.gradients(cube(x), x)
    assert values(first, *tf.gradients(first, x)) == [63.0, 42.0]


@pytest.mark.parametrize("trips, derivative", [(1, 40.0), (2, 6400.0)])
def test_in_loops_and_branches(trips, derivative):
    @tf.custom_gradient
    def square(x):
        result = x * x
        return result, lambda dy: dy * result * 10.0

    x = tf.constant(2.0)
    _, looped = tf.while_loop(lambda i, v: i < trips, lambda i, v: (i + 1, square(v)), [0, x])
    chosen = tf.cond(x > 1.0, lambda: square(x), lambda: x)
    assert values(*tf.gradients(looped, x), *tf.gradients(chosen, x)) == [derivative, 40.0]


def scaled(with_variables=True):
    @tf.custom_gradient
    def scale(x):
        v = tf.get_variable("v", [], initializer=tf.constant_initializer(3.0))
        if not with_variables:
            return x * v, lambda dy: dy
        return x * v, lambda dy, variables=None: (dy * 2.0, [dy * 7.0 for _ in variables])

    return scale


def test_variables_have_gradients_too():
    x = tf.constant(5.0)
    for reuse in (False, True):
        with tf.variable_scope("s", reuse=reuse):
            y = scaled()(x)
        [v] = tf.trainable_variables()
        assert values(y, *tf.gradients(y, [x, v])) == [15.0, 2.0, 7.0]


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda x: two(x, y=3), ValueError, "by keyword were y"),
        (lambda x: scaled(False)(x), TypeError, r"uses variables \(v:0\).* keyword argument `variables`"),
        (lambda x: tf.custom_gradient(3), TypeError, "decorates a function, not 3"),
        (
            lambda x: tf.gradients(tf.custom_gradient(lambda x: (x, lambda d: (d, d)))(x), x),
            ValueError,
            "gave 2 gradients for 1 arguments",
        ),
    ],
)
def test_what_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call(tf.constant(1.0))
