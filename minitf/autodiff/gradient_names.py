"""What TensorFlow 1 calls gradients, where ours are made by other ops or in another order."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable

from minitf.framework.graph import Graph
from minitf.framework.tensor import Tensor

# The ops that give the gradients of the inputs that have one.
CALLED = {
    "Acos": ["mul"],
    "Acosh": ["truediv"],
    "Asin": ["mul"],
    "Asinh": ["truediv"],
    "Atan": ["mul"],
    "Atan2": ["mul", "mul_1"],
    "Atanh": ["mul"],
    "BesselI0e": ["mul_1"],
    "BesselI1e": ["mul_1"],
    "Erf": ["mul_1"],
    "Erfc": ["mul_1"],
    "ExtractImagePatches": ["transpose_1"],
    "Igammac": ["Neg_1", "Neg_2"],
    "MatrixDiagPart": ["diag"],
    "Pad": ["Slice_1"],
    "Prod": ["Reshape_4"],
    "RGBToHSV": ["Add_22"],
    "RandomGamma": ["Sum"],
    "SegmentMax": ["Select"],
    "SegmentMin": ["Select"],
    "SelfAdjointEigV2": ["set_diag_1"],
    "SparseSegmentMean": ["SparseSegmentMeanGrad"],
    "SparseSegmentMeanWithNumSegments": ["SparseSegmentMeanGrad"],
    "SparseSegmentSqrtN": ["SparseSegmentSqrtNGrad"],
    "SparseSegmentSqrtNWithNumSegments": ["SparseSegmentSqrtNGrad"],
    "SparseSlice": ["SparseSliceGrad"],
    "SparseToDense": ["GatherNd", "sub"],
    "SparseDenseCwiseDiv": ["truediv", "SparseTensorDenseAdd"],
    "SparseDenseCwiseMul": ["mul", "SparseTensorDenseAdd"],
    "Svd": ["MatMul_5"],
    "Tan": ["mul"],
    "Tile": ["Sum"],
    "TopKV2": ["Reshape_3"],
    "UnsortedSegmentMax": ["Select_2"],
    "UnsortedSegmentMin": ["Select_2"],
}
GATED = {"SparseToDense": ["control_dependency_2", "control_dependency_3"]}


def names(op) -> list[str]:
    """What the ops are called that give the gradients of the inputs of `op`; none: as ours."""
    vectors = op.attrs.get("compute_uv", op.attrs.get("compute_v", True))
    return CALLED.get(op.type, []) if vectors else []


def call(graph: Graph, scope: str, gradients: list, names: Iterable[str]) -> None:
    """Gives the ops that made gradients in a scope the names that TensorFlow's have there."""
    for gradient, name in zip(gradients, names):
        if isinstance(gradient, Tensor) and gradient.op.name.startswith(scope):
            graph.rename(gradient.op, scope + name)


def call_sums(graph: Graph, sums: list, places: dict) -> None:
    """Numbers sums of gradients, pairs of an op of whose output it is one and its own, in TensorFlow's order."""
    if len(sums) > 1:
        ordered = sorted(sums, key=lambda pair: places.get(pair[0], len(places)))
        for (_, op), name in zip(ordered, [op.name for _, op in sums]):
            graph.rename(op, name)


def places(ys: list, sources: Callable, between: set) -> dict:
    """The ops between, each behind those that need it, first come first served, and their numbers: TensorFlow's order
    of taking them.
    """
    waiting = collections.Counter(t.op for op in between for t in sources(op))
    queue = collections.deque(dict.fromkeys(y.op for y in ys if y.op in between and not waiting[y.op]))
    visited = []
    while queue:
        op = queue.popleft()
        visited.append(op)
        for tensor in sources(op):
            waiting[tensor.op] -= 1
            if not waiting[tensor.op] and tensor.op in between:
                queue.append(tensor.op)
    return {op: number for number, op in enumerate(visited)}
