import dataclasses

import numpy as np
import pytest

import minitf as tf
from minitf.runtime import inspect, usage


def test_steps_programs_and_how_often_they_were_made():
    x = tf.placeholder(tf.float32, [None], name="x")
    y = tf.exp(tf.py_func(np.abs, [-x], tf.float32))
    with tf.Session() as session:
        assert inspect(session).plans == ()
        session.run(y, {x: [1.0]})
        session.run(x + 1, {x: [1.0]})
        plan, other = inspect(session).plans
        assert plan.fetches == (y,) and plan.fed == {x} and plan.on_host == ["PyFunc"]
        assert [(step.types, step.on_host, len(step.programs), step.lowered) for step in plan.steps] == [
            (["Neg"], False, 1, 1),
            (["PyFunc"], True, 0, 0),
            (["Exp"], False, 1, 1),
        ]
        assert [step.types for step in other.steps][-1][-1] == "Add" and inspect(session).last == other
        assert len(inspect(session).programs) == 3 == len(inspect(session).memories)


def test_first_values_leave_no_steps():
    v = tf.Variable([1.0, 2.0])
    with tf.Session() as session:
        session.run(v.initializer)
        seen = inspect(session)
        assert seen.last.steps == () and seen.variables == 8 == usage(session).variables
        with pytest.raises(dataclasses.FrozenInstanceError):
            seen.variables = 0


def test_another_shape_is_lowered_once_more():
    x = tf.placeholder(tf.float32, [None, None])
    y = tf.py_func(np.abs, [tf.matmul(x, x)], tf.float32)
    with tf.Session() as session:
        counts = []
        for size in (3, 3, 4, 4, 3):
            session.run(y, {x: np.ones((size, size))})
            counts.append(sum(step.lowered for step in inspect(session).last.steps))
    assert counts[0] == counts[1] < counts[2] == counts[3] == counts[4]
