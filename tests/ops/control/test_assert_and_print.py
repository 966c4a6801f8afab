"""Assert and Print."""

import numpy as np
import pytest
from helpers import fails, host_ops, run

import minitf as tf
from minitf.framework import dtypes
from minitf.ops.control.assert_and_print import summarized

X = np.array([[1.0, -2.0], [3.0, 4.0]], np.float32)


def test_assert_shows_its_data():
    ok, x = tf.placeholder(tf.bool, []), tf.constant(np.arange(6).reshape(2, 3))
    op = tf.Assert(ok, ["trouble in", x, tf.constant(2.5)], summarize=4)
    with tf.Session() as session:
        assert session.run(op, {ok: True}) is None
        with fails(tf.errors.InvalidArgumentError, "assertion failed: [trouble in] [[0 1 2][3...]...] [2.5]"):
            session.run(op, {ok: False})
    with tf.control_dependencies([op]):
        y = tf.identity(1.0)
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, "trouble"):
        session.run(y, {ok: False})


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
def test_assert_in_a_loop(executor):
    limit, x, v = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [None]), tf.Variable(1.0)
    outside = tf.constant("outside")

    def body(i, total):
        shown = ["total", total, i, x, outside, tf.constant(1 + 2j, tf.complex128)]
        with tf.control_dependencies([tf.Assert(total < limit, shown, summarize=2)]):
            return i + 1, total + tf.reduce_sum(x)

    before = tf.assign_add(v, 1.0)
    with tf.control_dependencies([before]):
        total = tf.while_loop(lambda i, _: i < 4, body, [0, 0.0])[1]
    update = tf.assign_add(v, total)
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(v.initializer)
        assert session.run(update, {limit: 20, x: [1, 2, 3]}) == 26
        assert executor == "op_by_op" or host_ops(session) == []
        message = "assertion failed: [total] [12] [2] [1 2...] [outside] [(1+2j)]"
        with fails(tf.errors.InvalidArgumentError, message, "while/Assert/Assert"):
            session.run(update, {limit: 10, x: [1, 2, 3]})
        assert session.run(v) == 27  # what comes before the assertion has happened, what comes after has not


def test_assert_in_a_branch_and_of_strings_that_are_not_known():
    x, text = tf.placeholder(tf.float32, []), tf.placeholder(tf.string, [])

    def checked(data):
        with tf.control_dependencies([tf.Assert(x < 0.0, data)]):
            return tf.identity(x)

    y = tf.cond(x > 5.0, lambda: checked(["large", x]), lambda: -x)
    with tf.Session() as session:
        assert session.run(y, {x: 3}) == -3 and host_ops(session) == []
        with fails(tf.errors.InvalidArgumentError, "[large] [7]"):
            session.run(y, {x: 7})
        with fails(tf.errors.InvalidArgumentError, "[fed] [7]"):
            session.run(checked([text, x]), {x: 7, text: "fed"})


def test_a_condition_that_is_no_scalar():
    fed = tf.placeholder(tf.bool)
    with fails(tf.errors.InvalidArgumentError, "scalar", "(2,)"):
        run(tf.Assert(fed, ["no"]), feed_dict={fed: [True, True]})


def test_a_check_counts_even_if_nobody_reads_its_result():
    x = tf.placeholder(tf.float32, [2])
    with tf.control_dependencies([tf.check_numerics(x * 2.0, "twice x")]):
        y = tf.identity(3.0)
    with fails(tf.errors.InvalidArgumentError, "twice x : Tensor had Inf values"):
        run(y, feed_dict={x: [1, np.inf]})


@pytest.mark.parametrize(
    "value, limit, text",
    [
        (5, None, "5"),
        ([1, 2, 3, 4], None, "1 2 3..."),
        ([1, 2, 3], -1, "1 2 3"),
        ([[1, 2], [3, 4]], 10, "[1 2][3 4]"),
        ([[1, 2], [3, 4]], 1, "[1...]..."),
        ([True, False], 5, "1 0"),
        ([0.1, 1e10], 5, "0.1 1e+10"),
        ([[]], 3, ""),
        ([1 / 3, 0.123456789], 3, "0.333333343 0.123456791"),
        ([[[1, 2]], [[3, 4]]], 3, "[[1 2]][[3...]]..."),
    ],
    ids=str,
)
def test_summaries(value, limit, text):
    value = np.array(value)
    assert summarized(value.astype(np.float32) if value.dtype.kind == "f" else value, limit) == text
    assert summarized(np.array([0.1, 1 / 3]), 3) == "0.1 0.33333333333333331"
    assert summarized(np.array([b"a", b"bc"], object), 3) == "a bc"


PRINTED = {  # as TensorFlow 1.15.5 does; it shows no complex numbers
    "float16": (
        [0.1, 1.0, -2.5, 65504.0, 6e-8, 1e-5, np.inf, np.nan, 3.14159, 100.0, 0.0],
        "0.0999755859 1 -2.5 65504 5.96046448e-08 1.00135803e-05 inf nan 3.140625 100 0",
    ),
    "float32": (
        [0.1, 3.4e38, 1e-30, -np.inf, np.nan, 3.14159265, 123456789.0, 1e6, 999999.5, -0.0],
        "0.1 3.4e+38 1e-30 -inf nan 3.14159274 123456792 1e+06 999999.5 -0",
    ),
    "float64": ([0.1, 1.7e308, 1e-300, 3.14159265, 1e16, -0.0], "0.1 1.7e+308 1e-300 3.14159265 1e+16 -0"),
    "int8": ([-128, 127], "-128 127"),
    "uint8": ([0, 255], "0 255"),
    "int16": ([-32768, 32767], "-32768 32767"),
    "uint16": ([0, 65535], "0 65535"),
    "int32": ([-(2**31), 2**31 - 1], "-2147483648 2147483647"),
    "uint32": ([0, 2**32 - 1], "0 4294967295"),
    "int64": ([-(2**63), 2**63 - 1], "-9223372036854775808 9223372036854775807"),
    "uint64": ([0, 2**64 - 1], "0 18446744073709551615"),
    "bool": ([True, False], "1 0"),
    "complex64": ([1 + 2j], "(1+2j)"),
    "complex128": ([1 + 2j], "(1+2j)"),
    "string": (
        [b"a", b"", b"\xff\x00x", "\u00e9".encode(), b'q"uo\\te\n', b"it's\t\r\x7f"],
        r"a  \377\000x \303\251 q\"uo\\te\n it\'s\t\r\177",
    ),
}


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
@pytest.mark.parametrize("dtype", PRINTED)
def test_every_type_is_printed(dtype, executor, capfd):
    values, text = PRINTED[dtype]
    data = tf.constant(values if dtype == "string" else np.array(values, dtype))
    printed = [tf.Print(1.0, [data], "m: ", summarize=100), tf.Print(data, [data[:0]])]
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session:
        session.run(printed)
        with fails(tf.errors.InvalidArgumentError, f"[{text}]"):
            session.run(tf.Assert(False, [data], summarize=100))
    assert sorted(capfd.readouterr().err.splitlines()) == sorted(["[]", f"m: [{text}]"])


def test_every_type_is_among_them():
    assert set(PRINTED) == {d.name for d in dtypes.ANY if not d.is_ref_dtype}


def test_print(capfd):
    x = tf.constant([1.0, 2.0])
    y = tf.Print(x, [x, tf.constant("text")], message="x is ", first_n=2)
    (g,) = tf.gradients(y * 3.0, x)
    with tf.Session() as session:
        for _ in range(3):
            assert session.run(y).tolist() == [1, 2]
        assert session.run(g).tolist() == [3, 3]
    captured = capfd.readouterr()
    assert captured.err == "x is [1 2][text]\n" * 2 and captured.out == ""
