"""Nonsense in, clear errors out: no op, feed or fetch may crash, hang or fail by an error inside minitf."""

import inspect

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import minitf as tf

CLEAR = (ValueError, TypeError, NotImplementedError, tf.errors.OpError)
NEEDS_FUNCTIONS = {"py_func", "make_template", "case", "cond", "while_loop", "map_fn", "scan", "foldl", "foldr"}
NEEDS_FUNCTIONS |= {"switch_case", "Print", "fixed_unigram_candidate_sampler"}  # writes, or reads a file
ELEMENTS = ["float32", "float16", "int32", "bool", "string", "complex64"]


def op_functions():
    """Public functions that make ops, by name."""
    found = {}
    for module in (
        tf,
        tf.nn,
        tf.math,
        tf.linalg,
        tf.bitwise,
        tf.random,
        tf.sets,
        tf.quantization,
        tf.train,
        tf.summary,
        tf.sparse,
        tf.strings,
        tf.image,
    ):
        for name, function in sorted(vars(module).items()):
            home = getattr(function, "__module__", "")
            if inspect.isfunction(function) and home.startswith("minitf.ops") and name not in NEEDS_FUNCTIONS:
                found.setdefault(function, f"{module.__name__.replace('minitf', 'tf')}.{name}")
    return {name: function for function, name in found.items()}


FUNCTIONS = op_functions()

SIZES = st.integers(0, 4)
SHAPES = st.lists(SIZES, max_size=3)
NUMBERS = st.one_of(st.integers(-3, 5), st.sampled_from([2**31, -(2**31), 2**40, 0.5, -1.0, 1e30, float("nan"), True]))
LISTS = st.lists(st.integers(-2, 4), max_size=4)
ODD = st.one_of(
    st.none(),
    st.text(max_size=3),
    st.binary(max_size=2),
    st.just({"a": 1}),
    st.just(object()),
    st.just([[1], [2, 3]]),
    st.just(range(3)),
    st.sampled_from([tf.float32, tf.int32, tf.string, tf.TensorShape([2, None]), tf.TensorShape(None)]),
    st.just(np.zeros((0, 2))),
    st.just(np.array(["a", "b"])),
    st.just(lambda x: x),
)


@st.composite
def arrays(draw):
    """A small array of any element type."""
    shape, dtype = draw(SHAPES), draw(st.sampled_from(ELEMENTS))
    random = np.random.default_rng(draw(st.integers(0, 50)))
    if dtype == "string":
        return random.choice(np.array([b"", b"a", b"12"], object), shape)
    values = random.normal(size=shape) * draw(st.sampled_from([1, 3, 0]))
    return np.asarray(values).astype(dtype)


@st.composite
def tensors(draw, feeds):
    """A constant, or a placeholder of known, partly known or unknown shape, whose value goes to `feeds`."""
    value = draw(arrays())
    kind = draw(st.sampled_from(["constant", "known", "open", "unknown"]))
    if kind == "constant":
        return tf.constant(value)
    shape = {"known": value.shape, "open": [None] * value.ndim, "unknown": None}[kind]
    placeholder = tf.placeholder(tf.as_dtype(value.dtype), shape)
    feeds[placeholder] = value
    return placeholder


def argument(draw, name, feeds):
    """A value for the argument `name`: often of a kind that fits, sometimes nonsense."""
    plain = st.one_of(NUMBERS, LISTS, ODD)
    if draw(st.integers(0, 5)) == 0:
        return draw(st.one_of(plain, tensors(feeds), st.lists(tensors(feeds), max_size=3)))
    if name in ("dtype", "out_type", "Tout", "output_type", "out_idx", "type"):
        return draw(st.sampled_from([*ELEMENTS, "floaty"]))
    if name in ("axis", "dim", "axes", "shape", "size", "multiples", "begin", "end", "strides", "perm", "dims"):
        return draw(st.one_of(st.integers(-3, 3), LISTS))
    if name == "name":
        return draw(st.sampled_from(["a", "b/c", "d e"]))
    if name in ("inputs", "values", "tensors", "arrays"):
        return draw(st.lists(tensors(feeds), max_size=3))
    return draw(st.one_of(tensors(feeds), tensors(feeds), st.integers(-3, 5), LISTS))


def call(draw, function, feeds):
    """Calls `function` with drawn arguments: all it needs, and some of the optional ones."""
    arguments = {}
    for parameter in inspect.signature(function).parameters.values():
        optional = parameter.default is not parameter.empty or parameter.kind is parameter.VAR_POSITIONAL
        if parameter.kind is parameter.VAR_KEYWORD or optional and parameter.name in ("name", "_sentinel"):
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            others = [argument(draw, parameter.name, feeds) for _ in range(draw(st.integers(0, 3)))]
            return function(*arguments.values(), *others)
        if not optional or draw(st.integers(0, 3)) == 0:
            arguments[parameter.name] = argument(draw, parameter.name, feeds)
    return function(**arguments)


def run(outputs, feeds):
    """Runs what can be run, and its gradients."""
    outputs = [o for o in tf.contrib.framework.nest.flatten(outputs) if isinstance(o, (tf.Tensor, tf.Operation))]
    floats = [o for o in outputs if isinstance(o, tf.Tensor) and o.dtype.is_floating]
    found = tf.gradients(floats, list(feeds)) if floats else []
    with tf.Session() as session:
        session.run([*outputs, *[g for g in found if g is not None]], feeds)


def clearly(function):
    """Runs `function`; only errors made for users may come out, with something to say."""
    try:
        function()
    except tf.errors.InternalError:
        raise
    except CLEAR as error:
        assert len(str(error)) > 10, repr(error)
    except LookupError as error:
        assert "gradient" in str(error), repr(error)


FUZZ = settings(max_examples=10, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_ops(name):
    @FUZZ
    @given(st.data())
    def fuzz(data):
        with tf.Graph().as_default():
            feeds = {}
            clearly(lambda: run(call(data.draw, FUNCTIONS[name], feeds), feeds))

    fuzz()


@FUZZ
@given(st.data())
def test_indexing(data):
    index = st.one_of(
        st.integers(-5, 5),
        st.builds(slice, *[st.one_of(st.none(), st.integers(-4, 4))] * 3),
        st.sampled_from([tf.newaxis, ..., True, 1.5, "a", [0, 1], slice("a", None), (), np.int64(1)]),
    )
    with tf.Graph().as_default():
        feeds = {}
        x = data.draw(tensors(feeds))
        key = data.draw(st.one_of(index, st.lists(index, max_size=4).map(tuple)))
        clearly(lambda: run(x[key], feeds))


@FUZZ
@given(st.data())
def test_feeds_and_fetches(data):
    with tf.Graph().as_default() as graph, tf.Session() as session:
        x = tf.placeholder(data.draw(st.sampled_from(ELEMENTS)), data.draw(st.one_of(st.none(), SHAPES)), name="x")
        v = tf.Variable([1.0, 2.0], name="v")
        elements = [x, tf.identity(x, name="y"), v, v.initializer, v + 1.0, "x:0", "y", "v:0", "z:0", ":", ""]
        anything = st.one_of(st.sampled_from(elements), NUMBERS, ODD)
        fetches = st.recursive(
            anything, lambda part: st.one_of(st.lists(part, max_size=3), st.dictionaries(st.text(max_size=1), part))
        )
        keys = st.one_of(
            st.sampled_from([e for e in elements if e is not v]), st.none(), st.integers(), st.just((x, v))
        )
        values = st.one_of(arrays(), NUMBERS, LISTS, ODD)
        feeds = data.draw(st.one_of(st.dictionaries(keys, values, max_size=2), st.just({x: data.draw(arrays())}), ODD))
        for _ in range(3):
            clearly(lambda: session.run(data.draw(fetches), feeds))
        assert graph.get_operation_by_name("x") is x.op
        session.run(v.initializer)
        assert session.run(v).tolist() == [1, 2], "the session still works"


@FUZZ
@given(st.data())
def test_variables(data):
    with tf.Graph().as_default():
        feeds = {}
        clearly(lambda: _trained(call(data.draw, tf.get_variable, feeds), feeds))


def _trained(variable, feeds):
    optimizer = tf.train.AdamOptimizer(0.1)
    step = optimizer.minimize(tf.reduce_sum(tf.square(variable)), var_list=[variable])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer(), feeds)
        session.run([step, variable], feeds)


QUEUES = [tf.FIFOQueue, tf.PaddingFIFOQueue, tf.RandomShuffleQueue, tf.PriorityQueue]
INPUTS = [f for name, f in vars(tf.train).items() if name.endswith(("producer", "batch", "batch_join", "epochs"))]
ONE_RUN = tf.RunOptions(timeout_in_ms=20)


@pytest.mark.parametrize("kind", QUEUES)
def test_queues(kind):
    @settings(FUZZ, max_examples=60, deadline=None)
    @given(st.data())
    def fuzz(data):
        with tf.Graph().as_default():
            clearly(lambda: _used(data, kind))

    fuzz()


def _used(data, kind):
    """Makes a queue of odd settings and runs some of its ops with odd values, none of them for ever."""
    feeds, sizes = {}, st.one_of(st.integers(1, 4), st.integers(-1, 4), ODD)
    shape = st.one_of(SHAPES, st.none(), st.lists(st.one_of(SIZES, st.none()), max_size=2))
    types = data.draw(st.one_of(st.lists(st.sampled_from(ELEMENTS), min_size=1, max_size=2), ODD))
    given = [data.draw(sizes) for _ in range(1 + (kind is tf.RandomShuffleQueue))]
    shapes = data.draw(st.one_of(st.none(), st.lists(shape, max_size=2), ODD))
    queue = kind(*given, types, shapes, names=data.draw(st.sampled_from([None] * 5 + [["a"], ["a", "b"], 3])))
    ops = []
    for _ in range(4):
        values = data.draw(st.one_of(st.lists(tensors(feeds), max_size=2), tensors(feeds), LISTS, NUMBERS, ODD))
        made = data.draw(
            st.sampled_from(
                [
                    lambda v=values: queue.enqueue(v),
                    lambda v=values: queue.enqueue_many(v),
                    queue.dequeue,
                    queue.size,
                    lambda: queue.dequeue_many(data.draw(sizes)),
                    lambda: queue.dequeue_up_to(data.draw(sizes)),
                ]
            )
        )
        clearly(lambda made=made: ops.append(made()))
    with tf.Session() as session:
        for op in ops:
            clearly(lambda op=op: session.run(op, feeds, options=ONE_RUN))
        assert session.run(queue.size()) >= 0


@pytest.mark.parametrize("function", INPUTS, ids=lambda f: f.__name__)
def test_inputs(function):
    @settings(FUZZ, max_examples=20, deadline=None)
    @given(st.data())
    def fuzz(data):
        with tf.Graph().as_default() as graph:
            feeds = {}
            clearly(lambda: call(data.draw, function, feeds))
            with tf.Session() as session:
                session.run(tf.local_variables_initializer())
                for runner in graph.get_collection(tf.GraphKeys.QUEUE_RUNNERS):
                    for op in [*runner.enqueue_ops, runner.close_op, runner.queue.dequeue()]:
                        clearly(lambda op=op: session.run(op, feeds, options=ONE_RUN))

    fuzz()
