"""tf.profiler as TensorFlow has it: parameters, operations, times, costs."""

import core_facts
import pytest
from helpers import fails

import minitf as tf
from minitf.runtime.session.run_metadata import run_metadata_proto


@pytest.mark.parametrize("name", core_facts.names("profiles", "cost_graphs"))
def test_as_tensorflow(name):
    core_facts.check(name)


def traced():
    x = tf.placeholder_with_default([[1.0, 2.0]], [1, 2])
    y = tf.tanh(tf.matmul(x, tf.get_variable("w", [2, 300])), name="y")
    metadata, options = tf.RunMetadata(), tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    config = tf.ConfigProto(graph_options=tf.GraphOptions(build_cost_model=1))
    with tf.Session(config=config) as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(y, options=options, run_metadata=metadata)
    return metadata


def test_what_is_printed(capsys, tmp_path):
    tf.get_variable("net/w", [3, 4]), tf.get_variable("b", [5])
    options = tf.profiler.ProfileOptionBuilder.trainable_variables_parameter()
    lines = "_TFProfRoot (--/17 params)\n  b (5, 5/5 params)\n  net (--/12 params)\n    net/w (3x4, 12/12 params)\n"
    tf.profiler.profile(options=options)
    assert capsys.readouterr().out == "node name | params\n" + lines
    path = tmp_path / "out"
    tf.profiler.profile(options=tf.profiler.ProfileOptionBuilder(options).with_file_output(str(path)).build())
    assert path.read_text().endswith(lines)


def test_times_of_a_traced_run():
    metadata = traced()
    options = tf.profiler.ProfileOptionBuilder(
        tf.profiler.ProfileOptionBuilder.time_and_memory(0, 0)
    ).with_empty_output()
    profiler = tf.profiler.Profiler()
    profiler.add_step(3, metadata)
    root = profiler.profile_graph(options.with_step(3).build())
    assert root.total_exec_micros >= 0 and root.total_output_bytes >= 1200
    assert all("of the run is" in line for line in profiler.advise())
    with fails(ValueError, "step 4", "[3]"):
        profiler.profile_operations(options.with_step(4).build())
    assert "no traced run" in tf.profiler.advise()[0]


def test_costs_are_part_of_the_message():
    metadata = traced()
    message = run_metadata_proto(metadata)
    assert {node.name for node in message.cost_graph.node} >= {"y", "w"} and message.step_stats.dev_stats
    assert type(message).FromString(message.SerializeToString()) == message


def test_errors():
    with fails(ValueError, "cmd is 'scope'"):
        tf.profiler.profile(cmd="code")
    options = tf.profiler.ProfileOptionBuilder.float_operation()
    with fails(ValueError, "'stdout', 'none'"):
        tf.profiler.profile(options={**options, "output": "nowhere"})
