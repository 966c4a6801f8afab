"""tf.xla.experimental: parts of a graph that are to be compiled. All parts run as native programs here anyway."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import minitf as tf
from minitf.framework.operation import Operation


@contextlib.contextmanager
def jit_scope(compile_ops=True, separate_compiled_gradients: bool = False) -> Iterator[None]:
    """A context whose ops are to be compiled: of no effect."""
    yield


def compile(computation: Callable, inputs: list | None = None):
    """What `computation(*inputs)` gives, as new tensors, all of which wait for all operations that it gives.

    Result: a list of tensors where it gives one, or a list or tuple; an operation where it gives nothing but
    operations; or another structure of tensors.

    Raises:
      ValueError: if it gives what becomes no tensor.
    """
    found = computation(*[tf.convert_to_tensor(x) for x in inputs or []])
    flat = [found] if found is None else tf.contrib.framework.nest.flatten(found)
    operations = [part for part in flat if isinstance(part, Operation)]
    given = [part for part in flat if not isinstance(part, Operation)]
    with tf.control_dependencies(operations):
        if given in ([], [None]):
            return tf.no_op(name="output_0")
        tensors = [tf.identity(_tensor(part), name=f"output_{i}") for i, part in enumerate(given)]
    flat_kinds = isinstance(found, (list, tuple)) or not tf.contrib.framework.nest.is_sequence(found)
    return tensors if flat_kinds else tf.contrib.framework.nest.pack_sequence_as(found, tensors)


def _tensor(part):
    try:
        return tf.convert_to_tensor(part)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "XLA computation function return values must all either be Operations or convertible to Tensors. "
            f"Got error: {error}"
        ) from None
