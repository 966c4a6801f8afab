"""Calls of public functions: kinds are checked, errors name the call, users' own errors stay as they are."""

import inspect
import math
import pickle
import sys
import types

import pytest
from helpers import fails

import minitf as tf
from minitf.framework.calls import guard, guarded, shown
from minitf.framework.errors import WrongArgument


def outer(first, second: int = 1, *, third=None):
    """A function as minitf has them."""
    return inner(first, third)


def inner(first, third):
    if third == "said":
        raise ValueError("these do not go together")
    if third == "many":
        return [0] * first
    return first + 1 if third is None else third[first]


for function in (outer, inner):  # minitf's own, to those who look at their frames
    vars()[function.__name__] = type(function)(
        function.__code__, {"__name__": "minitf.tests", "inner": None}, function.__name__, function.__defaults__
    )
outer.__kwdefaults__, outer.__annotations__ = {"third": None}, {"second": "int"}
outer.__globals__["inner"] = inner
call = guarded(outer, "tf.outer")


def test_what_is_right_comes_back():
    assert call(1) == call(1, 3) == call(first=1, second=3) == 2


CASES = {
    "a wrong kind by place": (lambda: call(1, "a"), WrongArgument, "'second' of tf.outer is 'a'; it takes an integer"),
    "a wrong kind by name": (
        lambda: call(1, second=[]),
        WrongArgument,
        "'second' of tf.outer is []; it takes an integer",
    ),
    "Python's TypeError": (lambda: call("a"), WrongArgument, "'first' of tf.outer cannot be 'a'"),
    "Python's KeyError": (lambda: call("a", third={}), WrongArgument, "tf.outer cannot work with third={}, first='a'"),
    "minitf's own": (
        lambda: call(1, third="said"),
        ValueError,
        "these do not go together\n  in the call tf.outer(first=1, third='said')",
    ),
    "an argument too few": (lambda: call(), TypeError, "outer() missing 1 required positional argument: 'first'"),
}


@pytest.mark.parametrize("name", CASES)
def test_errors(name):
    make, kind, text = CASES[name]
    with pytest.raises(kind) as caught:
        make()
    assert type(caught.value) is kind and str(caught.value) == text


def test_what_a_users_function_raises_stays():
    def body(i):
        raise AttributeError("mine")

    with pytest.raises(AttributeError, match="^mine$"):
        tf.while_loop(lambda i: i < 3, body, [0])


def test_a_users_function_of_the_wrong_signature():
    with fails(TypeError, "'body' of tf.while_loop", "takes 0 positional arguments"):
        tf.while_loop(lambda i: i < 3, lambda: 1, [0])


def test_the_users_call_is_named_and_not_what_it_calls():
    with fails(ValueError, "None cannot become a tensor", "in the call tf.layers.dense(inputs=None, units=3)"):
        tf.layers.dense(None, 3)


def test_what_minitf_calls_itself_is_not_checked_again():
    ours = eval("lambda: call(1, second=[])", {"__name__": "minitf.tests", "call": call})
    assert ours() == 2


def test_namespaces_are_told_by_what_they_say_first(monkeypatch):
    root, sound, parts = [types.ModuleType(f"ours{n}", doc) for n, doc in NAMESPACES.items()]
    root.sound, root.parts = sound, parts
    for module in (root, sound, parts):
        monkeypatch.setitem(sys.modules, module.__name__, module)
        module.play = types.FunctionType(outer.__code__, {"__name__": "ours.parts"}, "play")
    guard("ours")
    assert [hasattr(module.play, "guarded") for module in (root, sound, parts)] == [True, True, False]


NAMESPACES = {"": "Ours.", ".sound": "tf.sound: what is heard.", ".parts": "Parts of tf.sound."}


def test_memory():
    with fails(tf.errors.ResourceExhaustedError, "out of memory in tf.outer"):
        call(sys.maxsize, third="many")


@pytest.mark.parametrize("function", [tf.add, tf.nn.relu, tf.contrib.rnn.static_rnn])
def test_guarded_functions_are_like_others(function):
    assert inspect.isfunction(function) and inspect.getdoc(function) and "name" in str(inspect.signature(tf.add))
    assert pickle.loads(pickle.dumps(function)) is function


def test_every_function_is_found_by_its_name():
    public = {name: value for name, value in vars(tf).items() if not name.startswith("_")}
    lost = [name for name, value in public.items() if inspect.isfunction(value) and not _is_found(value)]
    assert lost == []


def _is_found(function) -> bool:
    return pickle.loads(pickle.dumps(function)) is function


def test_shown():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    assert shown([x, "a"]) == "[x:0 float32(?, 3), 'a']"
    assert shown(list(range(100))) == "[0, 1, 2, 3, 4, 5, 6, 7, ...]"
    assert len(shown("a" * 1000)) == 60


def test_bad_calls_leave_the_graph_as_it_was():
    x = tf.constant([[1.0, 2.0]])
    graph = tf.get_default_graph()
    before = [op.name for op in graph.get_operations()]
    with fails(ValueError, "tf.transpose"):
        tf.transpose(x, [0, 0, 1], name="t")
    assert [op.name for op in graph.get_operations() if not op.name.startswith("t/")] == before
    assert not [op for op in x.consumers() if op.type == "Transpose"]


def test_flags_of_old_scripts():
    """Types and numbers in the place of flags are true, as `tf.Variable([0.3], tf.float32)` relies on."""
    assert tf.Variable([0.3], tf.float32) in tf.trainable_variables()
    assert tf.Variable(1.0, 0) not in tf.trainable_variables()
    lists = [[tf.zeros([1, 3])], [tf.constant([0])], [tf.ones([1])]]
    tf.contrib.legacy_seq2seq.sequence_loss_by_example(*lists, 2593)  # as in the tutorial
    assert tf.Variable(2.0, "name").trainable
    with pytest.raises(TypeError, match="it takes True or False"):
        tf.reduce_sum([1.0], keepdims="yes")


def test_a_wrong_kind_is_a_type_error_and_a_value_error():
    for kind in (TypeError, ValueError):
        with fails(kind, "'axis' of tf.unstack is 'a'"):
            tf.unstack([1], axis="a")
    for kind in (TypeError, NotImplementedError):
        with fails(kind, "symbolic"):
            tf.constant(1).__array__()


def test_the_nearest_argument_is_named():
    x = tf.zeros([1, 8, 8, 1])
    with fails(TypeError, "unexpected keyword argument 'stride'; did you mean 'strides'?"):
        tf.layers.conv2d(x, 3, 3, stride=2)
    scope = tf.contrib.framework.arg_scope([tf.contrib.layers.conv2d], weight_regularizer=None)
    with scope, fails(TypeError, "'weight_regularizer'; did you mean 'weights_regularizer'?"):
        tf.contrib.layers.conv2d(x, 3, 3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'nothing_like_it'$"):
        tf.layers.conv2d(x, 3, 3, nothing_like_it=2)


def test_tensors_are_no_numbers_of_python():
    with fails(TypeError, "Const:0 cannot be used as an index or a Python number", "functions of `math`"):
        math.exp(tf.constant(1.0))
