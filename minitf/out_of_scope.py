"""What TensorFlow 1.15 has that minitf does not mean to have, and why, by path."""

_FEW_BITS = "there are no types of numbers kept in few bits: tf.quantization.fake_quant_* trains for them"

REASONS = {
    "keras": "Keras has an engine of its own, outside of graphs and sessions",
    "estimator": "estimators are out of scope: build the graph and run it in a session",
    "contrib.learn": "estimators are out of scope: build the graph and run it in a session",
    "contrib.skflow": "estimators are out of scope: build the graph and run it in a session",
    "contrib.estimator": "estimators are out of scope: build the graph and run it in a session",
    "contrib.tpu": "there are no TPUs",
    "tpu": "there are no TPUs",
    "contrib.eager": "minitf runs graphs; eager execution is out of scope",
    "enable_eager_execution": "minitf runs graphs; eager execution is out of scope",
    "GradientTape": "minitf runs graphs: use tf.gradients",
    "Module": "minitf runs graphs: use tf.layers, or tf.get_variable in a function",
    "autograph": "minitf runs graphs: use tf.cond and tf.while_loop",
    "wrap_function": "minitf runs graphs; functions traced by TensorFlow 2 are out of scope",
    "function": "minitf runs graphs; functions traced by TensorFlow 2 are out of scope",
    "contrib.eager.python": "minitf runs graphs; eager execution is out of scope",
    "python.eager": "minitf runs graphs; eager execution is out of scope",
    "python.keras": "Keras has an engine of its own, outside of graphs and sessions",
    "distribute": "a session runs on one machine",
    "contrib.distribute": "a session runs on one machine",
    "contrib.cudnn_rnn": "there are no GPUs: tf.contrib.rnn has the same cells",
    "contrib.tensorrt": "there are no GPUs",
    "contrib.lite": "minitf writes no TensorFlow Lite",
    "lite": "minitf writes no TensorFlow Lite",
    "enable_v2_behavior": "minitf is TensorFlow 1: use tf.disable_v2_behavior()",
    "enable_v2_tensorshape": "minitf is TensorFlow 1: the sizes of shapes are Dimensions",
    "enable_tensor_equality": "minitf is TensorFlow 1: use tf.equal",
    "enable_control_flow_v2": "minitf has loops and branches of its own",
    "compat.v2": "minitf is TensorFlow 1",
    "contrib.tensor_forest": "forests are out of scope",
    "contrib.timeseries": "estimators are out of scope: build the graph and run it in a session",
    "contrib.boosted_trees": "estimators are out of scope: build the graph and run it in a session",
    "qint8": _FEW_BITS,
    "qint16": _FEW_BITS,
    "qint32": _FEW_BITS,
    "quint8": _FEW_BITS,
    "quint16": _FEW_BITS,
    "QUANTIZED_DTYPES": _FEW_BITS,
    "quantize": _FEW_BITS,
    "quantize_v2": _FEW_BITS,
    "dequantize": _FEW_BITS,
    "quantized_concat": _FEW_BITS,
    "bfloat16": "there is no bfloat16: use tf.float16 or tf.float32",
    "to_bfloat16": "there is no bfloat16: use tf.float16 or tf.float32",
    "feature_column": "estimators are out of scope: build the graph and run it in a session",
}


def reason_for(path: str) -> str | None:
    """Why minitf does not mean to have what stands at a path, such as `keras.layers`; None if it says nothing."""
    parts = path.split(".") if path else []
    for count in range(len(parts), 0, -1):
        found = REASONS.get(".".join(parts[:count]))
        if found is not None:
            return found
    return None
