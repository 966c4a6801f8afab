"""replica_device_setter, as in TensorFlow 1.15.5."""

import pytest

import minitf as tf

setter = tf.train.replica_device_setter


def test_variables_in_turn():
    cluster = tf.train.ClusterSpec({"ps": ["a:1", "b:1"], "worker": ["c:1"]})
    with tf.device(setter(cluster=cluster, worker_device="/job:worker/task:0")):
        v, w, u = tf.Variable(1), tf.get_variable("w", []), tf.Variable(3)
        with tf.device("/cpu:0"):
            product = v * u
    assert [x.device for x in (v, w, u)] == [f"/job:ps/task:{i}" for i in (0, 1, 0)]
    assert product.device == "/job:worker/task:0/device:CPU:0"


def test_what_is_around_and_inside():
    with tf.device(setter(ps_tasks=2, ps_device="/job:ps/cpu:0")), tf.device("/job:other"):
        assert tf.Variable(1).device == "/job:other/device:CPU:0"
    with tf.device(setter(ps_tasks=1, merge_devices=False)), tf.device("/cpu:0"):
        assert tf.Variable(1).device == "/device:CPU:0"
    with tf.device(setter(ps_tasks=3, ps_strategy=lambda op: 2, ps_ops=["Const"])):
        assert tf.constant(1).device == "/job:ps/task:2"


def test_no_tasks():
    assert setter() is None and setter(cluster={"w": ["a:1"]}) is None
    with pytest.raises(TypeError, match="ps_strategy is a function"):
        setter(ps_tasks=1, ps_strategy=3)
    with pytest.raises(TypeError, match="cluster"):
        setter(cluster=5)
