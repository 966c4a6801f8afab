"""What of a graph a run took, as TensorFlow shows it (partition_scenarios.py)."""

import pytest
from session_facts import check

import minitf as tf


@pytest.mark.parametrize("name", ["partitions", "partition_of_a_step"])
def test_like_tensorflow(name):
    check(name)


def test_loops_are_there_without_what_other_loops_take():
    x = tf.placeholder(tf.float32, [], "x")
    loops = [tf.while_loop(lambda v: v < 9.0, lambda v: v * 2.0, [x], name=name) for name in ("one", "other")]
    metadata = tf.RunMetadata()
    with tf.Session() as session:
        options = tf.RunOptions(output_partition_graphs=True)
        assert session.run(loops[0], {x: 1.0}, options, metadata) == 16.0
    names = {node.name for node in metadata.partition_graphs[0].node}
    assert {"_arg_x_0_0", "one/Enter", "one/LoopCond", "one/mul", "one/NextIteration", "one/Exit"} <= names
    assert not [name for name in names if name.startswith("other")]
