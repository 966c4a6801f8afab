"""Regular expressions: what TensorFlow finds with them (pattern_scenarios.py), and classes of characters."""

import unicodedata

import pytest
from session_facts import check, names

import minitf as tf
from minitf.ops.strings import regular


@pytest.mark.parametrize("name", names("regular_"))
def test_recorded(name):
    check(name)


@pytest.mark.parametrize("category", ["L", "Lu", "N", "Sc"])
def test_categories(category):
    inside = regular.compiled(rf"\p{{{category}}}".encode())
    outside = regular.compiled(rf"[^\p{category}]".encode() if len(category) == 1 else rf"\P{{{category}}}".encode())
    for code in [*range(0, 0x3000, 7), 0x1F600, 0x10FFFF]:
        found = unicodedata.category(chr(code)).startswith(category)
        assert (inside.fullmatch(chr(code)) is not None, outside.fullmatch(chr(code)) is not None) == (found, not found)


def test_bytes_that_are_no_characters():
    s = regular.text(b"a\xffb\xe2")
    for pattern, found in [(b".", "ab"), (rb"\W", ""), (b"[^a]", "b"), (rb"\C", s)]:
        assert "".join(m[0] for m in regular.matches(regular.compiled(pattern), s)) == found


@pytest.mark.parametrize("pattern", [b"\xff", b"(?P<a>x)(?P<a>y)", rb"\x{110000}", rb"\p{", b"(?P<a", b"\\", b"a{2,1}"])
def test_what_is_no_pattern(pattern):
    with pytest.raises(ValueError, match="Invalid pattern"):
        regular.compiled(pattern)


PATTERNS = {  # whether what matches is never empty
    **dict.fromkeys(["a", "[0-9]+", "a|bc", r"\ba", "(?i)A+", "a(b*)", "(?P<x>a)b?", r"(\w)(\d)?", "^a", "a$"], True),
    **dict.fromkeys(["a*", "a|", "^", "$", r"\b", r"\B", "(?m)^", "(?m)$", "(a?)(b?)", "a{0,2}", r"\z"], False),
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_never_is_empty_is_replaced_at_once(pattern, monkeypatch):
    assert regular.never_empty(regular.compiled(pattern.encode())) == PATTERNS[pattern]
    strings = [b"", b"a", b"aab1 bc", b"\na\nA9\xff b", "\u00e9a\\1".encode()]
    replaced = [
        tf.regex_replace(strings, pattern, rewrite, replace_global=all_of_them)
        for rewrite in ("", "-", r"<\0>", r"\1\2\\", r"\9x", "\\g<0>")
        for all_of_them in (True, False)
    ]
    with tf.Session() as session:
        found = session.run(replaced)
    monkeypatch.setattr(regular, "never_empty", lambda pattern: False)
    with tf.Session() as session:
        assert [f.tolist() for f in session.run(replaced)] == [f.tolist() for f in found]
