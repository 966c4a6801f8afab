"""Colocation: which ops are placed where others are, as TensorFlow 1.15.5 does it."""

import pytest

import minitf as tf


def placed(value):
    return value.op.device, [group.decode() for group in value.op.colocation_groups()]


def test_what_is_placed_with_a_variable_is_placed_with_its_memory():
    v, w = tf.Variable(1.0, use_resource=True, name="v"), tf.Variable(1.0, name="w")
    for beside, group in ((v, b"loc:@v"), (v.handle, b"loc:@v"), (v.op, b"loc:@v"), (w, b"loc:@w")):
        with tf.colocate_with(beside):
            assert tf.constant(1.0).op.colocation_groups() == [group]
    slot = tf.train.MomentumOptimizer(0.1, 0.9)
    slot.minimize(v * v)
    assert slot.get_slot(v, "momentum").op.colocation_groups() == [b"loc:@v"]


def test_colocate_with():
    with tf.device("/job:ps/task:1"):
        v, w = tf.Variable(3.0, name="v"), tf.Variable(2.0, name="w")
    both, there = ["loc:@v", "loc:@w"], "/job:ps/task:1"
    with tf.device("/job:worker"):
        with tf.colocate_with(v):
            a = tf.constant(1.0, name="a")
            assert placed(a) == (there, ["loc:@v"])
            with tf.colocate_with(w.op):
                assert placed(tf.constant(1.0)) == (there, both)
                with tf.device("/cpu:0"):
                    assert placed(tf.constant(1.0)) == (there, both)
            with tf.colocate_with(w.op, ignore_existing=True):
                assert placed(tf.constant(1.0)) == (there, ["loc:@w"])
            with tf.colocate_with(None, ignore_existing=True):
                assert placed(tf.constant(1.0, name="e"))[1] == ["loc:@e"]
        f = tf.constant(1.0, name="f")
        assert placed(f) == ("/job:worker", ["loc:@f"])
        with tf.colocate_with(a):
            assert placed(tf.constant(1.0)) == (there, ["loc:@v"])
        with tf.colocate_with(f):
            assert placed(tf.constant(1.0)) == ("/job:worker", ["loc:@f"])
        assert placed(tf.assign(v, 2.0)) == (there, ["loc:@v"])
        assert placed(v.read_value())[0] == "/job:worker"
    with pytest.raises(ValueError, match="needs ignore_existing"), tf.colocate_with(None):
        pass


def test_the_outermost_device_counts():
    with tf.device("/job:a"):
        a, v = tf.constant(1), tf.Variable(1, name="v")
    with tf.device("/job:b"):
        b = tf.constant(1, name="b")
    with tf.colocate_with(a), tf.colocate_with(b):
        assert tf.constant(1).device == "/job:a"
    with tf.colocate_with(b):
        assert placed(tf.assign(v, 1)) == ("/job:b", ["loc:@b", "loc:@v"])


def test_variables_and_what_optimizers_make_of_them():
    with tf.device(lambda op: "/job:q" if op.type == "VariableV2" else "/job:r"):
        z, y = tf.Variable(1.0, name="z"), tf.get_variable("y", [2, 3])
        rows = tf.nn.embedding_lookup(y, [0, 1], name="rows")
        step = tf.train.get_or_create_global_step()
        tf.train.AdamOptimizer().minimize(tf.reduce_sum(rows) * z, global_step=step)
    graph = tf.get_default_graph()
    for name, there in {
        "z/initial_value": ("/job:r", "z/initial_value"),
        "z/Assign": ("/job:q", "z"),
        "z/read": ("/job:q", "z"),
        "y/Initializer/random_uniform/RandomUniform": ("", "y"),
        "y/read": ("/job:q", "y"),
        "rows/axis": ("/job:q", "y"),
        "rows": ("/job:q", "y"),
        "global_step/Initializer/zeros": ("", "global_step"),
        "beta1_power": ("/job:q", "y"),
        "beta2_power/read": ("/job:q", "y"),
        "z/Adam/Initializer/zeros": ("/job:q", "z"),
        "y/Adam_1/Assign": ("/job:q", "y"),
        "Adam/update_z/ApplyAdam": ("/job:q", "z"),
        "Adam/mul": ("/job:q", "y"),
        "Adam/update": ("/job:r", "Adam/update"),
        "Adam/value": ("/job:q", "global_step"),
        "Adam": ("/job:q", "global_step"),
    }.items():
        assert placed(graph.get_operation_by_name(name)) == (there[0], [f"loc:@{there[1]}"]), name


def test_caching_device():
    with tf.device("/cpu:0"):
        v = tf.Variable(tf.zeros([2]), caching_device="/job:c", name="v")
    assert placed(v.value()) == ("/job:c/device:CPU:0", ["loc:@v/read"]) and v.device == "/device:CPU:0"


def test_groups_are_exported():
    v = tf.Variable(1.0, name="v")
    assert list(v.value().op.node_def.attr["_class"].list.s) == [b"loc:@v"]
    assert "_class" not in v.op.node_def.attr


def test_group_waits_on_each_device():
    with tf.device("/job:a"):
        a = tf.constant(1)
    with tf.device("/job:b"):
        b = tf.constant(1)
    done = tf.group(a, b, name="done")
    assert [(op.name, op.device) for op in done.control_inputs] == [("done/NoOp", "/job:a"), ("done/NoOp_1", "/job:b")]
    assert tf.group(b).device == "/job:b" and tf.group().control_inputs == []


def test_the_group_is_an_attribute():
    a = tf.constant(1.0, name="a")
    with tf.colocate_with(a):
        b = tf.constant(2.0)
    assert b.op.get_attr("_class") == [b"loc:@a"]
    with pytest.raises(ValueError, match="no attr named '_class'"):
        a.op.get_attr("_class")
