"""Layers: objects that make their variables when first called and reuse them afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable

import minitf as tf
from minitf.framework import dtypes, nest
from minitf.framework.collections import GraphKeys
from minitf.framework.getter import getter
from minitf.framework.graph import get_collection, get_collection_ref, get_default_graph, name_scope
from minitf.framework.named import named
from minitf.framework.shape import TensorShape, dimension_value
from minitf.framework.sparse import SparseTensor, convert_to_tensor_or_sparse_tensor
from minitf.framework.taking import arguments, needed, optional, taking
from minitf.framework.tensor import Tensor
from minitf.layers import by_name
from minitf.ops.state.partitioned_variable import parts_of


class InputSpec:
    """What a layer expects of its input: rank (`ndim`, `min_ndim`, `max_ndim`), sizes of axes, type."""

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None):
        self.dtype, self.shape, self.axes = dtype, shape, dict(axes or {})
        self.ndim = len(shape) if shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim

    def check(self, tensor: Tensor | SparseTensor, layer: str) -> None:
        """Raises ValueError if `tensor` is not what `layer` expects."""
        rank, name = tensor.shape.rank, getattr(tensor, "name", tensor)
        if rank is None and (self.ndim, self.min_ndim, self.max_ndim) != (None, None, None):
            raise ValueError(
                f"layer {layer} has to know the rank of its inputs (the layer requires a defined rank); "
                f"{name} has unknown shape: call set_shape on it"
            )
        limits = [(self.ndim, "", rank != self.ndim)]
        if rank is not None:
            limits += [
                (self.min_ndim, "at least ", self.min_ndim is not None and rank < self.min_ndim),
                (self.max_ndim, "at most ", self.max_ndim is not None and rank > self.max_ndim),
            ]
        for limit, how, wrong in limits:
            if limit is not None and rank is not None and wrong:
                raise ValueError(f"layer {layer} takes inputs of rank {how}{limit}; {name} has shape {tensor.shape}")
        for axis, size in self.axes.items():
            found = None if rank is None else tensor.shape.sizes[axis]
            if size is not None and found not in (None, size):
                raise ValueError(
                    f"layer {layer} was made for inputs of size {size} along axis {axis}; "
                    f"{name} has shape {tensor.shape}"
                )


class Layer:
    """Base of all layers and RNN cells: a subclass makes variables in `build` and computes in `call`.

    name: its scope's name (default: the class name in snake_case); dtype: type of its variables (default:
    that of its first input); trainable: whether they are trainable.
    """

    input_spec = None

    def __init__(
        self,
        trainable: bool = True,
        name=None,
        dtype=None,
        activity_regularizer: Callable | None = None,
        _scope=None,
        _reuse=None,
    ):
        self.trainable = trainable
        self.activity_regularizer = activity_regularizer
        self.dtype = None if dtype is None else dtypes.as_dtype(dtype)
        self.built = False
        self._trainable_weights: list = []
        self._non_trainable_weights: list = []
        self._updates: list = []
        self._losses: list = []
        self._reuse = _reuse
        self._scope: tf.VariableScope | None = None
        self._current_scope: tf.VariableScope | None = None
        self._base_name = name.name if isinstance(name, tf.VariableScope) else name or snake_case(type(self).__name__)
        self._name = name if isinstance(name, str) and name else _unique_name(snake_case(type(self).__name__))
        if _scope:
            with tf.variable_scope(_scope) as scope:
                self._scope = scope

    # ---- what it knows

    name: str = getter("_name", "The layer's name.")

    @property
    def scope_name(self) -> str:
        """The name of its variable scope; ValueError before the layer has been called."""
        if self._scope is None:
            raise ValueError(f"layer {self._name} gets its scope when it is called; call it first")
        return self._scope.name

    @property
    def trainable_weights(self) -> list:
        """Its trainable variables."""
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self) -> list:
        """Its other variables."""
        return list(self._non_trainable_weights) + ([] if self.trainable else list(self._trainable_weights))

    @property
    def weights(self) -> list:
        """All its variables, trainable ones first."""
        return self.trainable_weights + self.non_trainable_weights

    variables = property(lambda self: self.weights, doc="All its variables.")
    trainable_variables = property(lambda self: self.trainable_weights, doc="Its trainable variables.")
    non_trainable_variables = property(lambda self: self.non_trainable_weights, doc="Its other variables.")

    @property
    def updates(self) -> list:
        """Ops that have to run with each training step."""
        return list(self._updates)

    @property
    def losses(self) -> list:
        """Its regularization losses."""
        return list(self._losses)

    def add_update(self, updates, inputs=None) -> None:
        """Notes ops that have to run with each training step, and collects them in UPDATE_OPS."""
        _note(nest.flatten(updates), self._updates, GraphKeys.UPDATE_OPS)

    def add_loss(self, losses, inputs=None) -> None:
        """Notes losses, and collects them in REGULARIZATION_LOSSES."""
        _note(
            [loss for loss in nest.flatten(losses) if loss is not None], self._losses, GraphKeys.REGULARIZATION_LOSSES
        )

    # ---- variables

    def build(self, input_shape) -> None:
        """Makes the variables for inputs of this shape; subclasses override it."""
        self.built = True

    def add_weight(
        self,
        name: str,
        shape=None,
        dtype=None,
        initializer=None,
        regularizer: Callable | str | None = None,
        trainable=None,
        constraint: Callable | str | None = None,
        use_resource=None,
        synchronization=None,
        aggregation=None,
        partitioner=None,
    ):
        """A variable in the layer's scope, as `tf.get_variable` gives it; it is noted among the layer's weights."""
        self._set_scope(None)
        trainable = self.trainable and trainable is not False
        initializer, regularizer = by_name.initializer(initializer), by_name.regularizer(regularizer)
        existing = set(get_collection(GraphKeys.GLOBAL_VARIABLES)) if regularizer else ()
        with (
            tf.variable_scope(self._scope, reuse=self.built or self._reuse, auxiliary_name_scope=False) as scope,
            name_scope(scope.original_name_scope),
        ):
            self._current_scope = scope
            dtype = dtypes.as_dtype(dtype or self.dtype or dtypes.float32)
            variable = tf.get_variable(
                name,
                shape,
                dtype=dtype,
                trainable=trainable,
                partitioner=partitioner,
                initializer=_initializer(initializer, scope, dtype),
                constraint=by_name.constraint(constraint),
            )
            for part in parts_of(variable) if regularizer else ():
                if part not in existing:
                    with name_scope(name + "/Regularizer"):
                        self.add_loss(regularizer(part))
        self._note_weight(variable)
        return variable

    add_variable = add_weight

    def _note_weight(self, variable) -> None:
        """Adds a variable to the layer's weights unless it is among them."""
        trainable = parts_of(variable)[0] in get_collection_ref(GraphKeys.TRAINABLE_VARIABLES)
        weights = self._trainable_weights if trainable else self._non_trainable_weights
        if all(variable is not w for w in weights):
            weights.append(variable)

    # ---- calling

    def __call__(self, inputs, *args, scope=None, **kwargs):
        """The layer's output for `inputs`; the first call makes the variables."""
        self._set_scope(scope)
        reuse = True if self.built else self._reuse
        with tf.variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as current:
            self._current_scope = current
            with name_scope(current.original_name_scope):
                return self._called(inputs, args, kwargs)

    def apply(self, inputs, *args, **kwargs):
        """The layer called on `inputs`."""
        return self(inputs, *args, **kwargs)

    def call(self, inputs, *args, **kwargs):
        """The computation; subclasses override it."""
        return inputs

    def compute_output_shape(self, input_shape) -> TensorShape:
        """The static shape of the outputs for inputs of this shape."""
        raise NotImplementedError(f"{type(self).__name__} has to define compute_output_shape")

    def _called(self, inputs, args, kwargs):
        inputs = nest.map_structure(convert_to_tensor_or_sparse_tensor, inputs)
        tensors = nest.flatten(inputs)
        if not tensors:
            raise ValueError(f"layer {self._name} was called on no tensor at all: {inputs!r}")
        if self.input_spec is not None:
            self.input_spec.check(tensors[0], self._name)
        if not self.built:
            if self.dtype is None:
                self.dtype = tensors[0].dtype.base_dtype
            self.build(nest.map_structure(lambda t: t.shape, inputs))
            self.built = True
        outputs = self.call(inputs, *args, **kwargs)
        if self.activity_regularizer is not None:
            self._penalize(nest.flatten(outputs))
        return outputs

    def _penalize(self, outputs: list) -> None:
        """Adds the losses of its outputs, each of one example of a batch."""
        with name_scope("ActivityRegularizer"):
            for tensor in outputs:
                loss = self.activity_regularizer(tensor)
                self.add_loss(loss / tf.cast(tf.shape(tensor)[0], loss.dtype))

    def _set_scope(self, scope) -> None:
        """Settles the layer's variable scope, once."""
        if self._scope is not None:
            return
        if self._reuse:
            context = tf.variable_scope(self._base_name if scope is None else scope)
        else:
            context = tf.variable_scope(scope, default_name=self._base_name)
        with context as captured:
            self._scope = captured


def function_of(layer: type[Layer], name: str, doc: str) -> Callable:
    """The public function that makes a layer, of the arguments of its class, and calls it."""

    @named(name, doc)
    @taking([needed("inputs"), *arguments(layer), optional("reuse")])
    def function(inputs, name, reuse, **how):
        return layer(name=name, _scope=name, _reuse=reuse, **how)(inputs)

    return function


def weight_options(initializer, regularizer, constraint) -> dict:
    """How a layer makes one of its weights: what `add_weight` takes."""
    return {"initializer": initializer, "regularizer": regularizer, "constraint": constraint}


def last_size(shape: TensorShape, layer: Layer) -> int:
    """The size of the last axis of an input shape; ValueError if it is unknown."""
    size = None if TensorShape(shape).rank is None else dimension_value(TensorShape(shape).sizes[-1])
    if size is None:
        raise ValueError(
            f"layer {layer.name} has to know the last dimension of its inputs, whose shape is "
            f"{TensorShape(shape)}; give the placeholder a shape or use set_shape()"
        )
    return size


def snake_case(name: str) -> str:
    """`BasicRNNCell` -> `basic_rnn_cell`."""
    parted = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", parted).lower()
    return "private" + snake if snake.startswith("_") else snake


def _unique_name(base: str) -> str:
    """`base_1`, `base_2`, ...: counted per graph, as Keras counts layers."""
    root = get_default_graph().root
    counts = root.__dict__.setdefault("_layer_counts", {})
    counts[base] = counts.get(base, 0) + 1
    return base if counts[base] == 1 else f"{base}_{counts[base] - 1}"


def _note(items: list, own: list, collection: str) -> None:
    collected = get_collection_ref(collection)
    for item in items:
        own.append(item)
        if all(item is not other for other in collected):
            collected.append(item)


def _initializer(given, scope, dtype):
    """The initializer of a weight: the one given or the scope's; else by type, so that getters see it."""
    if given is not None or scope.initializer is not None or not dtype.is_floating:
        return scope.initializer if given is None else given
    return tf.glorot_uniform_initializer()
