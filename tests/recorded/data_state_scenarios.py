"""Functions of datasets that read and change what a session keeps, as programs of `tf` (see session_scenarios)."""

import os
import tempfile

import numpy as np
from data_scenarios import elements, said
from session_scenarios import scenario


def _after(tf, variable, change):
    with tf.control_dependencies([change]):
        return variable.read_value()


def _looped(tf, x, v):
    return tf.while_loop(lambda i: i < x, lambda i: i + v.assign_add(1) * 0 + 1, [tf.constant(0, tf.int64)])


def _made_inside(tf):
    return tf.Variable(np.int64(3), use_resource=True)


def _found_again(tf):
    with tf.variable_scope("s", reuse=True, use_resource=True):
        return tf.get_variable("kept", [], tf.int64)


def _inserted(tf, table, x):
    with tf.control_dependencies([table.insert(x, x * x)]):
        return table.lookup(x) + table.size() * 100


def _unused(v, x):
    v.assign_add(1)
    return x


# Of d, 0 to 5, a variable v that is 2 at first, a table t.
CALLS = [
    "d.map(lambda x: x + v)",
    "d.map(lambda x: x + v.read_value())",
    "d.map(lambda x: x * 100 + v.assign_add(1))",
    "d.map(lambda x: v.assign(x * 2))",
    "d.map(lambda x: tf.assign_sub(v, x))",
    "d.map(lambda x: after(tf, v, v.assign_add(x, read_value=False)))",
    "d.map(lambda x: unused(v, x))",
    "d.map(lambda x: v.count_up_to(5))",
    "d.map(lambda x: v.assign_add(1) * 0 + x, num_parallel_calls=3)",
    "d.map(lambda x: v.assign_add(x)).prefetch(1)",
    "d.map(lambda x: v.assign_add(1)).cache().repeat(2)",
    "d.filter(lambda x: x < v)",
    "d.filter(lambda x: tf.equal(v.assign_add(1) % 2, 0))",
    "d.flat_map(lambda x: tf.data.Dataset.range(v))",
    "d.flat_map(lambda x: tf.data.Dataset.range(2).map(lambda y: v.assign_add(y + x)))",
    "d.interleave(lambda x: tf.data.Dataset.from_tensors(x).repeat(2).map(lambda y: v.assign_add(1) * 10 + y), 2)",
    "d.batch(3).map(lambda x: x * v.assign_add(1))",
    "d.apply(X.scan(np.int64(0), lambda s, x: (s + x * v, s + v.assign_add(1))))",
    "d.apply(X.group_by_window(lambda x: x % 2, lambda k, d: d.batch(2).map(lambda y: y + v.assign_add(10)), 2))",
    "d.map(lambda x: tf.py_func(lambda a, b: a * b, [x, v.assign_add(1)], tf.int64))",
    "d.map(lambda x: tf.cond(x % 2 > 0, lambda: v.assign_add(x) + 0, lambda: v + 0))",
    "d.map(lambda x: looped(tf, x, v))",
    "d.map(lambda x: x + made_inside(tf))",
    "d.map(lambda x: found_again(tf).assign_add(x))",
    "d.map(lambda x: inserted(tf, t, x))",
    "d.map(lambda x: x + plain)",
    "d.map(lambda x: tf.assign_add(plain, x))",
    "tf.data.Dataset.from_generator(lambda n: iter(range(int(n))), tf.int64, [], args=(v,))",
]
_NAMES = {"after": _after, "looped": _looped, "made_inside": _made_inside, "found_again": _found_again}
_NAMES.update(inserted=_inserted, unused=_unused, np=np)


def _made(tf, call):
    v = tf.Variable(np.int64(2), use_resource=True)
    with tf.variable_scope("s", use_resource=True):
        tf.get_variable("kept", [], tf.int64, tf.zeros_initializer())
    given = {"d": tf.data.Dataset.range(6), "t": tf.contrib.lookup.MutableHashTable(tf.int64, tf.int64, -1)}
    given.update(_NAMES, tf=tf, X=tf.data.experimental, v=v, plain=tf.Variable(np.int64(7)))
    return v, eval(call, given)


def _kept(tf, call):
    with tf.Graph().as_default(), tf.Session() as session:
        v, dataset = _made(tf, call)
        it = dataset.make_initializable_iterator()
        x, found = it.get_next(), []
        session.run(tf.global_variables_initializer())
        for _ in range(2):
            session.run(it.initializer)
            found += [elements(tf, session, x), said(session.run(v))]
        return found


def _tried(tf, function, *args):
    try:
        return function(tf, *args)
    except Exception as error:
        return type(error).__name__


@scenario
def dataset_state(tf):
    return {call: _tried(tf, _kept, call) for call in CALLS}


@scenario
def dataset_state_between_runs(tf):
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.Variable(np.int64(2), use_resource=True)
        more = v.assign_add(100)
        it = tf.data.Dataset.range(4).map(lambda x: v.assign_add(x)).make_initializable_iterator()
        x = it.get_next()
        y = tf.data.Dataset.range(4).map(lambda x: v + x).make_initializable_iterator()
        read = y.get_next()
        found = [session.run([it.initializer, y.initializer]), _tried(tf, lambda _: session.run(read))]
        session.run(v.initializer)
        return found + [said(session.run(each)) for each in (x, more, x, v, more, x)]


def _one_shot(tf, call):
    return _made(tf, call)[1].make_one_shot_iterator()


@scenario
def dataset_state_in_one_shot(tf):
    calls = ["d.map(lambda x: x + v)", "d.map(lambda x: t.lookup(x))", "d.filter(lambda x: v.assign_add(1) > 0)"]
    found = []
    for call in calls:
        with tf.Graph().as_default():
            found.append(_tried(tf, _one_shot, call))
    return found


@scenario
def dataset_state_reduced(tf):
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.Variable(np.int64(2), use_resource=True)
        total = tf.data.Dataset.range(4).prefetch(2).reduce(np.int64(0), lambda s, x: s + x * v.assign_add(1))
        session.run(v.initializer)
        return [said(session.run(total)), said(session.run(v))]


@scenario
def dataset_state_saved(tf):
    calls = ["d.map(lambda x: x + v)", "d.map(lambda x: v.assign_add(x))", "d.map(lambda x: t.lookup(x))"]
    return [_tried(tf, _saved, call) for call in [*calls, "d.concatenate(tf.data.Dataset.from_tensors(v + 1))"]]


def _saved(tf, call):
    with tf.Graph().as_default() as graph, tf.Session() as session, tempfile.TemporaryDirectory() as folder:
        it = _made(tf, call)[1].make_initializable_iterator()
        x, saver = it.get_next(), tf.train.Saver([tf.data.experimental.make_saveable_from_iterator(it)])
        session.run(tf.global_variables_initializer())
        session.run(it.initializer)
        session.run(x)
        saver.save(session, os.path.join(folder, "it"))
        return [group.decode() for group in graph.get_operation_by_name("MakeIterator").colocation_groups()]
