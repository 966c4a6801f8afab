"""Variables: how they are built, read, written, initialized and listed."""

import numpy as np
import pytest
from helpers import built, fails, run
from oracle import facts

import minitf as tf
from minitf.ops.control.while_loop import while_loop

GRAPHS = {s["id"]: s for s in facts("graphs")["snippets"]}
IDS = [
    "variable",
    "variable_random",
    "variable_whole_program",
    "get_variable",
    "variable_scope_default_name",
    "variable_reuse_read",
    "variable_scope_initializer",
    "variable_scope_reuse",
    "assign",
    "hand_unrolled_rnn",
    "random",
    *[i for i in GRAPHS if i.startswith("initializer_")],
]


@pytest.mark.parametrize("snippet", IDS)
def test_ops_are_those_of_tensorflow(snippet):
    fact = GRAPHS[snippet]
    expected = [[name, type.replace("AddV2", "Add"), *rest] for name, type, *rest in fact["ops"]]
    assert built(lambda: exec(fact["source"], {"tf": tf, "np": np})) == expected


@pytest.fixture
def session():
    with tf.Session() as session:
        yield session


def variable(session, *args, **options):
    made = tf.Variable(*args, **options)
    session.run(made.initializer)
    return made


def test_what_it_is():
    v = tf.Variable([[1.0, 2.0]], name="v", trainable=False)
    assert (v.name, v.op.name, v.op.type, v.dtype.name, v.shape.as_list()) == (
        "v:0",
        "v",
        "VariableV2",
        "float32_ref",
        [1, 2],
    )
    assert (
        v.initializer.name == "v/Assign"
        and v.value().name == "v/read:0"
        and v.initial_value.name == "v/initial_value:0"
    )
    assert v.graph is tf.get_default_graph() and v.get_shape() == v.shape and v.device == "" and not v.trainable
    assert repr(v) == "<tf.Variable 'v:0' shape=(1, 2) dtype=float32_ref>"
    assert tf.Variable(1, name="v").name == "v_1:0" and tf.Variable(1.0).name == "Variable:0"


@pytest.mark.parametrize(
    "value, dtype, expected",
    [
        (1, None, tf.int32),
        (1.5, None, tf.float32),
        (np.float64(1.5), None, tf.float64),
        (1, tf.float64, tf.float64),
        (True, None, tf.bool),
        ("a", None, tf.string),
        (lambda: tf.zeros([2]), None, tf.float32),
        (lambda: 3, tf.int64, tf.int64),
        (np.float16([1]), None, tf.float16),
        (2, "float", tf.float32),
    ],
)
def test_initial_values(session, value, dtype, expected):
    v = variable(session, value, dtype=dtype)
    assert v.dtype.base_dtype is expected is v.initial_value.dtype
    np.testing.assert_array_equal(session.run(v), session.run(v.initial_value))


def test_unknown_shapes(session):
    x = tf.placeholder(tf.float32, [None, 2])
    with fails(ValueError, "(?, 2)", "validate_shape=False", "Placeholder:0"):
        tf.Variable(x)
    v = tf.Variable(x, validate_shape=False)
    assert v.shape.rank is None
    session.run(v.initializer, {x: np.ones([3, 2])})
    assert session.run(v).shape == (3, 2)
    v.set_shape([None, 2])
    assert v.shape.as_list() == v.value().shape.as_list() == [None, 2]


def test_reading(session):
    v = variable(session, [1.0, 2.0])
    before, change, after = v.read_value(), v.assign([5.0, 6.0]), v * 1
    a, _, b, memory = session.run([before, change, after, v])
    assert a.tolist() == [1, 2] and b.tolist() == memory.tolist() == [5, 6]
    with tf.control_dependencies([v.assign_add([1.0, 1.0])]):
        assert session.run(v.read_value()).tolist() == [6, 7]
        assert session.run(v + 0).tolist() == [7, 8]
    assert v.eval().tolist() == session.run("Variable:0").tolist() == [7, 8]


def test_fetched_arrays_are_the_callers_own(session):
    v = variable(session, [1.0, 2.0])
    for fetch in (v, v.value(), v.assign([1.0, 2.0])):
        session.run(fetch)[0] = 9
        assert session.run(v).tolist() == [1, 2]


def test_feeding(session):
    v = tf.Variable([1.0, 2.0])
    assert session.run(v * 2, {v: [3, 4]}).tolist() == [6, 8]
    assert session.run(v, {v.name: [3, 4]}).tolist() == [3, 4]


def test_load_and_ops_without_values(session):
    v = variable(session, [1.0, 2.0])
    before = len(tf.get_default_graph().get_operations())
    v.load([5, 6], session)
    v.load([7, 8])
    assert session.run(v).tolist() == [7, 8] and len(tf.get_default_graph().get_operations()) == before
    op = v.assign_sub([1.0, 1.0], read_value=False)
    assert op.type == "AssignSub" and session.run(op) is None and session.run(v).tolist() == [6, 7]


@pytest.mark.parametrize(
    "f",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a // b,
        lambda a, b: a % b,
        lambda a, b: a**b,
        lambda a, b: -a,
        lambda a, b: abs(a),
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
        lambda a, b: a[0],
        lambda a, b: a[:, 1:],
        lambda a, b: a @ b,
    ],
)
def test_operators(session, f):
    one, other = np.float32([[1, 2], [3, -4]]), np.float32([[2, 2], [2, 2]])
    a, b = variable(session, one), variable(session, other)
    for x, y in [(a, b), (a, other), (one, b), (a, tf.constant(other)), (tf.constant(one), b)]:
        if isinstance(x, np.ndarray) and not isinstance(f(x, y), tf.Tensor):
            continue  # an operator of the first argument alone
        np.testing.assert_allclose(session.run(f(x, y)), f(one, other))


def test_operators_of_other_types(session):
    t, i = variable(session, [True, False]), variable(session, [5, 6])
    assert session.run([t & True, t | True, t ^ True, ~t, 2 + i, 12 // i])[3].tolist() == [False, True]
    with fails(TypeError, "cannot be iterated over"):
        iter(i)


def test_gradients(session):
    v = variable(session, [2.0, 3.0])
    g = tf.gradients(v * v + v.read_value(), [v, v.value()])
    assert session.run(g[0]).tolist() == [5, 7] and session.run(g[1]).tolist() == [4, 6]


def test_initialization_of_all(session):
    (tf.Variable(1.0), tf.Variable(2.0, collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False, name="local"))
    report = tf.report_uninitialized_variables()
    assert session.run(report).tolist() == [b"Variable", b"local"]
    assert not session.run(tf.is_variable_initialized(tf.global_variables()[0]))
    init = tf.global_variables_initializer()
    assert init.type == "NoOp" and init.name == "init" and session.run(init) is None
    assert session.run(report).tolist() == [b"local"]
    with fails(tf.errors.FailedPreconditionError, "local"):
        session.run(tf.assert_variables_initialized())
    session.run(tf.local_variables_initializer())
    assert session.run(report).tolist() == [] and session.run(tf.is_variable_initialized(tf.global_variables()[0]))
    session.run(tf.assert_variables_initialized())


def test_initialization_of_none(session):
    session.run([tf.global_variables_initializer(), tf.variables_initializer([])])
    assert session.run(tf.report_uninitialized_variables()).tolist() == []
    assert tf.assert_variables_initialized() is None


def test_all_missing_values_are_named(session):
    a, b = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="b")
    c = variable(session, 3.0, name="c")
    with fails(tf.errors.FailedPreconditionError, "a, b", "global_variables_initializer"):
        session.run(a + b + c)


def test_values_that_depend_on_variables(session):
    a = tf.Variable(tf.random_uniform([3], seed=1), name="a")
    b, c = tf.Variable(a.initialized_value() * 2), tf.Variable(a + 1)
    session.run(b.initializer)
    assert session.run(tf.report_uninitialized_variables([a, b])).tolist() == [b"a"]
    session.run(tf.global_variables_initializer())
    x, y, z = session.run([a, b, c])
    np.testing.assert_array_equal(y, 2 * x)
    np.testing.assert_array_equal(z, x + 1)
    session.run(a.assign([0.0, 0.0, 0.0]))
    assert session.run(a.initialized_value()).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "make, ids",
    [
        (lambda v: v.initialized_value(), [13]),
        (lambda v: tf.Variable(v * 2.0), [5, 6, 7, 19, 20]),
        (lambda v: tf.Variable(v.initialized_value() * 2.0), [13, 14, 15, 16, 30, 31]),
    ],
)
def test_ids_count_the_ops_that_tensorflow_makes(make, ids):
    """The ids of the ops made after a variable's four, as TensorFlow numbers them in the same programs."""
    make(tf.Variable(tf.zeros([2])))
    assert [op.id for op in tf.get_default_graph().get_operations()] == [1, 2, 3, 4, *ids]


def test_lists():
    a = tf.Variable(1.0, name="x/a")
    b = tf.Variable(1.0, name="y/b", trainable=False)
    c = tf.Variable(1.0, name="x/c", collections=["mine", tf.GraphKeys.MODEL_VARIABLES])
    d = tf.Variable(1.0, name="d", collections=[tf.GraphKeys.MOVING_AVERAGE_VARIABLES], trainable=False)
    assert tf.global_variables() == tf.all_variables() == [a, b] and tf.trainable_variables() == [a, c]
    assert tf.global_variables("x/") == [a] and tf.trainable_variables("x") == [a, c]
    assert tf.model_variables() == tf.get_collection("mine") == [c] and tf.moving_average_variables() == [d]
    assert tf.local_variables() == []


def test_control_dependencies_do_not_bind_variables(session):
    with tf.control_dependencies([tf.placeholder(tf.float32)]):
        v = tf.Variable(lambda: tf.zeros([2]))
    session.run(v.initializer)
    assert session.run(v).tolist() == [0, 0]


def test_made_inside_a_loop(session):
    made = []

    def body(i, x):
        made.append(tf.get_variable("w", [], initializer=tf.ones_initializer()))
        return i + 1, x + made[-1]

    total = while_loop(lambda i, x: i < 3, body, [0, 0.0])[1]
    assert made[0].graph is tf.get_default_graph() and tf.trainable_variables() == made
    session.run(tf.global_variables_initializer())
    assert session.run(total) == 3

    def bad(i):
        tf.Variable(i * 2)
        return i + 1

    with fails(ValueError, "body of a loop or branch", "function that makes it"):
        while_loop(lambda i: i < 3, bad, [0])


@pytest.mark.parametrize(
    "make, error, parts",
    [
        (lambda: tf.Variable(), ValueError, ["initial_value"]),
        (lambda: tf.Variable(None), ValueError, ["initial_value"]),
        (lambda: tf.Variable(1.5, dtype=tf.int32), TypeError, ["1.5", "int32"]),
        (lambda: tf.Variable(tf.constant(1), dtype=tf.float32), ValueError, ["int32", "float32"]),
        (lambda: tf.Variable(1.0, constraint=3), ValueError, ["constraint"]),
        (lambda: tf.Variable([[1], [2, 3]]), ValueError, ["rectangular"]),
        (lambda: tf.Variable(variable_def=object()), ValueError, ["VariableDef", "object"]),
        (lambda: tf.Variable(1.0).assign("a"), TypeError, ["float32"]),
        (lambda: tf.add(tf.Variable(1.0), tf.Variable(1)), TypeError, ["int32", "float32"]),
        (lambda: tf.Variable(1.0).load(2.0), ValueError, ["default session"]),
        (lambda: tf.Variable(1.0).eval(), ValueError, ["default session"]),
    ],
)
def test_errors(make, error, parts):
    with fails(error, *parts):
        make()


def test_another_graph():
    v = tf.Variable(1.0)
    with tf.Graph().as_default():
        assert (v + 1.0).graph is v.graph
        with fails(ValueError, "graph"):
            tf.add(tf.constant(1.0), v)


def test_sessions_keep_their_own_values():
    v = tf.Variable(1.0)
    with tf.Session() as one, tf.Session() as other:
        for session, value in [(one, 1), (other, 2)]:
            v.load(value, session)
        assert (one.run(v), other.run(v)) == (1, 2)
    assert run(v.initial_value) == 1


@pytest.mark.parametrize("use_resource", [False, True])
def test_the_name_under_which_memory_is_shared(use_resource):
    with tf.variable_scope("a", use_resource=use_resource):
        assert tf.get_variable("w", [])._shared_name == "a/w"
