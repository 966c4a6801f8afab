"""Optimizers of tf.contrib.opt: what TensorFlow gives (optimizer_scenarios.py), and what has no other reference."""

import numpy as np
import pytest
import session_scenarios
from helpers import fails
from oracle import facts
from session_facts import assert_like, names

import minitf as tf
from minitf.contrib import opt


@pytest.mark.parametrize("name", names("optimizers_"))
def test_like_tensorflow(name):
    assert_like(session_scenarios.run(tf, name), facts("sessions")[name])


def value_after(optimizer, steps=1, **how):
    """A variable that started at 1, with a gradient of 1."""
    w = tf.get_variable("w", initializer=[1.0], **how)
    train = optimizer.minimize(tf.reduce_sum(w))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(steps):
            session.run(train)
        return session.run(w)[0]


def test_decay_stands_beside_the_step():
    decayed = opt.extend_with_decoupled_weight_decay(tf.train.GradientDescentOptimizer)
    assert value_after(decayed(0.25, learning_rate=0.5)) == 0.25


def test_decay_may_be_a_function():
    assert value_after(opt.MomentumWOptimizer(lambda: 0.25, 0.5, 0.0)) == 0.25


@pytest.mark.parametrize("resource", [False, True])
def test_only_what_is_listed_decays(resource):
    v, w = [tf.get_variable(n, initializer=[1.0], use_resource=resource) for n in "vw"]
    step = opt.MomentumWOptimizer(0.5, 0.25, 0.9).minimize(tf.reduce_sum(v + w), decay_var_list=[w])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        assert session.run([v, w]) == [0.75, 0.25]


def test_signs_of_resources():
    assert value_after(opt.AddSignOptimizer(0.1), use_resource=True) == np.float32(0.8)
    tf.reset_default_graph()
    assert value_after(opt.PowerSignOptimizer(0.1, base=4.0), use_resource=True) == np.float32(0.6)


def test_tasks_without_gradients_are_left_alone():
    w = tf.get_variable("w", initializer=[1.0])
    on = tf.placeholder(tf.float32, [])
    optimizer = opt.MultitaskOptimizerWrapper(tf.train.MomentumOptimizer(0.5, 0.5))
    train = optimizer.minimize(on * tf.reduce_sum(w))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = []
        for is_on in (1, 0, 1):
            session.run(train, {on: is_on})
            found.append(session.run([w, optimizer.get_slot(w, "momentum")]))
    assert found == [[0.5, 1.0], [0.5, 1.0], [-0.25, 1.5]]


# ---- outside


@pytest.fixture
def model():
    x, y = tf.get_variable("x", initializer=[7.0, 7.0]), tf.get_variable("y", initializer=3.0)
    tf.get_variable("other", initializer=1.0, trainable=False)
    target = tf.placeholder_with_default(1.0, [])
    return x, y, target, tf.reduce_sum(tf.square(x - [1.0, 2.0])) + tf.square(y - target)


OUTSIDE = [
    ({}, [1, 2], 2),
    ({"method": "SLSQP", "equalities": lambda x: [x[0] - 3.0]}, [3, 2], 2),
    ({"method": "SLSQP", "inequalities": lambda x: [x[1] - 4.0]}, [1, 4], 2),
    ({"var_to_bounds": lambda x: {x: ([3.0, -9.0], 9.0)}}, [3, 2], 2),
    ({"var_list": lambda x: [x]}, [1, 2], 3),
]


@pytest.mark.parametrize(("how", "x_found", "y_found"), OUTSIDE)
def test_scipy(model, how, x_found, y_found):
    x, y, target, loss = model
    how = {name: value(x) if callable(value) else value for name, value in how.items()}
    optimizer = opt.ScipyOptimizerInterface(loss, **how)
    losses, steps = [], []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        optimizer.minimize(session, {target: 2.0}, [loss], steps.append, losses.append)
        values = session.run([x, y])
    np.testing.assert_allclose(values[0], x_found, atol=1e-3)
    assert values[1] == pytest.approx(y_found, abs=1e-3)
    assert losses[0] >= losses[-1]
    assert all(step.size == (2 if "var_list" in how else 3) for step in steps)


def test_what_scipy_is_given_already(model):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with fails(ValueError, "var_to_bounds"):
            opt.ScipyOptimizerInterface(model[-1], bounds=[]).minimize(session)
        with fails(ValueError, "'jac'", "cannot be injected manually"):
            opt.ScipyOptimizerInterface(model[-1], jac=True).minimize(session)
        with fails(NotImplementedError, "_minimize"):
            opt.ExternalOptimizerInterface(model[-1]).minimize(session)


def test_an_optimizer_of_ones_own(model):
    class Descent(opt.ExternalOptimizerInterface):
        def _minimize(self, initial_val, loss_grad_func, step_callback, optimizer_kwargs, **others):
            for _ in range(optimizer_kwargs["steps"]):
                initial_val = initial_val - 0.25 * loss_grad_func(initial_val)[1]
            return initial_val

    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        Descent(model[-1], steps=20).minimize(session)
        np.testing.assert_allclose(session.run(model[0]), [1, 2], atol=1e-4)
