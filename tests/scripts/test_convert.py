import builtins

import numpy as np
import pytest

from minitf.scripts import convert
from minitf.scripts.source import Unreadable


@pytest.fixture(autouse=True)
def helpers(monkeypatch):
    for name, value in convert._HELPERS.items():
        monkeypatch.setattr(builtins, f"__{name}__", value, raising=False)


def ran(text):
    found = {"np": np}
    for code in convert.code_of(text, "<script>"):
        exec(code, found)
    return found.get("x")


@pytest.mark.parametrize(
    "text, value",
    [
        ("x = int(np.array([3]))", 3),
        ("x = float(np.array([[3.5]]))", 3.5),
        ("x = round(np.array([3.14159]), 2)", 3.14),
        ("x = int('11', base=2)", 3),
        ("x = [int(v) for v in '12']", [1, 2]),
        ("x = isinstance(int('1'), int)", True),
        ("float = str\nx = float(3)", "3"),
        ("x = '%d' % np.array([3])", "3"),
        ("x = '%.1f %s' % (np.array([3.14]), 'a')", "3.1 a"),
        ("x = '%s' % np.array([3])", "[3]"),
        ("x = '%(a)d' % {'a': np.array([3])}", "3"),
        ("x = 7 % 4", 3),
        ("import re\nx = re.split(r'(\\W+)?', 'a bc')", ["a", " ", "bc"]),
        ("import re\nx = re.split('x*', 'axbc', flags=re.I, maxsplit=1)", ["a", "bc"]),
        ("import re\nx = re.split(',', 'a,b,c', 1)", ["a", "b,c"]),
        ("def TSNE(max_iter=1): return max_iter\nx = TSNE(n_iter=5)", 5),
        ("def TSNE(n_iter=1): return n_iter\nx = TSNE(n_iter=5)", 5),
        ("TSNE = dict\nx = TSNE(n_iter=5)", {"n_iter": 5}),
        ("class re: split = lambda p, s: p + s\nx = re.split('a', 'b')", "ab"),
        ("import math\nx = math.sqrt(np.array([4.0]))", 2.0),
        ("x = len(map(abs, [1, -2]))", 2),
        ("y = zip([1, 2], 'ab')\nx = y[0]", (1, "a")),
        ("y = filter(None, [0, 3])\ny = y + [4]\nx = [5] + y", [5, 3, 4]),
        ("y = map(abs, [-1, 2])\nlen(y)\nx = list(y) + list(y)", [1, 2, 1, 2]),
        ("y = map(abs, [-1, 2])\nx = [next(y), len(y), list(y)]", [1, 1, [2]]),
        ("y = map(abs, [-1, 2])\nx = float(np.array(y).sum() + np.asarray(y, float)[1])", 5.0),
        ("y = map(abs, [3, -1])\ny.sort()\nx = list(y)", [1, 3]),
        ("y = map(abs, [-1, 2])\nx = [v for v in y] + list(y)", [1, 2]),
        ("import itertools\ny = map(abs, itertools.count())\nx = next(y) + next(y)", 1),
        ("y = map(abs, [-1])\nx = list(y) == [1] and isinstance(dict(zip('a', 'b')), dict)", True),
        ("def f(*a): return a\nx = f(*map(abs, [-1]))", (1,)),
        ("x = sum(a * b for a, b in zip([1, 2], [3, 4]))", 11),
        ("x = {1: 2}.keys()[0]", 1),
        ("d = {1: 2}\nx = d.values() + [3]", [2, 3]),
        ("map = lambda f, v: 7\nx = map(abs, [1])", 7),
        ("x = str(np.zeros(2, dtype=np.integer).dtype)", "int64"),
        ("x = str(np.ones(2).astype(np.floating).dtype)", "float64"),
        ("x = bool(np.issubdtype(np.int8, np.integer))", True),
        ("x = list(range(np.array([2])))", [0, 1]),
        ("x = np.zeros(6).reshape(np.array([3]), 2).shape", (3, 2)),
        ("import io\nx = io.StringIO('abc').read(np.array([2]))", "ab"),
        ("import pickle\nx = pickle.loads(pickle.dumps({1: 'a'}))", {1: "a"}),
        ("import pickle\nx = pickle.loads(b\"S'\\\\xff'\\np0\\n.\")", "\xff"),
        ("x = np.zeros(2)\nx[0] = np.array([3])\nx = list(x)", [3.0, 0.0]),
        ("x = np.zeros((2, 2))\nx[1, 0] = [[5]]\nx = list(x[1])", [5.0, 0.0]),
        ("x = np.zeros(3)\nx[1:] = 2, 3\nx = list(x)", [0.0, 2.0, 3.0]),
        ("x = {}\nx['a', 1] = 2", {("a", 1): 2}),
        ("x = 'a'.decode('utf-8')", "a"),
        ("x = b'a'.decode('utf-8')", "a"),
        ("x = b'a'.encode('utf-8')", b"a"),
        ("a = b = x = 3", 3),
    ],
)
def test_what_was_then_is_now(text, value):
    found = ran(text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    "text, error",
    [
        ("int(np.array([3, 4]))", TypeError),
        ("x = np.zeros(2)\nx[0] = [1, 2]", ValueError),
        ("x = [1]\nx[3] = 1", IndexError),
        ("'%d' % 'a'", TypeError),
        ("(3).decode()", AttributeError),
    ],
)
def test_what_was_wrong_is_wrong(text, error):
    with pytest.raises(error):
        ran(text)


def test_the_value_of_a_cell_is_shown(capsys):
    names = {}
    for code in convert.code_of("y = 3\ny + 1", "cell", True):
        exec(code, names)
    assert capsys.readouterr().out == "4\n"
    assert len(convert.code_of("y = 3", "cell", True)) == 1 == len(convert.code_of("", "cell", True))


@pytest.mark.parametrize("text", ["x = = 1", "def f(:\n  pass", "x = '\n", "(" * 10_000])
def test_what_does_not_parse(text):
    with pytest.raises(Unreadable, match="a.py"):
        convert.code_of(text, "a.py")


def test_tabs_and_spaces():
    assert ran("if True:\n\tx = 1\n        x += 1") == 2
