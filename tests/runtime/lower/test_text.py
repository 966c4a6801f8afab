"""Regions as text, before and after a pass."""

import pytest

import minitf as tf
from minitf.runtime import inspect
from minitf.runtime.lower.text import text


def program(session):
    [found] = inspect(session).programs
    return found


def step(lengths=None):
    x = tf.placeholder(tf.float32, [4, 3, 2], name="x")
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(5), x, lengths, dtype=tf.float32)
    return x, tf.reduce_sum(outputs)


def shown(fetch, x, **options):
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1, **options)) as session:
        session.run(tf.global_variables_initializer())
        session.run(fetch, {x: [[[1.0, 2.0]] * 3] * 4})
        return text(program(session)._nodes)


def test_a_loop():
    x, total = step()
    lines = shown(total, x).splitlines()
    loop = next(i for i, line in enumerate(lines) if line.startswith("repeat 3 times:"))
    assert lines[loop].endswith("# rnn/while/Loop")
    inside = [line for line in lines[loop + 1 :] if line.startswith("  ")]
    product = next(line for line in inside if line.startswith("  gemm[float32] a="))
    assert "b=rnn/basic_rnn_cell/kernel" in product and " c" in product and " m=4 n=5 " in product
    assert any("/trip" in line for line in inside)


def test_branches_and_conditions():
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.cond(x[0] > 0.0, lambda: tf.sin(x), lambda: tf.cos(x))
    z = tf.while_loop(lambda v: tf.reduce_sum(v) < 9.0, lambda v: v + 1.0, [y])
    with tf.Session() as session:
        session.run(z, {x: [1.0, 2.0]})
        lines = text(program(session)._nodes).splitlines()
    assert any(line.startswith("if ") for line in lines) and "else:" in lines
    assert any(line.startswith("  sin[float32] a=x[2] ") for line in lines)
    assert any(line.startswith("repeat while ") for line in lines)
    assert any(line.startswith("  ? less[float32] ") for line in lines)


def test_before_and_after_a_pass(monkeypatch, capsys):
    monkeypatch.setenv("MINITF_SHOW", "skip_finished_rows")
    x, total = step([1, 2, 3, 3])
    shown(total, x)
    before, after = capsys.readouterr().err.split("---- after skip_finished_rows")
    assert before.startswith("---- before skip_finished_rows\n")
    assert "sort_rows" not in before and "sort_rows[] lengths=" in after
    assert "gemm[float32]*" not in before and "gemm[float32]* a=" in after
    assert shown(total, x, passes="-skip_finished_rows") and not capsys.readouterr().err


def test_a_pass_that_is_not_there(monkeypatch):
    monkeypatch.setenv("MINITF_SHOW", "fused")
    with tf.Session() as session, pytest.raises(ValueError, match="no pass called fused; the passes are"):
        session.run(tf.zeros([2]) + 1.0)
