"""Optimizers against TensorFlow's recorded numbers, and what they refuse."""

import numpy as np
import pytest
from helpers import built, fails
from oracle import facts

import minitf as tf
from minitf.framework.collections import GraphKeys

FACTS = facts("train")


def problem(kind):
    """The recorded loss and the variable it depends on."""
    given = FACTS[kind]
    if kind == "dense":
        v = tf.Variable(np.float32(given["w"]), name="w")
        names = {"w": v, "A": tf.constant(np.float32(given["A"]))}
    else:
        v = tf.Variable(np.float32(given["t"]), name="t")
        names = {"t": v, "ids": given["ids"]}
    return eval(given["loss"], {"tf": tf, **names}), v


@pytest.mark.parametrize("fact", FACTS["optimizers"], ids=lambda f: f"{f['optimizer']}-{f['kind']}")
def test_steps_slots_and_names(fact):
    loss, v = problem(fact["kind"])
    step = tf.train.get_or_create_global_step()
    optimizer = eval(f"tf.train.{fact['optimizer']}", {"tf": tf})
    train = optimizer.minimize(loss, global_step=step)
    assert train.name == fact["train_op"]
    assert optimizer.get_slot_names() == sorted(fact["slots"])
    assert [g.op.name for g in tf.global_variables()] == list(fact["variables"])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for expected in fact["values"]:
            session.run(train)
            np.testing.assert_allclose(session.run(v), expected, rtol=2e-6, atol=2e-7)
        for name, expected in fact["slots"].items():
            np.testing.assert_allclose(session.run(optimizer.get_slot(v, name)), expected, rtol=5e-6, atol=2e-6)
        for g in tf.global_variables():
            np.testing.assert_allclose(session.run(g), fact["variables"][g.op.name], rtol=5e-6, atol=2e-6)


# Without the embedding: one op updates all rows of Adam's slots, for which TensorFlow makes thirty.
GRAPHS = {
    s["id"]: s
    for s in facts("graphs")["snippets"]
    if s["id"].startswith("minimize_") and s["id"] != "minimize_embedding"
}


@pytest.mark.parametrize("name", GRAPHS)
def test_ops(name):
    """Beside the gradients, the ops are TensorFlow's, in its order."""
    ours = built(lambda: exec(GRAPHS[name]["source"], {"tf": tf}))
    ours, theirs = [[op for op in ops if not op[0].startswith("gradients/")] for ops in (ours, GRAPHS[name]["ops"])]
    assert len(ours) > 10 and ours == theirs


def test_slots_follow_variable_scopes_and_count_up():
    with tf.variable_scope("net"):
        w = tf.get_variable("w", [2])
    first, second = tf.train.MomentumOptimizer(0.1, 0.5), tf.train.MomentumOptimizer(0.1, 0.5)
    first.minimize(tf.reduce_sum(w))
    second.minimize(tf.reduce_sum(w))
    with tf.variable_scope("opt"), tf.name_scope("scope"):
        third = tf.train.AdamOptimizer()
        assert third.minimize(tf.reduce_sum(w)).name == "opt/scope/Adam"
    assert first.get_slot(w, "momentum").name == "net/w/Momentum:0"
    assert second.get_slot(w, "momentum").name == "net/w/Momentum_1:0"
    assert [v.name for v in third.variables()] == [
        "opt/net/w/Adam:0",
        "opt/net/w/Adam_1:0",
        "opt/scope/beta1_power:0",
        "opt/scope/beta2_power:0",
    ]
    assert third.get_slot(w, "nothing") is None
    assert w.op.name in {op.name.split("/Momentum")[0] for op in tf.get_default_graph().get_operations()}
    assert tf.trainable_variables() == [w]


def test_gradients_can_be_changed_on_the_way():
    v, unused = tf.Variable([3.0, -4.0]), tf.Variable(1.0)
    optimizer = tf.train.GradientDescentOptimizer(1.0)
    pairs = optimizer.compute_gradients(tf.nn.l2_loss(v), [v, unused], gate_gradients=tf.train.Optimizer.GATE_GRAPH)
    assert pairs[1] == (None, unused)
    train = optimizer.apply_gradients([(g if g is None else tf.clip_by_norm(g, 1.0), x) for g, x in pairs], name="clip")
    assert train.name == "clip" and train in tf.get_collection(GraphKeys.TRAIN_OP)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        np.testing.assert_allclose(session.run(v), [2.4, -3.2], rtol=1e-6)
        assert session.run(unused) == 1


def test_learning_rate_may_be_fed_or_a_function():
    v, rate = tf.Variable(1.0), tf.placeholder(tf.float32, [])
    by_feed = tf.train.GradientDescentOptimizer(rate).minimize(v * 1.0)
    by_call = tf.train.GradientDescentOptimizer(lambda: 0.5).minimize(v * 1.0)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(by_feed, {rate: 0.25})
        assert session.run(v) == 0.75
        session.run(by_call)
        assert session.run(v) == 0.25


def test_grad_loss_scales():
    v = tf.Variable([1.0, 2.0])
    train = tf.train.GradientDescentOptimizer(1.0).minimize(v * 2.0, grad_loss=tf.constant([1.0, 10.0]))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        np.testing.assert_allclose(session.run(v), [-1.0, -18.0])


def test_constraint_holds_after_each_step():
    v = tf.Variable([0.1, 3.0], constraint=lambda x: tf.maximum(x, 0.0))
    train = tf.train.GradientDescentOptimizer(1.0).minimize(tf.reduce_sum(v))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        np.testing.assert_allclose(session.run(v), [0.0, 2.0])


def test_own_optimizer():
    class SignDescent(tf.train.Optimizer):
        def __init__(self, rate):
            super().__init__(False, "SignDescent")
            self._rate = rate

        def _create_slots(self, var_list):
            for v in var_list:
                self._zeros_slot(v, "steps", self._name)

        def _apply_dense(self, grad, var):
            count = tf.assign_add(self.get_slot(var, "steps"), tf.ones_like(var))
            return tf.group(tf.assign_sub(var, self._rate * tf.sign(grad)), count)

    v = tf.Variable([[1.0], [2.0], [3.0]])
    optimizer = SignDescent(0.5)
    train = optimizer.minimize(tf.reduce_sum(tf.gather(v, [0, 2, 2])))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        np.testing.assert_allclose(session.run(v), [[0.5], [2.0], [2.5]])
        np.testing.assert_allclose(session.run(optimizer.get_slot(v, "steps")), np.ones([3, 1]))


def test_mutual_updates_use_old_values():
    """Each update uses the gradients of the values before the step."""
    a, b = tf.Variable(1.0), tf.Variable(2.0)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(a * b)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        assert session.run([a, b]) == [0.0, 1.5]


def test_no_gradient_names_variables_and_the_op_in_the_way():
    v = tf.Variable([1.0, 2.0], name="weights")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    with fails(ValueError, "No gradients provided", "weights:0", "ArgMax 'pick'"):
        optimizer.minimize(tf.cast(tf.argmax(v, 0, name="pick"), tf.float32))
    with fails(ValueError, "weights:0", "StopGradient 'halt'"):
        optimizer.minimize(tf.reduce_sum(tf.stop_gradient(v * 2.0, name="halt")))
    with fails(ValueError, "weights:0", "does not depend"):
        optimizer.minimize(tf.constant(1.0))


def test_refusals():
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    with fails(ValueError, "no variables to optimize"):
        optimizer.minimize(tf.constant(1.0))
    v = tf.Variable(1.0, name="v")
    with fails(TypeError, "var_list holds variables"):
        optimizer.compute_gradients(v * 1.0, [tf.constant(1.0)])
    with fails(TypeError, "to variables"):
        optimizer.apply_gradients([(1.0, tf.constant(1.0))])
    with fails(ValueError, "all gradients are None", "v:0"):
        optimizer.apply_gradients([(None, v)])
    with fails(ValueError, "given no variables"):
        optimizer.apply_gradients([])
    with fails(ValueError, "int32", "GradientDescent"):
        optimizer.compute_gradients(tf.constant(1))
    with fails(ValueError, "gate_gradients"):
        optimizer.compute_gradients(v * 1.0, gate_gradients=7)
    with fails(TypeError, "eager"):
        optimizer.minimize(lambda: v)
    with fails(ValueError, "a name"):
        tf.train.GradientDescentOptimizer(0.1, name="")
    with fails(NotImplementedError, "_apply_dense"):
        tf.train.Optimizer(False, "Bare").minimize(v * 1.0)
    for make in (
        lambda: tf.train.AdagradOptimizer(0.1, initial_accumulator_value=0.0),
        lambda: tf.train.FtrlOptimizer(0.1, l1_regularization_strength=-1.0),
        lambda: tf.train.FtrlOptimizer(0.1, learning_rate_power=1.0),
    ):
        with pytest.raises(ValueError, match="not -?[0-9]"):
            make()


def test_variables_are_given_in_any_structure():
    w = {"a": tf.Variable([1.0]), "b": tf.Variable([2.0])}
    for given in (w, w.values(), [w["a"], [w["b"]]]):
        pairs = tf.train.GradientDescentOptimizer(0.1).compute_gradients(w["a"] * w["b"], var_list=given)
        assert [variable for _, variable in pairs] == [w["a"], w["b"]]
