import pytest
from helpers import fails

import minitf as tf


def test_what_scripts_write():
    config = tf.ConfigProto(allow_soft_placement=True, gpu_options=tf.GPUOptions(allow_growth=True))
    config.gpu_options.per_process_gpu_memory_fraction = 0.4
    config.intra_op_parallelism_threads = 1
    config.graph_options.optimizer_options.global_jit_level = tf.OptimizerOptions.ON_1
    config.device_count["GPU"] = 0
    with tf.Session(config=config) as session:
        assert session.run(tf.constant(1) + 1) == 2
    assert "allow_growth=True" in repr(config)


def test_two_configs_share_nothing():
    one, two = tf.ConfigProto(), tf.ConfigProto()
    one.gpu_options.allow_growth = True
    one.device_count["GPU"] = 1
    assert two.gpu_options.allow_growth is False and two.device_count == {}
    two.CopyFrom(one)
    assert two.gpu_options.allow_growth is True


@pytest.mark.parametrize("make", [tf.ConfigProto, tf.GPUOptions, tf.GraphOptions, tf.RunOptions, tf.RunMetadata])
def test_unknown_options(make):
    with fails(ValueError, make.__name__, "no option 'speed'"):  # as a protocol buffer does
        make(speed=1)
    with fails(AttributeError, make.__name__, "no option 'speed'"):
        make().speed = 1


def test_run_options_are_accepted():
    options, metadata = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), tf.RunMetadata()
    with tf.Session() as session:
        assert session.run(tf.constant(1) + 1, options=options, run_metadata=metadata) == 2


def test_options_are_of_the_kind_of_their_defaults():
    with fails(TypeError, "'allow_growth' of tf.GPUOptions", "True or False"):
        tf.GPUOptions(allow_growth="yes")
    with fails(TypeError, "'gpu_options' of tf.ConfigProto", "a tf.GPUOptions"):
        tf.ConfigProto().gpu_options = 3
    config = tf.ConfigProto(gpu_options=None, device_count=None)  # None unsets
    assert isinstance(config.gpu_options, tf.GPUOptions) and config.device_count == {}


def test_no_config():
    with fails(TypeError, "tf.ConfigProto"):
        tf.Session(config={"a": 1})
