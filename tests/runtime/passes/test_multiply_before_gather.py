"""Products with gathered rows: what they become, that they compute the same, and what must be left alone."""

import numpy as np
import pytest
from helpers import fails
from programs import CARRIER, check, program, shown

import minitf as tf
from minitf.kernels.math import elementwise as ew
from minitf.kernels.math import movement, state
from minitf.runtime.lower.ir import Buffer, Ref

CASES = {}
DEPTH, WIDTH, TIMES, BATCH = 6, 8, 3, 5
COUNT = TIMES * BATCH


def indices(*shape):
    array = (np.arange(np.prod(shape), dtype=np.int32) * 5 % DEPTH).reshape(shape)
    return Ref(shape, array.dtype, Buffer(array.nbytes, "constant", array))


def gather(p, table, index):
    depth, width = table.shape
    out = p.new(*index.shape, width)
    return p.call(movement.gather[CARRIER, "int32"], table, index, out, 1, depth, index.size, width)


def rows_of(whole, step):
    """The rows of a step of rows that are arranged by time."""
    size = BATCH * WIDTH * whole.dtype.itemsize
    return Ref((BATCH, WIDTH), whole.dtype, whole.buffer, step * size)


# ---------------------------------------------------------------- what is rewritten


@program(CASES, "gather gemm pick_rows")
def product(p):
    p.keep(p.product(gather(p, p.given(DEPTH, WIDTH), indices(COUNT)), p.given(WIDTH, 4)))


@program(CASES, "gather gemm pick_rows")
def product_with_a_transpose(p):
    p.keep(p.product(gather(p, p.given(DEPTH, WIDTH), indices(COUNT)), p.given(4, WIDTH), tb=1))


@program(CASES, "assign gather gemm pick_rows")
def product_into_a_sum(p):
    total = p.copy(p.given(COUNT, 4))
    p.keep(p.product(gather(p, p.given(DEPTH, WIDTH), indices(COUNT)), p.given(WIDTH, 4), beta=1, out=total))


@program(CASES, "gather strided_copy gemm pick_rows pick_rows pick_rows")
def products_of_every_step_with_one_factor(p):
    turned, factor = p.turn(gather(p, p.given(DEPTH, WIDTH), indices(BATCH, TIMES))), p.given(WIDTH, 4)
    p.keep(*[p.product(rows_of(turned, step), factor) for step in range(TIMES)])


@program(CASES, "gather gemm pick_rows")
def product_with_its_own_transpose(p):
    """The rows are still there for the other factor."""
    rows = gather(p, p.given(DEPTH, WIDTH), indices(COUNT))
    p.keep(p.product(rows, rows, tb=1))


@program(CASES, "gather clear sum_into_rows gemm")
def product_of_its_transpose_with_itself(p):
    rows = gather(p, p.given(DEPTH, WIDTH), indices(COUNT))
    p.keep(p.product(rows, rows, ta=1))


@program(CASES, "gather gather gemm pick_rows")
def product_of_two_lookups(p):
    rows = [gather(p, p.given(DEPTH, WIDTH), indices(COUNT)) for _ in range(2)]
    p.keep(p.product(*rows, tb=1))


@program(CASES, "gather clear sum_into_rows gemm")
def gradient(p):
    p.keep(p.product(gather(p, p.given(DEPTH, WIDTH), indices(COUNT)), p.given(COUNT, 4), ta=1))


@program(CASES, "assign gather strided_copy clear sum_into_rows sum_into_rows sum_into_rows gemm")
def gradients_of_every_step_into_one_sum(p):
    total = p.copy(p.given(WIDTH, 4))
    turned = p.turn(gather(p, p.given(DEPTH, WIDTH), indices(BATCH, TIMES)))
    for step in range(TIMES):
        p.product(rows_of(turned, step), p.given(BATCH, 4), ta=1, beta=1, out=total)
    p.keep(total)


@program(CASES, "gather clear sum_into_rows sum_into_rows sum_into_rows gemm")
def gradients_of_which_the_first_begins_the_sum(p):
    whole = gather(p, p.given(DEPTH, WIDTH), indices(TIMES, BATCH))
    total = p.product(rows_of(whole, 0), p.given(BATCH, 4), ta=1)
    for step in (1, 2):
        p.product(rows_of(whole, step), p.given(BATCH, 4), ta=1, beta=1, out=total)
    p.keep(total)


@program(CASES, "gather gemm pick_rows gather pick_rows")
def two_gathers_from_one_table(p):
    table, factor = p.given(DEPTH, WIDTH), p.given(WIDTH, 4)
    p.keep(*[p.product(gather(p, table, indices(10)), factor) for _ in range(2)])


@program(CASES, "gather tanh gemm pick_rows")
def rows_that_something_else_reads_too(p):
    whole = gather(p, p.given(DEPTH, WIDTH), indices(COUNT))
    p.keep(p.unary(ew.tanh, whole), p.product(whole, p.given(WIDTH, 4)))


@program(CASES, "gather gemm pick_rows")
def rows_that_are_kept(p):
    whole = gather(p, p.given(DEPTH, WIDTH), indices(COUNT))
    p.keep(whole, p.product(whole, p.given(WIDTH, 4)))


# ---------------------------------------------------------------- what must be left alone


@program(CASES, "gather gemm")
def hardly_more_rows_than_the_table_has(p):
    p.keep(p.product(gather(p, p.given(DEPTH, WIDTH), indices(2 * DEPTH - 1)), p.given(WIDTH, 4)))


@program(CASES, "assign gather assign gemm")
def table_that_changes(p):
    table = p.copy(p.given(DEPTH, WIDTH))
    whole = gather(p, table, indices(COUNT))
    p.call(state.assign[CARRIER], p.given(DEPTH, WIDTH), table, table.size)
    p.keep(p.product(whole, p.given(WIDTH, 4)), table)


@program(CASES, "assign gather assign gemm")
def indices_that_change(p):
    index = p.call(state.assign["uint32"], indices(COUNT), Ref((COUNT,), np.int32, Buffer(4 * COUNT)), COUNT)
    whole = gather(p, p.given(DEPTH, WIDTH), index)
    p.call(state.assign["uint32"], indices(1), index, 1)
    p.keep(p.product(whole, p.given(WIDTH, 4)), index)


@program(CASES, "gather assign gemm")
def rows_that_change(p):
    whole = gather(p, p.given(DEPTH, WIDTH), indices(COUNT))
    p.call(state.assign[CARRIER], p.given(WIDTH), whole, WIDTH)
    p.keep(p.product(whole, p.given(WIDTH, 4)))


@program(CASES, "gather assign gemm assign gemm")
def factor_that_changes_between_two_products(p):
    whole, factor = gather(p, p.given(DEPTH, WIDTH), indices(COUNT)), p.copy(p.given(WIDTH, 4))
    p.keep(p.product(whole, factor))
    p.call(state.assign[CARRIER], p.given(WIDTH, 4), factor, factor.size)
    p.keep(p.product(whole, factor))


@program(CASES, "gather gemm tanh gemm")
def sum_that_is_read_between_two_gradients(p):
    whole = gather(p, p.given(DEPTH, WIDTH), indices(COUNT))
    total = p.product(whole, p.given(COUNT, 4), ta=1)
    p.keep(p.unary(ew.tanh, total), p.product(whole, p.given(COUNT, 4), ta=1, beta=1, out=total))


@program(CASES, "gather gemm")
def other_factor(p):
    p.keep(p.product(p.given(4, COUNT), gather(p, p.given(DEPTH, WIDTH), indices(COUNT))))


@program(CASES, "gather gemm")
def rows_taken_in_twos(p):
    whole = gather(p, p.given(DEPTH, WIDTH), indices(16))
    p.keep(p.product(Ref((8, 2 * WIDTH), whole.dtype, whole.buffer), p.given(2 * WIDTH, 4)))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_products_with_gathered_rows(case):
    build, expected = case
    check(build, ["multiply_before_gather"], expected)


# ---------------------------------------------------------------- models


def by_time(cell, embedded, lengths):
    outputs, _ = tf.nn.dynamic_rnn(cell(), embedded, lengths, dtype=tf.float32)
    return outputs


def unrolled(cell, embedded, lengths):
    outputs, _ = tf.nn.static_rnn(cell(), tf.unstack(embedded, axis=1), None, tf.float32, lengths)
    return tf.stack(outputs, 1)


CELLS = {
    "basic": lambda: tf.nn.rnn_cell.BasicRNNCell(7),
    "lstm": lambda: tf.nn.rnn_cell.LSTMCell(7, use_peepholes=True),
    "gru": lambda: tf.nn.rnn_cell.GRUCell(7),
    "two": lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(7) for _ in range(2)]),
}


def trained(run, cell, passes, lengths, steps=4):
    """Losses and final weights of a model of letters; the names of the kernels that ran."""
    tf.reset_default_graph()
    tf.set_random_seed(1)
    letters = tf.placeholder(tf.int32, [None, TIMES])
    table = tf.get_variable("table", [DEPTH, WIDTH])
    outputs = run(CELLS[cell], tf.nn.embedding_lookup(table, letters), lengths)
    loss = tf.reduce_mean(tf.square(outputs - 0.5))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    fed = {letters: np.random.RandomState(0).randint(0, DEPTH, (8, TIMES))}
    options, metadata = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), tf.RunMetadata()
    with tf.Session(config=tf.ConfigProto(passes=passes)) as sess:
        sess.run(tf.global_variables_initializer())
        losses = [sess.run([loss, train], fed)[0] for _ in range(steps)]
        sess.run(train, fed, options, metadata)
        with fails(tf.errors.InvalidArgumentError, "embedding_lookup", str(DEPTH)):
            sess.run(train, {letters: np.full((8, TIMES), DEPTH)})
        names = {str(total.kernel).partition("[")[0] for total in metadata.step_stats.totals}
        return [np.array(losses), *sess.run(tf.trainable_variables())], names


@pytest.mark.parametrize("lengths", [None, [3, 1, 2, 0, 3, 3, 2, 1]], ids=["whole", "lengths"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("run", [by_time, unrolled])
def test_embedded_letters(run, cell, lengths):
    expected, kernels = trained(run, cell, "none", lengths)
    assert not {"pick_rows", "sum_into_rows"} & kernels
    found, kernels = trained(run, cell, "", lengths)
    assert {"pick_rows", "sum_into_rows"} <= kernels
    assert found[0][0] > 1.01 * found[0][-1]
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_allclose(a, b, rtol=3e-5, atol=2e-6)


def test_as_text():
    assert (
        shown(product, "multiply_before_gather")
        == """
gather[uint32,int32] a=c0[6, 8] index=c1[15] o:=t2[15, 8] outer=1 rows=6 n=15 width=8
gemm[float32] a=t2[15, 8] b=c3[8, 4] c<>t4[15, 4] m=15 n=4 k=8 lda=8 ldb=4 ldc=4 batch=1
->
gather[uint32,int32] a=c0[6, 8] index=c1[15] o:=t2[15, 8] outer=1 rows=6 n=15
gemm[float32] a=c0[6, 8] b=c3[8, 4] c<>t5[6, 4] m=6 n=4 k=8 lda=8 ldb=4 ldc=4 batch=1
pick_rows[int32,float32] index=c1[15] b=t5[6, 4] c<>t4[15, 4] m=15 n=4 depth=6 ldb=4 ldc=4
"""
    )
    assert (
        shown(gradient, "multiply_before_gather")
        == """
gather[uint32,int32] a=c0[6, 8] index=c1[15] o:=t2[15, 8] outer=1 rows=6 n=15 width=8
gemm[float32] a=t2[15, 8] b=c3[15, 4] c<>t4[8, 4] m=8 n=4 k=15 ta=1 lda=8 ldb=4 ldc=4 batch=1
->
gather[uint32,int32] a=c0[6, 8] index=c1[15] o:=t2[15, 8] outer=1 rows=6 n=15
clear[uint32] o:=t5[6, 4] n=24
sum_into_rows[int32,float32] index=c1[15] b=c3[15, 4] c<>t5[6, 4] depth=6 n=4 m=15 ldb=4 ldc=4 beta=1
gemm[float32] a=c0[6, 8] b=t5[6, 4] c<>t4[8, 4] m=8 n=4 k=6 ta=1 lda=8 ldb=4 ldc=4 batch=1
"""
    )
