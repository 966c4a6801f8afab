"""Wrong calls end in clear errors: a small part of `python -m tests.campaigns calls`."""

import json
import sys
from pathlib import Path

import pytest

import minitf as tf
from tests.campaigns import _right_calls as right
from tests.campaigns import calls

SIGNATURES = json.loads((Path(__file__).parent / "facts" / "signatures.json").read_text())
ELSEWHERE = {  # public names without a right call of their own, and why
    "AggregationMethod GraphKeys errors": "names only",
    "SparseTensorValue": "a tuple",
    "io.TFRecordCompressionType python_io.TFRecordCompressionType": "names only",
    "io.TFRecordWriter io.tf_record_iterator python_io.TFRecordWriter python_io.tf_record_iterator": "files",
    "train.BytesList train.Example train.Feature train.FeatureList train.FeatureLists train.Features"
    " train.FloatList train.Int64List train.SequenceExample": "protocol buffers",
    "DType dtypes.DType Operation Tensor OpError errors.OpError errors.FailedPreconditionError"
    " errors.InvalidArgumentError errors.NotFoundError errors.OutOfRangeError": "scripts do not make them",
    "summary.FileWriterCache": "its method has one",
    "summary.get_summary_description": "there are no ops of the type it takes",
    "QueueBase queue.QueueBase io.QueueBase ReaderBase": "made by its subclasses",
    "GraphOptions OptimizerOptions RunMetadata": "as ConfigProto",
    "NoGradient NotDifferentiable RegisterGradient register_tensor_conversion_function": "change the process",
    "reset_default_graph": "refused inside of `with graph.as_default()`",
    "train.add_queue_runner": "takes a QueueRunner, as start_queue_runners does",
}

# Functions for which nobody has written a right call yet, so that no wrong ones are tried.
LACKING = (Path(__file__).parent / "campaigns" / "without_right_calls.txt").read_text().split()

TENSORS_ALONE = [  # in TensorFlow, too; or they run what has no value yet
    *["get_session_handle", "profiler.profile", "saved_model.simple_save", "X.eval", "Y.eval"],
    *[f"saved_model.signature_def_utils.{kind}_signature_def" for kind in ("classification", "regression")],
]


@pytest.fixture(scope="module")
def ask():
    worker = calls.Worker(sys.executable, "minitf")
    yield worker
    worker.close()


def public(name):
    value = tf
    for part in name.split("."):
        value = getattr(value, part)
    return value


def test_every_public_function_has_a_right_call():
    named = {call.function for family in right.families() for call in right.right_calls(family)}
    reached = {public(name) for name in named if name.partition(".")[0] not in right.VALUES}
    excused = {name for names in ELSEWHERE for name in names.split()}
    lacking = [
        n for n, theirs in SIGNATURES.items() if theirs is not None and n not in excused and public(n) not in reached
    ]
    assert sorted(lacking) == LACKING, "write right calls, or take out of the list what has one by now"


def test_right_calls_are_accepted(ask):
    assert calls.faults(right.families(), ask) == []


def test_variables_are_taken_for_tensors(ask):
    given = [call.of_variables() for family in right.families() for call in right.right_calls(family)]
    given = [call for call in given if call is not None and call.function not in TENSORS_ALONE]
    refused = [(call.source, answer) for call in given if not (answer := ask(call.source)).get("accepted")]
    assert len(given) > 500 and refused == []


def test_wrong_calls(ask):
    found = calls.search(calls.wrong_calls(right.families(), sample=600, seed=1), ask)
    bad = [(call.source, answer) for call, kind, answer in found if kind in ("vague", "cryptic", "dead")]
    assert len(bad) <= 4, bad


KINDS = {
    "accepted": {"accepted": True},
    "dead": {"dead": True},
    "named": {"error": "TypeError", "text": "'axis' of tf.reduce_sum is 'a'; it takes an integer"},
    "clear": {"error": "ValueError", "text": "that is wrong\n  in the call tf.reduce_sum(axis='a')"},
    "vague": {"error": "ValueError", "text": "that is wrong"},
    "cryptic": {"error": "TypeError", "text": "unsupported operand type(s) for +: 'int' and 'str'"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(kind):
    call = right.Call("reduce_sum", (), (("axis", "'a'"),), "axis")
    answer = KINDS[kind]
    assert calls.kind(call, {"bases": [answer.get("error")], **answer}) == kind
    assert calls.kind(call, {"error": "KeyError", "text": "axis", "bases": ["KeyError"]}) == "cryptic"


def test_goals():
    assert not calls.missed([(None, "named", {})] * 1000 + [(None, "cryptic", {})] * 3)
    assert calls.missed([(None, "named", {})] * 1000 + [(None, "cryptic", {})] * 4)
    assert calls.missed([(None, "named", {})] * 99 + [(None, "vague", {})] * 2)
