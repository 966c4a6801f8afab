"""Patterns that `re` could take forever over: as many steps as there are characters."""

import random
import time

import pytest

import minitf as tf
from minitf.ops.strings import regular

HARD = {  # patterns, and strings on which those who go back have to try all ways
    "(a+)+$": "a" * 3000 + "b",
    "(a|a)*b": "a" * 3000,
    "a*a*a*a*b": "a" * 1000,
    "(x+x+)+y": "x" * 3000,
    "(.*)(.*)(.*)z": "y" * 1000,
    r"^(([a-z])+.)+[A-Z]([a-z])+$": "a" * 3000,
    "((a?){30}){20}a{30}b": "a" * 50,
    r"\s+$": " " * 20_000 + "x",
    "<.*?>": "<" * 10_000,
}


@pytest.mark.parametrize("pattern", HARD)
def test_no_string_takes_long(pattern):
    found = [tf.regex_replace(HARD[pattern], pattern, "-"), tf.strings.regex_full_match(HARD[pattern], pattern)]
    with tf.Session() as session:
        started = time.process_time()
        replaced, matched = session.run(found)
        assert time.process_time() - started < 5
    assert replaced == HARD[pattern].encode() and not matched


def _pattern(rng, depth):
    kind = rng.random() if depth else 0.0
    if kind < 0.4:
        return rng.choice(["a", "b", ".", "[ab]", "[^a]", r"\w", "^", "$", r"\b", r"\B", "(?i:A)", " "])
    if kind < 0.6:
        return "".join(_pattern(rng, depth - 1) for _ in range(rng.randint(2, 3)))
    if kind < 0.75:
        return f"({_pattern(rng, depth - 1)}|{_pattern(rng, depth - 1)})"
    return f"(?:{_pattern(rng, depth - 1)}){rng.choice(['*', '+', '?', '{0,2}', '{2}', '{1,}', '*?', '+?', '??'])}"


def _found(engine, s):
    found = engine.search(s), engine.fullmatch(s)
    return [m and (m.start(), m.end(), m[0], *m.groups("-")) for m in found]


def test_both_ways_find_the_same():
    rng, compared = random.Random(3), 0
    for _ in range(400):
        pattern = regular.compiled(_pattern(rng, 4).encode())
        if not pattern.is_quick("a" * 12):
            continue
        for _ in range(5):
            s = "".join(rng.choices("aabB \n", k=rng.randint(0, 9)))
            assert _found(pattern.expression, s) == _found(pattern._machine, s), (pattern.expression.pattern, s)
            compared += 1
    assert compared > 800


@pytest.mark.parametrize(
    "pattern, string",
    [("[a-z ]+", 10**6), ("(a|b)c", 10**6), (r"(\w+) (\w+)", 4000), ("ab*c", 4000), (r"@\w+|https?://\S+", 4000)],
)
def test_what_cannot_take_long_is_left_to_re(pattern, string):
    assert regular.compiled(pattern.encode()).is_quick("a" * string)


@pytest.mark.parametrize("pattern", [b"(a{1000}){2}", b"((a{100}){100}){100}", b"(((a{30}){30}){2})"])
def test_patterns_are_of_bounded_size(pattern):
    with pytest.raises(ValueError, match="Invalid pattern.*(invalid repetition size|too large)"):
        regular.compiled(pattern)
