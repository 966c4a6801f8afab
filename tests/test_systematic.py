"""Every op type on a sample of inputs: its kernel against its NumPy rule, its gradient to second order."""

from pathlib import Path

import numpy as np
import pytest
from helpers import check
from op_samples import SAMPLES

import minitf as tf
from minitf.framework.registry import OPS

ELSEWHERE = {  # by the test that covers them
    "runtime/test_executors.py": "Arg Const NoOp Placeholder",
    "framework/test_inside.py": "Dead",
    "ops/images/test_images.py": "DecodeJpeg DecodePng EncodeJpeg EncodePng",
    "ops/nn/test_recorded_convolutions.py": "FractionalAvgPool FractionalAvgPoolGrad FractionalMaxPool"
    " FractionalMaxPoolGrad",
    "ops/images/test_recorded_images.py": "AdjustContrastv2 AdjustHue AdjustSaturation"
    " CombinedNonMaxSuppression"
    " DecodeAndCropJpeg DecodeBmp DecodeGif"
    " DecodeImage DrawBoundingBoxes DrawBoundingBoxesV2 EncodeJpegVariableQuality ExtractGlimpse"
    " ExtractJpegShape HSVToRGB NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5"
    " NonMaxSuppressionWithOverlaps SampleDistortedBoundingBoxV2",
    "ops/state/test_state.py": "Assign AssignAdd AssignSub CountUpTo InitializedValue IsVariableInitialized"
    " ScatterAdd ScatterDiv ScatterMax ScatterMin ScatterMul ScatterNdAdd ScatterNdSub ScatterNdUpdate"
    " ScatterSub ScatterUpdate UninitializedNames VariableV2",
    "ops/random/test_random.py": "Multinomial RandomGamma RandomPoissonV2 RandomShuffle RandomStandardNormal"
    " RandomUniform RandomUniformInt TruncatedNormal",
    "ops/nn/test_sampling.py": " ".join(t for t in OPS if t.endswith("CandidateSampler")) + " ComputeAccidentalHits",
    "ops/state/test_training.py": " ".join(t for t in OPS if "Apply" in t),
    "ops/state/test_resource_variable.py": "ReadVariableOp VarHandleOp VarIsInitializedOp ResourceCountUpTo "
    + " ".join(t for t in OPS if t.startswith(("Assign", "ResourceGather", "ResourceScatter", "VariableShape"))),
    "ops/state/test_slice_assign.py": "StridedSliceAssign ResourceStridedSliceAssign",
    "ops/state/test_accumulators.py": " ".join(t for t in OPS if "Accumulator" in t),
    "ops/nn/test_clusters.py": "KMC2ChainInitialization KmeansPlusPlusInitialization NearestNeighbors",
    "ops/array/test_tensor_scatter.py": "TensorScatterAdd TensorScatterSub TensorScatterUpdate",
    "ops/math/test_bincount.py": "Bincount",
    "ops/control/test_critical_section.py": "ConsumeMutexLock MutexLock MutexV2",
    "ops/math/test_spectral.py": " ".join(t for t in OPS if "FFT" in t),
    "runtime/session/test_kept.py": "DeleteSessionTensor GetSessionHandle GetSessionTensor",
    "ops/control/test_dataflow.py": "Enter Exit LoopCond Merge NextIteration RefSwitch Switch",
    "graphs/test_second_names.py": "AddV2 BatchMatMulV2 Inv Mod",
    "graphs/test_unrecognized.py": "ControlTrigger RefEnter RefExit RefMerge RefNextIteration RefSelect StackCloseV2 "
    "StackPopV2 StackPushV2 StackV2 " + " ".join(t for t in OPS if t.startswith("HandledTensorArray")),
    "ops/control/test_loop.py": "If Loop " + " ".join(t for t in OPS if t.startswith("TensorArray")),
    "ops/control/test_check.py": "Assert",
    "ops/control/test_tensor_list.py": "EmptyTensorList " + " ".join(t for t in OPS if "TensorList" in t),
    "data/test_dataset.py": " ".join(t for t in OPS if "Iterator" in t or t.endswith(("Dataset", "DatasetV2")))
    + " DatasetToSingleElement",
    "ops/random/test_stateless.py": "StatelessMultinomial StatelessRandomNormal StatelessRandomUniform"
    " StatelessRandomUniformInt StatelessTruncatedNormal",
    "lookup/test_tables.py": " ".join(t for t in OPS if "Table" in t),
    "ops/strings/test_buckets.py": "StringToHashBucket StringToHashBucketFast StringToHashBucketStrong",
    "ops/io/test_queues.py": " ".join(t for t in OPS if "Queue" in t),
    "ops/control/test_script.py": "PyFunc PyFuncStateless",
    "ops/io/test_barriers.py": " ".join(t for t in OPS if t.startswith("Barrier")),
    "ops/io/test_staging.py": " ".join(t for t in OPS if "Stage" in t or t.startswith(("MapS", "MapI", "MapC", "MapP")))
    + " Unstage "
    + " ".join(t for t in OPS if t.startswith(("MapU", "OrderedMap"))),
    "ops/io/test_record_input.py": "RecordInput",
    "test_odds.py": "EagerPyFunc Fingerprint Timestamp UnravelIndex ParseSequenceExample",
    "ops/control/test_printing.py": "PrintV2",
    "ops/io/test_serialized.py": "DecodeCompressed DecodeJSONExample ParseTensor SerializeTensor",
    "ops/sparse/test_serial.py": " ".join(t for t in OPS if "Serialize" in t or "TensorsMap" in t)
    + " DeserializeManySparse DeserializeSparse",
    "ops/io/test_readers.py": " ".join(t for t in OPS if "Reader" in t),
    "ops/io/test_sound.py": "DecodeWav EncodeWav",
    "ops/io/test_file_ops.py": "MatchingFiles ReadFile WriteFile",
    "ops/array/test_sets.py": "UniqueV2 UniqueWithCountsV2",
    "ops/io/test_decoding.py": "DecodeCSV DecodePaddedRaw DecodeRaw StringToNumber",
    "ops/io/test_features.py": "ParseExample ParseSingleExample ParseSingleSequenceExample",
    "ops/io/test_summary.py": "AudioSummaryV2 HistogramSummary ImageSummary MergeSummary ScalarSummary TensorSummaryV2",
    "ops/nn/test_batch_norm.py": "FusedBatchNormV3 FusedBatchNormGradV3",
    "ops/strings/test_elementwise.py": "AsString DecodeBase64 EncodeBase64 ReduceJoin RegexFullMatch "
    "RegexReplace StaticRegexFullMatch StaticRegexReplace StringLength StringLower StringStrip StringUpper "
    "Substr",
    "ops/strings/test_string_join.py": "StringJoin",
    "data/test_statistics.py": "StatsAggregatorHandle StatsAggregatorSummary",
    "data/test_more.py": "DatasetCardinality DatasetToTFRecord " + " ".join(t for t in OPS if t.startswith("Optional")),
    "contrib/test_image.py": "BipartiteMatch ImageConnectedComponents",
    "contrib/test_rest.py": "ImageProjectiveTransformV2 SparseCross",
    "ragged/test_ragged.py": "RaggedRange RaggedTensorToSparse RaggedTensorFromVariant"
    " RaggedTensorToVariant StringNGrams",
    "ops/sparse/test_set_operations.py": "DenseToDenseSetOperation DenseToSparseSetOperation SetSize"
    " SparseToSparseSetOperation UnsortedSegmentJoin",
    "ops/strings/test_string_parts.py": "StringFormat StringSplit StringSplitV2",
    "ops/strings/test_unicode.py": "UnicodeDecode UnicodeDecodeWithOffsets UnicodeEncode UnicodeScript"
    " UnicodeTranscode",
    "train/test_first_format.py": "SaveSlices ShardedFilespec",
    "train/test_saver.py": "MergeV2Checkpoints RestoreV2 SaveV2 ShardedFilename",
    "contrib/seq2seq": "GatherTree",
    "graphs/test_tensorflow_graphs.py": "Missing",
}

NO_GRADIENT = {  # and no claim that gradients rightly stop: asking for one is an error, as in TensorFlow
    **{f"Adjust{kind}": "none in TensorFlow" for kind in ("Contrastv2", "Hue", "Saturation")},
    "Bitcast": "none in TensorFlow",
    "CombinedNonMaxSuppression": "none in TensorFlow",
    **{f"CropAndResizeGrad{kind}": "none in TensorFlow" for kind in ("Boxes", "Image")},
    "GuaranteeConst": "none in TensorFlow",
    "Mod": "none in TensorFlow",
    "TruncateMod": "none in TensorFlow",
    "ListDiff": "none in TensorFlow",
    **{f"Resize{kind}": "none in TensorFlow" for kind in ("Area", "BicubicGrad", "BilinearGrad")},
    "SparseSplit": "none in TensorFlow",
    **{f"Unique{kind}": "none in TensorFlow" for kind in ("", "WithCounts", "V2", "WithCountsV2")},
    "DrawBoundingBoxesV2": "none in TensorFlow",
    "Dilation2DBackpropFilter": "none in TensorFlow",
    **{t: "none in TensorFlow" for t in OPS if t.startswith("FakeQuant") and t.endswith("Gradient")},
    "FractionalAvgPoolGrad": "none in TensorFlow",
    "FractionalMaxPoolGrad": "none in TensorFlow",
    "Dilation2DBackpropInput": "none in TensorFlow",
    "HistogramFixedWidth": "none in TensorFlow",
    "IgammaGradA": "none in TensorFlow",
    "LRNGrad": "none in TensorFlow",
    "Lu": "none in TensorFlow",
    "MatrixLogarithm": "none in TensorFlow",
    "NonMaxSuppressionV5": "none in TensorFlow",
    "RandomGammaGrad": "none in TensorFlow",
    "RandomPoissonV2": "a number of events",
    "RandomShuffle": "none in TensorFlow",
    "SegmentProd": "none in TensorFlow",
    "SparseReduceMax": "none in TensorFlow",
    "SparseReduceMaxSparse": "none in TensorFlow",
    "SparseReduceSumSparse": "none in TensorFlow",
}


def test_every_op_has_a_sample():
    covered = {type for type, *_ in SAMPLES} | {t for types in ELSEWHERE.values() for t in types.split()}
    assert sorted(OPS.keys() - covered) == []
    assert sorted(covered - OPS.keys()) == []
    assert [file for file in ELSEWHERE if not (Path(__file__).parent / file).exists()] == []


def test_every_differentiable_op_has_a_gradient():
    structural = {"Loop", "If"}
    lacking = {t for t, d in OPS.items() if d.differentiable and d.grad is None} - structural
    assert lacking == NO_GRADIENT.keys()


@pytest.mark.parametrize("type, function, arrays, options", SAMPLES, ids=[s[0] for s in SAMPLES])
def test_op(type, function, arrays, options):
    used = []

    def watched(*tensors):
        outputs = function(*tensors)
        used.extend(o.type for o in tf.get_default_graph().get_operations())
        return outputs

    check(watched, *arrays, openness=options.pop("openness", ("known",)), **options)
    assert type in used


def _less(arrays: list, how: str) -> list:
    """Less of each array: one row, the last axis only, one element, none; or of one array only one number."""
    first = {
        "row": lambda a: a[:1],
        "last": lambda a: a[(0,) * (a.ndim - 1)],
        "one": lambda a: a.ravel()[:1],
        "none": lambda a: a[:0],
        "number": lambda a: a.ravel()[0],
    }
    kind, _, only = how.partition(" ")
    return [first[kind](a) if a.ndim and a.size and only in ("", str(i)) else a for i, a in enumerate(arrays)]


@pytest.mark.parametrize("how", ["row", "last", "one", "none", "number", "number 0", "number 1", "number 2"])
def test_constants(how):
    """Of constants, computed while lowering, comes what comes of them op by op, in rank and type too."""
    for type, function, arrays, _ in SAMPLES:
        given = _less([np.asarray(a) for a in arrays], how)
        with tf.Graph().as_default():
            try:
                outputs = function(*[tf.constant(a.astype(np.float32) if a.dtype.kind == "f" else a) for a in given])
            except (ValueError, TypeError):
                continue  # the op is not for such shapes
            outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
            native, reference = (_outcome(outputs, executor) for executor in ("native", "op_by_op"))
        assert (native is None) == (reference is None), type
        for ours, theirs, tensor in zip(native or (), reference or (), outputs):
            assert np.shape(ours) == np.shape(theirs) and tensor.shape.is_compatible_with(np.shape(ours)), type
            assert np.asarray(ours).dtype == np.asarray(theirs).dtype == tensor.dtype.base_dtype.numpy, type
            np.testing.assert_allclose(ours, theirs, 1e-4, 1e-5, err_msg=type)


def _outcome(outputs, executor):
    """What comes of the outputs, or None if that cannot be computed."""
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        try:
            return session.run(outputs)
        except tf.errors.InvalidArgumentError:
            return None
