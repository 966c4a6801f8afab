"""Names and argument names, as TensorFlow 1.15 has them (signatures.json and, for what has no right call in
the campaign, more_signatures.json in tests/facts).
"""

import ast
import inspect
import json
from pathlib import Path

import pytest

import minitf as tf

FACTS = Path(__file__).parent / "facts"
SIGNATURES = {
    name: arguments
    for file in ("signatures", "more_signatures", "core_signatures", "maths_signatures")
    for name, arguments in json.loads((FACTS / f"{file}.json").read_text()).items()
}

# Arguments that are not there, and why.
DIFFERENT = {
    "ConfigProto": "a protocol buffer in TensorFlow, which takes its fields by name",
    "GPUOptions": "as ConfigProto",
    "GraphOptions": "as ConfigProto",
    "OptimizerOptions": "as ConfigProto",
    "RunMetadata": "as ConfigProto",
    "RunOptions": "as ConfigProto",
    "DType": "scripts do not make types",
    "dtypes.DType": "as DType",
    "Operation": "scripts do not make operations but by the functions of ops",
    "nest.assert_same_structure": "as in contrib",
    "nest.flatten": "as in contrib",
    "nest.is_nested": "as in contrib",
    "nest.map_structure": "as in contrib",
    "nest.pack_sequence_as": "as in contrib",
    "contrib.framework.nest.assert_same_structure": "there are no composite tensors",
    "contrib.framework.nest.is_sequence": "one argument, which is not given by name",
    "contrib.framework.nest.map_structure": "as is_sequence",
    "contrib.rnn.DropoutWrapper": "as contrib.learn.run_feeds",
    "contrib.rnn.DeviceWrapper": "as contrib.learn.run_feeds",
    "contrib.rnn.ResidualWrapper": "as contrib.learn.run_feeds",
    "contrib.seq2seq.AttentionMechanism": "as contrib.learn.run_feeds",
    "nn.rnn_cell.DropoutWrapper": "as contrib.learn.run_feeds",
    "nn.rnn_cell.DeviceWrapper": "as contrib.learn.run_feeds",
    "nn.rnn_cell.ResidualWrapper": "as contrib.learn.run_feeds",
    "train.SaverDef": "as contrib.learn.run_feeds",
    "contrib.learn.run_feeds": "it is decorated in TensorFlow and takes any arguments",
}


def public(name):
    value = tf
    for part in name.split("."):
        value = getattr(value, part)
    return value


def arguments(value):
    """The names of all arguments but `self` and `**kwargs`; `*` before the rest of the positional ones."""
    function = value.__init__ if isinstance(value, type) else value
    named = [p for p in inspect.signature(function).parameters.values() if p.kind is not p.VAR_KEYWORD]
    names = ["*" * (p.kind is p.VAR_POSITIONAL) + p.name for p in named]
    return names[1:] if isinstance(value, type) else names


@pytest.mark.parametrize("name", SIGNATURES)
def test_name_and_arguments(name):
    value, theirs = public(name), SIGNATURES[name]
    if theirs is None:
        assert not inspect.isfunction(value)  # a namespace, a type, a constant
    elif name in DIFFERENT:
        assert arguments(value)[: len(theirs)] != theirs, "take it out of DIFFERENT"
    else:
        assert arguments(value)[: len(theirs)] == theirs


def test_exceptions_are_of_the_list():
    assert DIFFERENT.keys() <= SIGNATURES.keys()


def test_own_additions():
    assert callable(tf.viz.to_dot) and callable(tf.to_safetensors)
    assert tf.__version__ == tf.VERSION == "1.15.0"
    assert [int(n) for n in tf.__version__.split(".")] == [1, 15, 0]


NAMESPACES = """
app bitwise compat config config.experimental contrib.crf contrib.data contrib.framework
contrib.framework.nest contrib.layers contrib.layers.utils contrib.learn contrib.learn.preprocessing
contrib.legacy_seq2seq contrib.rnn contrib.seq2seq contrib.slim contrib.slim.evaluation
contrib.slim.learning contrib.slim.losses contrib.slim.model_analyzer contrib.slim.queues
contrib.tensorboard.plugins.projector contrib.training data data.experimental debugging dtypes errors
flags gfile initializers io io.gfile layers linalg logging losses math nest nn nn.rnn_cell profiler queue
random resource_loader strings summary sysconfig test timeline train viz
"""


OF_OTHER_NAMES = (
    "app errors flags gfile io.gfile logging resource_loader test timeline contrib.framework.nest nn.rnn_cell"
)


@pytest.mark.parametrize("namespace", NAMESPACES.split())
def test_calls_of_what_a_namespace_has_are_checked(namespace):
    functions = [f for f in vars(public(namespace)).values() if inspect.isfunction(f)]
    unchecked = [f.__name__ for f in functions if f.__module__.startswith("minitf.") and not hasattr(f, "guarded")]
    assert namespace in OF_OTHER_NAMES.split() or not [name for name in unchecked if not name.startswith("_")]


@pytest.mark.parametrize("namespace", ["", *NAMESPACES.split()])
def test_public_functions_and_methods_are_documented(namespace):
    module = public(namespace) if namespace else tf
    for name, value in vars(module).items():
        home = getattr(value, "__module__", None) or ""
        if name.startswith("_") or not callable(value) or not home.startswith("minitf"):
            continue
        assert inspect.getdoc(value), f"{namespace}.{name} has no docstring"
        for part, method in vars(value).items() if isinstance(value, type) else ():
            if inspect.isfunction(method) and not part.startswith("_"):
                assert inspect.getdoc(getattr(value, part)), f"{namespace}.{name}.{part} has no docstring"


def test_a_name_of_a_module_stands_for_one_thing():
    """And what only hands names on says each once."""
    for path in Path(tf.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        names = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        names += [a.asname or a.name for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
        assert len(set(names)) == len(names), (path, [n for n in set(names) if names.count(n) > 1])
        if any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body):
            continue
        names = [a for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names]
        listed = [a.asname or a.name for a in names]
        assert not [a.name for a in names if a.name == a.asname] and len(set(listed)) == len(listed), path
        assert "__all__" not in {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}, path
