"""What the ops of a traced run cost, as TensorFlow's message of that name."""

from __future__ import annotations

from minitf.framework import protos
from minitf.runtime.execute.step_stats import DEVICE, nbytes


def cost_graph(stats):
    """The CostGraphDef of a run: its ops, what they read, the time that each took in microseconds, and the bytes of
    what it gave, or would have given where the static shape tells. What ops that are one kernel cost is said of the op
    that this is named for.
    """
    micros: dict = {}
    for total in stats.totals:
        micros[total.op] = micros.get(total.op, 0.0) + total.nanoseconds / 1000
    numbers = {op: i for i, op in enumerate(stats.ops)}
    found = protos.message("CostGraphDef")()
    for op, number in numbers.items():
        node = found.node.add(name=op.name, device=op.device or DEVICE, id=number)
        node.compute_cost = max(round(micros[op]), 1) if op in micros else 0
        for tensor in op.inputs:
            if tensor.op in numbers:
                node.input_info.add(preceding_node=numbers[tensor.op], preceding_port=tensor.value_index)
        node.control_input.extend(numbers[other] for other in op.control_inputs if other in numbers)
        for tensor in op.outputs:
            _add_output(node, tensor, stats.shapes.get(tensor, tensor.shape.sizes))
    return found


def _add_output(node, tensor, sizes: tuple | None) -> None:
    output = node.output_info.add(dtype=tensor.dtype.as_datatype_enum, alias_input_port=-1)
    output.shape.unknown_rank = sizes is None
    for size in sizes or ():
        output.shape.dim.add(size=-1 if size is None else size)
    if sizes is not None and None not in sizes:
        output.size = nbytes(tensor, sizes)
