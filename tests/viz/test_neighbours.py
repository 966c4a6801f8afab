import minitf as tf
from minitf.viz.neighbours import neighbours


def test_inputs_and_readers_and_what_runs_before():
    a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
    with tf.control_dependencies([tf.no_op(name="first")]):
        total = tf.add(a, b, name="total")
    tf.negative(total, name="below")
    source = neighbours(total.op).source
    assert all(
        f'label="{name}' in source or f"label={name}" in source for name in ("a", "b", "total", "first", "below")
    )
    assert source.count("->") == 4 and source.count("dashed") == 1


def test_many_are_counted():
    total = tf.add_n([tf.constant(1.0) for _ in range(20)])
    source = neighbours(total.op).source
    assert "12 more inputs" in source and "more readers" not in source
