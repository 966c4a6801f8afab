"""Lookup tables: what is common to all kinds."""

from __future__ import annotations

from minitf.framework.collections import GraphKeys
from minitf.framework.graph import get_default_graph
from minitf.framework.operation import Operation
from minitf.ops.control.control import group, no_op


def tables_initializer(name: str = "init_all_tables") -> Operation:
    """An op that fills all tables there are now; one that does nothing if there are none."""
    initializers = get_default_graph().get_collection(GraphKeys.TABLE_INITIALIZERS)
    return group(*initializers, name=name) if initializers else no_op(name)


initialize_all_tables = tables_initializer
