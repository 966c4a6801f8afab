"""What only unneeded ops of branches and bodies take is not run, as TensorFlow does it (tests/facts)."""

import pytest
import unneeded_programs
from oracle import facts

import minitf as tf
from minitf.graphs.primitives import lowered

PROGRAMS = facts("unneeded")
# TensorFlow lets what waits in a branch in a loop not wait for anything outside of the loop.
DROPPED = {"branch_in_loop-wait-needed", "branch_in_loop-wait-other_result"}


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
@pytest.mark.parametrize("body", unneeded_programs.BODIES)
def test_as_tensorflow(body, executor, monkeypatch):
    monkeypatch.setenv("MINITF_EXECUTOR", executor)
    ids = [id for id in unneeded_programs.IDS if id.startswith(f"{body}-")]
    different = {id for id in ids if unneeded_programs.outcomes(tf, id) != PROGRAMS[id]}
    assert different == DROPPED & set(ids)


@pytest.mark.parametrize("use", unneeded_programs.USES)
def test_the_same_in_primitives(use):
    ids = [f"{body}-{use}-{needed}" for body in ("true", "nested") for needed in unneeded_programs.NEEDED]
    for id in ids + [f"loop-{use}-needed"]:
        with tf.Graph().as_default():
            program = unneeded_programs.Program(tf, id)
            start = tf.global_variables_initializer()
            copy = lowered(tf.get_default_graph())
        with tf.Session(graph=copy) as session:
            session.run(start.name)
            value = session.run(program.fetches["first"].name)
            assert [float(value), float(session.run("v:0"))] == [
                PROGRAMS[id]["first 11"][0][0],
                PROGRAMS[id]["first 11"][1],
            ]


def test_what_is_fed_is_taken():
    x, n = tf.placeholder(tf.float32, []), tf.placeholder(tf.int32, [])
    y = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a + x), [0, x])[1]
    z = tf.cond(n > 0, lambda: x * 2.0, lambda: y)
    with tf.Session() as session:
        assert session.run([y, z], {x: 1.0, n: 2}) == [3.0, 2.0]
        assert session.run(z, {x: 1.0, n: 0, y: 7.0}) == 7.0
