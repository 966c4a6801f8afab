"""Random programs of matrix products: of lookups, one-hots, columns and themselves, in and out of loops."""

from contextlib import contextmanager

import forced
import numpy as np
from helpers import assert_close
from poison import poisoned

import minitf as tf

SIZES = (1, 2, 3, 4, 6, 8, 12, 36, 72)
DEEPEST = 4  # values made of values made of values ...


class Products:
    """One program: `fetches` for `feeds`, made of what the seed draws."""

    def __init__(self, seed, sampling=False):
        self.random, self.kinds = np.random.RandomState(seed), INNER + (SAMPLED if sampling else [])
        self.dtype = tf.float32 if seed % 8 == 0 else tf.float64
        self.feeds, self.pool, self.indices, self.loops = {}, [], {}, 0
        tf.reset_default_graph()
        tf.set_random_seed(seed)
        self.graph = tf.get_default_graph()
        made = [self.product(*self.draw(SIZES, 2)) for _ in range(self.random.randint(1, 4))]
        self.fetches = self._results(made)

    def _results(self, made):
        """The products, some of what they are made of, and gradients of all of it."""
        values = made + ([self.draw(self.pool)] if self.chance(0.3) else [])
        loss = tf.add_n([tf.reduce_sum(tf.square(value) / 4 + value) for value in values])
        floats = [t for t in self.feeds if t.dtype == self.dtype]
        found = tf.gradients(loss, tf.trainable_variables() + floats) if self.chance(0.7) else []
        return values + [tf.convert_to_tensor(g) for g in found if g is not None]

    # ---- drawing

    def draw(self, choices, count=None):
        """One or more of some choices."""
        picked = [choices[self.random.randint(len(choices))] for _ in range(count or 1)]
        return picked if count else picked[0]

    def chance(self, share):
        return self.random.uniform() < share

    def numbers(self, *shape):
        return self.random.uniform(-1, 1, shape).astype(self.dtype.as_numpy_dtype)

    def fed(self, array):
        """A placeholder outside of all loops."""
        with self.graph.as_default(), tf.control_dependencies(None):
            placeholder = tf.placeholder(array.dtype, array.shape)
        self.feeds[placeholder] = array
        return placeholder

    def index(self, count, below):
        """Indices below a number, often the same ones as before."""
        found = self.indices.setdefault((count, below), [])
        if not found or self.chance(0.3):
            found.append(self.fed(self.random.randint(0, below, count).astype(self.draw(["int32", "int64"]))))
        return self.draw(found)

    # ---- matrices

    def matrix(self, rows, columns, depth=0):
        """A value of that shape: one that is there already, or another one."""
        there = [t for t in self.pool if t.shape.as_list() in ([rows, columns], [columns, rows])]
        if there and self.chance(0.5):
            found = self.draw(there)
            return found if found.shape.as_list() == [rows, columns] else tf.transpose(found)
        made = self.draw(LEAVES if depth >= DEEPEST else LEAVES + self.kinds)(self, rows, columns, depth + 1)
        self.pool.append(made)
        return made

    def given(self, rows, columns, depth):
        return self.fed(self.numbers(rows, columns))

    def variable(self, rows, columns, depth):
        with self.graph.as_default(), tf.control_dependencies(None):
            return tf.convert_to_tensor(tf.Variable(self.numbers(rows, columns)))

    def looked_up(self, rows, columns, depth):
        table = self.matrix(self.draw((1, 2, 3, 5)), columns, depth)
        return tf.gather(table, self.index(rows, table.shape[0].value))

    def one_hot(self, rows, columns, depth):
        return tf.one_hot(self.index(rows, columns), columns, dtype=self.dtype)

    def columns(self, rows, columns, depth):
        """A range of columns; the others may be used elsewhere."""
        first, behind = self.random.randint(0, 4, 2)
        whole = self.matrix(rows, first + columns + behind, depth)
        others = whole[:, :first], whole[:, first + columns :]
        self.pool += [p for p in others if p.shape[1].value and self.chance(0.5)]
        return whole[:, first : first + columns]

    def halves(self, rows, columns, depth):
        parts = tf.split(self.matrix(rows, 2 * columns, depth), 2, 1)
        self.pool += parts
        return self.draw(parts)

    def rows(self, rows, columns, depth):
        first = self.random.randint(0, 3)
        return self.matrix(first + rows + 1, columns, depth)[first : first + rows]

    def joined(self, rows, columns, depth):
        first = self.random.randint(1, max(columns, 2))
        widths = [first, columns - first] if columns > 1 else [1]
        return tf.concat([self.matrix(rows, width, depth) for width in widths], 1)

    def turned(self, rows, columns, depth):
        """Rows in another order, as time first and batch first."""
        outer = self.draw([n for n in (1, 2, 3, 4) if rows % n == 0])
        cube = tf.reshape(self.matrix(rows, columns, depth), [outer, rows // outer, columns])
        return tf.reshape(tf.transpose(cube, [1, 0, 2]), [rows, columns])

    def transposed(self, rows, columns, depth):
        return tf.transpose(self.matrix(columns, rows, depth))

    def reshaped(self, rows, columns, depth):
        return tf.reshape(self.matrix(columns, rows, depth), [rows, columns])

    def computed(self, rows, columns, depth):
        a, b = self.matrix(rows, columns, depth), self.matrix(self.draw([1, rows]), columns, depth)
        return self.draw(COMPUTED)(a, b)

    def summed(self, rows, columns, depth):
        return tf.add_n([self.product(rows, columns, depth) for _ in range(self.random.randint(2, 4))]) / 3

    def product(self, rows, columns, depth=0):
        """A product of two, or of one with itself."""
        inner, ta, tb = self.draw(SIZES), self.chance(0.4), self.chance(0.4)
        a = self.matrix(*((inner, rows) if ta else (rows, inner)), depth)
        if rows == columns and self.chance(0.6):
            b, tb = a, not ta
        else:
            b = self.matrix(*((columns, inner) if tb else (inner, columns)), depth)
        made = self.draw(MULTIPLIED)(a, b, ta, tb)
        self.pool.append(made / inner if self.chance(0.5) else made)
        return self.pool[-1]

    # ---- chance

    def sampled(self, rows, columns, depth):
        """Rows of a table at places that are drawn."""
        table = self.matrix(self.draw((2, 3, 5)), columns, depth)
        chances = self.matrix(self.draw([n for n in (1, 2, 3) if rows % n == 0]), table.shape[0].value, depth)
        drawn = tf.multinomial(chances, rows // chances.shape[0].value, output_dtype=tf.int32)
        return tf.gather(table, tf.reshape(drawn, [-1]))

    def noise(self, rows, columns, depth):
        of = self.draw([tf.random_normal, tf.random_uniform, tf.truncated_normal])
        return of([rows, columns], dtype=self.dtype)

    def shuffled(self, rows, columns, depth):
        return tf.stop_gradient(tf.random_shuffle(self.matrix(rows, columns, depth)))

    # ---- around them

    def changed_since(self, rows, columns, depth):
        """A value made before a variable changes, and read after that."""
        made = self.product(rows, columns, depth)
        if self.loops or not tf.global_variables():
            return made
        variable = self.draw(tf.global_variables())
        with tf.control_dependencies([made]):
            change = tf.assign_add(variable, tf.ones_like(variable) / 8)
        with tf.control_dependencies([change]):
            return self.draw([tf.identity, lambda x: x[:, :], lambda x: x + 0.5])(made)

    @contextmanager
    def _inside(self, *arguments):
        """In a body: what is made there is used there only."""
        saved, indices = self.pool, {key: list(found) for key, found in self.indices.items()}
        self.pool = [*saved, *arguments] if self.chance(0.3) else list(arguments)
        self.loops += 1
        yield
        self.pool, self.indices, self.loops = saved, indices, self.loops - 1

    def _next(self, rows, columns, depth):
        """What follows in a loop: mostly a product."""
        of = self.draw([self.product, self.product, self.matrix, self.computed, self.halves])
        made = of(rows, columns, depth)
        return self.draw([tf.tanh, lambda x: x / 2])(made)

    def repeated(self, rows, columns, depth):
        """Two values that go through a loop."""
        if self.loops > 1:
            return self.given(rows, columns, depth)
        shapes = [(rows, columns), self.draw([(rows, columns), (columns, rows), tuple(self.draw(SIZES, 2))])]
        start, trips = [self.matrix(*shape, depth) for shape in shapes], self.random.randint(0, 4)

        def body(i, *carried):
            with self._inside(*carried):
                return i + 1, *[self._next(*shape, depth) for shape in shapes]

        limit = trips if self.chance(0.5) else self.fed(np.int32(trips))
        _, first, second = tf.while_loop(lambda i, *_: i < limit, body, [0, *start])
        return self.draw([first, second]) if shapes[0] == shapes[1] else first

    def scanned(self, rows, columns, depth):
        """All that a loop makes of slices, one below the other."""
        if self.loops > 1:
            return self.given(rows, columns, depth)
        steps = self.draw([n for n in (1, 2, 3, 4) if rows % n == 0])
        shape = rows // steps, columns
        slices = tf.reshape(self.matrix(rows, columns, depth), [steps, *shape])

        def step(state, part):
            with self._inside(state, part):
                return self._next(*shape, depth)

        stacked = tf.scan(step, slices, self.matrix(*shape, depth))
        turned = tf.transpose(stacked, [1, 0, 2]) if self.chance(0.4) else stacked
        return tf.reshape(turned, [rows, columns])

    def recurrent(self, rows, columns, depth):
        """The outputs of a recurrent network."""
        if self.loops:
            return self.given(rows, columns, depth)
        steps, width = self.draw([n for n in (1, 2, 3, 4) if rows % n == 0]), self.draw(SIZES)
        x = tf.reshape(self.matrix(rows, width, depth), [rows // steps, steps, width])
        lengths = self.fed(self.random.randint(0, steps + 1, rows // steps)) if self.chance(0.5) else None
        with tf.variable_scope(None, "rnn"):
            cell = self.draw([tf.nn.rnn_cell.BasicRNNCell, tf.nn.rnn_cell.GRUCell])(columns)
            outputs, _ = tf.nn.dynamic_rnn(cell, x, lengths, dtype=self.dtype)
        return tf.reshape(outputs, [rows, columns])

    def chosen(self, rows, columns, depth):
        """One of two branches."""
        if self.loops > 1:
            return self.given(rows, columns, depth)
        outside = self.matrix(rows, columns, depth)

        def branch():
            with self._inside(outside):
                return self._next(rows, columns, depth)

        return tf.cond(self.fed(np.bool_(self.chance(0.5))), branch, branch)


def _batched(a, b, ta, tb):
    return tf.matmul(tf.stack([a / 2, a]), tf.stack([b, b]), ta, tb)[1]


def _batch_of_one(a, b, ta, tb):
    return tf.matmul(a[tf.newaxis], b[tf.newaxis], ta, tb)[0]


MULTIPLIED = [tf.matmul] * 6 + [_batched, _batch_of_one]
COMPUTED = [
    tf.add,
    tf.multiply,
    lambda a, b: tf.tanh(a + b),
    lambda a, b: tf.sigmoid(a + b) * a,
    lambda a, b: a + tf.matmul(b, b, transpose_a=True)[:1] if b.shape[0].value == 1 else a - b,
]
LEAVES = [Products.given, Products.variable]
INNER = [
    *[Products.looked_up, Products.one_hot] * 3,
    *[Products.columns, Products.halves, Products.joined, Products.turned, Products.computed] * 2,
    *[Products.product, Products.transposed, Products.rows, Products.reshaped, Products.summed],
    *[Products.changed_since, Products.repeated, Products.scanned, Products.recurrent, Products.chosen],
]


SAMPLED = [Products.sampled, Products.sampled, Products.noise, Products.shuffled]


def values(made, **options):
    """What a program computes, from the start and once more."""
    config = tf.ConfigProto(**options)
    with poisoned(), tf.Session(graph=made.graph, config=config) as session:
        session.run(tf.global_variables_initializer())
        return [value for _ in range(2) for value in session.run(made.fetches, made.feeds)]


def assert_rewrites_keep(seed, settings):
    """A program with these passes computes what it does without any, and op by op."""
    made = Products(seed)
    tolerance = 200.0 if made.dtype == tf.float32 else 1e4
    expected = values(made, executor="op_by_op")
    for setting in ("none", *settings):
        found = values(made, passes=setting)
        for fetch, value, wanted in zip(made.fetches * 2, found, expected, strict=True):
            assert_close(value, wanted, tolerance, f"seed {seed}, passes={setting}: {fetch}")


def assert_threads_agree(seed, late=None):
    """A program computes the same to the last bit, however many threads share it; tells how many did."""
    made = Products(seed, sampling=True)
    alone = values(made, intra_op_parallelism_threads=1)
    with forced.shared(late) as shared:
        together = values(made, intra_op_parallelism_threads=2 + seed % 2)
    for fetch, one, other in zip(made.fetches * 2, alone, together, strict=True):
        np.testing.assert_array_equal(one, other, err_msg=f"seed {seed}: {fetch}")
    return len(shared)
