"""Tables of kernel calls give what the calls give one by one, for other inputs of the same shapes, in memory that they
share.
"""

import numpy as np
import pytest

import minitf as tf
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.execute.replay import Recording
from minitf.runtime.execute.tables import Place, Room, _arranged
from minitf.runtime.session.state import State

DRAW = np.random.RandomState(0)
WAYS = [
    lambda x, _: tf.tanh(x),
    lambda x, _: tf.transpose(x),
    lambda x, _: tf.reshape(x, [-1]),
    lambda x, _: tf.concat([x, x], 0),
    lambda x, _: tf.nn.softmax(x),
    lambda x, y: tf.matmul(x, y, transpose_b=True) if x.shape.rank == y.shape.rank == 2 else x * 2.0,
    lambda x, y: tf.reduce_sum(x) + y,
    lambda x, _: tf.identity(x),
    lambda x, y: x * y if x.shape == y.shape else x - 1.0,
]


def chain(seed):
    """Ops one behind the other on two inputs, and the tensors that are results."""
    draw = np.random.RandomState(seed)
    given = [tf.placeholder(tf.float32, [draw.randint(1, 5), 3]) for _ in range(2)]
    made, ops = list(given), []
    for _ in range(draw.randint(2, 12)):
        x, y = (made[draw.randint(len(made))] for _ in range(2))
        try:
            made.append(WAYS[draw.randint(len(WAYS))](x, y))
        except ValueError:
            continue
    for op in tf.get_default_graph().get_operations():
        if op.type not in ("Placeholder", "Const"):
            ops.append(op)
    return given, ops, made[len(given) :]


@pytest.mark.parametrize("seed", range(40))
def test_chains(seed):
    given, ops, results = chain(seed)
    constants = [op.outputs[0] for op in tf.get_default_graph().get_operations() if op.type == "Const"]
    inputs = [*given, *constants]

    def drawn():
        return [DRAW.randn(*t.shape).astype("f") for t in given] + [
            np.asarray(tf.get_static_value(t), t.dtype.numpy, order="C") for t in constants
        ]

    def ran(builder, values):
        found = dict(zip(inputs, values))
        for op in ops:
            found |= zip(op.outputs, builder.results(op, [found[t] for t in op.inputs]))
        return [found[t] for t in results]

    recording, room = Recording(State(), drawn()), Room()
    table = recording.replay(ran(recording, recording.values.copy()), room)
    assert table is not None
    for _ in range(3):
        arrays = drawn()
        copies = [array.copy() for array in arrays]
        wanted = ran(OpByOp(State()), [Concrete(array) for array in arrays])
        found = table.run(arrays)
        room.reserve(1 << DRAW.randint(20))  # as for a table that needs more
        for ours, theirs in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(ours, theirs.array)
        assert all(np.array_equal(a, b) for a, b in zip(arrays, copies))
    pieces = table.run([array.T.copy().T for array in arrays])  # is refused, if kernels read it
    for ours, theirs in zip(pieces or (), wanted):
        np.testing.assert_array_equal(ours, theirs.array)


@pytest.mark.parametrize("seed", range(30))
def test_what_lives_at_the_same_time_is_apart(seed):
    draw = np.random.RandomState(seed)
    sizes = {k: int(draw.randint(0, 300)) for k in range(8)}
    calls = [
        (None, [Place(int(k), 0, (1,), np.dtype("f")) for k in draw.choice(10, draw.randint(1, 4))]) for _ in range(12)
    ]
    most, offsets = _arranged(sizes, calls)
    times = {k: [n for n, (_, places) in enumerate(calls) if any(p.root == k for p in places)] for k in offsets}
    for k in offsets:
        assert offsets[k] % 64 == 0 and offsets[k] + sizes[k] <= most
        for j in offsets:
            together = j != k and times[j][0] <= times[k][-1] and times[k][0] <= times[j][-1]
            if together and sizes[j] and sizes[k]:
                assert offsets[j] + sizes[j] <= offsets[k] or offsets[k] + sizes[k] <= offsets[j]


def test_how_many_there_are_is_read_where_kernels_say_it():
    x = tf.placeholder(tf.bool, [6])
    op = tf.where(x).op
    recording = Recording(State(), [np.array([1, 0, 1, 1, 0, 0], bool)])
    table = recording.replay(recording.results(op, recording.values.copy()), Room())
    for mask in ([0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], [0, 1, 0, 0, 0, 0]):
        (found,) = table.run([np.array(mask, bool)])
        assert found.tolist() == np.argwhere(mask).tolist()
