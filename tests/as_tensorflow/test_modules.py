"""`tensorflow` and what is below it, in a process of its own: other tests must not find it."""

import pytest

RIGHT = {
    "the same module under all names": (
        "import tensorflow as tf, tensorflow.compat.v1 as v1\n"
        "from tensorflow.compat import v1 as also\n"
        "assert v1 is tf is also is tf.compat.v1 and tf.__spec__.name == 'tensorflow' == tf.__name__"
    ),
    "one object, whatever path leads to it": (
        "import tensorflow as tf, minitf\n"
        "from tensorflow.python.ops import rnn_cell, rnn_cell_impl, array_ops, math_ops\n"
        "import tensorflow.python.ops.rnn_cell as again\n"
        "from tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl import GRUCell, _linear\n"
        "assert rnn_cell is rnn_cell_impl is again and array_ops.stack is tf.stack is minitf.stack\n"
        "from tensorflow.python.ops.gradients_impl import _hessian_vector_product\n"
        "assert GRUCell is tf.nn.rnn_cell.GRUCell is rnn_cell.GRUCell and rnn_cell._linear is _linear"
    ),
    "star imports": "from tensorflow.contrib.rnn import *\nfrom tensorflow import *\nLSTMCell, nn, zeros",
    "half migrated": (
        "import tensorflow.compat.v1 as tf\n"
        "tf.disable_v2_behavior(), tf.compat.v1.disable_eager_execution(), tf.get_logger()\n"
        "tf.random.set_random_seed(1), tf.math.multiply(1, 2), tf.strings.join(['a'])\n"
        "tf.losses.mean_squared_error, tf.layers.dense, tf.initializers.ones(), tf.io.gfile.exists('a')\n"
        "assert tf.config.experimental.list_physical_devices('GPU') == [] and not tf.executing_eagerly()"
    ),
    "flags and app": (
        "import tensorflow as tf\nfrom tensorflow import app, flags\n"
        "from tensorflow.python.platform import flags as inner\n"
        "assert tf.app.flags is tf.flags is app.flags and tf.app.run\n"
        "assert tf.app.flags.FLAGS is flags.FLAGS is inner.FLAGS\n"
        "tf.app.flags.DEFINE_string('log_dir', 'logs', 'absl has one of this name')\n"
        "assert tf.app.flags.FLAGS.log_dir == 'logs'"
    ),
    "old homes of layers": (
        "from tensorflow.python.framework import tensor_shape, tensor_util\n"
        "from tensorflow.python.layers import utils, normalization\n"
        "from tensorflow.contrib.crf.python.ops import crf\n"
        "import tensorflow as tf, tensorflow.contrib.slim as slim\n"
        "assert tensor_shape.scalar() == [] and tensor_util.constant_value(tf.constant(2)) == 2\n"
        "slim.conv2d, slim.max_pool2d, slim.batch_norm, slim.separable_conv2d, crf.crf_log_likelihood"
    ),
    "submodules": (
        "import tensorflow.contrib.rnn, tensorflow.nn.rnn_cell\n"
        "from tensorflow.python.framework import ops, dtypes\n"
        "from tensorflow.contrib import rnn, layers, legacy_seq2seq\n"
        "ops.reset_default_graph(); dtypes.float32; dtypes.as_dtype; layers.fully_connected"
    ),
    "probes": "import tensorflow as tf\nassert not hasattr(tf, 'estimator') and not hasattr(tf, 'plac')",
    "what is set stays": "import tensorflow as tf\ntf.relu = 1\nimport tensorflow as t\nassert t.relu == 1",
    "graphs": "from tensorflow.core.framework import graph_pb2, node_def_pb2, types_pb2\n"
    "from tensorflow.core.protobuf import meta_graph_pb2, saver_pb2, saved_model_pb2\n"
    "from tensorflow.python.framework import graph_util, tensor_util, importer\n"
    "import tensorflow as tf\nfrom tensorflow.python.saved_model import tag_constants, loader\n"
    "assert graph_pb2.GraphDef is tf.GraphDef and types_pb2.DT_FLOAT == 1\n"
    "assert graph_util.convert_variables_to_constants is tf.graph_util.convert_variables_to_constants\n"
    "tensor_util.make_ndarray(tensor_util.make_tensor_proto(1)), importer.import_graph_def\n"
    "meta_graph_pb2.MetaGraphDef(), saver_pb2.SaverDef(), saved_model_pb2.SavedModel()\n"
    "assert tag_constants.SERVING == 'serve' and loader.load and tf.contrib.predictor.from_saved_model",
    "a module and a function of one name": (
        "from tensorflow.contrib.framework.python.ops import arg_scope as first\n"
        "from tensorflow.contrib.framework.python.ops.arg_scope import add_arg_scope, arg_scope as second\n"
        "from tensorflow.contrib.framework.python.ops import arg_scope as third\n"
        "assert first is second is third and callable(first) and callable(add_arg_scope)"
    ),
    "layers by their modules": (
        "from tensorflow.contrib.layers.python.layers import encoders, layers, normalization, optimizers\n"
        "from tensorflow.contrib.losses.python.losses import loss_ops\n"
        "from tensorflow.contrib.image.python.ops import image_ops\n"
        "normalization.group_norm, layers.pool, optimizers.adaptive_clipping_fn, loss_ops.log_loss, image_ops.rotate\n"
        "from tensorflow.python.layers.core import FullyConnected, fully_connected"
    ),
    "devices": (
        "from tensorflow.python.client import device_lib\n"
        "assert [d.name for d in device_lib.list_local_devices() if d.device_type == 'CPU'] == ['/device:CPU:0']"
    ),
    "single ops": (
        "import tensorflow as tf\nfrom tensorflow.python.ops import gen_nn_ops, gen_math_ops\n"
        "x = tf.constant([[1.0, -2.0]])\n"
        "assert gen_nn_ops._relu_grad(x, x).op.type == gen_nn_ops.relu_grad(x, features=x).op.type == 'ReluGrad'\n"
        "assert gen_math_ops.mat_mul(x, x, transpose_b=True, name='m').name == 'm:0'\n"
        "assert not hasattr(gen_nn_ops, 'relu_gradd')"
    ),
    "twice": "import minitf.as_tensorflow as a\na.install()",
}
WRONG = {
    "tf.keras.layers": (AttributeError, "minitf has no tensorflow.keras.layers: Keras has an engine of its own"),
    "tf.compat.v1.estimator.Estimator": (AttributeError, "estimators are out of scope"),
    "import tensorflow.keras.layers": (ImportError, "minitf has no tensorflow.keras.layers"),
    "tf.distribute.Strategy": (AttributeError, "a session runs on one machine"),
    "tf.enable_v2_behavior": (AttributeError, "minitf is TensorFlow 1"),
    "from tensorflow.keras import layers": (ImportError, "minitf has no tensorflow.keras.layers: Keras"),
    "from tensorflow.contrib import tpu": (ImportError, "minitf has no tensorflow.contrib.tpu: there are no"),
    "from tensorflow.contrib import bayesflow": (ImportError, "minitf does not have tensorflow.contrib.bayesflow yet"),
    "tf.quantize": (AttributeError, "minitf has no tensorflow.quantize: there are no types"),
    "tf.contrib.ffmpeg": (AttributeError, "minitf does not have tensorflow.contrib.ffmpeg yet"),
    "tf.reduce_summ": (AttributeError, "'tensorflow' has no attribute 'reduce_summ'; the nearest"),
    "import tensorflow.foo": (ModuleNotFoundError, "No module named 'tensorflow.foo'"),
    "from tensorflow.nn import reluu": (ImportError, "cannot import name 'reluu' from 'tensorflow.nn'"),
}


@pytest.fixture
def run(apart):
    def run(code):
        done = apart(code)
        assert done.returncode == 0, done.stderr

    return run


@pytest.mark.parametrize("what", RIGHT)
def test_imports(run, what):
    run(f"import minitf.as_tensorflow\n{RIGHT[what]}")


def test_what_is_missing_is_said(run):
    lines = [
        f"try:\n    {code}\nexcept {error.__name__} as e:\n    assert {text!r} in str(e), e\n"
        f"else:\n    raise AssertionError({code!r})"
        for code, (error, text) in WRONG.items()
    ]
    run("\n".join(["import minitf.as_tensorflow", "import tensorflow as tf", *lines]))


def test_tensorflow_itself_was_imported_before(run):
    run(
        "import sys, types\nsys.modules['tensorflow'] = types.ModuleType('tensorflow')\n"
        "try:\n    import minitf.as_tensorflow\nexcept ImportError as e:\n"
        "    assert 'imported before' in str(e)\n"
        "else:\n    raise AssertionError"
    )
