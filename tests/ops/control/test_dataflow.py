"""TF 1's dataflow primitives, alone and as loops and branches built by hand."""

import numpy as np
import pytest
from helpers import fails, run

import minitf as tf
from minitf.ops.control import dataflow as flow


def counted(start, limit, step=1, frame="loop"):
    """`i = start; while i < limit: i += step`, built by hand: the exit."""
    i = flow.enter(start, frame)
    bound, by = flow.enter(limit, frame, is_constant=True), flow.enter(step, frame, is_constant=True)
    merged = flow.merge([i, i])
    on = flow.loop_cond(merged.output < bound)
    out, again = flow.switch(merged.output, on)
    merged.output.op._update_input(1, flow.next_iteration(again + by))
    return flow.exit(out)


def test_a_switch_and_a_merge():
    pred = tf.placeholder(tf.bool, [])
    no, yes = flow.switch(tf.constant([1.0, 2.0]), pred)
    both = flow.merge([no * 10.0, yes + 1.0])
    assert [t.shape.as_list() for t in (no, yes, *both)] == [[2], [2], [2], []]
    with tf.Session() as sess:
        value, index = sess.run(both, {pred: True})
        assert value.tolist() == [2, 3] and index == 1
        value, index = sess.run(both, {pred: False})
        assert value.tolist() == [10, 20] and index == 0
        for dead, way in ((yes, False), (no, True), (tf.exp(yes), False), (flow.merge([yes]).output, False)):
            with fails(tf.errors.InvalidArgumentError, dead.name, "is dead"):
                sess.run(dead, {pred: way})


def test_what_waits_for_the_dead_is_dead():
    pred, counter = tf.placeholder(tf.bool, []), tf.Variable(0)
    _, yes = flow.switch(1, pred)
    with tf.control_dependencies([tf.identity(yes)]):
        update = tf.assign_add(counter, 1)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for way in (True, False, True):
            sess.run(update.op, {pred: way})
        assert sess.run(counter) == 2


@pytest.mark.parametrize(("start", "limit", "wanted"), [(0, 10, 10), (3, 3, 3), (0, 500, 500)])
def test_a_loop(start, limit, wanted):
    assert run(counted(start, limit)) == wanted


def test_a_loop_of_several_variables_fed_and_run_again():
    n, total = tf.placeholder(tf.int32, []), tf.Variable(1.0)
    i, s = flow.enter(0, "f"), flow.enter(total, "f")
    bound, one = flow.enter(n, "f", is_constant=True), flow.enter(1, "f", is_constant=True)
    mi, ms = flow.merge([i, i]), flow.merge([s, s])
    on = flow.loop_cond(mi.output < bound)
    out_i, again_i = flow.switch(mi.output, on)
    out_s, again_s = flow.switch(ms.output, on)
    mi.output.op._update_input(1, flow.next_iteration(again_i + one))
    ms.output.op._update_input(1, flow.next_iteration(again_s + again_s))
    exits = [flow.exit(out_i), flow.exit(out_s)]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for trips in (5, 0, 9):
            assert sess.run(exits, {n: trips}) == [trips, 2.0**trips]


def test_a_loop_in_a_loop():
    i, s = flow.enter(0, "outer"), flow.enter(0, "outer")
    n, one = flow.enter(4, "outer", is_constant=True), flow.enter(1, "outer", is_constant=True)
    mi, ms = flow.merge([i, i]), flow.merge([s, s])
    on = flow.loop_cond(mi.output < n)
    _, again = flow.switch(mi.output, on)
    out, again_s = flow.switch(ms.output, on)
    mi.output.op._update_input(1, flow.next_iteration(again + one))
    inner = counted(again_s, again_s + again, one, frame="inner")  # adds i
    ms.output.op._update_input(1, flow.next_iteration(inner))
    assert run(flow.exit(out)) == 0 + 1 + 2 + 3


def test_a_branch_in_a_loop():
    i = flow.enter(6, "f")
    one, two = flow.enter(1, "f", is_constant=True), flow.enter(2, "f", is_constant=True)
    merged = flow.merge([i, i]).output
    out, again = flow.switch(merged, flow.loop_cond(merged > one))
    odd, even = flow.switch(again, tf.equal(again % two, again - again))
    after = flow.merge([odd * two + odd + one, even // two]).output  # Collatz
    merged.op._update_input(1, flow.next_iteration(after))
    trips = flow.exit(out)
    assert run(trips) == 1


def test_a_loop_in_a_branch_not_taken():
    pred = tf.placeholder(tf.bool, [])
    no, yes = flow.switch(0, pred)
    both = flow.merge([no - 1, counted(yes, 7)]).output
    with tf.Session() as sess:
        assert sess.run(both, {pred: True}) == 7
        assert sess.run(both, {pred: False}) == -1


def test_functional_loops_beside_the_primitives():
    result = tf.while_loop(lambda i: i < 5, lambda i: i + 2, [counted(0, 2)])
    assert run(tf.cond(result > 5, lambda: result * 2, lambda: result)) == 12


def test_inputs_of_different_frames():
    inside = flow.enter(1.0, "f")
    for tensor in (inside, inside + tf.constant(1.0)):
        with fails(tf.errors.InvalidArgumentError, "never computed", "is_constant"):
            run(tensor)


def test_updating_inputs():
    merged = flow.merge([tf.constant(1.0), tf.constant(2.0)]).output
    before, other = merged.op.inputs[1], tf.constant(5.0)
    merged.op._update_input(1, other)
    assert merged.op.inputs[1] is other and not before.consumers() and other.consumers() == [merged.op]
    with fails(IndexError, "no input 2"):
        merged.op._update_input(2, other)
    with fails(TypeError, "int32"):
        merged.op._update_input(0, tf.constant(1))


def test_shapes_and_refusals():
    assert flow.merge([tf.ones([2, 3]), tf.ones([2, 4])]).output.shape.as_list() == [2, None]
    assert flow.merge([tf.ones([2, 3]), tf.ones([2])]).output.shape.rank is None
    with fails(ValueError, "at least one input"):
        flow.merge([])
    with fails(TypeError, "bool"):
        flow.switch(1.0, 1)
    assert np.array_equal(run(flow.exit(tf.constant([1, 2]))), [1, 2])


def test_a_variable_behind_a_switch():
    v, chosen = tf.Variable(1.0), tf.placeholder(tf.bool, [])
    low, high = flow.ref_switch(v._ref(), chosen)
    a, b = tf.assign(low, 5.0), tf.assign(high, 7.0)
    with tf.Session() as sess:
        sess.run(v.initializer)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Assign:0 is dead"):
            sess.run(a, {chosen: True})
        assert sess.run(v) == 1
        assert sess.run(a, {chosen: False}) == 5 == sess.run(v)
        assert sess.run(b, {chosen: True}) == 7 == sess.run(v)
