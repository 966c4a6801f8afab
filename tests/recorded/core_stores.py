"""Programs of barriers, staging areas and records."""

import numpy as np
from core_support import program, raised, shape


def _in_turn(sess, *fetches):
    """What each fetch gives, or the class of its error."""
    found = []
    for fetch in fetches:
        try:
            found.append(sess.run(fetch))
        except Exception as error:
            found.append(type(error).__name__)
    return found


@program
def barriers(tf):
    from tensorflow.python.ops import data_flow_ops

    b = data_flow_ops.Barrier((tf.float32, tf.string), shapes=((), (2,)), name="B")
    one = b.insert_many(0, ["k2", "k1", "k3"], [2.0, 1.0, 3.0])
    two = b.insert_many(1, ["k1", "k2"], [["a", "b"], ["c", "d"]])
    again = b.insert_many(0, ["k3"], [9.0])
    late = b.insert_many(1, ["k3"], [["e", "f"]])
    fresh = b.insert_many(0, ["k9"], [9.0])
    take, small = b.take_many(2), b.take_many(5, allow_small_batch=True)
    sizes = [b.ready_size(), b.incomplete_size()]
    names_ = [b.name, b.barrier_ref.op.type, one.name, take[0].name, shape(take[0]), shape(take[1])]
    names_ += [[shape(t) for t in take[2]], sizes[0].name, b.close().name]
    names_ += [raised(data_flow_ops.Barrier, (tf.float32,), shapes=((None,),))]
    with tf.Session() as sess:
        found = _in_turn(
            sess, one, sizes, two, sizes, again, take, sizes, b.close(), fresh, late, take, small, take, sizes
        )
    return [names_, found]


@program
def barriers_cancelled(tf):
    from tensorflow.python.ops import data_flow_ops

    b = data_flow_ops.Barrier((tf.int64,), shapes=((),))
    c = data_flow_ops.Barrier((tf.int64, tf.int64), shapes=((), ()))
    put = b.insert_many(0, ["a", "b"], np.int64([1, 2]))
    half, rest = c.insert_many(0, ["a"], np.int64([1])), c.insert_many(1, ["a"], np.int64([2]))
    take = b.take_many(3)
    with tf.Session() as sess:
        found = _in_turn(sess, put, b.close(cancel_pending_enqueues=True), take, put, b.take_many(2), b.take_many(1))
        found += _in_turn(sess, half, c.close(cancel_pending_enqueues=True), rest, c.incomplete_size(), c.close())
        found += _in_turn(sess, c.take_many(0))
    return found


@program
def staging(tf):
    area = tf.contrib.staging.StagingArea([tf.float32, tf.int32], shapes=[[2], []])
    x = tf.constant([1.0, 2.0])
    puts = [area.put([x * float(i), tf.constant(i)]) for i in range(3)]
    get, peek, size, clear = area.get(), area.peek(1), area.size(), area.clear()
    peek0 = area.peek(0)
    described = [
        area.name,
        puts[0].name,
        puts[0].type,
        [t.name for t in get],
        [shape(t) for t in get],
        size.name,
        clear.name,
    ]
    described += [peek[0].op.type, area.dtypes[0].name, [s.as_list() for s in area.shapes], area.names, area.capacity]
    described += [raised(area.put, [x, x]), raised(area.put, {"a": x})]
    with tf.Session() as sess:
        return [
            described,
            _in_turn(sess, puts[0], puts[1], size, peek, get, peek0, puts[2], size, get, get, clear, size),
        ]


@program
def staging_by_name(tf):
    make = tf.contrib.staging.StagingArea
    area = make([tf.float32, tf.int32], names=["x", "n"], shared_name="shared", capacity=5)
    put = area.put({"n": tf.constant(3), "x": tf.constant(1.5)})
    other = make([tf.float32, tf.int32], names=["x", "n"], shared_name="shared")
    get = other.get()
    found = [area.name, sorted(get), [get[k].name for k in sorted(get)], raised(area.put, [tf.constant(1.5), 3])]
    found += [raised(area.put, {"y": tf.constant(1.0)}), raised(make, [tf.float32], names=["a", "b"])]
    found += [raised(make, [tf.float32], shapes=[[1], [2]]), raised(make, [tf.float32], shared_name=3)]
    with tf.Session() as sess:
        return found + _in_turn(sess, put, get, area.clear(), area.size())


@program
def staging_in_a_pipeline(tf):
    area = tf.contrib.staging.StagingArea([tf.int32], [[]])
    counter = tf.Variable(0, use_resource=True)
    put = area.put([tf.convert_to_tensor(counter.assign_add(1))])
    with tf.Session() as sess:
        sess.run(counter.initializer)
        sess.run(put)
        got, found = area.get()[0], []
        for _ in range(4):
            found.append(sess.run([got, put])[0])
        return found


@program
def staging_maps(tf):
    from tensorflow.python.ops import data_flow_ops

    area = data_flow_ops.MapStagingArea([tf.float32, tf.int32], shapes=[[], []], ordered=True)
    key = tf.placeholder(tf.int64, [])
    put = area.put(key, [tf.constant(1.5), tf.constant(2)], [0, 1])
    part, rest = area.put(key, [tf.constant(2.5)], [0]), area.put(key, [tf.constant(7)], [1])
    any_, mine, peek = area.get(), area.get(key), area.peek(key)
    first = area.get(key, [0])
    sizes = [area.size(), area.incomplete_size()]
    described = [put.type, part.name, any_[0].name, mine[0] is key, [t.name for t in mine[1]], sizes[0].name]
    described += [peek[0].op.type, first[1][0].op.type, area.name, raised(area.put, key, [tf.constant(1)], [0])]
    found = []
    with tf.Session() as sess:
        for fetch, k in (
            (put, 5),
            (put, 3),
            (sizes, 0),
            (part, 4),
            (sizes, 0),
            (rest, 4),
            (sizes, 0),
            (peek, 4),
            (put, 3),
        ):
            try:
                found.append(sess.run(fetch, {key: k}))
            except Exception as error:
                found.append(type(error).__name__)
        found += [sess.run(any_), sess.run(first[1], {key: 5}), sess.run(sizes), sess.run(mine[1], {key: 4})]
        sess.run(area.clear())
        return [described, found, sess.run(sizes)]
