import ast

import numpy as np
import pytest

import minitf as tf
from minitf.scripts import python2
from minitf.scripts.source import Unreadable

OLD = [
    "print 1",
    "print",
    "try:\n    f()\nexcept ValueError, e:\n    pass",
    "exec 'x = 1'",
    "x = 0777",
    "x = `1`",
    "x <> 1",
    "raise ValueError, 'no'",
    "for i in xrange(3):\n    pass",
    "d.iteritems()",
    "d.has_key(1)",
    "x = raw_input()",
]
NEW = [
    "print(1)",
    "x = 1 / 2",
    "try:\n    xrange\nexcept NameError:\n    xrange = range\nxrange(3)",
    "from six.moves import xrange\nxrange(3)",
    "from six.moves import *\nxrange(3)",
    "def reduce(f):\n    pass\nreduce(1)",
    "from functools import reduce\nreduce(f, x)",
    "this is no python at all",
]


@pytest.mark.parametrize("text", OLD)
def test_python2_is_told_from_python3(text):
    pytest.importorskip("fissix")
    assert python2.is_python2(text)


@pytest.mark.parametrize("text", NEW)
def test_python3_is_left_alone(text):
    assert not python2.is_python2(text)


def ran(text):
    found = {"np": np, "tf": tf, "__divide__": python2.divide}
    tree = ast.parse(python2.converted(text))
    if "division" not in python2.features(text):
        tree = ast.fix_missing_locations(python2.Division().visit(tree))
    exec(compile(tree, "<script>", "exec"), found)
    return found


@pytest.mark.parametrize(
    "text, value",
    [
        ("x = 7 / 2", 3),
        ("x = -7 / 2", -4),
        ("from __future__ import division\nx = 7 / 2", 3.5),
        ("x = 7\nx /= 2", 3),
        ("x = 7.0 / 2", 3.5),
        ("x = (np.array([7]) / 2)[0]", 3),
        ("x = (np.array([7.0]) / 2)[0]", 3.5),
        ("x = map(lambda a: a + 1, [1, 2])", [2, 3]),
        ("x = filter(None, [0, 1])", [1]),
        ("x = zip([1], [2])", [(1, 2)]),
        ("x = {1: 2}.keys()", [1]),
        ("x = range(3) + [3]", [0, 1, 2, 3]),
        ("x = {1: 2}.has_key(1)", True),
        ("x = [k for k, v in {1: 2}.iteritems()]", [1]),
        ("x = reduce(lambda a, b: a + b, xrange(4))", 6),
        ("x = isinstance(u'a', unicode) and isinstance('a', basestring)", True),
        ("x = long(3) + 4L", 7),
        ("class A:\n    def next(self):\n        return 5\nx = next(A())", 5),
        ("x = 0\nif 1:\n\tx = 1\n        x = 2", 2),
        ("def f((a, b)):\n    return a + b\nx = f((1, 2))", 3),
    ],
)
def test_what_converted_code_computes(text, value):
    pytest.importorskip("fissix")
    found = ran(text)["x"]
    assert type(found) is type(value) or isinstance(found, np.generic)
    assert found == value


def test_tensors_divide_as_they_did():
    pytest.importorskip("fissix")
    found = ran("a = tf.constant([7]) / 2\nb = tf.constant([7.0]) / 2")
    with tf.Session() as sess:
        assert sess.run([found["a"], found["b"]]) == [[3], [3.5]]
    assert found["a"].dtype == tf.int32


def test_lines_stay_where_they_are():
    pytest.importorskip("fissix")
    text = "import urllib2\nprint 'a'\n\nfor i in xrange(2):\n    print i\nassert False, 'here'\n"
    assert [line.startswith("assert") for line in python2.converted(text).splitlines()].index(True) == 5


def test_neither_of_both():
    pytest.importorskip("fissix")
    with pytest.raises(Unreadable, match="x.py is neither Python 3 nor Python 2"):
        python2.converted("print 1 +\n(", "x.py")


def test_without_the_converter(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "fissix.refactor", None)
    python2._tool.cache_clear()
    try:
        assert python2.is_python2("print 'a'")
        with pytest.raises(ImportError, match=r"pip install 'minitf-engine\[py2\]'"):
            python2.converted("print 'a'")
    finally:
        python2._tool.cache_clear()
