"""Layers: objects that make their variables when first called and reuse them afterwards."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable

import numpy as np

import minitf as tf
from minitf.framework import dtypes, nest
from minitf.framework.collections import GraphKeys
from minitf.framework.getter import getter
from minitf.framework.graph import get_collection, get_collection_ref, get_default_graph, name_scope
from minitf.framework.named import named
from minitf.framework.shape import TensorShape, dimension_value
from minitf.framework.sparse import convert_to_tensor_or_sparse_tensor
from minitf.framework.taking import arguments, needed, optional, taking
from minitf.framework.tensor import Tensor
from minitf.framework.traversal import reached
from minitf.layers import by_name
from minitf.layers.configs import plain
from minitf.layers.input_spec import check_inputs
from minitf.ops.state.partitioned_variable import parts_of


class Layer:
    """Base of all layers and RNN cells: a subclass makes variables in `build` and computes in `call`.

    name: its scope's name (default: the class name in snake_case); dtype: type of its variables (default:
    that of its first input); trainable: whether they are trainable.
    """

    input_spec = None
    _options: tuple[str, ...] | None = None  # beside those of all layers; None: nobody said

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
        self._by_name: dict = {}  # its variables by the names that it gave them
        self._trainable_weights: list = []
        self._non_trainable_weights: list = []
        self._updates: list = []
        self._losses: list = []
        self._penalties: list = []  # the losses of its weights
        self._of_inputs: set = set()  # those of the losses that belong to what it was called on
        self._inputs: list = []
        self._reuse = _reuse
        self._scope: tf.VariableScope | None = None
        self._current_scope: tf.VariableScope | None = None
        self._base_name = name.name if isinstance(name, tf.VariableScope) else name or snake_case(type(self).__name__)
        self._name = name if isinstance(name, str) and name else _unique_name(snake_case(type(self).__name__))
        if _scope:
            with tf.variable_scope(_scope) as scope:
                self._scope = scope

    def __deepcopy__(self, memo):
        made = memo[id(self)] = object.__new__(type(self))
        for name, value in vars(self).items():
            if name == "_scope" or isinstance(value, Tensor):
                setattr(made, name, value)
            elif isinstance(value, list) and all([isinstance(one, Tensor) for one in value]):
                setattr(made, name, list(value))
            else:
                setattr(made, name, copy.deepcopy(value, memo))
        return made

    # ---- what it knows

    name: str = getter("_name", "The layer's name.")

    def get_config(self) -> dict:
        """What a layer like this one is made of by `from_config`, plain values by the names of its arguments.

        Raises:
          NotImplementedError: if its class takes arguments that nobody tells: it has to override this.
        """
        if self._options is None and type(self).get_config is Layer.get_config:
            taken = _argument_names(type(self)) - _argument_names(Layer)
            if taken:
                raise NotImplementedError(
                    f"Layers with arguments in `__init__` must override `get_config`: {type(self).__name__} takes "
                    f"{', '.join(sorted(taken))}"
                )
        config = {"name": self._name, "trainable": self.trainable, "dtype": self.dtype and self.dtype.name}
        return {**config, **{key: plain(self, key) for key in self._options or ()}}

    @classmethod
    def from_config(cls, config: dict) -> Layer:
        """The layer that `get_config` tells of; without the values of its variables.

        >>> import minitf as tf
        >>> config = tf.layers.Dense(3, tf.nn.relu).get_config()
        >>> config["units"], config["activation"], tf.layers.Dense.from_config(config).units
        (3, 'relu', 3)
        """
        return cls(**config)

    @property
    def scope_name(self) -> str:
        """The name of its variable scope; ValueError before the layer has been called."""
        if self._scope is None:
            raise ValueError(f"layer {self._name} gets its scope when it is called; call it first")
        return self._scope.name

    @property
    def graph(self):
        """The graph that it was called in; None before."""
        return self._inputs[0].graph if self._inputs else None

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
        """Ops that have to run with each training step; none of a layer that is not trainable."""
        return list(self._updates) if self.trainable else []

    @property
    def losses(self) -> list:
        """Its losses: those that were added, then the regularization losses of its weights."""
        return self._losses + self._penalties

    def add_update(self, updates, inputs=None) -> None:
        """Notes ops that have to run with each training step; calls of the layer collect them in UPDATE_OPS."""
        updates = [update() if callable(update) else update for update in nest.flatten(updates)]
        self._updates += [getattr(update, "op", update) for update in updates]

    def add_loss(self, losses, inputs=None) -> None:
        """Notes losses, and collects them in REGULARIZATION_LOSSES; inputs: what they are losses of."""
        losses = [loss() if callable(loss) else loss for loss in nest.flatten(losses) if loss is not None]
        losses = [tf.convert_to_tensor(loss) for loss in losses]
        self._losses += losses
        _collect(losses, GraphKeys.REGULARIZATION_LOSSES)
        if inputs is not None:
            self._of_inputs.update(losses)

    def get_updates_for(self, inputs) -> list:
        """Those of its updates that depend on `inputs`; for None those that depend on nothing it was called on."""
        return self._depending(self.updates, self._inputs if inputs is None else inputs, inputs is not None)

    def get_losses_for(self, inputs) -> list:
        """Those of its losses that are losses of `inputs`; for None those that are losses of no inputs."""
        if inputs is None:
            return [loss for loss in self._losses if loss not in self._of_inputs] + self._penalties
        return self._depending([loss for loss in self._losses if loss in self._of_inputs], inputs, True)

    def _depending(self, items: list, inputs, wanted: bool) -> list:
        """Those that depend on any of the inputs, or on none of them."""
        starts = [t.op for t in nest.flatten(inputs)]
        onward = reached(starts, lambda op: [user for output in op.outputs for user in output.consumers()])
        return [item for item in items if (getattr(item, "op", item) in onward) is wanted]

    def _children(self) -> dict:
        """What it is made of, as checkpoints of objects name it: its variables, and layers that it holds."""
        held = {name: value for name, value in vars(self).items() if isinstance(value, (Layer, tf.Variable))}
        return {**self._by_name, **held}

    def count_params(self) -> int:
        """How many numbers its weights hold; ValueError before it is built."""
        if not self.built:
            raise ValueError(
                f"the layer {self._name} has no weights to count yet (the layer isn't built); call it, or its "
                "build(), first"
            )
        return sum(weight.shape.num_elements() for weight in self.weights)

    def get_weights(self) -> list:
        """The values of its weights in the default session, which initializes those that have none."""
        sess = _session(self)
        fresh = [w for w in self.weights if not sess.run(tf.is_variable_initialized(w))]
        sess.run([weight.initializer for weight in fresh])
        return sess.run(self.weights)

    def set_weights(self, weights) -> None:
        """Assigns arrays to its weights, in their order, in the default session; ValueError if they do not fit."""
        shapes = [tuple(weight.shape.as_list()) for weight in self.weights]
        arrays = [np.asarray(array) for array in weights]
        if [array.shape for array in arrays] != shapes:
            raise ValueError(
                f"the layer {self._name} has weights of shapes {shapes} and cannot take those of shapes "
                f"{[array.shape for array in arrays]} (set_weights: not compatible with provided weight shape)"
            )
        sess = _session(self)
        for weight, array in zip(self.weights, arrays):
            weight.load(array, sess)

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
        on_read = synchronization == tf.VariableSynchronization.ON_READ
        if on_read and trainable:
            raise ValueError(f"{name} is synchronized when it is read (ON_READ): it cannot be trainable")
        trainable = self.trainable and trainable is not False and not on_read
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
                        penalties = [loss for loss in nest.flatten(regularizer(part)) if loss is not None]
                    self._penalties += penalties
                    _collect(penalties, GraphKeys.REGULARIZATION_LOSSES)
        self._note_weight(variable)
        self._by_name.setdefault(name, variable)
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
        check_inputs(self.input_spec, tensors, self._name)
        self._inputs += tensors
        if not self.built:
            if self.dtype is None:
                self.dtype = tensors[0].dtype.base_dtype
            self.build(nest.map_structure(lambda t: t.shape, inputs))
            self.built = True
        outputs = self.call(inputs, *args, **kwargs)
        _collect(self.updates, GraphKeys.UPDATE_OPS)
        if self.activity_regularizer is not None:
            self._penalize(nest.flatten(outputs), inputs)
        return outputs

    def _penalize(self, outputs: list, inputs) -> None:
        """Adds the losses of its outputs, each of one example of a batch."""
        with name_scope("ActivityRegularizer"):
            for tensor in outputs:
                loss = self.activity_regularizer(tensor)
                self.add_loss(loss / tf.cast(tf.shape(tensor)[0], loss.dtype), inputs)

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


def _argument_names(layer: type[Layer]) -> set[str]:
    return set(inspect.getfullargspec(layer.__init__).args)


def function_of(layer: type[Layer], name: str, doc: str) -> Callable:
    """The public function that makes a layer, of the arguments of its class, and calls it."""

    @named(name, doc)
    @taking([needed("inputs"), *arguments(layer), optional("reuse")])
    def function(inputs, name, reuse, **how):
        return layer(name=name, _scope=name, _reuse=reuse, **how)(inputs)

    return function


def keep_options(layer: Layer, weight: str, initializer, regularizer=None, constraint=None) -> None:
    """Sets the layer's `<weight>_initializer`, `<weight>_regularizer` and `<weight>_constraint`."""
    setattr(layer, f"{weight}_initializer", by_name.initializer(initializer))
    setattr(layer, f"{weight}_regularizer", by_name.regularizer(regularizer))
    setattr(layer, f"{weight}_constraint", by_name.constraint(constraint))


def option_names(*weights: str) -> list[str]:
    """The names of the options that `keep_options` sets."""
    return [f"{weight}_{how}" for weight in weights for how in ("initializer", "regularizer", "constraint")]


def options_of(layer: Layer, weight: str) -> dict:
    """How a layer makes one of its weights: what `add_weight` takes."""
    return {how: getattr(layer, f"{weight}_{how}") for how in ("initializer", "regularizer", "constraint")}


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
    return f"{base}_{counts[base]}"


def _session(layer: Layer):
    """The default session; ValueError that says how to have one."""
    sess = tf.get_default_session()
    if sess is None:
        raise ValueError(f"the weights of layer {layer.name} are a session's: ask for them inside `with tf.Session():`")
    return sess


def _collect(items: list, collection: str) -> None:
    collected = get_collection_ref(collection)
    there = {id(item) for item in collected} if items else ()
    collected += [item for item in items if id(item) not in there]


def _initializer(given, scope, dtype):
    """The initializer of a weight: the one given or the scope's; else by type, so that getters see it."""
    if given is not None or scope.initializer is not None or not dtype.is_floating:
        return scope.initializer if given is None else given
    return tf.glorot_uniform_initializer()
