"""Records loops and branches that TensorFlow 1.15 made of primitives in orders that no Python gives, and their values.

PYTHON_WITH_TF1 tests/recorded/record_primitives.py tests/facts/primitives.json
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import tensorflow as tf  # noqa: E402
from google.protobuf import json_format  # noqa: E402
from tensorflow.python.ops import gen_control_flow_ops as c  # noqa: E402
from tensorflow.python.ops import gen_data_flow_ops as d  # noqa: E402

AT = (0.5, 1.5, 2.5, 4.0, 9.0)


def again(merge, following):
    merge.op._update_input(1, following)


def next_before_merge(x):
    """The test reads what goes round, the Exits what has not been switched twice."""
    e = c.enter(tf.constant(0), "f", name="enter")
    m = c.merge([e, e]).output
    one = c.enter(tf.constant(1), "f", is_constant=True)
    s = m + one
    pred = c.loop_cond(tf.less(s, c.enter(tf.cast(x, tf.int32), "f", is_constant=True)))
    out, go = c.switch(s, pred)
    again(m, c.next_iteration(go))
    return [c._exit(out)]


def switch_alone(x):
    small, large = c.switch(x, x > 2.0)
    return [tf.identity(large * 3.0), tf.identity(small - 1.0)]


def merge_of_three(x):
    small, rest = c.switch(x, x > 1.0)
    middle, large = c.switch(rest, rest > 3.0)
    m = c.merge([small * 10.0, middle * 100.0, large * 1000.0])
    return [m.output, m.value_index]


def exit_in_the_middle(x):
    """Each trip's test comes after half of its work, and what leaves is of the middle."""
    e = c.enter(x, "f")
    m = c.merge([e, e]).output
    half = m * c.enter(tf.constant(0.5), "f", is_constant=True)
    on = c.loop_cond(half > c.enter(tf.constant(0.3), "f", is_constant=True))
    out, go = c.switch(half, on)
    m_out, _ = c.switch(m, on)
    again(m, c.next_iteration(go - c.enter(tf.constant(0.1), "f", is_constant=True)))
    return [c._exit(out), c._exit(m_out)]


def shared_index(x):
    """Which input of the Merge it was tells the first trip from others, in both loops."""

    def loop(name, start):
        e = c.enter(start, name)
        m = c.merge([e, e])
        on = c.loop_cond(m.output < c.enter(tf.constant(20.0), name, is_constant=True))
        out, go = c.switch(m.output, on)
        step = c.enter(tf.constant(1.5), name, is_constant=True) + tf.cast(m.value_index, tf.float32)
        again(m.output, c.next_iteration(go + step))
        return c._exit(out)

    a = loop("f", x)
    return [a, loop("g", a - 11.0)]


def nested(x):
    """An inner loop whose test follows its work, inside of a plain loop."""
    e, i = c.enter(x, "outer"), c.enter(tf.constant(0), "outer")
    m, k = c.merge([e, e]).output, c.merge([i, i]).output
    on = c.loop_cond(k < c.enter(tf.constant(3), "outer", is_constant=True))
    out, go = c.switch(m, on)
    kout, kgo = c.switch(k, on)
    inner = c.enter(go, "inner")
    im = c.merge([inner, inner]).output
    doubled = im * c.enter(c.enter(tf.constant(2.0), "outer", is_constant=True), "inner", is_constant=True)
    limit = c.enter(c.enter(tf.constant(9.0), "outer", is_constant=True), "inner", is_constant=True)
    more = c.loop_cond(doubled < limit)
    iout, igo = c.switch(doubled, more)
    again(im, c.next_iteration(igo))
    left = c._exit(iout)
    again(m, c.next_iteration(left - c.enter(tf.constant(5.0), "outer", is_constant=True)))
    again(k, c.next_iteration(kgo + c.enter(tf.constant(1), "outer", is_constant=True)))
    return [c._exit(out), c._exit(kout)]


def loop_in_a_branch(x):
    """The loop is alive for large values only, and has no condition named as one."""
    small, large = c.switch(x, x > 2.0)
    e = c.enter(large, "f")
    m = c.merge([e, e]).output
    on = m < c.enter(tf.constant(50.0), "f", is_constant=True)
    out, go = c.switch(m, on)
    again(m, c.next_iteration(go * go))
    return [c.merge([small * 7.0, c._exit(out)]).output]


# ---- what goes round are no tensors


def frame(name, starts, step, limit, parallel=10):
    """A loop of trips that begin with their work: `step(bring, number, *values)` says whether and how to go on."""
    enters = [c.enter(tf.convert_to_tensor(v), name, parallel_iterations=parallel) for v in (0, *starts)]
    i, *values = [c.merge([e, e]).output for e in enters]

    def bring(v):
        with tf.control_dependencies(None):  # or Enter would wait for what is inside
            return c.enter(tf.convert_to_tensor(v), name, is_constant=True, parallel_iterations=parallel)

    with tf.control_dependencies([i]):  # what constants are made in each trip
        more, *nexts = step(bring, i, *values)
    on = c.loop_cond(tf.logical_and(more, tf.less(i, bring(limit))))
    ways = [c.switch(v, on) for v in (i + bring(1), *nexts)]
    for merge, (_, going) in zip((i, *values), ways):
        again(merge, c.next_iteration(going))
    return [c._exit(way[0]) for way in ways]


def always(bring):
    return bring(True)


def a_stack(x):
    """A loop pushes its values, and another one pops until it has enough of them."""
    stack = d.stack_v2(tf.constant(-1), tf.float32)

    def push(bring, i, v):
        pushed = d.stack_push_v2(bring(stack), v * v + tf.cast(i, tf.float32))
        return pushed < bring(60.0), pushed

    pushed = frame("f", [x], push, 6)[1]

    def pop(bring, i, total):
        with tf.control_dependencies([total]):
            total = total + d.stack_pop_v2(bring(stack), tf.float32)
        return total < bring(900.0), total

    with tf.control_dependencies([pushed]):
        total = tf.identity(tf.constant(0.0))
    count, total = frame("g", [total], pop, 3)
    return [pushed, total, count]


def an_array(x):
    """Each trip writes two places beyond the last one, and reads what is there already."""
    handle, flow = d.tensor_array_v3(tf.constant(14), tf.float32, clear_after_read=False, element_shape=[])
    flow = d.tensor_array_write_v3(handle, tf.constant(0), x, flow)

    def step(bring, i, flow):
        there = d.tensor_array_read_v3(bring(handle), i * 2, flow, tf.float32)
        flow = d.tensor_array_write_v3(bring(handle), i * 2 + 2, there * there - 1.0, flow)
        return there < bring(20.0), flow

    count, flow = frame("f", [flow], step, 5)
    all_ = d.tensor_array_gather_v3(handle, tf.range(14), flow, tf.float32)
    return [tf.reduce_sum(all_), tf.reduce_max(all_), count, d.tensor_array_size_v3(handle, flow)]


def an_array_of_gradients(x):
    """Two loops add to the places of one array of gradients, in one of which the other is."""
    handle, flow = d.tensor_array_v3(tf.constant(3), tf.float32)
    flow = d.tensor_array_scatter_v3(handle, tf.range(3), tf.stack([x, x + 1.0, x * 2.0]), flow)
    first, slope = d.tensor_array_grad_v3(handle, flow, source="g")
    second, _ = d.tensor_array_grad_v3(handle, flow, source="g")

    def add(bring, i, slope):
        slope = d.tensor_array_write_v3(bring(first), i % 3, bring(x), slope)
        with tf.control_dependencies(None):
            enters = [c.enter(v, "inner") for v in (i, slope)]
            k, inside = [c.merge([e, e]).output for e in enters]

        def deeper(v):
            with tf.control_dependencies(None):
                return c.enter(bring(v), "inner", is_constant=True)

        with tf.control_dependencies(None):
            place = c.enter(i, "inner", is_constant=True) % deeper(2)
            written = d.tensor_array_write_v3(deeper(second), place, tf.cast(k, tf.float32), inside)
            on = c.loop_cond(k > deeper(1))
            ways = [c.switch(v, on) for v in (k - deeper(1), written)]
            for merge, (_, going) in zip((k, inside), ways):
                again(merge, c.next_iteration(going))
            return always(bring), c._exit(ways[1][0])

    slope = frame("f", [slope], add, 4, parallel=1)[1]
    found = [d.tensor_array_read_v3(first, tf.constant(k), slope, tf.float32) for k in range(3)]
    return [*found, d.tensor_array_size_v3(second, slope)]


def a_growing_array(x):
    handle, flow = d.tensor_array_v3(tf.constant(0), tf.float32, dynamic_size=True, clear_after_read=False)

    def step(bring, i, flow, v):
        flow = d.tensor_array_write_v3(bring(handle), i, tf.reshape(v, [1]), flow)
        return v < bring(30.0), flow, v * 2.0 + 1.0

    _, flow, _ = frame("f", [flow, x], step, 5)
    joined = d.tensor_array_concat_v3(handle, flow, tf.float32)
    return [tf.reduce_sum(joined.value), tf.reduce_sum(joined.lengths), d.tensor_array_size_v3(handle, flow)]


def an_array_read_twice(x):
    handle, flow = d.tensor_array_v3(tf.constant(2), tf.float32)
    flow = d.tensor_array_scatter_v3(handle, tf.range(2), tf.stack([x, x]), flow)

    def step(bring, i, total, flow):
        at = tf.cast(bring(x), tf.int32)  # 0 at first, where x is small: then for the second time
        return (
            always(bring),
            total + d.tensor_array_read_v3(bring(handle), tf.minimum(i * at, 3), flow, tf.float32),
            flow,
        )

    return frame("f", [tf.constant(0.0), flow], step, 1)[1:2]


def a_variable(x):
    """It is brought into a frame to be changed there, and another one goes round."""
    v, w = tf.Variable(1.0, name="v", use_resource=False), tf.Variable(2.0, name="w", use_resource=False)
    inside = c.ref_enter(v._ref(), "f", is_constant=True)
    going = c.ref_enter(w._ref(), "f")
    merge = c.ref_merge([going, going]).output
    i = c.enter(tf.constant(0), "f")
    k = c.merge([i, i]).output
    on = c.loop_cond(k < c.enter(tf.cast(x, tf.int32), "f", is_constant=True))
    out, go = c.ref_switch(merge, on)
    k_out, k_go = c.switch(k, on)
    one = c.enter(tf.constant(1), "f", is_constant=True)
    changed = tf.assign_add(go, tf.cast(k_go, tf.float32) + c.enter(x, "f", is_constant=True), use_locking=True)
    with tf.control_dependencies([changed]):
        more = tf.assign_add(inside, changed)
    with tf.control_dependencies([more]):
        following = k_go + one
    again(k, c.next_iteration(following))
    again(merge, c.ref_next_iteration(changed))
    end = c.ref_exit(out)
    with tf.control_dependencies([end, c._exit(k_out)]):
        return [tf.identity(v._ref()), tf.identity(w._ref()), tf.identity(end)]


def variables_chosen(x):
    v, w = tf.Variable(1.0, name="v", use_resource=False), tf.Variable(5.0, name="w", use_resource=False)
    one = c.ref_select(tf.cast(x > 2.0, tf.int32), [v._ref(), w._ref()])
    with tf.control_dependencies([tf.assign_add(one, x)]):
        small, large = c.ref_switch(v._ref(), x > 3.0)
        merged = c.ref_merge([tf.assign(small, x * 10.0), tf.assign_sub(large, x)])
        with tf.control_dependencies([tf.assign_add(merged.output, 0.5)]):
            return [tf.identity(v._ref()), tf.identity(w._ref()), tf.identity(merged.value_index)]


def a_resource(x):
    """A handle goes round, and is read and changed in each trip."""
    v = tf.Variable(1.0, name="v", use_resource=True)

    def step(bring, i, handle, total):
        with tf.control_dependencies([total]):
            more = tf.raw_ops.AssignAddVariableOp(resource=handle, value=bring(x))
        with tf.control_dependencies([more]):
            total = total + tf.raw_ops.ReadVariableOp(resource=handle, dtype=tf.float32)
        return total < bring(30.0), handle, total

    _, handle, total = frame("f", [v.handle, tf.constant(0.0)], step, 5)
    with tf.control_dependencies([total]):
        return [total, tf.raw_ops.ReadVariableOp(resource=handle, dtype=tf.float32)]


def a_queue(x):
    """Only one way puts something into it."""
    queue = tf.FIFOQueue(5, tf.float32, shapes=[[]])
    small, large = c.switch(queue.queue_ref, x > 2.0)
    put = tf.raw_ops.QueueEnqueueManyV2(handle=large, components=[tf.stack([x, x + 1.0])], timeout_ms=-1)
    with tf.control_dependencies([put]):
        taken = tf.raw_ops.QueueDequeueManyV2(handle=large, n=2, component_types=[tf.float32], timeout_ms=-1)[0]
        taken = tf.reduce_sum(taken)
    with tf.control_dependencies([taken]):
        left = tf.raw_ops.QueueSizeV2(handle=large)
    sizes = c.merge([tf.raw_ops.QueueSizeV2(handle=small), left])
    return [sizes.output, sizes.value_index, c.merge([tf.negative(c.switch(x, x > 2.0)[0]), taken]).output]


def what_waits_for_the_dead(x):
    small, large = c.switch(x, x > 2.0)
    with tf.control_dependencies([large * 2.0]):
        trigger, nothing = c.control_trigger(), tf.no_op()
    with tf.control_dependencies([trigger]):
        alive = tf.identity(x)
    with tf.control_dependencies([nothing]):
        return [alive, tf.identity(x), c.merge([small, large]).value_index]


def a_list(x):
    """TensorFlow 2's lists in a loop whose work comes before its test."""
    none = tf.zeros([0], tf.int32)  # axes that the elements have
    start = tf.raw_ops.EmptyTensorList(element_shape=none, max_num_elements=-1, element_dtype=tf.float32)

    def step(bring, i, items, v):
        items = tf.raw_ops.TensorListPushBack(input_handle=items, tensor=v * v)
        return v < bring(4.0), items, v + 1.5

    count, items, _ = frame("f", [start, x], step, 5)
    items, last = tf.raw_ops.TensorListPopBack(input_handle=items, element_shape=none, element_dtype=tf.float32)
    items = tf.raw_ops.TensorListResize(input_handle=items, size=4)
    all_ = tf.raw_ops.TensorListStack(input_handle=items, element_shape=none, element_dtype=tf.float32)
    return [last, tf.reduce_sum(all_), count]


def more_of_lists(x):
    """Lists that are made, joined and changed in each trip."""
    r, none = tf.raw_ops, tf.zeros([0], tf.int32)
    rows = r.TensorListFromTensor(tensor=tf.stack([x, x + 1.0]), element_shape=none)

    def step(bring, i, items, v):
        more = r.TensorListScatter(tensor=tf.stack([v, v * 2.0]), indices=[1, 0], element_shape=bring(none))
        other = r.TensorListScatterV2(
            tensor=tf.stack([v]), indices=[1], element_shape=bring(none), num_elements=tf.constant(3)
        )
        more = r.TensorListConcatLists(input_a=more, input_b=other, element_dtype=tf.float32)
        items = r.TensorListConcatLists(input_a=items, input_b=more, element_dtype=tf.float32)
        items = r.TensorListScatterIntoExistingList(input_handle=items, tensor=tf.stack([v]), indices=[0])
        items = r.TensorListSetItem(input_handle=items, index=1, item=v - 9.0)
        parts = r.TensorListSplit(
            tensor=tf.stack([v, v, v + 1.0]), element_shape=[-1], lengths=tf.constant([1, 2], tf.int64)
        )
        joined = r.TensorListConcatV2(
            input_handle=parts, element_shape=[-1], leading_dims=tf.zeros([0], tf.int64), element_dtype=tf.float32
        )
        nothing = r.ZerosLike(x=items)
        items = r.AddN(inputs=[items, nothing])
        size = tf.size(r.TensorListElementShape(input_handle=items, shape_type=tf.int32))
        total = tf.reduce_sum(joined[0]) + tf.reduce_sum(tf.cast(joined[1], tf.float32)) + tf.cast(size, tf.float32)
        return total < bring(40.0), items, v + total

    count, items, v = frame("f", [rows, x], step, 3)
    all_ = r.TensorListStack(input_handle=items, element_shape=none, element_dtype=tf.float32)
    some = r.TensorListGather(input_handle=items, indices=[0, 1, 3], element_shape=none, element_dtype=tf.float32)
    last = r.TensorListGetItem(input_handle=items, index=2, element_shape=none, element_dtype=tf.float32)
    return [v, tf.reduce_sum(all_), tf.reduce_sum(some), last, r.TensorListLength(input_handle=items), count]


def more_of_arrays(x):
    """Arrays and stacks that are made anew in each trip, filled by parts and closed."""

    def step(bring, i, v):
        handle, flow = d.tensor_array_v3(tf.constant(2), tf.float32, dynamic_size=True)
        lengths = tf.constant([2, 0, 1], tf.int64)
        flow = d.tensor_array_split_v3(handle, tf.stack([v, v + 1.0, v + 2.0]), lengths, flow)
        slopes, slope = tf.raw_ops.TensorArrayGradWithShape(
            handle=handle, flow_in=flow, shape_to_prepend=[2], source="g"
        )[:2]
        slope = d.tensor_array_write_v3(slopes, 0, tf.ones([2, 2]) * v, slope)
        slope = d.tensor_array_write_v3(slopes, 0, tf.ones([2, 2]), slope)
        total = tf.reduce_sum(d.tensor_array_read_v3(slopes, 0, slope, tf.float32))
        total += tf.reduce_sum(d.tensor_array_concat_v3(handle, flow, tf.float32).value)
        total += tf.cast(tf.size(d.tensor_array_read_v3(slopes, 1, slope, tf.float32)), tf.float32)
        stack = d.stack_v2(tf.constant(2), tf.float32)
        with tf.control_dependencies([d.stack_push_v2(stack, total)]):
            closed = d.tensor_array_close_v3(handle)
        with tf.control_dependencies([closed]):
            total = d.stack_pop_v2(stack, tf.float32) - total * 0.5
        with tf.control_dependencies([total]):
            closed = d.stack_close_v2(stack)
        with tf.control_dependencies([closed]):
            return total < bring(50.0), tf.identity(total)

    return frame("f", [x], step, 4)


CASES = (
    *(next_before_merge, switch_alone, merge_of_three, exit_in_the_middle, shared_index, nested, loop_in_a_branch),
    *(
        more_of_lists,
        more_of_arrays,
        a_stack,
        an_array,
        an_array_of_gradients,
        a_growing_array,
        an_array_read_twice,
        a_list,
    ),
    *(a_variable, variables_chosen, a_resource, a_queue, what_waits_for_the_dead),
)


def value(session, y, feeds):
    if tf.global_variables():
        session.run("init")
    try:
        return float(session.run(y, feeds))
    except tf.errors.InvalidArgumentError:
        return "InvalidArgumentError"


def slopes(session, y, x):
    """TensorFlow's gradients; None if it says that there are none, no list where it fails."""
    if not y.dtype.is_floating:
        return None
    try:
        [found] = tf.gradients(y, x)
    except AttributeError:  # it asks for what is known of loops that were built
        return "refused"
    return None if found is None else [value(session, found, {x: at}) for at in AT]


def recorded(build):
    with tf.Graph().as_default() as graph, tf.Session() as session:
        x = tf.placeholder(tf.float32, [], name="x")
        ys = [tf.identity(y, name=f"y{k}") for k, y in enumerate(build(x))]
        if tf.global_variables():
            tf.global_variables_initializer()
        values = [[at, [value(session, y, {x: at}) for y in ys]] for at in AT]
        definition = json_format.MessageToDict(graph.as_graph_def())
        return {"graph": definition, "values": values, "slopes": [slopes(session, y, x) for y in ys]}


if __name__ == "__main__":
    with open(sys.argv[1], "w") as file:
        json.dump({build.__name__: recorded(build) for build in CASES}, file, sort_keys=True, separators=(",", ":"))
        file.write("\n")
