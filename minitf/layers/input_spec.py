"""What layers expect of their inputs."""

from __future__ import annotations

from minitf.framework import dtypes, nest
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import Tensor


class InputSpec:
    """What a layer expects of its input: rank (`ndim`, `min_ndim`, `max_ndim`), sizes of axes, type."""

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None):
        self.dtype = None if dtype is None else dtypes.as_dtype(dtype).name
        self.shape, self.axes = shape, {int(axis): size for axis, size in (axes or {}).items()}
        self.ndim = len(shape) if shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim

    def __repr__(self):
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        return f"InputSpec({', '.join(f'{name}={getattr(self, name)}' for name in names if getattr(self, name))})"

    def check(self, tensor: Tensor | SparseTensor, layer: str) -> None:
        """Raises ValueError if `tensor` is not what `layer` expects."""
        rank, name = tensor.shape.rank, getattr(tensor, "name", tensor)
        if rank is None and (self.ndim, self.min_ndim, self.max_ndim) != (None, None, None):
            raise ValueError(
                f"layer {layer} has to know the rank of its inputs (the layer requires a defined rank); "
                f"{name} has unknown shape: call set_shape on it"
            )
        if self.dtype is not None and tensor.dtype.name != self.dtype:
            raise ValueError(f"layer {layer} takes inputs of type {self.dtype}; {name} is {tensor.dtype.name}")
        if rank is not None:
            self._check_rank(tensor, rank, name, layer)
            self._check_sizes(tensor, name, layer)

    def _check_rank(self, tensor, rank: int, name: str, layer: str) -> None:
        for limit, how, wrong in (
            (self.ndim, "", rank != self.ndim),
            (self.min_ndim, "at least ", self.min_ndim is not None and rank < self.min_ndim),
            (self.max_ndim, "at most ", self.max_ndim is not None and rank > self.max_ndim),
        ):
            if limit is not None and wrong:
                raise ValueError(f"layer {layer} takes inputs of rank {how}{limit}; {name} has shape {tensor.shape}")

    def _check_sizes(self, tensor, name: str, layer: str) -> None:
        for axis, size in {**dict(enumerate(self.shape or ())), **self.axes}.items():
            if size is not None and tensor.shape.sizes[axis] not in (None, size):
                raise ValueError(
                    f"layer {layer} was made for inputs of size {size} along axis {axis}; "
                    f"{name} has shape {tensor.shape}"
                )


def check_inputs(spec, tensors: list, layer: str) -> None:
    """Raises ValueError unless the inputs of a layer are as many as its specs (one, or a list), and like them."""
    specs = nest.flatten(spec) if spec is not None else []
    if specs and len(specs) != len(tensors):
        raise ValueError(
            f"layer {layer} expects {len(specs)} inputs, but was called on {len(tensors)} tensors: {tensors}"
        )
    for one, tensor in zip(specs, tensors):
        one.check(tensor, layer)
