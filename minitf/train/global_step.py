"""The global step: a variable that counts training steps."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.collections import GraphKeys
from minitf.framework.graph import get_default_graph
from minitf.ops.random.initializers import Zeros
from minitf.ops.state.variable_modes import VariableAggregation
from minitf.ops.state.variable_scope import get_variable

_READ = "global_step_read_op_cache"


def get_global_step(graph=None):
    """The global step of the graph, or None: what is in its collection or called `global_step:0`.

    Raises:
      TypeError: if that is not an integer scalar.
      ValueError: if the collection holds several.
    """
    graph = (graph or get_default_graph()).root
    listed = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(listed) > 1:
        raise ValueError(f"collection 'global_step' holds {len(listed)} variables, not one: {listed}")
    if listed:
        step = listed[0]
    else:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
        step = next((v for v in graph.get_collection(GraphKeys.GLOBAL_VARIABLES) if v._ref() is step), step)
    assert_global_step(step)
    return step


def create_global_step(graph=None):
    """Makes the global step, an int64 variable that starts at 0; ValueError if there is one."""
    graph = (graph or get_default_graph()).root
    step = get_global_step(graph)
    if step is not None:
        raise ValueError(f"the graph has a global step already: {step.name} (created {step.op.origin})")
    with graph.as_default(), graph.name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=dtypes.int64,
            initializer=Zeros(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
            aggregation=VariableAggregation.ONLY_FIRST_REPLICA,
        )


def get_or_create_global_step(graph=None):
    """The global step of the graph, made if there is none."""
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step


def read_global_step(graph=None):
    """The value of the global step as a tensor, made once for each graph; None if there is no global step.

    Before the step has a value, its initial value.
    """
    graph = (graph or get_default_graph()).root
    kept = graph.get_collection(_READ)
    step = None if kept else get_global_step(graph)
    if step is not None:
        with graph.as_default(), graph.control_dependencies(None), graph.name_scope(f"{step.op.name}/"):
            graph.add_to_collection(_READ, getattr(step, "initialized_value", lambda: step)() + 0)
        kept = graph.get_collection(_READ)
    return kept[0] if kept else None


def assert_global_step(global_step_tensor) -> None:
    """Raises TypeError if it is not an integer scalar variable or tensor."""
    if not hasattr(global_step_tensor, "dtype") or not global_step_tensor.dtype.base_dtype.is_integer:
        raise TypeError(f"the global step {global_step_tensor!r} is not of an integer type")
    if global_step_tensor.shape.rank not in (0, None):
        raise TypeError(f"the global step {global_step_tensor!r} is not a scalar")


def assert_or_get_global_step(graph=None, global_step_tensor=None):
    """A global step that is given, checked to be one, or else the graph's."""
    if global_step_tensor is None:
        return get_global_step(graph)
    assert_global_step(global_step_tensor)
    return global_step_tensor


def global_step(sess, global_step_tensor) -> int:
    """The value of the global step in a session, as an int."""
    return int(sess.run(global_step_tensor))
