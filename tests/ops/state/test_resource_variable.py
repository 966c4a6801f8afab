"""Resource variables: against TensorFlow's records, in both executors, in graphs written and read again."""

import core_facts
import numpy as np
import pytest
from helpers import fails

import minitf as tf

# What TensorFlow's references alias: there a read may see what is assigned after it.
_ALIASED = ("order_of_reads_reference", "order_of_a_chain_reference")
_NAMES = core_facts.names("order_", "resource", "scatters_", "batch_scatter", "counting", "creators")


def said(value):
    """Names of classes that nobody asks for are minitf's own."""
    return "is Changed" if value == "is _UnreadVariable" else value


@pytest.mark.parametrize("name", [name for name in _NAMES if name not in _ALIASED])
def test_as_tensorflow(name):
    core_facts.check(name, lambda found: [said(value) for value in found])


def resource(value=1.0, **options):
    return tf.Variable(value, use_resource=True, **options)


@pytest.mark.parametrize("executor", ["op_by_op", "native"])
def test_reads_see_what_is_there_at_their_place(executor):
    v, seen = resource(), []
    for _ in range(3):
        with tf.control_dependencies([v.read_value()] if not seen else [seen[-1]]):
            seen.append(v.assign_add(1.0) * 10.0)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as sess:
        sess.run(v.initializer)
        assert sess.run(seen) == [20.0, 30.0, 40.0] and sess.run(v) == 4.0


def test_a_training_equals_that_of_references():
    """To the bit, in both executors and with two threads."""
    found = []
    for use_resource in (False, True):
        for options in ({"executor": "op_by_op"}, {"executor": "native"}, {"intra_op_parallelism_threads": 2}):
            with tf.Graph().as_default():
                tf.set_random_seed(5)
                with tf.variable_scope("net", use_resource=use_resource):
                    x = tf.constant(np.random.RandomState(1).rand(4, 5, 3), tf.float32)
                    y, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(6), x, dtype=tf.float32)
                    loss = tf.reduce_mean(tf.square(tf.layers.dense(y, 2, tf.nn.relu) - 1.0))
                step = tf.train.AdamOptimizer(0.01).minimize(loss)
                values = np.random.RandomState(2)
                starts = [
                    v.assign(values.rand(*v.shape.as_list()).astype("f") - 0.5).op for v in tf.trainable_variables()
                ]
                with tf.Session(config=tf.ConfigProto(**options)) as sess:
                    sess.run(tf.global_variables_initializer())
                    sess.run(starts)
                    for _ in range(5):
                        sess.run(step)
                    found.append(sess.run(tf.trainable_variables()))
    for other in found[1:]:
        for one, two in zip(found[0], other):
            np.testing.assert_array_equal(one, two)


def test_gradients_of_all_ways_of_reading():
    v = resource([[1.0, 2.0], [3.0, 4.0]])
    with tf.control_dependencies([v.initializer]):
        later = v.read_value()
    loss = tf.reduce_sum(v * v) + tf.reduce_sum(tf.gather(v, [1, 1])) + tf.reduce_sum(later * 3.0)
    gradient = tf.convert_to_tensor(tf.gradients(loss, v)[0])
    with tf.Session() as sess:
        sess.run(v.initializer)
        np.testing.assert_array_equal(sess.run(gradient), [[5.0, 7.0], [11.0, 13.0]])


def test_reading_before_initialization_names_the_variable():
    v = resource(name="weights")
    with tf.Session() as sess, fails(tf.errors.FailedPreconditionError, "weights", "tf.global_variables_initializer"):
        sess.run(v + 1.0)


def test_a_graph_with_resources_is_written_and_read_again():
    v = resource([1.0, 2.0], name="v")
    y = tf.add(v * 2.0, tf.cast(v.is_initialized(), tf.float32), name="y")
    tf.scatter_add(v, [0], [5.0])
    v[0].assign(3.0)
    nodes = {node.name: node for node in tf.get_default_graph().as_graph_def().node}
    assert nodes["v"].op == "VarHandleOp" and nodes["v"].attr["shared_name"].s == b"v"
    assert nodes["v/Read/ReadVariableOp"].attr["dtype"].type == tf.float32.as_datatype_enum
    assert not nodes["ResourceScatterAdd"].attr["T"].type and nodes["ResourceScatterAdd"].attr["dtype"].type
    shaped = {node.name: node for node in tf.get_default_graph().as_graph_def(add_shapes=True).node}
    assert [s.dim for s in shaped["v"].attr["_output_shapes"].list.shape] == [[]]  # a handle is a scalar
    assert "_output_shapes" not in shaped["v/Assign"].attr and "validate_shape" not in shaped["v/Assign"].attr
    exported = tf.train.export_meta_graph()
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.train.import_meta_graph(exported)
        [again] = tf.global_variables()
        assert again.to_proto().is_resource and again.dtype is tf.float32
        sess.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(sess.run("y:0"), [3.0, 5.0])
        np.testing.assert_array_equal(sess.run(again.assign_add([1.0, 1.0])), [2.0, 3.0])
    assert y.shape == [2]


def test_what_a_change_gives_waits_for_it():
    v = resource([1.0, 2.0])
    change = v.assign([3.0, 4.0])
    more = change.scatter_add(tf.IndexedSlices([10.0], [0])).assign_sub([1.0, 1.0])
    rows, whole, item = more.sparse_read([0]), more.read_value(), more.gather_nd([[0]])
    part = more[1:].assign([100.0])
    with tf.Session() as sess:
        sess.run(v.initializer)
        found = sess.run([rows, whole, item])
        np.testing.assert_array_equal(found[1], [12.0, 3.0])
        assert found[0] == found[2] == [12.0]
        sess.run(v.initializer)
        np.testing.assert_array_equal(sess.run(part), [12.0, 100.0])


def test_strings_and_other_types():
    for start, new in ((["a", "b"], ["c", "d"]), ([True, False], [False, False]), ([1 + 2j], [3j])):
        v = resource(start)
        change = v.assign(new)
        with tf.Session() as sess:
            sess.run(v.initializer)
            assert [sess.run(v).tolist(), sess.run(change).tolist()] == [
                [x.encode() if isinstance(x, str) else x for x in row] for row in (start, new)
            ]


def test_errors():
    v = resource([1.0, 2.0], name="v")
    with fails(ValueError, "(3,)", "v:0", "(2,)"):
        v.assign([1.0, 2.0, 3.0])
    with fails(TypeError, "tf.IndexedSlices"):
        v.scatter_add(3.0)
    assert resource(tf.placeholder(tf.float32, [None])).shape.as_list() == [None]
    ragged = resource(tf.placeholder_with_default([1.0], [None]), validate_shape=False)
    longer = ragged.assign([1.0, 2.0])
    with tf.Session() as sess:
        sess.run(ragged.initializer)
        np.testing.assert_array_equal(sess.run(longer), [1.0, 2.0])


def test_creators_see_all_arguments_of_layers_and_optimizers():
    made = []

    def creator(next_creator, **kwargs):
        made.append(next_creator(**kwargs))
        return made[-1]

    with tf.variable_creator_scope(creator):
        loss = tf.reduce_sum(tf.layers.dense(tf.ones([1, 2]), 2))
        tf.train.AdamOptimizer().minimize(loss)
    assert made == tf.global_variables()


def test_the_shape_of_a_resource_is_asked_of_its_handle():
    """Its rows' gradients have that shape, also where only a run knows it."""
    v = tf.Variable(np.ones([4, 3], np.float32), validate_shape=False, use_resource=True)
    assert v.shape.rank is None
    slope = tf.gradients(v.sparse_read([1, 1]), v.handle)[0]
    assert slope.dense_shape.op.type == "VariableShape"
    with tf.Session() as session:
        session.run(v.initializer)
        np.testing.assert_array_equal(session.run(slope.dense_shape), [4, 3])
        session.run(v.assign(np.ones([5, 3])))
        np.testing.assert_array_equal(session.run(slope.dense_shape), [5, 3])
        np.testing.assert_array_equal(session.run(tf.convert_to_tensor(slope))[1], [2, 2, 2])
