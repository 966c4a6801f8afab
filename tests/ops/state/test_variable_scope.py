"""Variable scopes and get_variable: names, sharing, defaults, getters and errors."""

import threading

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.ops.control.while_loop import while_loop


def names(variables):
    return [v.op.name for v in variables]


def test_names():
    with tf.variable_scope("a") as a:
        assert a.name == tf.get_variable_scope().name == "a" and a.original_name_scope == "a/"
        with tf.variable_scope("b") as b:
            v = tf.get_variable("v", [])
            assert b.name == "a/b" and tf.constant(1).name == "a/b/Const:0"
        with tf.name_scope("only_ops"):
            w, x = tf.get_variable("w", []), tf.Variable(1.0)
    assert names([v, w, x]) == ["a/b/v", "a/w", "a/only_ops/Variable"]
    assert tf.get_variable_scope().name == "" and tf.get_variable("w", []).name == "w:0"
    with tf.variable_scope("deep/er"):
        assert tf.get_variable("w", []).name == "deep/er/w:0"


def test_scopes_opened_again():
    with tf.variable_scope("a") as a:
        first = tf.constant(1)
    with tf.variable_scope("a"):
        second = tf.constant(1)
    with tf.variable_scope("other"), tf.variable_scope(a) as again:
        third, v = tf.constant(1), tf.get_variable("v", [])
        assert again.name == "a" and again.original_name_scope == "a/"
    with tf.variable_scope(a, auxiliary_name_scope=False), tf.name_scope(a.original_name_scope):
        fourth = tf.constant(1)
    assert [t.op.name for t in (first, second, third, fourth)] == ["a/Const", "a_1/Const", "other/a/Const", "a/Const_1"]
    assert v.op.name == "a/v"


def test_default_names():
    found = []
    for _ in range(2):
        with tf.variable_scope(None, "d") as scope:
            found.append(scope.name)
    with tf.variable_scope("outer"):
        for _ in range(2):
            with tf.variable_scope(None, "d", [tf.constant(1)]) as scope:
                found.append(scope.name)
    with tf.variable_scope("outer"), tf.variable_scope(None, "d") as scope:
        found.append(scope.name)  # counting starts again with the outer scope
    with tf.variable_scope("named", "d") as scope:
        found.append(scope.name)
    assert found == ["d", "d_1", "outer/d", "outer/d_1", "outer/d", "named"]


def test_reuse():
    with tf.variable_scope("a") as a:
        v = tf.get_variable("v", [2])
        a.reuse_variables()
        assert a.reuse and tf.get_variable("v") is v and tf.get_variable("v", [None], tf.float32) is v
    with tf.variable_scope("a", reuse=True):
        assert tf.get_variable("v", [2]) is v
        with tf.variable_scope("inner", reuse=False) as inner:
            assert inner.reuse is True  # it is inherited
    with tf.variable_scope(a):
        assert tf.get_variable("v") is v
    with tf.variable_scope("a"), fails(ValueError, "a/v already exists"):
        tf.get_variable("v", [2])
    with tf.variable_scope("", reuse=True):
        assert tf.get_variable("a/v") is v


def test_auto_reuse():
    with tf.variable_scope("a", reuse=tf.AUTO_REUSE) as a:
        v = tf.get_variable("v", [2])
        assert tf.get_variable("v", [2]) is v and a.reuse is tf.AUTO_REUSE
        with tf.variable_scope("inner") as inner:
            assert inner.reuse is tf.AUTO_REUSE
    assert tf.global_variables() == [v]


def test_an_existing_variable_is_named_with_its_origin_and_the_ways_out():
    tf.get_variable("kernel", [2])
    with fails(
        ValueError,
        "kernel already exists",
        __file__,
        'tf.get_variable("kernel", [2])',
        "reuse=True",
        "AUTO_REUSE",
        "another name",
        "tf.reset_default_graph()",
    ):
        tf.get_variable("kernel", [2])


def test_a_missing_variable_names_the_nearest():
    tf.get_variable("layer/kernel", [2]), tf.get_variable("layer/bias", [2])
    with (
        tf.variable_scope("layer", reuse=True),
        fails(ValueError, "layer/kernal does not exist", "layer/kernel", "AUTO"),
    ):
        tf.get_variable("kernal", [2])
    made_otherwise = tf.Variable(1.0, name="plain")
    with tf.variable_scope("", reuse=True), fails(ValueError, made_otherwise.op.name, "not made by tf.get_variable()"):
        tf.get_variable("plain")


def test_defaults_of_a_scope():
    ones, twos, losses = tf.ones_initializer(), tf.constant_initializer(2.0), []

    def regularizer(v):
        losses.append(v)
        return tf.constant(7.0)

    with tf.variable_scope("a", initializer=ones, regularizer=regularizer, dtype=tf.float64, constraint=abs) as a:
        v = tf.get_variable("v", [2])
        assert (a.initializer, a.regularizer, a.dtype, a.constraint) == (ones, regularizer, tf.float64, abs)
        with tf.variable_scope("b", initializer=twos):
            w = tf.get_variable("w", [2], tf.float32, regularizer=tf.no_regularizer)
            x = tf.get_variable("x", [2], initializer=tf.zeros_initializer())
        with tf.variable_scope(a, dtype=tf.float16):
            y = tf.get_variable("y", [])
    assert [u.dtype.base_dtype for u in (v, w, x, y)] == [tf.float64, tf.float32, tf.float64, tf.float16]
    assert v.constraint is abs and losses == [v, x, y]
    assert [t.op.name for t in tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)] == [
        "a/v/Regularizer/Const",
        "a/b/x/Regularizer/Const",
        "a/y/Regularizer/Const",
    ]
    values = run(*[u.initial_value for u in (v, w, x, y)])
    assert [float(u.flat[0]) for u in map(np.asarray, values)] == [1, 2, 0, 1]


def test_settings_can_be_changed():
    scope = tf.get_variable_scope()
    for name, value in [
        ("initializer", tf.ones_initializer()),
        ("regularizer", tf.no_regularizer),
        ("dtype", tf.float64),
        ("use_resource", False),
        ("caching_device", "cpu:0"),
        ("partitioner", None),
    ]:
        getattr(scope, f"set_{name}")(value)
        assert getattr(scope, name) is value
    v = tf.get_variable("v", [1])
    assert v.dtype.base_dtype is tf.float64 and run(v.initial_value).tolist() == [1]


@pytest.mark.parametrize(
    "dtype, first",
    [
        (tf.float32, "random_uniform"),
        (tf.float16, "random_uniform"),
        (tf.int32, "zeros"),
        (tf.bool, "zeros"),
        (tf.string, "zeros"),
        (tf.uint8, "zeros"),
    ],
)
def test_default_initializers(dtype, first):
    v = tf.get_variable("v", [2, 3], dtype)
    assert v.dtype.base_dtype is dtype and v.initial_value.op.name == f"v/Initializer/{first}"
    assert run(v.initial_value).shape == (2, 3)


def test_initializers_of_every_kind():
    v = tf.get_variable("class", [2], initializer=tf.zeros_initializer)
    assert run(v.initial_value).tolist() == [0, 0]
    v = tf.get_variable("function", [2], initializer=lambda shape, dtype, partition_info: tf.ones(shape, dtype))
    assert run(v.initial_value).tolist() == [1, 1]
    assert tf.get_variable("simple", [2], initializer=lambda shape: tf.fill(shape, 5.0)).shape.as_list() == [2]
    assert tf.get_variable("no_shape", initializer=lambda: tf.zeros([3])).shape.as_list() == [3]
    assert tf.get_variable("value", initializer=[1, 2]).dtype.base_dtype is tf.int32
    assert tf.get_variable("array", initializer=np.zeros(2)).dtype.base_dtype is tf.float64
    x = tf.constant([1.0, 2.0])
    assert tf.get_variable("tensor", initializer=x).initial_value is x


def test_collections_and_trainable():
    with tf.variable_scope("a") as a:
        v = tf.get_variable("v", [], trainable=False)
        w = tf.get_variable("w", [], collections=["mine"])
        local = tf.get_local_variable("local", [], initializer=tf.zeros_initializer())
        x = tf.get_variable("x", [])
    other = tf.get_variable("ab", [])
    assert tf.global_variables() == [v, x, other] and tf.trainable_variables() == [w, x, other]
    assert a.global_variables() == [v, x] and a.trainable_variables() == [w, x] and a.local_variables() == [local]
    assert a.get_collection("mine") == [w] == tf.get_collection("mine") and not local.trainable


def test_custom_getters():
    seen = []

    def outer(getter, name, *args, **kwargs):
        seen.append(("outer", name))
        return getter(name, *args, **kwargs)

    def inner(getter, name, shape=None, **kwargs):
        seen.append(("inner", name, shape))
        return getter(name + "_inner", shape=shape, **kwargs) * 2.0

    with tf.variable_scope("a", custom_getter=outer):
        with tf.variable_scope("b", custom_getter=inner):
            doubled = tf.get_variable("v", [2])
        tf.get_variable("w", [], custom_getter=lambda getter, name, **kwargs: getter(name, **kwargs))
    assert seen == [("inner", "a/b/v", [2]), ("outer", "a/b/v_inner")]
    assert names(tf.global_variables()) == ["a/b/v_inner", "a/w"] and doubled.op.type == "Mul"

    def old(
        getter,
        name,
        shape,
        dtype,
        initializer,
        regularizer,
        reuse,
        trainable,
        collections,
        caching_device,
        partitioner,
        validate_shape,
        use_resource,
    ):
        return getter(name, shape, dtype, initializer)

    assert tf.get_variable("old", [3], custom_getter=old).shape.as_list() == [3]
    with fails(ValueError, "custom_getter"):
        tf.get_variable("bad", [3], custom_getter=3)


DEFAULTS = {  # what a getter is told for get_variable(name, [2]) by TensorFlow 1.15.5
    "shape": [2],
    "dtype": tf.float32,
    "initializer": None,
    "regularizer": None,
    "reuse": False,
    "trainable": True,
    "collections": None,
    "caching_device": None,
    "partitioner": None,
    "validate_shape": True,
    "use_resource": None,
    "constraint": None,
    "synchronization": tf.VariableSynchronization.AUTO,
    "aggregation": tf.VariableAggregation.NONE,
}
ZEROS, ON_READ = tf.zeros_initializer(), tf.VariableSynchronization.ON_READ


@pytest.mark.parametrize(
    "given, told",
    [
        ({}, {}),
        ({"shape": 3}, {"shape": 3}),
        ({"shape": None, "initializer": 1.0}, {"shape": None, "initializer": 1.0}),
        ({"trainable": True}, {}),
        ({"dtype": tf.float64, "initializer": ZEROS}, {"dtype": tf.float64, "initializer": ZEROS}),
        (
            {"trainable": False, "collections": ["q"], "use_resource": False},
            {"trainable": False, "collections": ["q"], "use_resource": False},
        ),
        (
            {"synchronization": ON_READ, "aggregation": tf.VariableAggregation.MEAN},
            {"synchronization": ON_READ, "aggregation": tf.VariableAggregation.MEAN, "trainable": False},
        ),
    ],
)
def test_what_getters_are_told(given, told):
    seen = []

    def getter(true_getter, *args, **kwargs):
        assert args == ()
        seen.append(kwargs)
        return true_getter(**kwargs)

    given = {"shape": [2], **given}
    tf.get_variable("plain", custom_getter=getter, **given)
    with tf.variable_scope("outer", custom_getter=getter), tf.variable_scope("inner", custom_getter=getter):
        tf.get_variable("nested", **given)
    assert seen == [{**DEFAULTS, **told, "name": name} for name in ("plain", *["outer/inner/nested"] * 2)]
    assert all((v in tf.trainable_variables()) == seen[0]["trainable"] for v in tf.global_variables())


def test_what_getters_are_told_of_scopes_layers_and_slots():
    seen = {}

    def getter(true_getter, *args, **kwargs):
        seen[kwargs["name"]] = kwargs
        return true_getter(*args, **kwargs)

    with tf.variable_scope("s", reuse=tf.AUTO_REUSE, custom_getter=getter, dtype=tf.float64, initializer=ZEROS):
        v = tf.get_variable("v", [])
    with tf.variable_scope("l", custom_getter=getter):
        tf.layers.dense(tf.ones([1, 2]), 2)
        tf.get_local_variable("local", [])
        tf.train.AdamOptimizer().minimize(v * v)
    assert seen["s/v"]["dtype"] is tf.float64 and seen["s/v"]["initializer"] is ZEROS
    assert seen["s/v"]["reuse"] is tf.AUTO_REUSE and seen["l/local"]["trainable"] is False
    kernel, slot = seen["l/dense/kernel"], seen["l/s/v/Adam/"]
    assert type(kernel["initializer"]) is tf.glorot_uniform_initializer and kernel["trainable"] is True
    assert slot["trainable"] is False and slot["synchronization"] is tf.VariableSynchronization.AUTO


def test_what_is_read_together_is_not_trained():
    with fails(ValueError, "ON_READ", "trainable"):
        tf.get_variable("v", [2], trainable=True, synchronization=ON_READ)


def test_what_is_accepted_without_effect():
    with tf.variable_scope("a", caching_device="/cpu:0", use_resource=True):
        v = tf.get_variable("v", [2], validate_shape=True, use_resource=False, caching_device=lambda op: "")
    assert v.dtype is tf.float32.as_ref
    with tf.variable_op_scope([v], "b", "default", reuse=None) as b:
        assert b.name == "b"


def test_one_graph_knows_nothing_of_another():
    tf.get_variable("v", [2])
    with tf.Graph().as_default():
        tf.get_variable("v", [3])
        with tf.variable_scope("a"):
            assert tf.get_variable_scope().name == "a"
    assert tf.get_variable_scope().name == ""


def test_one_thread_knows_nothing_of_the_scopes_of_another():
    graph, found = tf.get_default_graph(), []

    def other():
        with graph.as_default():
            found.append(tf.get_variable_scope().name)

    with tf.variable_scope("a"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found == [""]


def test_scopes_are_left_after_an_error():
    with pytest.raises(KeyError), tf.variable_scope("a"):
        raise KeyError
    assert tf.get_variable_scope().name == "" and tf.constant(1).name == "Const:0"
    scope = tf.variable_scope("b")
    with scope, scope:
        assert tf.get_variable_scope().name == "b/b"
    with fails(ValueError, "not a name"), tf.variable_scope("not valid?"):
        pass
    assert tf.get_variable_scope().name == ""


def test_variables_of_a_loop_body_are_made_outside():
    def body(i, x):
        with tf.variable_scope("body", reuse=tf.AUTO_REUSE):
            w = tf.get_variable("w", [], initializer=tf.ones_initializer(), regularizer=lambda v: v * 2)
        return i + 1, x + w

    total = while_loop(lambda i, x: i < 3, body, [0, 0.0])[1]
    (loss,) = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    assert loss.graph is tf.get_default_graph()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run([total, loss]) == [3, 2]


@pytest.mark.parametrize(
    "make, error, parts",
    [
        (lambda: tf.get_variable("v"), ValueError, ["v needs a fully known shape"]),
        (lambda: tf.get_variable("v", [None]), ValueError, ["(?,)"]),
        (lambda: tf.get_variable("v", [2], initializer=[1.0, 2.0]), ValueError, ["leave out shape"]),
        (lambda: tf.get_variable("v", dtype=tf.int32, initializer=1.0), ValueError, ["int32", "float32"]),
        (lambda: tf.get_variable("v", [2], tf.complex64), ValueError, ["complex64 needs an initializer"]),
        (lambda: tf.get_variable("v", [2], partitioner=lambda **_: [1, 1]), ValueError, ["partitioner"]),
        (lambda: tf.get_variable("v", [2], initializer=tf.constant_initializer([1.0] * 3)), ValueError, ["3 values"]),
        (lambda: tf.variable_scope(None), ValueError, ["default_name"]),
        (lambda: tf.variable_scope(3), TypeError, ["3"]),
        (lambda: tf.variable_scope(None, ["x"]), TypeError, ["default_name"]),
        (lambda: tf.variable_scope(None, "d", reuse=True), ValueError, ["reuse=True needs a name"]),
        (lambda: tf.variable_scope("a", reuse="yes"), ValueError, ["AUTO_REUSE"]),
    ],
)
def test_errors(make, error, parts):
    with fails(error, *parts):
        make()
    assert tf.global_variables() == []


@pytest.mark.parametrize(
    "arguments, parts",
    [(([3],), ["(3,)", "(2,)"]), ((None, tf.int32), ["int32", "float32"]), (([2, 2],), ["(2, 2)", "(2,)"])],
)
def test_sharing_with_another_shape_or_type(arguments, parts):
    tf.get_variable("v", [2])
    with tf.variable_scope("", reuse=True), fails(ValueError, "v is to be shared", "created", *parts):
        tf.get_variable("v", *arguments)


def test_settings_are_set_by_their_names():
    with tf.variable_scope("s") as scope:
        scope.set_initializer(initializer=tf.ones_initializer())
        scope.set_dtype(dtype=tf.float64)
        scope.set_regularizer(regularizer=None)
        assert tf.get_variable("v", [2]).dtype.base_dtype is tf.float64
