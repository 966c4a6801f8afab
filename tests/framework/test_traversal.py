import minitf as tf
from minitf.framework.traversal import bodies_of, depending, inside, outwards, reached


def test_reached_in_the_order_of_finding():
    ways = {1: [2, 3], 2: [3], 3: [1], 4: [5]}
    assert list(reached([1], ways.__getitem__)) == [1, 2, 3]
    assert list(reached([], ways.__getitem__)) == []


def test_long_chains_are_no_recursion():
    assert len(reached([0], lambda n: [n + 1] if n < 100_000 else [])) == 100_001


def test_depending_goes_by_the_order_of_making():
    x = tf.placeholder(tf.float32, [])
    y = tf.exp(x)
    z = tf.add(y, 1.0)
    ops = [z.op, tf.constant(1.0).op, y.op, x.op]
    assert depending(ops, lambda op, found: op is x.op or any(t.op in found for t in op.inputs)) == {x.op, y.op, z.op}


def test_bodies():
    x = tf.placeholder(tf.float32, [])
    y = tf.while_loop(lambda v: v < 9.0, lambda v: tf.cond(v > 1.0, lambda: v * 2.0, lambda: v + 2.0), [x])
    loop = next(op for op in tf.get_default_graph().ops if op.definition.bodies)
    assert list(bodies_of(loop)) == ["body", "condition"] and not bodies_of(x.op)
    branches = next(op for op in loop.attrs["body"].ops if op.definition.bodies)
    assert list(bodies_of(branches)) == ["then_branch", "else_branch"]
    types = [op.type for op in inside([loop])]
    assert {"Loop", "If", "Mul", "Add", "Less"} <= set(types) and y.op not in inside([loop])
    body = branches.attrs["then_branch"]
    assert list(outwards(body)) == [body, loop.attrs["body"], tf.get_default_graph()]
