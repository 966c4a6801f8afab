import json
import re

import numpy as np
import pytest

import minitf as tf
from minitf import profiler


@pytest.fixture
def profile():
    x = tf.placeholder(tf.float32, [8, 5, 3], name="x")
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(4), x, dtype=tf.float32)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(outputs))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return profiler.profile(sess, train, {x: np.ones([8, 5, 3])}, runs=3)


def test_rows_by_kernel_type_and_op(profile):
    for rows in (profile.kernels(), profile.types(), profile.ops()):
        assert sum(r.share for r in rows) == pytest.approx(1)
        assert [r.seconds for r in rows] == sorted((r.seconds for r in rows), reverse=True)
        assert sum(r.seconds for r in rows) <= profile.seconds
    calls = {r.name: r.calls for r in profile.types()}
    assert calls["ApplyGradientDescent"] == 2 and calls["MatMul"] >= 10
    assert any(r.name.startswith("gemm[") for r in profile.kernels())


def test_table_and_trace(profile, tmp_path):
    table = profile.table("ops", top=3)
    assert table.row_count == 3 and f"{len(profile.ops())} ops" in table.title
    text = profile.chrome_trace(tmp_path / "trace.json")
    assert (tmp_path / "trace.json").read_text() == text
    assert len(json.loads(text)["traceEvents"]) == 1 + sum(r.calls for r in profile.ops())


def test_the_picture_shows_heat(profile):
    hottest = profile.ops()[0]
    lines = profile.to_dot().source.splitlines()
    [node] = [line for line in lines if f' {hottest.name}"' in line and "label=" in line and "->" not in line]
    assert f"{hottest.seconds * 1e6:.3g} us" in node and 'fillcolor="0.02 1.000 1.0"' in node
    collapsed = profile.to_dot(collapse=["gradients"]).source
    spent = sum(r.seconds for r in profile.ops() if r.name.startswith("gradients/"))
    shown = [float(time) for time in re.findall(r"([\d.e+-]+) us", collapsed)]
    assert any(abs(time - spent * 1e6) < 0.01 * time for time in shown)  # summed in another order


def test_heat_by_bytes(profile):
    written = profile.bytes()
    [update] = [name for name in written if name.endswith("kernel/ApplyGradientDescent")]
    assert written[update] == (3 + 4) * 4 * 4
    source = profile.to_dot(by="bytes").source
    assert f"{max(written.values()):,.0f} bytes" in source and 'fillcolor="0.02 1.000 1.0"' in source
    with pytest.raises(ValueError, match="time"):
        profile.to_dot(by="calls")
