"""TensorFlow's ops of older versions, and those that put several together, as the ops of today that they are."""

from __future__ import annotations

from minitf.framework import dtypes, errors
from minitf.framework.apply import apply, apply_op
from minitf.framework.operation import Operation
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.graphs.forms import form, named
from minitf.graphs.values import Unsupported
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.gather import gather, scatter_nd, where
from minitf.ops.array.ranges import searchsorted
from minitf.ops.array.sorting import sort
from minitf.ops.math import clip, math, reduce, unary
from minitf.ops.math.cast import cast
from minitf.ops.math.segment import unsorted_segment_sum

# ---- pooling


def _known(attrs: dict, name: str, tensor: Tensor) -> list[int]:
    found = constant_value(tensor)
    if found is None:
        raise Unsupported(f"{attrs['_type']} works with {name} that are known when the op is made")
    return found.tolist()


def _pooled(name: str, attrs: dict, *inputs: Tensor) -> Operation:
    *given, ksize, strides = inputs
    sizes = {"ksize": _known(attrs, "ksize", ksize), "strides": _known(attrs, "strides", strides)}
    how = {key: attrs[key] for key in ("padding", "data_format")}
    return apply_op(attrs["_type"].removesuffix("V2"), *given, **sizes, **how, name=f"{name}/")


_HOW = "padding: string, data_format: string = 'NHWC'"
_SIZES = "ksize: int32[n], strides: int32[n]"
form("MaxPoolV2", f"input: T, {_SIZES}; T: type = float32, {_HOW} -> output: T", _pooled)
for _type in ("MaxPoolGradV2", "MaxPoolGradGradV2"):
    _default = "" if _type == "MaxPoolGradGradV2" else " = float32"
    form(_type, f"orig_input: T, orig_output: T, grad: T, {_SIZES}; {_HOW}, T: type{_default} -> output: T", _pooled)

# ---- convolution


def _volume_gradient(place: int):
    """The rule of a gradient that is told by a tensor of which size its result is, the input at a place."""

    def rule(name: str, attrs: dict, *inputs: Tensor) -> Operation:
        given = [array.shape(x) if i == place else x for i, x in enumerate(inputs)]
        how = {key: attrs[key] for key in ("strides", "padding", "dilations")}
        return apply_op(f"{attrs['_type']}V2", *given, **how, name=f"{name}/")

    return rule


_VOLUMES = "input: T, filter: T, out_backprop: T; strides: list(int), padding: string"
for _type, _place in {"Conv3DBackpropInput": 0, "Conv3DBackpropFilter": 1}.items():
    form(_type, f"{_VOLUMES}, dilations: list(int) = [1, 1, 1, 1, 1], T: type -> output: T", _volume_gradient(_place))


def _padded_convolution(name: str, attrs: dict, images: Tensor, paddings: Tensor, filters: Tensor) -> Operation:
    padded = apply("MirrorPad", images, paddings, mode=attrs["mode"])
    return apply_op("Conv2D", padded, filters, strides=attrs["strides"], padding=attrs["padding"], name=f"{name}/")


def _resized_convolution(name: str, attrs: dict, images: Tensor, size: Tensor, *others: Tensor) -> Operation:
    resized = apply("ResizeBilinear", images, size, align_corners=attrs["resize_align_corners"])
    return _padded_convolution(name, attrs, resized, *others)


form(
    "FusedPadConv2D",
    "input: T, paddings: int32[n, 2], filter: T; T: type, mode: string, strides: list(int), padding: string"
    " -> output: T",
    _padded_convolution,
)
form(
    "FusedResizeAndPadConv2D",
    "input: T, size: int32[2], paddings: int32[n, 2], filter: T; T: type, resize_align_corners: bool = False, "
    "mode: string, strides: list(int), padding: string -> output: T",
    _resized_convolution,
)


def _normalized(name: str, attrs: dict, t: Tensor, m: Tensor, v: Tensor, beta: Tensor, gamma: Tensor) -> Operation:
    scale = unary.rsqrt(v + attrs["variance_epsilon"])
    scale = scale * gamma if attrs["scale_after_normalization"] else scale
    return named(name, (t - m) * scale + beta)


def _normalized_gradient(name: str, attrs: dict, t: Tensor, m: Tensor, v: Tensor, gamma: Tensor, dy: Tensor) -> tuple:
    axes, scale = list(range(3)), unary.rsqrt(v + attrs["variance_epsilon"])
    scaled = dy * gamma if attrs["scale_after_normalization"] else dy
    dv = reduce.reduce_sum(scaled * (t - m), axes) * -0.5 * scale * scale * scale
    dg = reduce.reduce_sum(dy * (t - m) * scale, axes)
    dg = dg if attrs["scale_after_normalization"] else array.zeros_like(dg)
    dm = -reduce.reduce_sum(scaled, axes) * scale
    return named(name, scaled * scale, dm, dv, reduce.reduce_sum(dy, axes), dg)


_NORM = "T: type, variance_epsilon: float, scale_after_normalization: bool"
form("BatchNormWithGlobalNormalization", f"t: T, m: T, v: T, beta: T, gamma: T; {_NORM} -> result: T", _normalized)
form(
    "BatchNormWithGlobalNormalizationGrad",
    f"t: T, m: T, v: T, gamma: T, backprop: T; {_NORM} -> dx: T, dm: T, dv: T, db: T, dg: T",
    _normalized_gradient,
)
form(
    "BiasAddV1",
    "value: T, bias: T[n]; T: type -> output: T",
    lambda name, attrs, *x: apply_op("BiasAdd", *x, name=f"{name}/"),
)

# ---- images


def _boxes(name: str, attrs: dict, boxes: Tensor, scores: Tensor, count: Tensor, overlap=None) -> Operation:
    overlap = attrs["iou_threshold"] if overlap is None else overlap
    lowest = constant(float("-inf"), getattr(overlap, "dtype", dtypes.float32))
    return apply_op("NonMaxSuppressionV3", boxes, scores, count, overlap, lowest, name=f"{name}/")


form(
    "NonMaxSuppression",
    "boxes: float32, scores: float32, max_output_size: int32[]; iou_threshold: float = 0.5 -> selected_indices: int32",
    _boxes,
)
form(
    "NonMaxSuppressionV2",
    "boxes: T, scores: T, max_output_size: int32[], iou_threshold: T_threshold[]; T: type = float32, "
    "T_threshold: type = float32 -> selected_indices: int32",
    _boxes,
)


def _contrasted(name: str, attrs: dict, images: Tensor, factor: Tensor, low: Tensor, high: Tensor) -> Operation:
    found = apply("AdjustContrastv2", cast(images, dtypes.float32), factor)
    return named(name, clip.clip_by_value(found, low, high))


form(
    "AdjustContrast",
    "images: T, contrast_factor: float32[], min_value: float32[], max_value: float32[]; T: type -> output: float32",
    _contrasted,
)
_RANGES = "aspect_ratio_range: list(float) = [0.75, 1.33], area_range: list(float) = [0.05, 1.0]"


def _distorted(name: str, attrs: dict, size: Tensor, boxes: Tensor) -> Operation:
    others = {key: value for key, value in attrs.items() if key not in ("T", "_type", "min_object_covered")}
    covered = attrs["min_object_covered"]
    return apply_op("SampleDistortedBoundingBoxV2", size, boxes, covered, **others, name=f"{name}/")


form(
    "SampleDistortedBoundingBox",
    "image_size: T, bounding_boxes: float32; T: type, seed: int = 0, seed2: int = 0, min_object_covered: float = 0.1, "
    f"{_RANGES}, max_attempts: int = 100, use_image_if_no_bounding_boxes: bool = False"
    " -> begin: T, size: T, bboxes: float32",
    _distorted,
)


def _of_square_blocks(name: str, attrs: dict, images: Tensor, edges: Tensor) -> Operation:
    size = attrs["block_size"]
    return apply_op(f"{attrs['_type']}ND", images, [size, size], edges, name=f"{name}/")


_BLOCKS = "block_size: int"
form("BatchToSpace", f"input: T, crops: Tidx; T: type, {_BLOCKS}, Tidx: type = int32 -> output: T", _of_square_blocks)
form(
    "SpaceToBatch",
    f"input: T, paddings: Tpaddings; T: type, Tpaddings: type = int32, {_BLOCKS} -> output: T",
    _of_square_blocks,
)

# ---- gradients of sparse ops


def _rows_filled_gradient(name: str, attrs: dict, places: Tensor, dy: Tensor) -> tuple:
    kept = scatter_nd(places[:, None], array.fill(array.shape(places), 1), array.shape(dy, out_type=dtypes.int64))
    left = where(math.equal(kept, 0), dy, array.zeros_like(dy))
    return named(name, gather(dy, places), reduce.reduce_sum(left))


form(
    "SparseFillEmptyRowsGrad",
    "reverse_index_map: int64[n], grad_values: T[m]; T: type -> d_values: T, d_default_value: T",
    _rows_filled_gradient,
)


def _mean_gradient(root: bool):
    """The rule of the gradient of a mean of each segment; root: the sum is divided by the root of their number."""

    def rule(name: str, attrs: dict, dy: Tensor, indices: Tensor, ids: Tensor, count: Tensor) -> Operation:
        sizes = unsorted_segment_sum(array.ones_like(ids, dy.dtype), ids, array.shape(dy)[0])
        sizes = unary.sqrt(sizes) if root else sizes
        rows = gather(dy, ids) / array.reshape(
            gather(sizes, ids), array.concat([array.shape(ids), array.ones_like(array.shape(dy)[1:])], 0)
        )
        return named(name, unsorted_segment_sum(rows, indices, count))

    return rule


for _type, _root in {"SparseSegmentMeanGrad": False, "SparseSegmentSqrtNGrad": True}.items():
    form(
        _type,
        "grad: T, indices: Tidx[n], segment_ids: int32[n], output_dim0: int32[]; T: type, Tidx: type = int32"
        " -> output: T",
        _mean_gradient(_root),
    )


def _cut_gradient(name: str, attrs: dict, dy: Tensor, places: Tensor, start: Tensor, kept: Tensor) -> Operation:
    """Of each place in the whole its number among those that were kept, of which each is `start` further."""
    same = reduce.reduce_all(math.equal(places[:, None], kept + start), 2)
    found = gather(array.concat([dy, array.zeros([1], dy.dtype)], 0), _first(same))
    return named(name, found)


def _first(flags: Tensor) -> Tensor:
    """In each row the place of the first flag, or the number of columns."""
    count = array.shape(flags)[1]
    none = array.ones_like(flags[:, :1])
    flags = array.concat([flags, none], 1)
    return math.minimum(apply("ArgMax", cast(flags, dtypes.int32), 1, output_type=dtypes.int32), count)


form(
    "SparseSliceGrad",
    "backprop_val_grad: T[k], input_indices: int64[n, r], input_start: int64[r], output_indices: int64[k, r]; "
    "T: type -> val_grad: T",
    _cut_gradient,
)

# ---- numbers


def _nth(name: str, attrs: dict, x: Tensor, n: Tensor) -> Operation:
    at, size = constant_value(n), x.shape[-1].value if x.shape.rank else None
    if at is not None and size is not None and not 0 <= at < size:
        raise ValueError(f"Input must have last dimension > n = {at}, it is {size}")
    ordered = sort(x, direction="DESCENDING" if attrs["reverse"] else "ASCENDING")
    return named(name, gather(ordered, n, axis=-1))


form("NthElement", "input: T, n: int32[]; reverse: bool = False, T: type -> values: T", _nth)


def _bucketed(name: str, attrs: dict, x: Tensor) -> Operation:
    limits = constant(attrs["boundaries"], dtypes.float32)
    if any(a > b for a, b in zip(attrs["boundaries"], attrs["boundaries"][1:])):
        raise errors.InvalidArgumentError(None, None, "Expected sorted boundaries")
    wide = dtypes.float32 if x.dtype is dtypes.float32 else dtypes.float64
    flat = searchsorted(cast(limits, wide), cast(array.reshape(x, [-1]), wide), side="right")
    return named(name, array.reshape(flat, array.shape(x)))


form("Bucketize", "input: T; T: type, boundaries: list(float) -> output: int32", _bucketed)
form(
    "EuclideanNorm",
    "input: T, axis: Tidx; keep_dims: bool = False, T: type, Tidx: type = int32 -> output: T",
    lambda name, attrs, x, axes: named(name, reduce.reduce_euclidean_norm(x, axes, attrs["keep_dims"])),
)
form(
    "ClipByValue",
    "t: T, clip_value_min: T, clip_value_max: T; T: type -> output: T",
    lambda name, attrs, x, low, high: named(name, math.minimum(math.maximum(x, low), high)),
)
form(
    "Reverse",
    "tensor: T, dims: bool[n]; T: type -> output: T",
    lambda name, attrs, x, dims: apply_op("ReverseV2", x, array.reshape(where(dims), [-1]), name=f"{name}/"),
)
form(
    "ParallelConcat",
    "values: *T; N: int, T: type, shape: shape -> output: T",
    lambda name, attrs, *values: apply_op("ConcatV2", list(values), 0, name=f"{name}/"),
)
form(
    "Empty",
    "shape: int32[n]; dtype: type, init: bool = False -> output: dtype",
    lambda name, attrs, shape: named(name, array.zeros(shape, attrs["dtype"])),
)
form(
    "RandomPoisson",
    "shape: S[n], rate: dtype; seed: int = 0, seed2: int = 0, S: type, dtype: type -> output: dtype",
    lambda name, attrs, shape, rate: apply_op(
        "RandomPoissonV2",
        shape,
        rate,
        seed=attrs["seed"],
        seed2=attrs["seed2"],
        dtype=rate.dtype.base_dtype,
        name=f"{name}/",
    ),
)
form(
    "PlaceholderV2",
    "; dtype: type, shape: shape -> output: dtype",
    lambda name, attrs: apply_op("Placeholder", dtype=attrs["dtype"], shape=attrs["shape"], name=f"{name}/"),
)

# ---- tables and datasets

for _type in ("InitializeTable", "InitializeTableV2"):
    form(
        _type,
        "table_handle: resource, keys: Tkey, values: Tval; Tkey: type, Tval: type ->",
        lambda name, attrs, *inputs: apply_op("LookupTableImportV2", *inputs, name=f"{name}/"),
    )
_ELEMENTS = "output_types: list(type), output_shapes: list(shape)"


def _batched(name: str, attrs: dict, *inputs: Tensor) -> Operation:
    said = {key: attrs[key] for key in ("output_types", "output_shapes")}
    return apply_op("BatchDatasetV2", *inputs, False, **said, name=f"{name}/")


form("BatchDataset", f"input_dataset: variant, batch_size: int64[]; {_ELEMENTS} -> handle: variant", _batched)


def _as_it_is(name: str, attrs: dict, dataset: Tensor, *settings: Tensor) -> Operation:
    said = {key: attrs[key] for key in ("output_types", "output_shapes")}
    return apply_op("ModelDataset", dataset, **said, name=f"{name}/")


for _prefix in ("", "Experimental"):
    for _type, _setting in {"AssertNextDataset": ", transformations: string", "NonSerializableDataset": ""}.items():
        form(f"{_prefix}{_type}", f"input_dataset: variant{_setting}; {_ELEMENTS} -> handle: variant", _as_it_is)
