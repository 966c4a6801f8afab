"""Iterators over datasets, and how they are made."""

from __future__ import annotations

import minitf as tf
from minitf.data import structure
from minitf.data.options import Options, applied
from minitf.framework.apply import apply, apply_op
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.framework.traversal import reached

GLOBAL_ITERATORS = "iterators"  # the collection of all
_HARMLESS = ("Assert", "MatchingFiles")  # ops that do nothing that lasts


class Iterator(structure.Structured):
    """Goes through the elements of a dataset: each run that needs what `get_next` gives takes one.

    iterator_resource: the tensor that stands for it; initializer: the op that starts it, None if none is
    needed or several can; output_types, output_shapes, output_classes: of the elements.
    """

    def __init__(self, iterator_resource: Tensor, initializer, output_types, output_shapes, output_classes):
        parts = structure.made_of(output_types, output_shapes, output_classes)
        self._begin(iterator_resource, initializer, parts)

    def _begin(self, resource: Tensor, initializer, parts) -> None:
        self._iterator_resource, self._initializer, self._parts = resource, initializer, parts
        self._string_handle = apply("IteratorToStringHandle", resource)
        resource.graph.add_to_collection(GLOBAL_ITERATORS, resource)

    @classmethod
    def _of(cls, resource: Tensor, initializer, parts) -> Iterator:
        made = cls.__new__(cls)
        made._begin(resource, initializer, parts)
        return made

    @staticmethod
    def from_structure(
        output_types, output_shapes=None, shared_name: str | None = None, output_classes=None
    ) -> Iterator:
        """An iterator for datasets of such elements: `make_initializer(dataset)` gives an op that starts it
        with one of them.
        """
        parts = structure.made_of(output_types, output_shapes, output_classes)
        return Iterator._of(_kept(parts, shared_name), None, parts)

    @staticmethod
    def from_string_handle(string_handle, output_types, output_shapes=None, output_classes=None) -> Iterator:
        """The iterator whose handle (the value of its `string_handle()`) is given, by a placeholder say.

        Raises:
          NotFoundError: at a run, for a handle of no iterator of the session.
          InvalidArgumentError: at a run, for what is no handle, or one of elements of other types or shapes.
        """
        parts = structure.made_of(output_types, output_shapes, output_classes)
        handle = tf.convert_to_tensor(string_handle, tf.string)
        resource = apply("IteratorFromStringHandleV2", handle, **structure.carriers(parts))
        return Iterator._of(resource, None, parts)

    @property
    def initializer(self) -> Operation:
        """The op that starts the iterator; ValueError if it has none."""
        if self._initializer is None:
            raise ValueError("Iterator does not have an initializer: it needs none, or make_initializer() makes it")
        return self._initializer

    def make_initializer(self, dataset, name: str | None = None) -> Operation:
        """An op that starts the iterator with a dataset, whose elements have to be like the iterator's.

        Raises:
          TypeError: if they are not.
          ValueError: if they are in another structure.
        """
        structure.check_compatible(self._parts, dataset._parts)
        with tf.name_scope(name, "make_initializer", [dataset._variant_tensor]) as scope:
            return _begins(dataset._variant_tensor, self._iterator_resource, scope)

    def get_next(self, name: str | None = None):
        """The next element, taken in each run that needs it.

        Raises (at run time):
          tf.errors.OutOfRangeError: if there are no more elements.
          tf.errors.FailedPreconditionError: if the iterator was not initialized.
        """
        attrs = structure.carriers(self._parts)
        op = apply_op("IteratorGetNext", self._iterator_resource, name=name, **attrs)
        return structure.gathered(self._parts, op.outputs)

    def string_handle(self, name: str | None = None) -> Tensor:
        """A string scalar that says which iterator this is, in the session in which it was computed."""
        if name is None:
            return self._string_handle
        return apply("IteratorToStringHandle", self._iterator_resource, name=name)


def _kept(parts, shared_name: str | None) -> Tensor:
    return apply("IteratorV2", shared_name=shared_name or "", container="", **structure.carriers(parts))


def initializable(dataset, shared_name: str | None = None) -> Iterator:
    """An iterator whose initializer starts it with a dataset."""
    parts, attrs = dataset._parts, structure.carriers(dataset._parts)
    with dataset._graph.as_default():
        tensor = applied(dataset, attrs)
        resource = _kept(parts, shared_name)
        return Iterator._of(resource, _begins(tensor, resource), parts)


def _begins(dataset: Tensor, iterator: Tensor, name: str | None = None):
    """The op by which an iterator begins with a dataset, placed where the iterator is."""
    with tf.colocate_with(iterator):
        return apply_op("MakeIterator", dataset, iterator, name=name)


def one_shot(dataset) -> Iterator:
    """An iterator that goes through a dataset once."""
    attrs = structure.carriers(dataset._parts)
    with dataset._graph.as_default():
        said = dataset.options()
        # unless it says something, the ops are left out: in TensorFlow they are inside of a function
        tensor = dataset._variant_tensor if said == Options() else applied(dataset, attrs)
        _check_constant(tensor)
        resource = apply("OneShotIterator", dataset=tensor, fused=said == Options(), **attrs)
        return Iterator._of(resource, None, dataset._parts)


def _check_constant(tensor: Tensor) -> None:
    """ValueError if a dataset depends on what is fed, or on what a session keeps."""
    for op in reached([tensor.op], lambda op: [t.op for t in op.inputs]):
        if op.type == "Placeholder":
            raise ValueError(f"Cannot capture a placeholder (name:{op.name}, type:{op.type}) by value.")
        makes = any(t.dtype is tf.variant for t in op.outputs)
        if op.definition.stateful and not makes and op.type not in _HARMLESS:
            raise ValueError(
                "Failed to create a one-shot iterator for a dataset. `Dataset.make_one_shot_iterator()` does "
                "not support datasets that capture stateful objects, such as a `Variable` or `LookupTable`. "
                "In these cases, use `Dataset.make_initializable_iterator()`. (Original error: Cannot "
                f"capture a stateful node (name:{op.name}, type:{op.type}) by value.)"
            )
