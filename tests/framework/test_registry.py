import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.errors import AtRun
from minitf.framework.registry import OPS, check_sizes, define


@pytest.fixture
def defined():
    """A function like `define` whose ops are forgotten after the test."""
    made = []

    def defining(type, *args, **options):
        made.append(type)
        return define(type, *args, **options)

    yield defining
    for type in made:
        OPS.pop(type, None)


def test_signature(defined):
    op = defined(
        "TestOp", "a: T, b: &T, c: *T, d: **, e: int32; count: int -> x: T, y: dtype, z: count*T", T=dtypes.FLOAT
    )
    assert [(a.name, a.variable, a.is_ref, a.is_list) for a in op.inputs] == [
        ("a", "T", False, False),
        ("b", "T", True, False),
        ("c", "T", False, True),
        ("d", None, False, True),
        ("e", None, False, False),
    ]
    assert op.inputs[4].fixed is tf.int32 and op.variables == ("T",)


def test_bad_definitions(defined):
    with fails(ValueError, "twice"):
        define("Add", "x: T -> y: T")
    with fails(ValueError, "'x' is not 'name: type'"):
        defined("TestOp", "x -> y: T")
    with fails(TypeError, "no rule called 'statefull'"):
        defined("TestOp", "x: T -> y: T", statefull=True)
    with fails(ValueError, "effect of op type TestOp is one of"):
        defined("TestOp", "x: T -> y: T", effect="print")


def test_who_writes_variables():
    assert OPS["Assign"].writes and OPS["CountUpTo"].writes and OPS["RefSwitch"].writes
    assert not OPS["Identity"].writes and not OPS["IsVariableInitialized"].writes


def test_op_of_numpy_alone(defined):
    defined(
        "TestTwice",
        "x: T -> y: T",
        T=dtypes.FLOAT,
        shape=lambda op: op.inputs[0].shape,
        numpy=lambda op, x: 2 * x,
        grad=lambda op, g: 2.0 * g,
    )
    x = tf.placeholder(tf.float32, [None])
    y = apply("TestTwice", x)
    with tf.Session() as session:
        value, slope = session.run([y, tf.gradients(y, x)[0]], {x: [1, 2]})
    np.testing.assert_array_equal(value, [2, 4])
    np.testing.assert_array_equal(slope, [2, 2])
    assert y.op.name == "TestTwice" and y.shape.as_list() == [None]


def test_arguments_take_on_the_types_of_the_others(defined):
    defined("TestBoth", "x: T, y: T -> z: T", T=dtypes.FLOAT, numpy=lambda op, x, y: x + y)
    assert apply("TestBoth", tf.constant(1.0, tf.float64), 2).dtype == tf.float64
    for bad, parts in [
        ((tf.constant(1.0), tf.constant(1.0, tf.float64)), ["'y' of TestBoth", "float64", "float32", "tf.cast"]),
        ((tf.constant(1), 2), ["'x' of TestBoth", "int32", "it takes float16, float32, float64"]),
        ((tf.constant(1.0),), ["takes 2 inputs, 1"]),
        ((1.0, "a"), ["'y' of TestBoth", "string"]),
    ]:
        with fails(TypeError, *parts):
            apply("TestBoth", *bad)
    assert apply("TestBoth", 1.0, 2.0, name="b").op.name == "b"


def test_lists_have_one_type(defined):
    defined(
        "TestList", "xs: *T -> n: int32", shape=lambda op: tf.TensorShape([]), numpy=lambda op, *xs: np.int32(len(xs))
    )
    assert run(apply("TestList", [tf.constant(1.0), 2.0, [3.0]])) == 3
    assert apply_op("TestList", [1.0, 2.0]).attrs["N"] == 2
    with fails(TypeError, "'xs' of TestList", "int32"):
        apply("TestList", [tf.constant(1.0), tf.constant(1)])
    with fails(TypeError, "'xs' of TestList is a list of tensors"):
        apply("TestList", 3)


def test_several_and_no_outputs(defined):
    defined("TestTwo", "x: T -> y: T, z: int32", numpy=lambda op, x: (x, np.int32(x.size)))
    defined("TestNone", "x: T ->", host=lambda b, op, x: ())
    y, z = apply("TestTwo", [1.0, 2.0])
    assert run(z) == 2 and isinstance(apply("TestNone", 1.0), tf.Operation)


def test_shape_errors_say_which_op(defined):
    def shape(op):
        raise ValueError("no such shape")

    defined("TestShape", "x: T -> y: T", shape=shape)
    with fails(ValueError, "no such shape", "TestShape 'bad'", "Const", "test_registry.py"):
        apply("TestShape", tf.constant(1.0), name="bad")
    assert tf.constant(1.0, name="bad").op.name == "bad", "the name is free again"


SIZED = {  # signature, shapes of its inputs, what is wrong
    "a scalar": ("x: float32[] ->", [()], ""),
    "no scalar": ("x: float32[] ->", [(2,)], "'x' of Sized is a scalar, not of shape (2,)"),
    "no vector": ("x: float32[n] ->", [()], "'x' of Sized is a vector, not of shape ()"),
    "a pair of columns": ("x: float32[n, 2] ->", [(3, 2)], ""),
    "three columns": ("x: float32[n, 2] ->", [(3, 3)], "'x' of Sized has shape (3, 3), but 2 is expected"),
    "the same size": ("x: float32[n], y: float32[n] ->", [(3,), (3,)], ""),
    "another size": ("x: float32[n], y: float32[n] ->", [(3,), (4,)], "'y' of Sized has shape (4,), but 'x' has 3"),
    "unknown": ("x: float32[n], y: float32[n] ->", [None, (4,)], ""),
    "unknown in part": ("x: float32[n, m], y: float32[m] ->", [(None, 3), (4,)], "but 'x' has 3"),
    "more axes": ("x: float32[n, ...] ->", [(3, 4, 5)], ""),
    "no axis": ("x: float32[n, ...] ->", [()], "'x' of Sized is of rank 1 at least, not of shape ()"),
    "after a list": ("x: *T, axis: int32[] ->", [(2,), (2,), (3,)], "'axis' of Sized is a scalar, not of"),
    "any shape": ("x: float32, y: float32[] ->", [(2, 3), ()], ""),
}


@pytest.mark.parametrize("name", SIZED)
def test_sizes_that_signatures_declare(name, defined):
    signature, shapes, wrong = SIZED[name]
    definition = defined("Sized", signature)
    if not wrong:
        check_sizes(definition, shapes)
        return
    with fails(ValueError, wrong):
        check_sizes(definition, shapes)


LATE = {  # signature, shapes of its inputs, what only a run refuses
    "a scalar": ("x: float32~[] ->", [(2,)], "a scalar"),
    "a rank": ("x: float32~[n], y: float32[n] ->", [(3, 1), (4,)], "a vector"),
    "a size in common": ("x: float32[n], y: float32[~n] ->", [(3,), (4,)], "'x' has 3"),
    "a number": ("x: float32[n, ~2] ->", [(3, 3)], "2 is expected"),
}


@pytest.mark.parametrize("name", LATE)
def test_sizes_that_only_a_run_asks(name, defined):
    signature, shapes, wrong = LATE[name]
    definition = defined("Late", signature)
    check_sizes(definition, shapes, running=False)
    with fails(ValueError, wrong):
        check_sizes(definition, shapes)


def test_the_rank_of_late_sizes_is_asked_at_once(defined):
    with fails(ValueError, "a matrix"):
        check_sizes(defined("Late", "x: float32[n, ~2] ->"), [(3,)], running=False)


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_what_is_refused_at_the_run_has_the_class_that_it_names(defined, executor):
    def refused(op, *arrays):
        raise AtRun("no such number", tf.errors.OutOfRangeError)

    defined("TestLate", "x: float32 -> y: float32", shape=lambda op: op.inputs[0].shape, numpy=refused)
    y = apply("TestLate", tf.placeholder_with_default(1.0, []))
    session = tf.Session(config=tf.ConfigProto(executor=executor))
    with session, fails(tf.errors.OutOfRangeError, "no such number", "TestLate"):
        session.run(y)


def test_declared_sizes_are_asked_before_a_rule_meets_them(defined):
    defined("TestSized", "x: float32[n] -> y: float32", shape=lambda op: 1 / 0)
    with fails(ValueError, "'x' of TestSized is a vector, not of shape ()", "test_registry.py"):
        apply("TestSized", tf.constant(1.0))
