import threading

import pytest
from helpers import fails

import minitf as tf


def names():
    return [op.name for op in tf.get_default_graph().get_operations()]


def test_names_are_unique_as_in_tensorflow():
    for _ in range(3):
        tf.constant(1)
    tf.constant(1, name="a")
    tf.constant(1, name="a_1")
    tf.constant(1, name="a")
    tf.constant(1, name="A")
    assert names() == ["Const", "Const_1", "Const_2", "a", "a_1", "a_2", "A_3"]


def test_name_scopes():
    with tf.name_scope("s") as s:
        tf.constant(1, name="c")
        with tf.name_scope("t"):
            tf.constant(1, name="c")
    with tf.name_scope("s") as again:
        tf.constant(1, name="c")
    with tf.name_scope(s):
        tf.constant(1, name="c")
    with tf.name_scope("s"), tf.name_scope(None) as root:
        tf.constant(1, name="c")
    with tf.name_scope(None, "default", [tf.constant(1)]) as default:
        pass
    assert (s, again, root, default) == ("s/", "s_1/", "", "default/")
    assert names() == ["s/c", "s/t/c", "s_1/c", "s/c_1", "c", "Const"]


@pytest.mark.parametrize("bad", ["a b", "_a", "a:0", "", "?"])
def test_bad_names(bad):
    if bad:
        with fails(ValueError, repr(bad), "name"):
            tf.constant(1, name=bad)
        with fails(ValueError, repr(bad), "scope"), tf.name_scope(bad):
            pass
    else:
        assert tf.constant(1, name=bad).name == "Const:0"


def test_failed_ops_leave_no_trace():
    before = tf.get_default_graph().version
    for _ in range(3):
        with pytest.raises(ValueError):
            tf.reshape(tf.ones([3], name="x"), [2, 2], name="r")
        tf.reset_default_graph()
    assert before == 0
    a = tf.ones([3], name="x")
    with pytest.raises(ValueError):
        tf.add(a, tf.ones([2]), name="sum")
    assert tf.add(a, 1.0, name="sum").name == "sum:0"


def test_lookups():
    c = tf.constant(1, name="s/c")
    graph = tf.get_default_graph()
    assert graph.get_tensor_by_name("s/c:0") is c and graph.get_operation_by_name("s/c") is c.op
    assert graph.as_graph_element("s/c:0") is c and graph.as_graph_element("s/c") is c.op
    assert graph.as_graph_element(c) is c
    v = tf.Variable(1.0, name="v")
    assert graph.as_graph_element(v).name == "v:0"
    for missing, error, parts in [
        ("s/d:0", KeyError, ["s/d:0", "s/c"]),
        ("s/c:1", KeyError, ["1 outputs"]),
        ("s/c", ValueError, ["'s/c:0'"]),
    ]:
        with fails(error, *parts):
            graph.get_tensor_by_name(missing)
    with fails(KeyError, "nearest names"):
        graph.get_operation_by_name("s/cc")
    with fails(TypeError, "not a Tensor or Operation"):
        graph.as_graph_element(3)


def test_graphs_do_not_mix():
    mine = tf.constant(1.0, name="mine")
    with tf.Graph().as_default():
        with fails(ValueError, "mine:0", "belongs to graph", "test_graph.py"):
            tf.add(tf.constant(1.0), mine)
        theirs = tf.constant(1.0)
        with tf.Session() as session, fails(ValueError, "mine:0", "belongs to graph"):
            session.run(mine)
    with fails(ValueError, "belongs to graph"), tf.control_dependencies([theirs]):
        pass
    with tf.Session() as session, fails(TypeError, "cannot be fed", "belongs to graph"):
        session.run(mine, {theirs: 1.0})


def test_default_graphs():
    outer, inner = tf.get_default_graph(), tf.Graph()
    with inner.as_default() as entered:
        assert entered is inner is tf.get_default_graph()
        with fails(AssertionError, "leave it first"):
            tf.reset_default_graph()
    assert tf.get_default_graph() is outer
    tf.reset_default_graph()
    assert tf.get_default_graph() is not outer


def test_each_thread_has_its_own_default_graph():
    seen = []
    with tf.Graph().as_default() as mine:
        thread = threading.Thread(target=lambda: seen.append(tf.get_default_graph()))
        thread.start()
        thread.join()
    assert seen[0] is not mine


def test_control_dependencies():
    a, b = tf.constant(1, name="a"), tf.constant(2, name="b")
    with tf.control_dependencies([a]), tf.control_dependencies([b.op]):
        both = tf.constant(3)
        uses = tf.identity(a)
        with tf.control_dependencies(None):
            free = tf.constant(4)
    assert both.op.control_inputs == [a.op, b.op]
    assert uses.op.control_inputs == [b.op], "a is an input already"
    assert free.op.control_inputs == []


def test_devices_are_recorded():
    with tf.device("/gpu:0"):
        a = tf.constant(1)
        with tf.device(None):
            b = tf.constant(1)
    assert (a.device, b.device) == ("/device:GPU:0", "")


def test_collections():
    a, b = tf.constant(1, name="s/a"), tf.constant(1, name="b")
    tf.add_to_collection("k", a)
    tf.add_to_collections(["k", "l"], b)
    graph = tf.get_default_graph()
    assert tf.get_collection("k") == [a, b] and tf.get_collection("k", "s/") == [a]
    assert tf.get_collection("nothing") == [] and sorted(graph.get_all_collection_keys()) == ["k", "l"]
    tf.get_collection("k").clear()
    assert tf.get_collection("k") == [a, b], "get_collection gives a copy"
    tf.get_collection_ref("k").clear()
    graph.clear_collection("l")
    assert tf.get_collection("k") == tf.get_collection("l") == []


def test_finalized_graphs_do_not_change():
    c = tf.constant(1)
    graph = tf.get_default_graph()
    graph.finalize()
    assert graph.finalized
    with fails(RuntimeError, "finalized", "Const_1"):
        tf.constant(1)
    with fails(RuntimeError, "finalized"):
        tf.add_to_collection("k", c)
    with tf.Session() as session:
        assert session.run(c) == 1


def test_version_and_seed():
    graph = tf.get_default_graph()
    assert graph.seed is None and graph.version == 0
    tf.set_random_seed(3)
    tf.constant(1)
    assert graph.seed == 3 and graph.version == 1
    assert [op._id if hasattr(op, "_id") else op.id for op in graph.get_operations()] == [1]


def test_operations_and_tensors_describe_themselves():
    a = tf.constant([1.0], name="a")
    b = tf.identity(a, name="b")
    assert b.op.type == "Identity" and list(b.op.inputs) == [a] and a.consumers() == [b.op]
    assert b.op.outputs == [b] and b.op.get_attr("T") == tf.float32 and b.graph is tf.get_default_graph()
    assert str(b) == 'Tensor("b:0", shape=(1,), dtype=float32)'
    assert repr(b) == "<tf.Tensor 'b:0' shape=(1,) dtype=float32>"
    assert repr(b.op) == "<tf.Operation 'b' type=Identity>"
    with fails(ValueError, "no attr named 'Q'"):
        b.op.get_attr("Q")


@pytest.mark.parametrize("use", [bool, iter, len, list, range, lambda t: t and t])
def test_tensors_are_no_values(use):
    with fails(TypeError, "Const:0"):
        use(tf.constant([1]))
