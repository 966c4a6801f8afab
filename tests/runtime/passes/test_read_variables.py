"""Pass `read_variables`: random programs of reads and changes, with the pass and without it."""

import numpy as np
import pytest

import minitf as tf

WITHOUT = "-read_variables"
CONFIGS = [{"executor": "op_by_op"}, {}, {"passes": WITHOUT}, {"intra_op_parallelism_threads": 2}]


class Program:
    """Reads, changes and uses of three variables in random order, some of them in a loop; each op waits for the
    one before it, so that there is one right result.
    """

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)
        self.variables = [tf.Variable(tf.ones([2, 3]) * (i + 1), use_resource=True) for i in range(3)]
        self.values = [v.read_value() for v in self.variables]
        self.last = tf.no_op()
        for _ in range(12):
            self._step(self.random.randint(7))

    def _pick(self, things):
        return things[self.random.randint(len(things))]

    def _step(self, kind):
        variable, value = self._pick(self.variables), self._pick(self.values)
        with tf.control_dependencies([self.last]):
            if kind < 2:
                self.values.append(variable.read_value())
            elif kind == 2:
                self.values.append(tf.identity(value * variable) + self._pick(self.values))
            elif kind == 3:
                self.last = self._pick([variable.assign, variable.assign_add, variable.assign_sub])(value * 0.5).op
                return
            elif kind == 4:  # of itself, element by element or not
                value = variable.read_value()
                self.last = variable.assign(self._pick([value * 0.5, 1.0 - value, value + value[:1], value[::-1]])).op
                return
            elif kind == 5:
                self.values.append(tf.transpose(tf.reshape(variable.read_value(), [3, 2])))
            else:
                self.values.append(self._loop(variable, value))
            self.last = self.values[-1].op

    def _loop(self, variable, value):
        changes, other = self.random.rand() < 0.5, self._pick(self.variables)

        def body(i, total):
            with tf.control_dependencies([total]):
                change = other.assign_add(tf.ones([2, 3])).op if changes else tf.no_op()
            with tf.control_dependencies([change]):
                return i + 1, total * 0.5 + variable.read_value()

        return tf.while_loop(lambda i, _: i < 3, body, [0, value], parallel_iterations=1)[1]


@pytest.mark.parametrize("seed", range(12))
def test_random_programs(seed):
    program = Program(seed)
    found = []
    for options in CONFIGS:
        with tf.Session(config=tf.ConfigProto(**options)) as sess:
            sess.run(tf.global_variables_initializer())
            fetches = [program.values, program.last]
            found.append([*sess.run(fetches)[0], *sess.run(program.variables), *sess.run(fetches)[0]])
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


def test_copies_go(capfd, monkeypatch):
    v = tf.Variable(tf.ones([50, 50]), use_resource=True)
    step = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(tf.matmul(v, v)))
    monkeypatch.setenv("MINITF_SHOW", "read_variables")
    with tf.Session() as sess:
        sess.run(v.initializer)
        sess.run(step)
    before, after = capfd.readouterr().err.split("---- after read_variables")
    copy = "assign[uint32] a=Variable"
    assert before.count(copy) and not after.count(copy)


def test_loops_keep_no_copies_of_what_they_read():
    v = tf.Variable(tf.ones([50, 50]), use_resource=True)
    x = tf.while_loop(lambda i, _: i < 20, lambda i, x: (i + 1, tf.matmul(x, v) / 50.0), [0, tf.ones([1, 50])])[1]
    loop = x.op
    gradient = tf.gradients(x, v)[0]
    assert [t.shape.as_list() for t in loop.outputs if t.shape.rank == 3 and t.shape[-2:] == [50, 50]] == []
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert np.isfinite(sess.run(gradient)).all()


def test_a_loop_that_changes_what_it_reads():
    v = tf.Variable(1.0, use_resource=True)

    def body(i, total):
        value = v.read_value()
        with tf.control_dependencies([value]), tf.control_dependencies([v.assign_add(1.0).op]):
            return i + 1, total + value

    total = tf.while_loop(lambda i, _: i < 3, body, [0, 0.0])[1]
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert sess.run(total) == 1 + 2 + 3 and sess.run(v) == 4
