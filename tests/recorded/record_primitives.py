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


CASES = (next_before_merge, switch_alone, merge_of_three, exit_in_the_middle, shared_index, nested, loop_in_a_branch)


def value(session, y, feeds):
    try:
        return float(session.run(y, feeds))
    except tf.errors.InvalidArgumentError:
        return "InvalidArgumentError"


def recorded(build):
    with tf.Graph().as_default() as graph, tf.Session() as session:
        x = tf.placeholder(tf.float32, [], name="x")
        ys = [tf.identity(y, name=f"y{k}") for k, y in enumerate(build(x))]
        values = [[at, [value(session, y, {x: at}) for y in ys]] for at in AT]
        return {"graph": json_format.MessageToDict(graph.as_graph_def()), "values": values}


if __name__ == "__main__":
    with open(sys.argv[1], "w") as file:
        json.dump({build.__name__: recorded(build) for build in CASES}, file, sort_keys=True, separators=(",", ":"))
        file.write("\n")
