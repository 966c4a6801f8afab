from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, namedtuple
from types import MappingProxyType, SimpleNamespace

import numpy as np
import pytest
from helpers import fails

import minitf as tf

Pair = namedtuple("Pair", "a b")


def test_structures_come_back_as_they_were_given():
    one, two, op = tf.constant(1, name="one"), tf.constant(2), tf.no_op()
    with tf.Session() as session:
        for fetches, result in [
            (one, 1),
            ("one:0", 1),
            ("one", None),
            (op, None),
            ([], []),
            ([one], [1]),
            ((one, [two, op]), (1, [2, None])),
            ({"x": one, "y": (two,)}, {"x": 1, "y": (2,)}),
            (Pair(one, [two]), Pair(1, [2])),
            (OrderedDict([("b", one), ("a", two)]), OrderedDict([("b", 1), ("a", 2)])),
            ([one, one], [1, 1]),
        ]:
            found = session.run(fetches)
            assert found == result and type(found) is (type(result) if not isinstance(result, int) else np.int32)


def test_variables_and_sparse_gradients():
    v = tf.Variable([[1.0], [2.0]])
    (g,) = tf.gradients(tf.gather(v, [1, 1]), v)
    with tf.Session() as session:
        session.run(v.initializer)
        np.testing.assert_array_equal(session.run(v), [[1], [2]])
        slices = session.run(g)
    np.testing.assert_array_equal(slices.indices, [1, 1])
    np.testing.assert_array_equal(slices.values, [[1], [1]])


@pytest.mark.parametrize(
    "fetch, error, parts",
    [
        (None, TypeError, ["None"]),
        ([None], TypeError, ["None"]),
        (3.0, TypeError, ["overwritten", "sess.run(loss)"]),
        (np.float32(3), TypeError, ["overwritten"]),
        (np.zeros(2), TypeError, ["overwritten"]),
        ("nothing:0", ValueError, ["nothing:0"]),
        ("constant:0", ValueError, ["nearest", "const"]),
        (b"const:0", TypeError, ["const:0"]),
        pytest.param(object(), TypeError, ["object"], id="object"),
    ],
    ids=str,
)
def test_what_cannot_be_fetched(fetch, error, parts):
    tf.constant(1.0, name="const")
    with tf.Session() as session, fails(error, *parts):
        session.run(fetch)


def test_what_is_inside_a_loop_cannot_be_fetched():
    inside = []

    def body(i):
        inside.append(i + 1)
        return inside[-1]

    tf.while_loop(lambda i: i < 3, body, [0])
    with tf.Session() as session, fails(ValueError, "inside a loop", "return it"):
        session.run(inside[0])


def test_results_are_the_callers_own():
    v = tf.Variable([1.0, 2.0])
    c = tf.constant([3.0, 4.0])
    view = tf.reshape(c, [2, 1])
    with tf.Session() as session:
        session.run(v.initializer)
        for fetch, value in ((v, [1, 2]), (c, [3, 4]), (view, [[3], [4]]), (v.read_value(), [1, 2])):
            first = session.run(fetch)
            first[...] = 99
            np.testing.assert_array_equal(session.run(fetch), value)
        kept = session.run(v)
        session.run(tf.assign(v, [7.0, 8.0]))
        np.testing.assert_array_equal(kept, [1, 2])


# ---- structures of all kinds; what comes back of which was recorded from TensorFlow 1.15


class Listed(list):
    """Made of its items one by one, unlike a list."""

    def __init__(self, *items):
        super().__init__(items)


class Dicted(dict):
    pass


class Named(Pair):
    pass


class Decorated:
    """As a class by attrs looks."""

    __attrs_attrs__ = (SimpleNamespace(name="b"), SimpleNamespace(name="a"))

    def __init__(self, b, a):
        self.b, self.a = b, a

    def __eq__(self, other):
        return type(other) is Decorated and (self.b, self.a) == (other.b, other.a)


class Demanding(dict):
    """A dict that cannot be made like one."""

    def __init__(self, items, *, needed):
        super().__init__(items)


ITEMS = {"b": 1, "a": 2}
KINDS = {  # name: (of two parts, what comes back for them)
    "list": (lambda x, y: [x, y], [1, 2]),
    "tuple": (lambda x, y: (x, y), (1, 2)),
    "list subclass": (Listed, [1, 2]),
    "namedtuple": (Pair, Pair(1, 2)),
    "namedtuple subclass": (Named, Named(1, 2)),
    "dict": (lambda x, y: {"b": x, "a": y}, ITEMS),
    "dict subclass": (lambda x, y: Dicted(b=x, a=y), Dicted(ITEMS)),
    "OrderedDict": (lambda x, y: OrderedDict(b=x, a=y), OrderedDict(ITEMS)),
    "defaultdict": (lambda x, y: defaultdict(list, b=x, a=y), defaultdict(None, ITEMS)),
    "Counter": (lambda x, y: Counter(b=x, a=y), Counter(ITEMS)),
    "ChainMap": (lambda x, y: ChainMap({"b": x}, {"a": y}), ChainMap(ITEMS)),
    "UserDict": (lambda x, y: UserDict(b=x, a=y), UserDict(ITEMS)),
    "unsortable keys": (lambda x, y: {"b": x, 1: y}, {"b": 1, 1: 2}),
    "attrs": (Decorated, Decorated(1, 2)),
    "read-only": (lambda x, y: MappingProxyType({"b": x, "a": y}), MappingProxyType(ITEMS)),
    "demanding": (lambda x, y: Demanding({"b": x, "a": y}, needed=0), ITEMS),
}
AROUND = {"alone": lambda x: x, "in a list": lambda x: [x], "in a dict": lambda x: {"k": (x,)}}


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("kind", KINDS)
def test_structures_of_every_kind(kind, around):
    make, result = KINDS[kind]
    with tf.Session() as session:
        found = session.run(AROUND[around](make(tf.constant(1), tf.constant(2))))
    assert found == AROUND[around](result)
    inner = found if around == "alone" else found[0] if around == "in a list" else found["k"][0]
    assert type(inner) is type(result)


def changed(container, new):
    """Puts `new` in the first place of an object, if it lets itself be changed."""
    if isinstance(container, list):
        container[0] = new
    elif hasattr(container, "__setitem__"):
        container["b"] = new
    elif isinstance(container, Decorated):
        container.b = new
    else:
        return False
    return True


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("kind", KINDS)
def test_structures_that_change_in_place(kind, around):
    one, two, three = (tf.constant(n) for n in (1, 2, 3))
    make, result = KINDS[kind]
    container = make(one, two)
    with tf.Session() as session:
        fetches = AROUND[around](container)
        assert session.run(fetches) == AROUND[around](result)
        if changed(container, three):
            changed(result := make(1, 2), 3)
            assert session.run(fetches) == AROUND[around](result)
            # The first plan is kept, and what it was made of has changed since.
            assert session.run(AROUND[around](make(one, two))) == AROUND[around](make(1, 2))


def test_a_dict_that_grew_does_not_change_what_equal_ones_give():
    one, two = tf.constant(1), tf.constant(2)
    grows = {"a": one}
    with tf.Session() as session:
        assert session.run(grows) == {"a": 1}
        grows["b"] = two
        assert session.run({"a": one}) == {"a": 1} and session.run(grows) == {"a": 1, "b": 2}
        del grows["a"]
        assert session.run(grows) == {"b": 2}
        assert list(session.run({1: one})) == [1] and list(session.run({True: one})) == [True]
        assert [type(key) for key in session.run({True: one})] == [bool]


@pytest.mark.parametrize("kind", ("list", "tuple", "dict", "namedtuple"))
def test_fetches_are_nested_as_deep_as_they_like(kind):
    one = tf.constant(1)
    wrap = {
        "list": lambda x: [x],
        "tuple": lambda x: (x,),
        "dict": lambda x: {0: x},
        "namedtuple": lambda x: Pair(one, x),
    }[kind]
    fetches = tf.constant(2)
    for _ in range(10_000):
        fetches = wrap(fetches)
    with tf.Session() as session:
        found = session.run(fetches)
    for _ in range(10_000):
        assert type(found) is type(fetches) and len(found) == len(fetches)
        found = found[1 if kind == "namedtuple" else 0]
    assert found == 2


def test_fetches_that_contain_themselves():
    endless = [tf.constant(1)]
    endless.append({"again": endless})
    with tf.Session() as session, fails(ValueError, "more than 1,000,000 parts", "contain itself"):
        session.run(endless)


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_a_variable_is_fetched_as_the_run_leaves_it(executor):
    """As in TensorFlow, where what is fetched is the variable's memory: scripts print the step that they are at."""
    v, step = tf.Variable([1.0, 2.0]), tf.train.get_or_create_global_step()
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(v * v), global_step=step)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(tf.global_variables_initializer())
        for number in (1, 2, 3):
            for fetches in ([train, step, v], [step, v, train]):
                found = [value for value in session.run(fetches) if value is not None]
                assert found[0] == session.run(step)
                np.testing.assert_array_equal(found[1], session.run(v))
            assert found[0] == 2 * number
        name, value = tf.Variable("a"), tf.Variable(np.zeros(3))
        session.run([name.initializer, value.initializer])
        changed = [name.assign("b"), tf.scatter_add(value, [1], [1.0])]
        found = session.run([name, value, [t.op for t in changed]])
        assert found[0] == b"b" and found[1].tolist() == [0, 1, 0]


def test_a_fetched_variable_is_the_callers_own_array():
    v = tf.Variable([1.0, 2.0])
    change = v.assign_add([1.0, 1.0])
    with tf.Session() as session:
        session.run(v.initializer)
        first, _ = session.run([v, change.op])
        session.run(change.op)
        assert first.tolist() == [2, 3]
