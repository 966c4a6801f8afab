"""Iterators over datasets, which a session keeps; their handles as strings."""

from __future__ import annotations

import functools
import itertools
import os
import threading

import numpy as np

from minitf.formats.variants import Variant
from minitf.framework import errors, forks
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.ops.datasets import states, waiting
from minitf.ops.datasets.base import NOTHING, Dataset, Pull, is_handle
from minitf.ops.patterns import STATEFUL, boxed, texts

_serial = itertools.count()


class Iterator:
    """Where a session is in a dataset."""

    def __init__(self, op):
        self.op = op
        self.dtypes, self.shapes = op.attrs["output_types"], op.attrs["output_shapes"]
        self.handle = f"{os.getpid()}/{next(_serial)}/{op.name}".encode()
        self._lock = forks.renewed(threading.RLock())
        self._source = self._pull = self._dataset = None

    def begin(self, b, dataset: Dataset, fused: bool = False) -> None:
        """Starts with the dataset anew."""
        pull = Pull(b.functions(), fused)
        self._go_on(b, dataset, pull, dataset.start(pull))

    def _go_on(self, b, dataset: Dataset, pull: Pull, source) -> None:
        if self._pull is not None:
            self._pull.stop()
        self._dataset, self._pull, self._source = dataset, pull, source
        b.at_close(pull)

    def save(self, b, op) -> Variant:
        """Where it is in its dataset."""
        self._check_begun(op, "Save", "saving it")
        states.check_repeatable(self._dataset.op)
        return self._outside(b, op, "it waits until a dataset's threads rest", lambda: states.packed(self._source))

    def restore(self, b, op, saved) -> None:
        """Goes on where another iterator over such a dataset was."""
        self._check_begun(op, "Restore", "restoring it")
        pull = Pull(b.functions(), self._pull.fused)

        def begun():
            source = self._dataset.start(pull)
            states.resumed(op, source, saved)
            return source

        source = self._outside(b, op, "it finds its place in a dataset", begun)
        self._go_on(b, self._dataset, pull, source)

    def next(self, b, op) -> tuple:
        """The next element; OutOfRangeError if there is none."""
        self._check_begun(op, "GetNext", "getting the next element")
        return self._outside(b, op, "it waits for a dataset's element", lambda: next(self._source))

    def _check_begun(self, op, what: str, doing: str) -> None:
        if self._source is None:
            raise errors.FailedPreconditionError(
                None,
                op,
                f"{what}() failed because the iterator '{self.op.name}' has not been initialized. Ensure that you "
                f"have run the initializer operation for this iterator before {doing}.",
            )

    def _outside(self, b, op, reason: str, work):
        """What `work()` gives, done while no other run uses the iterator, and runs that do not need it go on."""
        return b.outside(self._alone, op, functools.partial(b.check, reason), work)

    def _alone(self, op, check, work):
        with waiting.asked_by(check):
            while not self._lock.acquire(timeout=0.1):
                check()
            try:
                return work()
            except StopIteration:
                raise errors.OutOfRangeError(None, op, "End of sequence") from None
            except errors.OpError as error:
                if error.op is not None:
                    raise
                raise type(error)(None, op, error.message) from error
            finally:
                self._lock.release()


def _iterator(b, handle) -> Iterator:
    return b.data(handle)[()]


def _known(b) -> dict[bytes, np.ndarray]:
    """The session's iterators by their handles."""
    return b.data(b.state("iterators of datasets", lambda: boxed({})))[()]


def _opened(b, op):
    box = b.state(op.attrs["shared_name"] or op, lambda: boxed(Iterator(op)))
    _known(b)[_iterator(b, box).handle] = b.data(box)
    return box


def _one_shot(b, op):
    box = b.state(op, lambda: boxed(Iterator(op)))
    iterator = _iterator(b, box)
    _known(b)[iterator.handle] = b.data(box)
    if iterator._source is None:
        iterator.begin(b, b.value(op.attrs["dataset"])[()], fused=op.attrs["fused"])
    return box


def _check_types(op, iterator: Iterator, dtypes, shapes) -> None:
    """The iterator behind a handle has to give what the op promises."""
    if len(dtypes) != len(iterator.dtypes):
        raise errors.InvalidArgumentError(
            None,
            op,
            f"Number of components does not match: expected {len(dtypes)} types but got {len(iterator.dtypes)}.",
        )
    for i, (wanted, found) in enumerate(zip(dtypes, iterator.dtypes)):
        if wanted is not found:
            raise errors.InvalidArgumentError(
                None, op, f"Data type mismatch at component {i}: expected {wanted.name} but got {found.name}."
            )
    for i, (wanted, found) in enumerate(zip(shapes, iterator.shapes)):
        if not wanted.is_compatible_with(found):
            raise errors.InvalidArgumentError(
                None, op, f"Incompatible shapes at component {i}: expected {wanted} but got {found}."
            )


def _from_handle(b, op, handle):
    text = b.data(handle).item()
    box = _known(b).get(text)
    if box is None:
        # what looks like a handle is that of an iterator which was there, in a session that is closed now
        kind = errors.NotFoundError if text.count(b"/") == 2 else errors.InvalidArgumentError
        raise kind(
            None,
            op,
            f"no iterator of this session has the handle {text!r}: run its string_handle() in this "
            "session, and feed what that gives",
        )
    _check_types(op, box[()], op.attrs["output_types"], op.attrs["output_shapes"])
    return b.constant(box)


def _next(b, op, handle):
    element = _iterator(b, handle).next(b, op)
    check_element(op, element)
    return [b.constant(a) for a in element]


def check_element(op, element: tuple) -> None:
    """InvalidArgumentError unless an element is what the op gives."""
    if len(element) != len(op.outputs):
        raise errors.InvalidArgumentError(
            None, op, f"the iterator gives {len(element)} components, not {len(op.outputs)}"
        )
    for i, (array, tensor) in enumerate(zip(element, op.outputs)):
        if array.dtype != tensor.dtype.numpy or not tensor.shape.is_compatible_with(array.shape):
            raise errors.InvalidArgumentError(
                None,
                op,
                f"component {i} of an element is {array.dtype} of shape {array.shape}, but "
                f"{tensor.dtype.name} of shape {tensor.shape} was expected",
            )


def _made(b, op, dataset, handle):
    iterator, source = _iterator(b, handle), b.data(dataset)[()]
    iterator.begin(b, source)


def _reduced(b, op, dataset, *values):
    count = op.attrs["states"]
    arrays = [NOTHING if is_handle(t) else b.data(v).copy() for t, v in zip(op.inputs[1:], values)]
    state, captured = arrays[:count], arrays[count:]
    pull = Pull(b.functions())

    def go() -> list:
        current = state
        with waiting.asked_by(functools.partial(b.check, "it goes through a dataset")):
            for element in b.data(dataset)[()].start(pull):
                current = pull.functions.call(op.attrs["f"], [*current, *element, *captured])
        return current

    try:
        return [b.constant(a) for a in b.outside(go)]
    finally:
        pull.stop()


def _single(b, op, dataset):
    pull = Pull(b.functions())

    def go() -> tuple:
        source = b.data(dataset)[()].start(pull)
        with waiting.asked_by(functools.partial(b.check, "it waits for a dataset's element")):
            element = next(source, None)
            if element is None:
                raise errors.InvalidArgumentError(None, op, "Dataset was empty.")
            if next(source, None) is not None:
                raise errors.InvalidArgumentError(None, op, "Dataset had more than one element.")
        return element

    try:
        return [b.constant(a) for a in b.outside(go)]
    finally:
        pull.stop()


def _saved(b, op, handle):
    return b.constant(boxed(_iterator(b, handle).save(b, op)))


def _restored(b, op, handle, saved):
    _iterator(b, handle).restore(b, op, b.data(saved)[()])


def _shapes(op):
    return op.attrs["output_shapes"]


_HANDLE = "resource_handle: resource"
define(
    "IteratorV2",
    "; shared_name: string, container: string, output_types: list(type), output_shapes: list(shape)"
    " -> handle: resource",
    shape=lambda op: SCALAR,
    host=_opened,
    **STATEFUL,
)
define(
    "OneShotIterator",
    "; output_types: list(type), output_shapes: list(shape), container: string = '', "
    "shared_name: string = '', fused: bool = True, dataset: func -> handle: resource",
    shape=lambda op: SCALAR,
    host=_one_shot,
    **STATEFUL,
)
define("MakeIterator", "dataset: variant, iterator: resource ->", host=_made, **STATEFUL)
define(
    "IteratorGetNext",
    "iterator: resource; output_shapes: list(shape) -> components: **output_types",
    shape=_shapes,
    host=_next,
    **STATEFUL,
)
define(
    "IteratorToStringHandle",
    f"{_HANDLE} -> string_handle: string",
    shape=lambda op: SCALAR,
    host=lambda b, op, handle: b.constant(texts(_iterator(b, handle).handle)),
    **STATEFUL,
)
define(
    "IteratorFromStringHandleV2",
    "string_handle: string~[]; output_types: list(type) = [], output_shapes: list(shape) = []"
    " -> resource_handle: resource",
    shape=lambda op: SCALAR,
    host=_from_handle,
    **STATEFUL,
)
define("SerializeIterator", f"{_HANDLE} -> serialized: variant", shape=lambda op: SCALAR, host=_saved, **STATEFUL)
define("DeserializeIterator", f"{_HANDLE}, serialized: variant ->", host=_restored, **STATEFUL)
define(
    "ReduceDataset",
    "input_dataset: variant, initial_state: **Tstate, other_arguments: **Targuments; f: func, output_shapes: "
    "list(shape), use_inter_op_parallelism: bool = True, states: object -> components: **output_types",
    shape=_shapes,
    host=_reduced,
    **STATEFUL,
)
define(
    "DatasetToSingleElement",
    "dataset: variant; output_shapes: list(shape) -> components: **output_types",
    shape=_shapes,
    host=_single,
    **STATEFUL,
)
