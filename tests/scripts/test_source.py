import json

import pytest

from minitf.scripts import source

V4 = {
    "cells": [
        {"cell_type": "markdown", "source": ["# no"]},
        {"cell_type": "code", "source": ["x = 1\n", "x"]},
        {"cell_type": "code", "source": "y = 2"},
    ],
    "nbformat": 4,
}
V3 = {
    "worksheets": [
        {
            "cells": [
                {"cell_type": "code", "input": ["x = 1\n", "x"], "language": "python"},
                {"cell_type": "code", "input": "y = 2", "language": "python"},
                {"cell_type": "code", "input": "ls", "language": "bash"},
            ]
        }
    ],
    "nbformat": 3,
}


@pytest.mark.parametrize("book", [V3, V4])
def test_cells_of_notebooks(tmp_path, book):
    path = tmp_path / "book.ipynb"
    path.write_text(json.dumps(book))
    first, second = source.read(path)
    assert first == ("x = 1\nx", f"{path}, cell 1", True, False) and second.text == "y = 2"


@pytest.mark.parametrize(
    "line, left",
    [
        ("%matplotlib inline", "pass"),
        ("    !pip install x", "    pass"),
        ("?tf.nn", "pass"),
        ("tf.nn?", "pass"),
        ("files = !ls", "files = []"),
        ("t = %timeit -o f()", "t = []"),
        ("x = a % b", "x = a % b"),
        ("x = '%d' % 3", "x = '%d' % 3"),
        ("x %= 2", "x %= 2"),
        ("if x != 1: pass", "if x != 1: pass"),
        ("y = x != 1", "y = x != 1"),
        ('"""\n%d\n"""', '"""\n%d\n"""'),
        ("%%bash\nls\nls", "\n\n"),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("print('a %s'\n  % x)", "print('a %s'\n  % x)"),
        ("x = [1, # (\n%d]", "x = [1, # (\n%d]"),
        ("x = a \\\n% b", "x = a \\\n% b"),
        ("x = '(' + \"'[\"\n%pylab", "x = '(' + \"'[\"\npass"),
        ("x = 'it\\'s ('\n!ls", "x = 'it\\'s ('\npass"),
        ("f(')')\n%time f()", "f(')')\npass"),
    ],
)
def test_lines_for_ipython_are_dropped(line, left):
    assert source.without_magics(line) == left


def test_cells_as_ipython_reads_them():
    pytest.importorskip("IPython")
    found = {"get_ipython": source.Shell}
    text = "%matplotlib inline\n!ls\nfiles = !ls\nx = 7\\\n  % 4\nx?\n"
    for cell in (text, "%%time\n" + text):
        exec(source.as_python(cell), found)
        assert (found["x"], found["files"]) == (3, [])
    assert source.as_python("%%bash\nls") == "\n"


@pytest.mark.parametrize(
    "name, data, words",
    [
        ("none.py", None, "No such file"),
        ("a.ipynb", b"{", "no notebook"),
        ("b.ipynb", b"[]", "no notebook"),
        ("c.ipynb", b'{"cells": [1]}', "no notebook"),
        ("d.ipynb", b'{"cells": [{"cell_type": "code", "source": 3}]}', "no notebook"),
        ("e.ipynb", b"[" * 100_000, "no notebook"),
        ("f.py", b"\x00\x01", "no text"),
    ],
)
def test_what_cannot_be_read(tmp_path, name, data, words):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(source.Unreadable, match=words):
        source.read(path)


@pytest.mark.parametrize(
    "data", ["# -*- coding: latin-1 -*-\nx = 'é'".encode("latin-1"), "x = 'é'".encode("latin-1"), "x = 'é'".encode()]
)
def test_encodings(data):
    assert source.decoded(data).endswith("x = 'é'")
