"""Device strings and where ops are placed, as TensorFlow 1.15.5 has it."""

import contextlib

import pytest

import minitf as tf
from minitf.framework.devices import canonical_name


@pytest.mark.parametrize(
    "nested, device",
    [
        (["/cpu:0"], "/device:CPU:0"),
        (["/device:CPU:0"], "/device:CPU:0"),
        (["/gpu:1"], "/device:GPU:1"),
        (["/job:ps/task:1", "/cpu:0"], "/job:ps/task:1/device:CPU:0"),
        (["/cpu:0", "/job:ps"], "/job:ps/device:CPU:0"),
        (["/job:a", "/job:b"], "/job:b"),
        (["/job:a", None], ""),
        (["/job:a", None, "/cpu:0"], "/device:CPU:0"),
        (["/job:a", ""], "/job:a"),
        (["/job:ps/replica:2/task:3/device:GPU:*"], "/job:ps/replica:2/task:3/device:GPU:*"),
        (["/device:XLA_CPU:0"], "/device:XLA_CPU:0"),
        (["/CPU:*"], "/device:CPU:*"),
        (["cpu:0"], "/device:CPU:0"),
        (["/task:2", "/job:x"], "/job:x/task:2"),
        (["/job:a/job:b"], "/job:b"),
        (["/job:a-b_c/task:10"], "/job:a-b_c/task:10"),
        ([tf.DeviceSpec(job="w", task=1)], "/job:w/task:1"),
        ([lambda op: tf.DeviceSpec(job="w", task=1)], "/job:w/task:1"),
        (["/job:a", lambda op: "/cpu:0"], "/job:a/device:CPU:0"),
        ([lambda op: "/cpu:0", "/job:a"], "/cpu:0"),
        ([lambda op: op.device or "/job:z", "/gpu:0"], "/device:GPU:0"),
        ([lambda op: op.device or "/job:z"], "/job:z"),
    ],
)
def test_nested(nested, device):
    with contextlib.ExitStack() as stack:
        for each in nested:
            stack.enter_context(tf.device(each))
        assert tf.constant(1).device == device


@pytest.mark.parametrize(
    "text, message",
    [
        ("/foo:1", "Unknown attribute: 'foo' in '/foo:1'"),
        ("nonsense", "Unknown attribute: 'nonsense'"),
        ("/cpu:x", "'x' .* has to be a number"),
        ("/task:x", "'x' .* has to be a number"),
        ("/cpu:0/gpu:0", "Cannot specify multiple device types: /cpu:0/gpu:0"),
        ("/device:GPU", "Unknown attribute: 'device'"),
    ],
)
def test_no_devices(text, message):
    with pytest.raises(ValueError, match=message), tf.device(text):
        pass


def test_what_is_no_device():
    for given in (1, [1], tf.constant(1)):
        with pytest.raises(TypeError, match="a string, a tf.DeviceSpec, a function or None"), tf.device(given):
            pass
    with tf.device(lambda op: 3), pytest.raises(TypeError, match=r"not 3, which <lambda> gave for Const"):
        tf.constant(1)
    assert [op.name for op in tf.get_default_graph().get_operations()] == ["Const"]  # of the list above


def test_device_spec():
    spec = tf.DeviceSpec(job="a", device_type="cpu", device_index=0)
    assert spec.to_string() == "/job:a/device:CPU:0" and (spec.task, spec.replica) == (None, None)
    spec.task, spec.device_type = 3, "gpu"
    assert spec.to_string() == "/job:a/task:3/device:GPU:0"
    spec.merge_from(tf.DeviceSpec(task=5))
    assert spec.make_merged_spec(tf.DeviceSpec(job="zz")).to_string() == "/job:zz/task:5/device:GPU:0"
    assert spec.replace(job=None).to_string() == "/task:5/device:GPU:0"
    assert spec == tf.DeviceSpec.from_string(spec.to_string()) != tf.DeviceSpec()
    assert hash(tf.DeviceSpec()) == hash(tf.DeviceSpec())
    assert spec.parse_from_string("/job:q") is spec and spec.to_string() == "/job:q"
    assert tf.DeviceSpec(device_index=2).to_string() == "" == canonical_name(None)
    with pytest.raises(ValueError, match="task"):
        tf.DeviceSpec(task="x")
    with pytest.raises(AttributeError, match="no 'jobb'; it has job, replica"):
        spec.jobb = "x"
