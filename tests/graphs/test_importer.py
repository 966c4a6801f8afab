"""GraphDefs become graphs again: every op, loops and branches, names; what contradicts itself is refused."""

import damaged_graphs
import numpy as np
import pytest
from helpers import assert_same, fails
from op_samples import SAMPLES
from small_graphs import small

import minitf as tf
from minitf.framework import nest
from minitf.graphs.export import graph_def as own


def again(graph, **options):
    """A graph made of another, as meta graphs have it."""
    with tf.Graph().as_default() as made:
        tf.import_graph_def(own(graph, **options), name="")
    return made


def values(graph, names, feed_dict=None, init=()):
    with tf.Session(graph=graph) as session:
        session.run(list(init))
        return session.run(list(names), feed_dict)


def described(graph):
    return [
        (op.name, op.type, [t.dtype for t in op.outputs], [str(t.shape) for t in op.outputs])
        for op in graph.get_operations()
    ]


def arrays_of(arrays):
    found = [np.asarray(a) for a in arrays]
    return [a.astype(np.float32) if a.dtype.kind == "f" else a for a in found]


@pytest.mark.parametrize("type, function, arrays, options", SAMPLES, ids=[s[0] for s in SAMPLES])
def test_every_op(type, function, arrays, options):
    given = arrays_of(arrays)
    with tf.Graph().as_default() as graph:
        inputs = [tf.placeholder(a.dtype, a.shape) for a in given]
        outputs = nest.flatten(function(*inputs))
        floats = [t for t in outputs if t.dtype.is_floating]
        if options.get("grads", True) and floats:
            outputs += [g for g in tf.gradients(floats, inputs[0]) if isinstance(g, tf.Tensor)]
    names = [t.name for t in outputs]
    feeds = {t.name: a for t, a in zip(inputs, given)}
    copy = again(graph, add_shapes=True)
    assert described(copy) == described(graph)
    assert [op.attrs.keys() - {"follows"} for op in graph.ops] <= [op.attrs.keys() for op in copy.ops]
    for mine, theirs in zip(values(copy, names, feeds), values(graph, names, feeds)):
        assert_same(mine, theirs, 0)


STATEFUL = """
v = tf.Variable(tf.ones([4, 2]), name="v")
w = tf.get_variable("w", [4, 2], initializer=tf.random_normal_initializer(seed=3))
i = tf.Variable(0, name="i")
grads = tf.gradients(tf.reduce_sum(v * v), [v])
rows = tf.gradients(tf.reduce_sum(tf.gather(v, [1, 2])), [v])
for k, optimizer in enumerate([
    tf.train.AdamOptimizer(0.1), tf.train.GradientDescentOptimizer(0.1), tf.train.MomentumOptimizer(0.1, 0.9),
    tf.train.RMSPropOptimizer(0.1), tf.train.RMSPropOptimizer(0.1, centered=True),
    tf.train.AdagradOptimizer(0.1), tf.train.AdadeltaOptimizer(0.1), tf.train.FtrlOptimizer(0.1),
    tf.train.ProximalAdagradOptimizer(0.1), tf.train.ProximalGradientDescentOptimizer(0.1),
    tf.train.AdagradDAOptimizer(0.1, tf.train.get_or_create_global_step()),
]):
    optimizer.apply_gradients([(grads[0], v)], name=f"train_{k}")
    optimizer.apply_gradients([(rows[0], v)], name=f"rows_{k}")
for k, change in enumerate([tf.scatter_update, tf.scatter_add, tf.scatter_sub, tf.scatter_mul, tf.scatter_div,
                            tf.scatter_min, tf.scatter_max]):
    change(v, [0, 2], [[1.0, 2.0], [3.0, 4.0]], name=f"change_{k}")
for k, change in enumerate([tf.scatter_nd_update, tf.scatter_nd_add, tf.scatter_nd_sub]):
    change(v, [[0, 1], [2, 1]], [3.0, 4.0], name=f"nd_{k}")
tf.assign_add(v, w, name="more"), tf.assign_sub(v, w, name="less"), tf.count_up_to(i, 3, name="count")
tf.identity(tf.is_variable_initialized(v), name="known"), tf.identity(v.initialized_value(), name="start")
tf.report_uninitialized_variables(name="none")
tf.random_normal([3], seed=1, name="normal"), tf.random_uniform([3], seed=1, name="uniform")
tf.truncated_normal([3], seed=1, name="truncated"), tf.random_uniform([3], 0, 9, tf.int32, 1, "ints")
tf.multinomial([[1.0, 2.0]], 3, seed=1, name="multinomial"), tf.random_gamma([3], 2.0, seed=1, name="gamma")
tf.random_poisson(3.0, [4], seed=1, name="poisson"), tf.random_shuffle([1, 2, 3], seed=1, name="shuffle")
classes = np.array([[1, 2]])
for k, sampler in enumerate([tf.nn.uniform_candidate_sampler, tf.nn.log_uniform_candidate_sampler,
                             tf.nn.learned_unigram_candidate_sampler]):
    tf.identity(sampler(classes, 2, 3, True, 9, seed=1)[0], name=f"sampled_{k}")
found = tf.nn.fixed_unigram_candidate_sampler(classes, 2, 3, True, 4, unigrams=[1.0, 2.0, 3.0, 4.0], seed=1)
tf.identity(found[0], name="sampled_3")
tf.identity(tf.nn.all_candidate_sampler(classes, 2, 3, True, seed=1)[0], name="sampled_4")
for kind in ("FIFOQueue", "RandomShuffleQueue", "PaddingFIFOQueue"):
    options = [8, 0] if kind == "RandomShuffleQueue" else [8]
    queue = getattr(tf, kind)(*options, [tf.float32], shapes=[[2]], name=kind)
    queue.enqueue([[1.0, 2.0]], name=f"{kind}_put"), queue.dequeue(name=f"{kind}_take")
    queue.enqueue_many([[[1.0, 2.0], [3.0, 4.0]]], name=f"{kind}_more"), queue.size(name=f"{kind}_size")
    queue.dequeue_many(1, name=f"{kind}_many"), queue.dequeue_up_to(3, name=f"{kind}_rest")
    queue.close(name=f"{kind}_close"), queue.is_closed(name=f"{kind}_closed")
tf.summary.scalar("scalar", 1.5), tf.summary.histogram("histogram", [1.0, 2.0]), tf.summary.text("text", "a")
tf.summary.image("image", tf.ones([1, 2, 2, 1])), tf.summary.audio("audio", tf.ones([1, 9]), 3.0)
tf.identity(tf.summary.merge_all(), name="merged"), tf.string_join(["a", "b"], "-", name="joined")
tf.group(tf.Assert(True, [v], name="assert"), tf.Print(v, [v], "v", name="print"), name="said")
"""
QUEUE = "put more size take many close rest closed"
RUNS = [
    *[f"train_{k}" for k in range(11)],
    *[f"rows_{k}" for k in range(11)],
    *[f"change_{k}:0" for k in range(7)],
    *[f"nd_{k}:0" for k in range(3)],
    "more:0",
    "less:0",
    "count:0",
    "known:0",
    "start:0",
    "none/boolean_mask/GatherV2:0",
    "normal:0",
    "uniform:0",
    "truncated:0",
    "ints:0",
    "multinomial/Multinomial:0",
    "gamma/Maximum:0",
    "poisson/RandomPoissonV2:0",
    "shuffle:0",
    *[f"sampled_{k}:0" for k in range(5)],
    "merged:0",
    "joined:0",
    "said",
    "v:0",
    *[f"{kind}_{step}" for kind in ("FIFOQueue", "RandomShuffleQueue", "PaddingFIFOQueue") for step in QUEUE.split()],
]


def run_all(graph, capfd):
    """What each of RUNS gives, one after the other."""
    found = []
    with tf.Session(graph=graph) as session:
        session.run("init")
        for name in RUNS:
            element = graph.as_graph_element(name) if name in graph._by_name or ":" in name else None
            tensors = getattr(element, "outputs", [element]) if element is not None else []
            found += session.run(list(tensors) or element, None) or []
    return [np.asarray(value) for value in found], capfd.readouterr().err


def test_state_random_numbers_queues_and_summaries(capfd):
    tf.set_random_seed(5)
    exec(STATEFUL, {"tf": tf, "np": np})
    tf.global_variables_initializer()
    graph = tf.get_default_graph()
    mine, said = run_all(again(graph, add_shapes=True), capfd)
    theirs, expected = run_all(graph, capfd)
    assert len(mine) == len(theirs) > 40 and said == expected != ""
    for one, other in zip(mine, theirs):
        np.testing.assert_array_equal(one, other)


LOOPS = {
    "while": "y = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * x[1]), [0, x[0]])[1]",
    "grown": "y = tf.while_loop(lambda a: tf.size(a) < n + 5, lambda a: tf.concat([a, a], 0), [x], [[None]])",
    "map": "y = tf.map_fn(lambda v: v * v + x[1], x)",
    "scan": "y = tf.scan(lambda a, v: a * 0.5 + v, x, reverse=True)",
    "fold": "y = tf.foldr(lambda a, v: a * v, x)",
    "cond": "y = tf.cond(x[0] > 0.5, lambda: x * x, lambda: x) + tf.cond(n > 2, lambda: x, lambda: -x)",
    "nested": """
def step(i, y):
    y = tf.cond(tf.equal(i % 2, 0), lambda: tf.map_fn(lambda v: v * x[2], y), lambda: y + tf.to_float(i))
    return i + 1, tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, tf.tanh(z)), [0, y])[1]
y = tf.while_loop(lambda i, y: i < n, step, [0, x])[1]""",
    "rnn": """
cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(3), tf.nn.rnn_cell.GRUCell(2)])
y = tf.nn.dynamic_rnn(cell, tf.reshape(x, [1, 3, 1]), [n], dtype=tf.float32)[0]""",
    "array": """
a = tf.TensorArray(tf.float32, 0, dynamic_size=True, infer_shape=False)
a = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a.write(i, x * tf.to_float(i))), [0, a])[1]
y = a.concat()""",
}


@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS.keys())
def test_loops_and_branches(source):
    tf.set_random_seed(3)
    x, n = tf.placeholder(tf.float32, [3], name="x"), tf.placeholder(tf.int32, [], name="n")
    scope = {"tf": tf, "x": x, "n": n}
    exec(source, scope)
    tf.identity(scope["y"], name="y")
    [slope] = tf.gradients(scope["y"], x)
    curve = tf.gradients(tf.convert_to_tensor(slope), x)
    tf.identity(slope, name="slope"), curve[0] is not None and tf.identity(curve[0], name="curve")
    tf.global_variables_initializer()
    graph = tf.get_default_graph()
    copy = again(again(graph))
    assert [op.name for op in copy.get_operations()] == [op.name for op in graph.get_operations()]
    names = ["y:0", "slope:0"] + ["curve:0"] * (curve[0] is not None)
    for n in (1, 3, 4):
        feeds = {"x:0": [0.4, 0.7, -0.3], "n:0": n}
        for mine, theirs in zip(*(values(g, names, feeds, ["init"]) for g in (copy, graph)), strict=True):
            np.testing.assert_array_equal(mine, theirs)
    with copy.as_default():  # what was imported has gradients of its own
        [again_slope] = tf.gradients(copy.get_tensor_by_name("y:0"), copy.get_tensor_by_name("x:0"))
        feeds = {"x:0": [0.4, 0.7, -0.3], "n:0": 3}
        fresh, known = values(copy, [tf.convert_to_tensor(again_slope), "slope:0"], feeds, ["init"])
        np.testing.assert_allclose(fresh, known, rtol=1e-5)


def names_added(function):
    """The names of the ops that a function adds to a graph that has `a` already."""
    with tf.Graph().as_default() as graph:
        tf.constant(1.0, name="a")
        function()
        return [op.name for op in graph.get_operations()][1:]


@pytest.mark.parametrize(
    "options, names",
    [  # as TensorFlow 1.15 calls them
        ({}, ["import/a", "import/b/y", "import/b", "import/c"]),
        ({"name": ""}, ["a_1", "b/y", "b", "c"]),
        ({"name": "x"}, ["x/a", "x/b/y", "x/b", "x/c"]),
        ({"name": "x/"}, ["x/a", "x/b/y", "x/b", "x/c"]),
    ],
)
def test_names(options, names):
    assert names_added(lambda: tf.import_graph_def(small(), **options)) == names


def test_names_of_a_second_time_and_in_scopes():
    def twice():
        tf.import_graph_def(small())
        tf.import_graph_def(small())
        with tf.name_scope("s"):
            tf.import_graph_def(small())
            tf.import_graph_def(small(), name="")

    expected = ["import/b", "import_1/b", "s/import/b", "b"]
    assert [name for name in names_added(twice) if name.endswith("b")] == expected


def test_elements_and_inputs():
    a, b = tf.import_graph_def(small(), return_elements=["a", "b:0"], name="x")
    assert isinstance(a, tf.Operation) and (a.name, b.name) == ("x/a", "x/b:0")
    assert tf.import_graph_def(small()) is None
    [b] = tf.import_graph_def(small(), {"a": 5.0}, ["b:0"])
    [d] = tf.import_graph_def(small(), {"a:0": tf.constant(6.0), "^b": tf.no_op()}, ["b:0"])
    with tf.Session() as session:
        assert session.run([b, d]) == [7.0, 8.0]


@pytest.mark.parametrize(
    "options, error, text",
    [
        ({"return_elements": ["z"]}, ValueError, "'z' not found in graph def"),
        ({"return_elements": ["a:3"]}, ValueError, "Invalid return output 3 of node 'a'"),
        ({"return_elements": [1]}, TypeError, "return_elements"),
        ({"input_map": {"q:0": 1.0}}, ValueError, "not found in graph_def: [q:0]"),
        ({"input_map": {"a:0": 1}}, ValueError, "int32"),
        ({"input_map": [1]}, TypeError, "input_map"),
    ],
)
def test_wrong_arguments(options, error, text):
    with fails(error, text):
        tf.import_graph_def(small(), **options)
    assert not tf.get_default_graph().get_operations()


@pytest.mark.parametrize("wrong", [None, "x", b"", 3])
def test_no_graph_def(wrong):
    with fails(TypeError, "graph_def must be a GraphDef"):
        tf.import_graph_def(wrong)


def changed(path, value):
    """A function that sets a field of the GraphDef of `small`."""

    def change(definition):
        *places, last = path
        for place in places:
            definition = definition[place] if isinstance(place, int) else getattr(definition, place)
            if isinstance(definition, type(small().node[0].attr)):
                definition = definition[places[-1]]
                break
        setattr(definition, last, value) if isinstance(last, str) else definition.__setitem__(last, value)

    return change


def attribute(node, name, **content):
    def change(definition):
        definition.node[node].attr[name].Clear()
        for field, value in content.items():
            target = definition.node[node].attr[name]
            if isinstance(value, (list, tuple)):
                getattr(target.list, field).extend(value)
            else:
                setattr(target, field, value)

    return change


def tensor(**content):
    def change(definition):
        found = definition.node[0].attr["value"].tensor
        for field, value in content.items():
            if field == "sizes":
                for size in value:
                    found.tensor_shape.dim.add(size=size)
            elif isinstance(value, list):
                getattr(found, field).extend(value)
            else:
                setattr(found, field, value)

    return change


@pytest.mark.parametrize(
    "change, error, text",
    [
        (changed(["node", 0, "op"], "Foo"), tf.errors.NotFoundError, "type not registered: minitf has no 'Foo'"),
        (changed(["node", 2, "input", 0], "z"), ValueError, "Unknown input node 'z'"),
        (changed(["node", 2, "input", 0], "a:4"), ValueError, "has 1 outputs"),
        (changed(["node", 2, "input", 0], "a:99999999999999999999"), ValueError, "Unknown input node"),
        (changed(["node", 2, "input", 0], ""), ValueError, "Unknown input node"),
        (changed(["node", 2, "input", 0], "b"), ValueError, "cycle"),
        (changed(["node", 3, "input", 0], "^c"), ValueError, "cycle"),
        (changed(["node", 3, "name"], "a"), ValueError, "not unique"),
        (changed(["node", 3, "name"], "b b"), ValueError, "is not a name"),
        (changed(["node", 3, "name"], ""), ValueError, "is not a name"),
        (attribute(2, "T", type=3), ValueError, "its T is int32"),
        (attribute(2, "T", i=3), ValueError, "'T': it is int instead of type"),
        (attribute(2, "T", i=[3, 4]), ValueError, "'T': it is a list instead of type"),
        (attribute(2, "foo", i=3), ValueError, "has no attribute 'foo'"),
        (attribute(0, "dtype", type=3), ValueError, "its value is float32, not int32"),
        (attribute(0, "dtype", type=77), ValueError, "77"),
        (attribute(2, "_body", s=[b"a", b"body"]), ValueError, "in no body"),
        (attribute(2, "_body", s=[b"c"]), ValueError, "in no body"),
        (attribute(2, "_incomplete", b=True), ValueError, "whether ops of a branch ran"),
        (changed(["node", 2, "op"], "Loop"), ValueError, "its own"),
        (changed(["node", 2, "op"], "If"), ValueError, "its own"),
        (changed(["node", 2, "op"], "Arg"), ValueError, "belongs to a body"),
        (changed(["node", 2, "op"], "MatMul"), ValueError, "'b' of type MatMul"),
        (changed(["node", 2, "op"], "Placeholder"), ValueError, "'b' of type Placeholder"),
        (tensor(sizes=[2**40]), ValueError, "cannot be in a message"),
        (tensor(sizes=[2**62, 2**62]), ValueError, "cannot be in a message"),
        (tensor(sizes=[-1]), ValueError, "has no value"),
        (tensor(sizes=[-7]), ValueError, "is no shape"),
        (tensor(sizes=[1] * 300), ValueError, "is no shape"),
        (tensor(float_val=[1.0, 2.0, 3.0]), ValueError, "4 values"),
        (tensor(tensor_content=b"abc"), ValueError, "3 bytes"),
        (tensor(dtype=0), ValueError, "no tensors of type 0"),
    ],
)
def test_what_contradicts_itself(change, error, text):
    definition = small()
    change(definition)
    with fails(error, text):
        tf.import_graph_def(definition)
    graph = tf.get_default_graph()
    assert not graph.get_operations() and not graph._by_name and graph._last_id == 0
    tf.import_graph_def(small())


def test_unknown_ops_are_named_together():
    definition = small()
    definition.node[0].op, definition.node[2].op = "Foo", "Bar"
    with fails(tf.errors.NotFoundError, "'Bar' (node 'b'), 'Foo' (node 'a')"):
        tf.import_graph_def(definition)


def test_a_body_in_itself():
    y = tf.map_fn(lambda v: v * 2.0, tf.constant([1.0, 2.0]))
    definition = own(y.graph)
    loop = next(node for node in definition.node if node.op == "Loop")
    loop.attr["_body"].list.s.extend([loop.name.encode(), b"body"])
    with fails(ValueError, "in a body of its own"):
        tf.import_graph_def(definition)


def test_ops_that_wait_for_a_branch_are_refused():
    kept = []
    tf.cond(tf.placeholder(tf.bool, []), lambda: kept.append(tf.constant(1)) or kept[0], lambda: 2)
    with tf.control_dependencies(kept):
        tf.no_op()
    definition = own(tf.get_default_graph())
    with tf.Graph().as_default(), fails(ValueError, "whether ops of a branch ran"):
        tf.import_graph_def(definition)


def test_ops_stay_with_those_they_are_placed_with():
    w = tf.get_variable("w", [2])
    with tf.colocate_with(w.op):
        tf.constant(1.0, name="near")
    definition = tf.get_default_graph().as_graph_def()
    near, read, far = tf.import_graph_def(definition, return_elements=["near", "w/read", "w"], name="again")
    assert near.colocation_groups() == read.colocation_groups() == far.colocation_groups() == [b"loc:@again/w"]
    assert near.node_def.attr["_class"].list.s == [b"loc:@again/w"]
    with tf.Graph().as_default():  # alone it has its own place
        part = tf.graph_util.extract_sub_graph(definition, ["near"])
        [near] = tf.import_graph_def(part, return_elements=["near"], name="")
        assert near.colocation_groups() == [b"loc:@near"]


def test_the_definition_stays_as_it_was():
    tf.map_fn(lambda v: v * 2.0, tf.constant([1.0, 2.0]))
    definition = tf.get_default_graph().as_graph_def()
    before = definition.SerializeToString(deterministic=True)
    tf.import_graph_def(definition)
    assert definition.SerializeToString(deterministic=True) == before


def test_placeholders_of_old_versions_have_any_shape():
    tf.placeholder(tf.float32, [], name="x")
    definition = tf.get_default_graph().as_graph_def()
    definition.versions.producer = 22
    [x] = tf.import_graph_def(definition, return_elements=["x:0"])
    assert x.shape.rank is None


def test_attributes_that_are_not_there():
    """Also those that are only asked for when the op runs."""
    x, f = tf.placeholder(tf.float32, name="x"), tf.placeholder(tf.float32, name="f")
    tf.nn.conv3d(x, f, [1] * 5, "SAME", name="y")
    definition = tf.get_default_graph().as_graph_def()
    del definition.node[2].attr["strides"]
    with fails(ValueError, "Node 'y'", "lacks attribute 'strides'"):
        tf.import_graph_def(definition)


def test_damaged_graphs():
    """A part of `python -m tests.campaigns damaged_graphs`."""
    assert list(damaged_graphs.bad_outcomes(0, 250)) == []
