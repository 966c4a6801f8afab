"""Rewrites of small programs: what they become, that they compute the same, and what must be left alone."""

import pytest
from helpers import fails
from programs import CARRIER, Program, check, program, shown

import minitf as tf
from minitf.kernels.math import elementwise as ew
from minitf.kernels.math import pooling, state
from minitf.runtime.lower.ir import Ref, Repeat
from minitf.runtime.passes import OLD_NAMES, PASSES, chosen, rewrite

ROWS, WIDTH = 5, 12

FUSED = {}
LEFT = {}


# ---------------------------------------------------------------- what is rewritten


@program(FUSED, "bias_tanh")
def biased(p):
    p.keep(p.unary(ew.tanh, p.binary(ew.add, p.given(ROWS, WIDTH), p.given(WIDTH))))


@program(FUSED, "bias_sigmoid")
def biased_and_shifted(p):
    p.keep(p.unary(ew.sigmoid, p.binary(ew.add, p.number(1), p.binary(ew.add, p.given(ROWS, WIDTH), p.given(WIDTH)))))


@program(FUSED, "bias_sigmoid bias_relu")
def gates(p):
    both = p.binary(ew.add, p.given(ROWS, WIDTH), p.given(WIDTH))
    parts = [p.columns(both, 0, 4), p.columns(both, 4, 8)]
    p.keep(p.unary(ew.sigmoid, p.binary(ew.add, parts[0], p.number(1))), p.unary(ew.relu, parts[1]))


@program(FUSED, "tanh mul mul")
def columns_in_place(p):
    z = p.unary(ew.tanh, p.given(ROWS, WIDTH))
    p.keep(z, p.binary(ew.mul, p.columns(z, 3, 4), p.given(ROWS, 4)), p.binary(ew.mul, p.given(4), p.columns(z, 5, 4)))


@program(FUSED, "add sub add mul")
def parts_of_a_sum(p):
    total = p.binary(ew.add, p.given(ROWS, WIDTH), p.given(ROWS, 1))
    p.keep(
        p.binary(ew.sub, p.columns(total, 0, 6), p.given(ROWS, 6)),
        p.binary(ew.mul, p.columns(total, 6, 6), p.number(3)),
    )


@program(FUSED, "mul mul_add")
def sum_of_products(p):
    a, b, c, d = (p.given(ROWS, WIDTH) for _ in range(4))
    p.keep(p.binary(ew.add, p.binary(ew.mul, a, b), p.binary(ew.mul, c, d)))


@program(FUSED, "mul_add")
def product_with_a_row(p):
    p.keep(p.binary(ew.add, p.given(ROWS, WIDTH), p.binary(ew.mul, p.given(ROWS, WIDTH), p.given(WIDTH))))


@program(FUSED, "mul_add add sigmoid")
def product_with_a_row_and_a_number(p):
    """The sum belongs to the product already."""
    product = p.binary(ew.mul, p.given(ROWS, WIDTH), p.given(ROWS, WIDTH))
    p.keep(p.unary(ew.sigmoid, p.binary(ew.add, p.binary(ew.add, product, p.given(WIDTH)), p.number(1))))


@program(FUSED, "assign mul_add")
def product_into_its_own_input(p):
    a = p.copy(p.given(ROWS, WIDTH))
    p.keep(p.binary(ew.add, p.binary(ew.mul, a, p.given(ROWS, WIDTH)), p.given(ROWS, WIDTH), out=a))


@program(FUSED, "mul_tanh_grad mul_sigmoid_grad")
def slopes_into_columns(p):
    out = p.new(ROWS, 2 * WIDTH)
    for k, slope in enumerate((ew.tanh_grad, ew.sigmoid_grad)):
        dy = p.binary(ew.mul, p.given(ROWS, WIDTH), p.given(ROWS, WIDTH))
        p.write(p.binary(slope, p.given(ROWS, WIDTH), dy), out, k * WIDTH)
    p.keep(out)


@program(FUSED, "add_tanh_grad add_sigmoid_grad add_relu_grad")
def slopes_at_sums(p):
    a, b, y = (p.given(ROWS, WIDTH) for _ in range(3))
    p.keep(
        p.binary(ew.tanh_grad, y, p.binary(ew.add, a, b)),
        p.binary(ew.sigmoid_grad, y, p.binary(ew.add, b, a)),
        p.binary(ew.relu_grad, p.binary(ew.add, a, b), y),
    )


@program(FUSED, "assign add_rows")
def rows_into_a_total(p):
    total = p.copy(p.given(WIDTH))
    p.keep(p.binary(ew.add, total, p.sum_rows(p.given(ROWS, WIDTH)), out=total))


def pooled_back(p, images=None):
    """(images of both signs, what comes back to them from windows of 2 x 2 pixels)"""
    images = images or p.binary(ew.sub, p.given(2, 4, 6, 3), p.given(2, 4, 6, 3))
    numbers = (0, 2, 4, 6, 3, 2, 3, 2, 2, 2, 2, 0, 0, 0)
    return images, p.call(pooling.max_pool_grad[p.dtype], images, p.given(2, 2, 3, 3), p.new(2, 4, 6, 3), *numbers)


@program(FUSED, "sub max_pool_grad")
def slope_of_relu_before_windows(p):
    images, back = pooled_back(p)
    p.keep(p.binary(ew.relu_grad, back, images))


def stepped(p, w):
    """w -= rate * m / (sqrt(v) + epsilon)."""
    m, v = p.given(ROWS, WIDTH), p.given(ROWS, WIDTH)
    root = p.binary(ew.add, p.unary(ew.sqrt, v), p.number(0.1))
    step = p.binary(ew.div, p.binary(ew.mul, p.number(0.5), m), root)
    p.keep(p.call(state.assign_sub[p.dtype], step, w, w.size))
    return step


@program(FUSED, "assign sub_by_root")
def step_by_a_root(p):
    stepped(p, p.copy(p.given(ROWS, WIDTH)))


# ---------------------------------------------------------------- what only looks like it


@program(LEFT, "assign sqrt add mul div assign_sub")
def step_by_a_root_that_is_kept(p):
    p.keep(stepped(p, p.copy(p.given(ROWS, WIDTH))))


@program(LEFT, "assign sqrt add mul div assign_sub")
def step_by_a_root_of_a_row(p):
    w, m, v = p.copy(p.given(ROWS, WIDTH)), p.given(ROWS, WIDTH), p.given(WIDTH)
    root = p.binary(ew.add, p.unary(ew.sqrt, v), p.number(0.1))
    step = p.binary(ew.div, p.binary(ew.mul, p.number(0.5), m), root)
    p.keep(p.call(state.assign_sub[p.dtype], step, w, w.size))


@program(LEFT, "assign assign sqrt add mul div neg assign_sub")
def step_by_a_root_of_what_changes_meanwhile(p):
    w, v = p.copy(p.given(ROWS, WIDTH)), p.copy(p.given(ROWS, WIDTH))
    root = p.binary(ew.add, p.unary(ew.sqrt, v), p.number(0.1))
    step = p.binary(ew.div, p.binary(ew.mul, p.number(0.5), p.given(ROWS, WIDTH)), root)
    p.call(ew.neg[p.dtype], v, v, v.size)
    p.keep(p.call(state.assign_sub[p.dtype], step, w, w.size))


@program(LEFT, "sub max_pool_grad relu_grad relu_grad")
def slopes_of_windows_read_twice(p):
    images, back = pooled_back(p)
    p.keep(p.binary(ew.relu_grad, back, images), p.binary(ew.relu_grad, back, images))


@program(LEFT, "sub max_pool_grad sub relu_grad")
def slopes_at_other_images(p):
    _, back = pooled_back(p)
    p.keep(p.binary(ew.relu_grad, back, p.binary(ew.sub, p.given(2, 4, 6, 3), p.number(0.5))))


@program(LEFT, "sub max_pool_grad relu_grad")
def slopes_of_images(p):
    images, back = pooled_back(p)
    p.keep(p.binary(ew.relu_grad, images, back))


@program(LEFT, "assign max_pool_grad relu relu_grad")
def images_changed_before_the_slope(p):
    images, back = pooled_back(p, p.copy(p.given(2, 4, 6, 3)))
    p.call(ew.relu[p.dtype], images, images, images.size)
    p.keep(p.binary(ew.relu_grad, back, images))


@program(LEFT, "assign max_pool_grad relu_grad")
def slope_in_place_of_the_images(p):
    images, back = pooled_back(p, p.copy(p.given(2, 4, 6, 3)))
    p.keep(p.binary(ew.relu_grad, back, images, out=images))


@program(LEFT, "add relu_grad add tanh_grad")
def slopes_whose_output_is_a_sum(p):
    a, b, dy = (p.given(ROWS, WIDTH) for _ in range(3))
    p.keep(p.binary(ew.relu_grad, dy, p.binary(ew.add, a, b)))
    p.keep(p.binary(ew.tanh_grad, p.binary(ew.add, a, b), dy))


@program(LEFT, "add tanh sub")
def sum_read_twice(p):
    z = p.binary(ew.add, p.given(ROWS, WIDTH), p.given(WIDTH))
    p.keep(p.binary(ew.sub, p.unary(ew.tanh, z), z))


@program(LEFT, "add tanh")
def sum_kept(p):
    z = p.binary(ew.add, p.given(ROWS, WIDTH), p.given(WIDTH))
    p.keep(z, p.unary(ew.tanh, z))


@program(LEFT, "add tanh")
def bias_of_rows(p):
    p.keep(p.unary(ew.tanh, p.binary(ew.add, p.given(ROWS, WIDTH), p.given(ROWS, 1))))


@program(LEFT, "assign add assign tanh")
def sum_whose_input_changes(p):
    z = p.copy(p.given(ROWS, WIDTH))
    total = p.binary(ew.add, z, p.given(WIDTH))
    p.call(state.assign[CARRIER], p.given(ROWS, WIDTH), z, z.size)
    p.keep(z, p.unary(ew.tanh, total))


@program(LEFT, "assign mul assign add")
def product_whose_factor_changes(p):
    a = p.copy(p.given(ROWS, WIDTH))
    product = p.binary(ew.mul, a, p.given(ROWS, WIDTH))
    p.call(state.assign[CARRIER], p.given(ROWS, WIDTH), a, a.size)
    p.keep(a, p.binary(ew.add, product, p.given(ROWS, WIDTH)))


@program(LEFT, "assign mul add")
def product_overwritten_while_read(p):
    memory = p.copy(p.given(2 * ROWS, WIDTH))
    a = Ref((ROWS, WIDTH), p.dtype, memory.buffer, 0)
    shifted = Ref((ROWS, WIDTH), p.dtype, memory.buffer, p.dtype.itemsize)
    p.binary(ew.add, p.binary(ew.mul, a, p.given(ROWS, WIDTH)), p.given(ROWS, WIDTH), out=shifted)
    p.keep(memory)


@program(LEFT, "mul tanh_grad")
def slope_at_a_product(p):
    y = p.binary(ew.mul, p.given(ROWS, WIDTH), p.given(ROWS, WIDTH))
    p.keep(p.binary(ew.tanh_grad, y, p.given(ROWS, WIDTH)))


@program(LEFT, "mul add")
def product_with_a_column(p):
    p.keep(p.binary(ew.add, p.binary(ew.mul, p.given(ROWS, WIDTH), p.given(ROWS, 1)), p.given(ROWS, WIDTH)))


@program(LEFT, "assign strided_copy assign mul")
def columns_that_change(p):
    z = p.copy(p.given(ROWS, WIDTH))
    part = p.columns(z, 0, 4)
    p.call(state.assign[CARRIER], p.given(ROWS, WIDTH), z, z.size)
    p.keep(z, p.binary(ew.mul, part, p.given(ROWS, 4)))


@program(LEFT, "strided_copy mul tanh")
def columns_read_otherwise(p):
    part = p.columns(p.given(ROWS, WIDTH), 2, 4)
    p.keep(p.binary(ew.mul, part, p.given(ROWS, 4)), p.unary(ew.tanh, part))


@program(LEFT, "add strided_copy tanh reduce_sum")
def parts_of_a_sum_read_whole(p):
    total = p.binary(ew.add, p.given(ROWS, WIDTH), p.given(WIDTH))
    p.keep(p.unary(ew.tanh, p.columns(total, 0, 4)), p.sum_rows(total))


@program(LEFT, "add strided_copy tanh")
def part_of_some_rows(p):
    total = p.binary(ew.add, p.given(6, WIDTH), p.given(WIDTH))
    top = Ref((3, WIDTH), p.dtype, total.buffer)
    p.keep(p.unary(ew.tanh, p.columns(top, 0, 4)))


@program(LEFT, "add strided_copy sub")
def part_in_another_shape(p):
    total = p.binary(ew.add, p.given(6, WIDTH), p.given(WIDTH))
    narrow = p.columns(Ref((12, 6), p.dtype, total.buffer), 1, 2)
    p.keep(p.binary(ew.sub, p.columns(total, 0, 4), Ref((6, 4), p.dtype, narrow.buffer)))


@program(LEFT, "add tanh")
def activation_of_some_rows(p):
    total = p.binary(ew.add, p.given(ROWS, WIDTH), p.given(WIDTH))
    p.keep(p.unary(ew.tanh, Ref((2, WIDTH), p.dtype, total.buffer)))


@program(LEFT, "assign add tanh")
def bias_overwritten_while_read(p):
    memory = p.copy(p.given(2 * ROWS, WIDTH))
    z, out = (Ref((ROWS, WIDTH), p.dtype, memory.buffer, 4 * k * WIDTH) for k in (1, 2))
    total = p.binary(ew.add, z, p.given(WIDTH))
    p.call(ew.tanh[p.dtype], total, out, out.size)
    p.keep(memory)


@program(LEFT, "assign reduce_sum sub")
def rows_from_a_total(p):
    total = p.copy(p.given(WIDTH))
    p.keep(p.binary(ew.sub, total, p.sum_rows(p.given(ROWS, WIDTH)), out=total))


@program(LEFT, "reduce_sum add")
def rows_and_another_total(p):
    p.keep(p.binary(ew.add, p.given(WIDTH), p.sum_rows(p.given(ROWS, WIDTH))))


@pytest.mark.parametrize("case", [*FUSED, *LEFT])
def test_rewritten_and_the_same(case):
    build, expected = {**FUSED, **LEFT}[case]
    check(build, ["read_in_place", "fuse"], expected)


@pytest.mark.parametrize("case", FUSED)
def test_can_be_switched_off(case):
    p = Program()
    FUSED[case][0](p)
    names = p.names()
    rewrite(p.uses(), [n for n in PASSES if n not in ("read_in_place", "fuse")])
    assert p.names() == names


def biased_in_a_loop(p, bias_changes=False, rows=ROWS):
    """h = tanh(h + bias), three times."""
    h, bias = p.copy(p.given(rows, WIDTH)), p.copy(p.given(WIDTH))
    before, p.nodes = p.nodes, []
    p.call(state.assign[CARRIER], p.unary(ew.tanh, p.binary(ew.add, h, bias)), h, h.size)
    if bias_changes:
        p.binary(ew.mul, bias, p.number(2), out=bias)
    p.nodes = [*before, Repeat(body=p.nodes, count=3, carried={h.buffer, bias.buffer})]
    p.keep(h)


@pytest.mark.parametrize(
    "changes, rows, expected",
    [
        (False, ROWS, "assign assign strided_copy bias_tanh assign"),
        (True, ROWS, "assign assign bias_tanh assign mul"),
        (False, 200, "assign assign bias_tanh assign"),  # too large to gain
    ],
)
def test_bias_repeated_before_a_loop(changes, rows, expected):
    check(lambda p: biased_in_a_loop(p, changes, rows), ["fuse", "repeat_bias"], expected.split())


@pytest.mark.parametrize(
    "uses, expected", [(2, "bias_tanh bias_tanh"), (3, "strided_copy bias_tanh bias_tanh bias_tanh")]
)
def test_bias_repeated_in_one_block(uses, expected):
    def build(p):
        bias = p.given(WIDTH)
        p.keep(*(p.unary(ew.tanh, p.binary(ew.add, p.given(ROWS, WIDTH), bias)) for _ in range(uses)))

    check(build, ["fuse", "repeat_bias"], expected.split())


def test_as_text():
    assert (
        shown(gates, "read_in_place")
        == """
add[float32] a=c0[5, 12] b=c1[12] o:=t2[5, 12] rank=2 dims=(5,12,0,12,1,1)
strided_copy[uint32] a=t2[5, 12] o:=t3[5, 4] rank=2 dims=(5,12,4,1)
strided_copy[uint32] a=t2[5, 12] o:=t4[5, 8] offset=4 rank=2 dims=(5,12,8,1)
add[float32] a=t3[5, 4] b=1.0 o:=t5[5, 4] rank=1 dims=(20,1,0)
sigmoid[float32] a=t5[5, 4] o:=t6[5, 4] n=20
relu[float32] a=t4[5, 8] o:=t7[5, 8] n=40
->
add[float32] a=c0[52] b=c1[4] o:=t3[5, 4] rank=2 dims=(5,12,0,4,1,1)
add[float32] a=c0+16[56] b=c1+16[8] o:=t4[5, 8] rank=2 dims=(5,12,0,8,1,1)
add[float32] a=t3[5, 4] b=1.0 o:=t5[5, 4] rank=1 dims=(20,1,0)
sigmoid[float32] a=t5[5, 4] o:=t6[5, 4] n=20
relu[float32] a=t4[5, 8] o:=t7[5, 8] n=40
"""
    )
    assert (
        shown(gates, "read_in_place", "fuse")
        == """
add[float32] a=c0[5, 12] b=c1[12] o:=t2[5, 12] rank=2 dims=(5,12,0,12,1,1)
strided_copy[uint32] a=t2[5, 12] o:=t3[5, 4] rank=2 dims=(5,12,4,1)
strided_copy[uint32] a=t2[5, 12] o:=t4[5, 8] offset=4 rank=2 dims=(5,12,8,1)
add[float32] a=t3[5, 4] b=1.0 o:=t5[5, 4] rank=1 dims=(20,1,0)
sigmoid[float32] a=t5[5, 4] o:=t6[5, 4] n=20
relu[float32] a=t4[5, 8] o:=t7[5, 8] n=40
->
bias_sigmoid[float32] a=c0[52] bias=c1[4] o:=t6[5, 4] shift=1.0 rows=5 width=4 step=12
bias_relu[float32] a=c0+16[56] bias=c1+16[8] o:=t7[5, 8] rows=5 width=8 step=12
"""
    )
    assert (
        shown(rows_into_a_total, "fuse")
        == """
assign[uint32] a=c0[12] o:=t1[12] n=12
reduce_sum[float32] a=c2[5, 12] o:=t3[12] size=12 rank=2 dims=(5,12,0,12,1,1)
add[float32] a=t1[12] b=t3[12] o:=t1[12] rank=1 dims=(12,1,1)
->
assign[uint32] a=c0[12] o:=t1[12] n=12
add_rows[float32] a=c2[5, 12] o<>t1[12] rows=5 width=12 step=12
"""
    )
    assert (
        shown(biased_in_a_loop, "fuse", "repeat_bias")
        == """
assign[uint32] a=c0[5, 12] o:=t1[5, 12] n=60
assign[uint32] a=c2[12] o:=t3[12] n=12
repeat 3 times:
  add[float32] a=t1[5, 12] b=t3[12] o:=t4[5, 12] rank=2 dims=(5,12,0,12,1,1)
  tanh[float32] a=t4[5, 12] o:=t5[5, 12] n=60
  assign[uint32] a=t5[5, 12] o:=t1[5, 12] n=60
->
assign[uint32] a=c0[5, 12] o:=t1[5, 12] n=60
assign[uint32] a=c2[12] o:=t3[12] n=12
strided_copy[uint32] a=t3[12] o:=t6[5, 12] rank=2 dims=(5,0,12,1)
repeat 3 times:
  bias_tanh[float32] a=t1[5, 12] bias=t6[5, 12] o:=t5[5, 12] rows=1 width=60 step=60
  assign[uint32] a=t5[5, 12] o:=t1[5, 12] n=60
"""
    )


def test_integers_are_left_alone():
    p = Program("int32")
    p.keep(p.binary(ew.add, p.binary(ew.mul, p.given(ROWS, WIDTH), p.given(ROWS, WIDTH)), p.given(ROWS, WIDTH)))
    rewrite(p.uses(), ["fuse"])
    assert p.names() == ["mul", "add"]


def test_names_of_passes():
    assert chosen("none") == []
    assert chosen("fuse,drop_unread") == ["drop_unread", "fuse"]
    assert set(PASSES) - set(chosen("-fuse,-read_in_place")) == {"fuse", "read_in_place"}
    with pytest.raises(ValueError, match="no pass called -fusion"):
        chosen("-fusion")


def test_names_of_before():
    assert set(OLD_NAMES.values()) <= set(PASSES) and not set(OLD_NAMES) & set(PASSES)
    assert chosen("-ended,-one_hot") == chosen("-skip_finished_rows,-pick_rows")
    assert chosen("ended") == ["skip_finished_rows"]


@pytest.mark.parametrize("passes", ["none", "drop_unread", ""])
def test_what_is_not_read_may_still_fail(passes):
    ids = tf.placeholder(tf.int32, [None])
    sizes = tf.shape(tf.gather(tf.Variable(tf.ones([3, 2])), ids))
    with tf.Session(config=tf.ConfigProto(passes=passes)) as session:
        session.run(tf.global_variables_initializer())
        assert session.run(sizes, {ids: [0, 2]}).tolist() == [2, 2]
        with fails(tf.errors.InvalidArgumentError, "91", "[0, 3)"):
            session.run(sizes, {ids: [0, 91]})
