"""tf.saved_model.signature_def_utils: which tensors a model takes and gives, by the names that its users know."""

from __future__ import annotations

from minitf.framework import dtypes, protos
from minitf.saved_model import signature_constants as names
from minitf.saved_model.utils import build_tensor_info


def build_signature_def(inputs=None, outputs=None, method_name: str | None = None):
    """A SignatureDef of dicts of TensorInfos by name."""
    found = protos.message("SignatureDef")(method_name=method_name or "")
    for given, listed in ((inputs, found.inputs), (outputs, found.outputs)):
        for name, info in (given or {}).items():
            listed[name].CopyFrom(info)
    return found


def predict_signature_def(inputs: dict, outputs: dict):
    """The signature of a prediction: dicts of tensors by name.

    Raises:
      ValueError: if there are no inputs or outputs.
    """
    for what, tensors in (("inputs", inputs), ("outputs", outputs)):
        if not tensors:
            raise ValueError(f"Prediction {what} cannot be None or empty.")
    return build_signature_def(_infos(inputs), _infos(outputs), names.PREDICT_METHOD_NAME)


def classification_signature_def(examples, classes, scores):
    """The signature of a classification of `examples` by `classes` (both strings) and `scores` (float32); one of the
    last two may be None.

    Raises:
      ValueError: if others are, or tensors are of other types.
    """
    _check("Classification examples", examples, dtypes.string)
    if classes is None and scores is None:
        raise ValueError("Classification classes and scores cannot both be None.")
    outputs = {}
    if classes is not None:
        outputs[names.CLASSIFY_OUTPUT_CLASSES] = _check("Classification classes", classes, dtypes.string)
    if scores is not None:
        outputs[names.CLASSIFY_OUTPUT_SCORES] = _check("Classification scores", scores, dtypes.float32)
    inputs = {names.CLASSIFY_INPUTS: examples}
    return build_signature_def(_infos(inputs), _infos(outputs), names.CLASSIFY_METHOD_NAME)


def regression_signature_def(examples, predictions):
    """The signature of a regression of `examples` (strings) that gives `predictions` (float32).

    Raises:
      ValueError: if one is None, or of another type.
    """
    _check("Regression examples", examples, dtypes.string)
    if predictions is None:
        raise ValueError("Regression predictions cannot be None.")
    _check("Regression output", predictions, dtypes.float32)
    inputs, outputs = {names.REGRESS_INPUTS: examples}, {names.REGRESS_OUTPUTS: predictions}
    return build_signature_def(_infos(inputs), _infos(outputs), names.REGRESS_METHOD_NAME)


def _check(what: str, tensor, dtype: dtypes.DType):
    """The tensor; ValueError unless it is one of a type."""
    if tensor is None:
        raise ValueError(f"{what} cannot be None.")
    if dtypes.as_dtype(build_tensor_info(tensor).dtype) is not dtype:
        kind = "float" if dtype is dtypes.float32 else dtype.name
        raise ValueError(f"{what} must be a {kind} Tensor, but {tensor.name} is {tensor.dtype.name}.")
    return tensor


def _infos(tensors: dict) -> dict:
    return {name: build_tensor_info(tensor) for name, tensor in tensors.items()}


def is_valid_signature(signature_def) -> bool:
    """Whether a signature is one of a classification, regression or prediction that can be served."""
    if signature_def is None:
        return False
    check = {
        names.CLASSIFY_METHOD_NAME: _is_classification,
        names.REGRESS_METHOD_NAME: _is_regression,
        names.PREDICT_METHOD_NAME: lambda signature: bool(signature.inputs) and bool(signature.outputs),
    }.get(signature_def.method_name)
    return check is not None and check(signature_def)


def _types(infos) -> dict:
    return {name: dtypes.as_dtype(info.dtype) for name, info in infos.items()}


def _is_classification(signature) -> bool:
    types = {names.CLASSIFY_OUTPUT_CLASSES: dtypes.string, names.CLASSIFY_OUTPUT_SCORES: dtypes.float32}
    outputs = _types(signature.outputs)
    return (
        _types(signature.inputs) == {names.CLASSIFY_INPUTS: dtypes.string}
        and bool(outputs)
        and all(types.get(name) is dtype for name, dtype in outputs.items())
    )


def _is_regression(signature) -> bool:
    inputs, outputs = _types(signature.inputs), _types(signature.outputs)
    return inputs == {names.REGRESS_INPUTS: dtypes.string} and outputs == {names.REGRESS_OUTPUTS: dtypes.float32}
