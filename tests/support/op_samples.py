"""A sample of inputs for every op type."""

import numpy as np

import minitf as tf
from minitf.framework.apply import apply

RANDOM = np.random.default_rng(7)
X, Y = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=(2, 3))
POSITIVE, UNIT = np.abs(X) + 0.5, np.tanh(X) * 0.9
ROW, LONG, CUBE = RANDOM.normal(size=3), RANDOM.normal(size=6), RANDOM.normal(size=(2, 3, 4))

IMAGE, FILTER = RANDOM.normal(size=(2, 3, 4, 2)), RANDOM.normal(size=(2, 1, 2, 3))
SQUARE = RANDOM.normal(size=(2, 3, 3)) + 3 * np.eye(3)
LOWER = np.tril(SQUARE)
VOLUME, CUBES = RANDOM.normal(size=(1, 2, 3, 4, 2)), RANDOM.normal(size=(2, 1, 2, 2, 3))
SYMMETRIC = SQUARE @ SQUARE.transpose(0, 2, 1) + np.eye(3)
INTS, IDS = np.array([[3, -2, 7], [1, 5, -4]], np.int32), np.array([0, 0, 1, 1, 1, 3], np.int32)
TRUTH = np.array([[True, False, True], [False, True, True]])
SPOTS = np.array([[0, 1], [1, 0], [1, 3]])


BOXES = np.array([[0.1, 0.2, 0.9, 0.8], [0.7, 0.9, 0.3, 0.1], [0.5, 0.5, 1.5, 1.5]])
BITS = {"num_bits": 4, "narrow_range": True}


def largest(x):
    """Of each window, by the op that says where they are."""
    return tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1] * 4, "SAME")[0]


def moved(x):
    """Images scaled and moved."""
    return tf.raw_ops.ScaleAndTranslate(x, [5, 2], [1.6, 0.4], [0.3, -0.2])


def thin(values):
    """A sparse tensor with three values."""
    return tf.SparseTensor(SPOTS, values, [3, 4])


def op(type, **attrs):
    """A function of tensors that adds one op."""
    return lambda *inputs: apply(type, *inputs, **attrs)


def sample(type, *arrays, of=None, **options):
    """How to check `type`: its inputs, the function if the bare op will not do, and options of `check`."""
    return type, of or op(type), arrays, options


def each(types, *arrays, **options):
    return [sample(type, *arrays, **options) for type in types.split()]


SAMPLES = [
    # one input
    *each("Abs Asinh Atan Cos Cosh Elu Erf Erfc Exp Expm1 Identity L2Loss LogSoftmax Neg Relu Relu6 Selu", X),
    *each("Sigmoid Sign Sin Sinh Softmax Softplus Softsign Square Tan Tanh", X),
    *each("Digamma Lgamma Log Log1p Reciprocal Rsqrt Sqrt", POSITIVE),
    *each("Acos Asin Atanh", UNIT),
    sample("Acosh", POSITIVE + 1),
    sample("LeakyRelu", X, of=lambda x: tf.nn.leaky_relu(x, 0.3)),
    sample("CheckNumerics", X, of=op("CheckNumerics", message="bad")),
    sample("PreventGradient", X, of=lambda x: tf.prevent_gradient(x), grads=False),
    sample("PlaceholderWithDefault", X, of=lambda x: tf.placeholder_with_default(x, [2, 3])),
    sample("Print", X, of=lambda x: tf.Print(x, [], first_n=0)),
    *each("Ceil Floor Rint Round IsFinite IsInf IsNan ZerosLike OnesLike GuaranteeConst StopGradient", X, grads=False),
    sample("LogicalNot", TRUTH, grads=False),
    sample("Invert", INTS, grads=False),
    sample("Cast", X, of=lambda x: tf.cast(tf.cast(x, tf.float32), x.dtype), tolerance=1e5),
    sample("Bitcast", X, of=lambda x: tf.bitcast(x, tf.uint8), grads=False),
    # two inputs
    *each("Add Sub Mul Maximum Minimum SquaredDifference Atan2", X, ROW),
    *each("RealDiv DivNoNan FloorMod", X, POSITIVE),
    sample("RealDiv", INTS, np.array([[2, 3, -2], [1, -5, 4]], np.int32), grads=False),
    *each("Pow Xdivy Xlogy", POSITIVE, POSITIVE[::-1]),
    *each("Igamma Igammac", POSITIVE, ROW**2, order=1, tolerance=10),
    *each("IgammaGradA RandomGammaGrad", POSITIVE, ROW**2, grads=False, tolerance=1e4),
    sample("Zeta", POSITIVE, of=lambda q: tf.zeta(tf.constant(2.5, q.dtype), q), tolerance=10),
    sample("Betainc", X, of=lambda x: tf.betainc(2.0 + 0 * x, 0.5 + 0 * x, tf.sigmoid(x)), tolerance=10),
    *each("BesselI0e BesselI1e", X, tolerance=10),
    sample("NextAfter", X, ROW),
    sample("Polygamma", POSITIVE, of=lambda x: tf.polygamma(tf.constant(2.0, x.dtype), x)),
    *each("EluGrad ReluGrad Relu6Grad SeluGrad SigmoidGrad SoftplusGrad SoftsignGrad TanhGrad", Y, X),
    *each("InvGrad ReciprocalGrad RsqrtGrad SqrtGrad", POSITIVE, X),
    sample("LeakyReluGrad", Y, X, of=op("LeakyReluGrad", alpha=0.3)),
    *each("FloorDiv TruncateMod", X, POSITIVE, grads=False),
    *each("Equal NotEqual Greater GreaterEqual Less LessEqual", X, ROW, grads=False),
    sample("ApproximateEqual", X, Y, of=op("ApproximateEqual", tolerance=0.5), grads=False),
    *each("LogicalAnd LogicalOr", TRUTH, TRUTH[::-1], grads=False),
    *each("TruncateDiv TruncateMod BitwiseAnd BitwiseOr BitwiseXor", INTS, abs(INTS[::-1]), grads=False),
    *each("LeftShift RightShift", INTS, np.int32(2), grads=False),
    # several inputs
    sample("AddN", X, Y, of=lambda x, y: tf.add_n([x, y, x])),
    sample("AccumulateNV2", X, Y, of=lambda x, y: tf.accumulate_n([x, y, x])),
    sample("Select", TRUTH, X, Y),
    sample("EnsureShape", X, of=lambda x: tf.ensure_shape(x, [None, None])),
    sample("IdentityN", X, ROW, of=lambda x, y: tf.identity_n([x, y])),
    # complex numbers
    sample("Complex", X, Y, of=lambda x, y: tf.abs(tf.complex(x, y))),
    sample("ComplexAbs", X, Y, of=lambda x, y: tf.abs(tf.complex(x, y))),
    sample("Angle", X, Y, of=lambda x, y: tf.angle(tf.complex(x, y))),
    sample("Real", X, Y, of=lambda x, y: tf.real(tf.complex(x, y) * tf.complex(y, x))),
    sample("Imag", X, Y, of=lambda x, y: tf.imag(tf.conj(tf.complex(x, y)) * tf.complex(y, y))),
    sample("Conj", X, Y, of=lambda x, y: tf.imag(tf.conj(tf.complex(x, y)) * tf.complex(y, y))),
    sample("ConjugateTranspose", X, Y, of=lambda x, y: tf.imag(tf.transpose(tf.complex(x, y), conjugate=True))),
    # reductions
    sample("Sum", X, of=lambda x: tf.reduce_sum(x, 0)),
    sample("Mean", X, of=lambda x: tf.reduce_mean(x, 1)),
    sample("Max", X, of=lambda x: tf.reduce_max(x, 1)),
    sample("Min", X, of=lambda x: tf.reduce_min(x, 0)),
    sample("Prod", X, of=lambda x: tf.reduce_prod(x, 1)),
    sample("ProdOfOthers", X, np.int32([1])),
    sample("ProdOfOthersGrad", X, np.int32([1]), Y),
    sample("SumGrad", ROW, np.int32([2, 3]), np.int32([0]), of=op("SumGrad", keep_dims=False)),
    sample("SumToShape", CUBE, np.int32([3, 1])),
    sample("All", TRUTH, of=lambda x: tf.reduce_all(x, 0), grads=False),
    sample("Any", TRUTH, of=lambda x: tf.reduce_any(x, 1), grads=False),
    sample("ArgMax", X, of=lambda x: tf.argmax(x, 1), grads=False),
    sample("ArgMin", X, of=lambda x: tf.argmin(x, 0), grads=False),
    sample("Cumsum", X, of=lambda x: tf.cumsum(x, 1, exclusive=True)),
    sample("Cumprod", X, of=lambda x: tf.cumprod(x, 1, reverse=True)),
    sample("CumulativeLogsumexp", X, of=lambda x: tf.math.cumulative_logsumexp(x, 1, exclusive=False, reverse=True)),
    sample(
        "HistogramFixedWidth",
        X,
        of=lambda x: tf.histogram_fixed_width(x, [-1.0, 1.0], 4),
        dtypes=("float32",),
        grads=False,
    ),
    sample("SegmentSum", LONG, IDS),
    sample("SegmentMean", LONG, IDS),
    sample("SegmentMax", LONG, IDS),
    sample("SegmentMin", LONG, IDS),
    sample("SegmentProd", LONG, IDS, grads=False),
    sample("UnsortedSegmentSum", LONG, IDS[::-1], np.int32(4)),
    sample("UnsortedSegmentMax", LONG, IDS[::-1] % 3, np.int32(2)),
    sample("UnsortedSegmentMin", LONG, IDS[::-1] % 3, np.int32(2)),
    sample("UnsortedSegmentProd", LONG, IDS[::-1], np.int32(4)),
    # matrices
    sample("MatMul", X, Y, of=lambda x, y: tf.matmul(x, y, transpose_b=True)),
    sample("BatchMatMul", SQUARE, SQUARE[::-1], of=lambda x, y: tf.matmul(x, y, adjoint_a=True)),
    sample("SparseMatMul", X, CUBE[0], of=tf.sparse_matmul, dtypes=("float32",), grads=False),
    sample("Cross", X, Y),
    sample("MatrixInverse", SQUARE, of=tf.matrix_inverse),
    sample("MatrixDeterminant", SQUARE),
    sample("MatrixSolve", SQUARE, SQUARE[::-1], of=tf.matrix_solve),
    sample("MatrixTriangularSolve", LOWER, SQUARE, of=tf.matrix_triangular_solve),
    sample("Cholesky", SYMMETRIC, of=lambda x: tf.cholesky(x + tf.matrix_transpose(x))),
    sample(
        "SelfAdjointEigV2", SYMMETRIC, of=lambda x: tf.self_adjoint_eig(x + tf.matrix_transpose(x))[0], tolerance=100
    ),
    sample("Svd", SQUARE, of=lambda x: tf.svd(x, compute_uv=False), tolerance=100),
    sample("Qr", SQUARE, of=lambda x: list(tf.qr(x)), tolerance=100),
    sample("Lu", SQUARE, of=lambda x: tf.linalg.lu(x)[0], grads=False),
    sample("LogMatrixDeterminant", SQUARE, of=lambda x: tf.linalg.slogdet(x)[1], tolerance=10),
    sample("MatrixSquareRoot", SYMMETRIC, tolerance=100),
    sample("MatrixLogarithm", SYMMETRIC, of=lambda x: tf.linalg.logm(tf.complex(x, x)), grads=False),
    sample("MatrixSolveLs", SQUARE, SQUARE, of=lambda a, b: tf.matrix_solve_ls(a, b, fast=False), grads=False),
    sample("TridiagonalSolve", CUBE[:, :, :3] + 9 * np.eye(3)[1], SQUARE, of=tf.linalg.tridiagonal_solve),
    sample("TridiagonalMatMul", CUBE[:, :, :3], SQUARE, of=tf.linalg.tridiagonal_matmul),
    sample("Diag", ROW),
    sample("DiagPart", SQUARE[0]),
    sample("MatrixDiag", X),
    sample("MatrixDiagPart", SQUARE),
    sample("MatrixSetDiag", SQUARE, X),
    sample("MatrixDiagV2", SQUARE[:, :2], of=lambda d: tf.raw_ops.MatrixDiagV2(d, [-1, 0], -1, 5, 0.0)),
    sample("MatrixDiagPartV2", CUBE, of=lambda x: tf.raw_ops.MatrixDiagPartV2(x, [-1, 1], 0.0)),
    sample("MatrixSetDiagV2", SQUARE, SQUARE[:, :2], of=lambda x, d: tf.raw_ops.MatrixSetDiagV2(x, d, [-1, 0])),
    sample("MatrixBandPart", SQUARE, of=lambda x: tf.matrix_band_part(x, 1, 0)),
    # neural networks
    sample("BiasAdd", X, ROW, of=tf.nn.bias_add),
    sample("BiasAddGrad", X, of=op("BiasAddGrad", data_format="NHWC")),
    sample(
        "SoftmaxCrossEntropyWithLogits",
        X,
        POSITIVE,
        of=lambda x, y: tf.nn.softmax_cross_entropy_with_logits_v2(tf.nn.softmax(y), x),
    ),
    sample(
        "SparseSoftmaxCrossEntropyWithLogits",
        X,
        np.int32([2, 0]),
        of=lambda x, y: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
    ),
    sample("Conv2D", IMAGE, FILTER, of=lambda x, f: tf.nn.conv2d(x, f, 2, "SAME")),
    sample(
        "Conv2DBackpropInput",
        FILTER,
        RANDOM.normal(size=(2, 3, 4, 3)),
        of=lambda f, g: tf.nn.conv2d_transpose(g, f, [2, 3, 4, 2], 1),
    ),
    sample(
        "Conv2DBackpropFilter",
        IMAGE,
        IMAGE[:, :, :3],
        of=lambda x, g: tf.nn.conv2d_backprop_filter(x, [1, 2, 2, 2], g, [1] * 4, "VALID"),
    ),
    sample("LRN", IMAGE, of=lambda x: tf.nn.lrn(x, 1, 2.0, 0.5, 0.75), order=1),
    sample("LRNGrad", IMAGE, of=lambda x: tf.gradients(tf.nn.lrn(x, 1) ** 2, x), grads=False),
    sample("DepthwiseConv2dNative", IMAGE, FILTER, of=lambda x, f: tf.nn.depthwise_conv2d(x, f, [1] * 4, "SAME")),
    sample(
        "DepthwiseConv2dNativeBackpropInput",
        IMAGE,
        FILTER,
        of=lambda x, f: tf.gradients(tf.nn.depthwise_conv2d(x, f, [1] * 4, "SAME") ** 2, x),
    ),
    sample(
        "DepthwiseConv2dNativeBackpropFilter",
        IMAGE,
        FILTER,
        of=lambda x, f: tf.gradients(tf.nn.depthwise_conv2d(x, f, [1] * 4, "SAME") ** 2, f),
    ),
    *[
        sample(type, IMAGE, of=function)
        for type, function in {
            "MaxPool": lambda x: tf.nn.max_pool(x, 2, 1, "SAME"),
            "MaxPoolGrad": lambda x: tf.gradients(tf.nn.max_pool(x, 2, 1, "SAME") ** 2, x),
            "MaxPoolGradGrad": lambda x: tf.gradients(tf.gradients(tf.nn.max_pool(x * x, 2, 1, "SAME"), x), x),
            "AvgPool": lambda x: tf.nn.avg_pool(x, 2, 1, "SAME"),
            "AvgPoolGrad": lambda x: tf.gradients(tf.nn.avg_pool(x, 2, 1, "SAME") ** 2, x),
        }.items()
    ],
    sample("RGBToHSV", abs(IMAGE[..., :1]) + [0.1, 0.5, 0.3], of=tf.image.rgb_to_hsv),
    sample(
        "ExtractImagePatches",
        IMAGE,
        of=lambda x: tf.extract_image_patches(x, [1, 2, 2, 1], [1, 1, 2, 1], [1, 2, 1, 1], "SAME"),
    ),
    *[
        sample(type, VOLUME, of=function)
        for type, function in {
            "MaxPool3D": lambda x: tf.nn.max_pool3d(x, 2, 1, "SAME"),
            "MaxPool3DGrad": lambda x: tf.gradients(tf.nn.max_pool3d(x, [2, 2, 3], 1, "SAME") ** 2, x),
            "MaxPool3DGradGrad": lambda x: tf.gradients(tf.gradients(tf.nn.max_pool3d(x * x, 2, 1, "SAME"), x), x),
            "AvgPool3D": lambda x: tf.nn.avg_pool3d(x, [1, 2, 2], [1, 1, 2], "SAME"),
            "AvgPool3DGrad": lambda x: tf.gradients(tf.nn.avg_pool3d(x, 2, 1, "SAME") ** 2, x),
            "ExtractVolumePatches": lambda x: tf.extract_volume_patches(x, [1, 2, 1, 2, 1], [1] * 5, "SAME"),
        }.items()
    ],
    sample("Conv3D", VOLUME, CUBES, of=lambda x, f: tf.nn.conv3d(x, f, [1, 2, 1, 1, 1], "SAME")),
    sample(
        "Conv3DBackpropInputV2",
        CUBES,
        VOLUME[:, :1],
        of=lambda f, g: tf.nn.conv3d_transpose(tf.concat([g, g[..., :1]], 4), f, [1, 2, 3, 4, 2], [1, 2, 1, 1, 1]),
    ),
    sample(
        "Conv3DBackpropFilterV2",
        VOLUME,
        VOLUME[:, :1],
        of=lambda x, g: tf.nn.conv3d_backprop_filter(x, [2, 1, 2, 2, 2], g[:, :, :, :3], [1] * 5, "VALID"),
    ),
    *[
        sample(type, IMAGE, of=function)
        for type, function in {
            "MaxPoolWithArgmax": lambda x: largest(x),
            "MaxPoolGradWithArgmax": lambda x: tf.gradients(largest(x) ** 2, x),
            "MaxPoolGradGradWithArgmax": lambda x: tf.gradients(tf.gradients(largest(x * x * x), x), x),
            "SpaceToBatchND": lambda x: tf.space_to_batch_nd(x, [2, 3], [[1, 0], [0, 2]]),
            "BatchToSpaceND": lambda x: tf.batch_to_space_nd(x, [2], [[1, 2]]),
            "SpaceToDepth": lambda x: tf.space_to_depth(x[:, :2], 2),
            "DepthToSpace": lambda x: tf.depth_to_space(tf.concat([x, x * x], 3), 2),
        }.items()
    ],
    sample(
        "Dilation2D", IMAGE, X, of=lambda x, f: tf.nn.dilation2d(x, f[None, :, :2], [1] * 4, [1] * 4, "SAME"), order=1
    ),
    *[
        sample(
            f"Dilation2DBackprop{kind}",
            IMAGE,
            X,
            grads=False,
            of=lambda x, f, i=i: tf.gradients(tf.nn.dilation2d(x, f[None, :, :2], [1] * 4, [1] * 4, "SAME"), [x, f])[i],
        )
        for i, kind in enumerate(["Input", "Filter"])
    ],
    *[
        sample(type, IMAGE, of=of, grads=False, dtypes=("float32",))
        for kind, function in {
            "Bilinear": tf.image.resize_bilinear,
            "Bicubic": tf.image.resize_bicubic,
            "NearestNeighbor": tf.image.resize_nearest_neighbor,
        }.items()
        for type, of in {
            f"Resize{kind}": lambda x, f=function: f(x, [5, 3], align_corners=True),
            f"Resize{kind}Grad": lambda x, f=function: tf.gradients(f(x, [2, 7]) ** 2, x),
        }.items()
    ],
    sample("ScaleAndTranslate", IMAGE, of=moved, grads=False, dtypes=("float32",)),
    sample("ScaleAndTranslateGrad", IMAGE, of=lambda x: tf.gradients(moved(x), x), grads=False, dtypes=("float32",)),
    sample("ResizeArea", IMAGE, of=lambda x: tf.image.resize_area(x, [2, 7]), grads=False, dtypes=("float32",)),
    *[
        sample(type, IMAGE, BOXES, np.int32([0, 1, 1]), of=of, grads=False, dtypes=("float32",))
        for type, of in {
            "CropAndResize": lambda x, b, i: tf.image.crop_and_resize(x, b, i, [2, 3], "nearest", 0.5),
            "CropAndResizeGradImage": lambda x, b, i: tf.gradients(tf.image.crop_and_resize(x, b, i, [2, 3]) ** 2, x),
            "CropAndResizeGradBoxes": lambda x, b, i: tf.gradients(tf.image.crop_and_resize(x, b, i, [2, 3]) ** 2, b),
        }.items()
    ],
    *[
        sample(type, X, of=of, grads=False, dtypes=("float32",))
        for type, of in {
            "FakeQuantWithMinMaxArgs": lambda x: tf.fake_quant_with_min_max_args(x, -1, 2),
            "FakeQuantWithMinMaxArgsGradient": lambda x: tf.fake_quant_with_min_max_args_gradient(x, x, -1, 2),
            "QuantizeAndDequantizeV2": lambda x: tf.quantization.quantize_and_dequantize(x, 0.0, 0.0),
        }.items()
    ],
    *[
        sample(f"FakeQuantWithMinMax{kind}{rest}", X, low, high, of=of, grads=False, dtypes=("float32",))
        for kind, low, high in (("Vars", -1.0, 2.0), ("VarsPerChannel", -abs(ROW), abs(ROW)))
        for rest, of in {
            "": lambda x, low, high, kind=kind: apply(f"FakeQuantWithMinMax{kind}", x, low, high, **BITS),
            "Gradient": lambda x, low, high, kind=kind: list(
                apply(f"FakeQuantWithMinMax{kind}Gradient", x, x, low, high, **BITS)
            ),
        }.items()
    ],
    sample("TopKV2", X, of=lambda x: tf.nn.top_k(x, 2)[0]),
    sample("InTopKV2", X, np.int32([0, 1]), np.int32(2), grads=False, dtypes=("float32",)),
    # shapes and movement
    sample("Reshape", CUBE, np.int32([4, -1])),
    sample("ExpandDims", X, np.int32(1)),
    sample("Squeeze", CUBE[:1], of=lambda x: tf.squeeze(x, [0])),
    sample("Transpose", CUBE, np.int32([2, 0, 1])),
    sample("BroadcastTo", ROW, np.int32([2, 3])),
    sample("Fill", ROW, of=lambda x: tf.fill([2, 2], x[0])),
    sample("Tile", X, np.int32([2, 2])),
    sample("Pad", X, np.int32([[1, 0], [0, 2]])),
    sample("PadV2", X, of=lambda x: tf.pad(x, [[1, 0], [0, 2]], constant_values=3)),
    sample("MirrorPad", X, of=lambda x: tf.pad(x, [[1, 1], [2, 0]], "REFLECT")),
    sample("MirrorPadGrad", CUBE[0], of=lambda x: apply("MirrorPadGrad", x, [[1, 0], [0, 1]], mode="SYMMETRIC")),
    sample("ConcatV2", X, Y, of=lambda x, y: tf.concat([x, y], 1)),
    sample("Split", X, of=lambda x: tf.split(x, 3, 1)),
    sample("SplitV", X, of=lambda x: tf.split(x, [1, 2], 1)),
    sample("Pack", X, Y, of=lambda x, y: tf.stack([x, y], 1)),
    sample("Unpack", X, of=lambda x: tf.unstack(x, 3, 1)),
    sample("Slice", CUBE, np.int32([0, 1, 0]), np.int32([2, -1, 3])),
    sample("SliceGrad", X, of=lambda x: tf.gradients(tf.slice(x, [0, 1], [2, 1]) ** 3, x)),
    sample("StridedSlice", CUBE, of=lambda x: x[:, ::-2, tf.newaxis, 1:3]),
    sample("StridedSliceGrad", X, of=lambda x: tf.gradients(x[::-1, 1:] ** 3, x)),
    sample("ReverseV2", CUBE, np.int32([1, 2])),
    sample("ReverseSequence", CUBE, np.int32([2, 1]), of=lambda x, n: tf.reverse_sequence(x, n, 1, 0)),
    sample("Roll", CUBE, np.int32(2), np.int32(1)),
    sample("GatherV2", CUBE, np.int32([[2, 0], [1, 2]]), of=lambda x, i: tf.gather(x, i, axis=1)),
    sample("GatherNd", CUBE, np.int32([[1, 2], [0, 0]])),
    sample("ScatterNd", np.int32([[1], [1], [4]]), X[:1].T, np.int32([5, 1])),
    sample("SparseToDense", np.int32([0, 2, 3]), np.int32([5]), ROW, np.float64(1), of=tf.sparse_to_dense),
    # sparse tensors
    sample(
        "SparseReorder",
        ROW,
        of=lambda v: tf.sparse_reorder(tf.SparseTensor(SPOTS[::-1], v, [3, 4])).values,
        openness=("known",),
    ),
    sample("SparseSlice", ROW, of=lambda v: tf.sparse_slice(thin(v), [0, 0], [2, 3]).values, openness=("known",)),
    sample(
        "SparseReshape",
        ROW,
        of=lambda v: list(tf.sparse_reshape(thin(v), [2, 6])._components()),
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseConcat",
        ROW,
        of=lambda v: tf.sparse_concat(1, [thin(v), thin(v)]).values,
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseSplit",
        ROW,
        of=lambda v: [s.values for s in tf.sparse_split(sp_input=thin(v), num_split=2, axis=1)],
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseAdd",
        ROW,
        ROW[::-1],
        of=lambda v, w: tf.sparse_add(thin(v), thin(w)).values,
        order=1,
        openness=("known",),
    ),
    sample(
        "SparseAddGrad",
        ROW,
        of=lambda v: tf.gradients(tf.sparse_add(thin(v), thin(v)).values, v),
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseTensorDenseAdd",
        ROW,
        CUBE[0].T[:3, [0, 0, 1, 2]],
        of=lambda v, d: tf.sparse_add(thin(v), d),
        openness=("known",),
    ),
    sample("SparseDenseCwiseMul", ROW, POSITIVE[:1, :1], of=lambda v, d: (thin(v) * d).values, openness=("known",)),
    sample("SparseDenseCwiseDiv", ROW, POSITIVE[:1, :1], of=lambda v, d: (thin(v) / d).values, openness=("known",)),
    sample(
        "SparseSparseMaximum",
        ROW,
        of=lambda v: tf.sparse_maximum(thin(v), thin(-v)).values,
        grads=False,
        openness=("known",),
    ),
    sample(
        "SparseSparseMinimum",
        ROW,
        of=lambda v: tf.sparse_minimum(thin(v), thin(-v)).values,
        grads=False,
        openness=("known",),
    ),
    sample("SparseReduceSum", ROW, of=lambda v: tf.sparse_reduce_sum(thin(v), 1), openness=("known",)),
    *[
        sample(type, ROW, of=lambda v, function=function: function(thin(v), 1), grads=False, openness=("known",))
        for type, function in {
            "SparseReduceSumSparse": lambda *args: tf.sparse_reduce_sum_sparse(*args).values,
            "SparseReduceMax": tf.sparse_reduce_max,
            "SparseReduceMaxSparse": lambda *args: tf.sparse_reduce_max_sparse(*args).values,
        }.items()
    ],
    sample("SparseSoftmax", ROW, of=lambda v: tf.sparse_softmax(thin(v)).values, openness=("known",)),
    sample(
        "SparseTensorDenseMatMul",
        ROW,
        SQUARE[0],
        of=lambda v, d: tf.sparse_tensor_dense_matmul(tf.SparseTensor(SPOTS, v, [3, 4]), d[:, :2], adjoint_a=True),
        openness=("known",),
    ),
    sample(
        "SparseFillEmptyRows", ROW, of=lambda v: tf.sparse_fill_empty_rows(thin(v), v[0])[0].values, openness=("known",)
    ),
    sample(
        "CTCLoss",
        CUBE,
        of=lambda x: tf.nn.ctc_loss(tf.SparseTensor([[0, 0], [1, 0], [2, 0]], [1, 0, 2], [3, 1]), x, [1, 1, 1]),
        order=1,
    ),
    sample("CTCGreedyDecoder", CUBE, of=lambda x: tf.nn.ctc_greedy_decoder(x, [1] * 3)[1], grads=False),
    sample("CTCBeamSearchDecoder", CUBE, of=lambda x: tf.nn.ctc_beam_search_decoder(x, [1] * 3)[1], grads=False),
    sample(
        "EditDistance",
        np.int32([1, 2, 3]),
        of=lambda v: tf.edit_distance(thin(v), thin(v[::-1])),
        grads=False,
        openness=("known",),
    ),
    *[
        sample(
            f"SparseSegment{kind}{rest}",
            X,
            of=lambda x, function=function, rest=rest: function(
                x, [1, 0, 1], [0, 0, 2], num_segments=4 if rest else None
            ),
        )
        for kind, function in {
            "Sum": tf.sparse_segment_sum,
            "Mean": tf.sparse_segment_mean,
            "SqrtN": tf.sparse_segment_sqrt_n,
        }.items()
        for rest in ("", "WithNumSegments")
    ],
    sample("DynamicPartition", LONG, np.int32([0, 1, 0, 2, 1, 0]), of=lambda x, p: tf.dynamic_partition(x, p, 3)),
    sample("DynamicStitch", X, Y, of=lambda x, y: tf.dynamic_stitch([[0, 2], [1, 3]], [x, y])),
    sample("ParallelDynamicStitch", X, Y, of=lambda x, y: tf.parallel_dynamic_stitch([[0, 2], [1, 3]], [x, y])),
    # integers and truth
    sample("OneHot", np.int32([0, 2]), of=lambda i: tf.one_hot(i, 3), grads=False),
    sample("Range", of=lambda: tf.range(1.0, 4.0, 0.5), grads=False),
    sample("LinSpace", of=lambda: tf.linspace(1.0, 4.0, 7), grads=False),
    sample("Shape", X, of=tf.shape, grads=False, openness=("open",)),
    sample("ShapeN", X, ROW, of=lambda x, y: tf.shape_n([x, y]), grads=False),
    sample("Size", X, of=tf.size, grads=False, openness=("open",)),
    sample("Rank", X, grads=False),
    sample("Where", TRUTH, grads=False, openness=("open",)),
    sample("Unique", np.int32([3, 1, 3]), of=tf.unique, grads=False, openness=("open",)),
    sample("UniqueWithCounts", np.int32([3, 1, 3]), of=tf.unique_with_counts, grads=False, openness=("open",)),
    sample("ListDiff", np.int32([3, 1, 2]), np.int32([1]), of=tf.setdiff1d, grads=False, openness=("open",)),
    sample("InvertPermutation", np.int32([2, 0, 1]), grads=False),
    sample("LowerBound", np.sort(X), Y, of=tf.searchsorted, grads=False),
    sample("UpperBound", np.sort(X), Y, of=lambda x, y: tf.searchsorted(x, y, "right"), grads=False),
    sample(
        "BroadcastGradientArgs",
        np.int32([2, 1, 3]),
        np.int32([4, 1]),
        grads=False,
        of=lambda a, b: list(apply("BroadcastGradientArgs", a, b)),
    ),
    sample(
        "ConcatOffset",
        np.int32(1),
        np.int32([2, 1]),
        np.int32([2, 3]),
        grads=False,
        of=lambda axis, a, b: list(apply("ConcatOffset", axis, [a, b])),
    ),
    sample("MulNoNan", X, ROW, of=tf.math.multiply_no_nan),
    sample("SelectV2", TRUTH, X, ROW, of=tf.where_v2),
    sample("BroadcastArgs", np.int32([2, 1]), np.int32([3]), of=tf.broadcast_dynamic_shape, grads=False),
]
