"""Regular expressions as TensorFlow has them, those of RE2, made such as Python's `re` understands."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

from minitf.ops.strings import linear, scripts
from minitf.ops.strings.expressions import ENDED, FREE, Alternatives, Chars, Edge, Group, Repeat, Sequence

_LAST = 0x10FFFF
_BYTES = (0xDC80, 0xDCFF)  # how bytes that are not UTF-8 are decoded: no character, which only \C matches
_MOST = 1000  # repetitions
_MANY = 10_000  # characters of which there is no need to ask for each how it is written large
_ESCAPES = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
_PERL = {
    "d": [(0x30, 0x39)],
    "s": [(9, 10), (12, 13), (32, 32)],
    "w": [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
}
_POSIX = {
    "alnum": [(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)],
    "alpha": [(0x41, 0x5A), (0x61, 0x7A)],
    "ascii": [(0, 0x7F)],
    "blank": [(9, 9), (32, 32)],
    "cntrl": [(0, 31), (127, 127)],
    "digit": _PERL["d"],
    "graph": [(33, 126)],
    "lower": [(0x61, 0x7A)],
    "print": [(32, 126)],
    "punct": [(33, 47), (58, 64), (91, 96), (123, 126)],
    "space": [(9, 13), (32, 32)],
    "upper": [(0x41, 0x5A)],
    "word": _PERL["w"],
    "xdigit": [(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
}
_WORD = "[0-9A-Za-z_]"
_EDGE = f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))"
_NO_EDGE = f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))"


def text(s: bytes) -> str:
    """The characters of a string, bytes that are none included."""
    return s.decode("utf-8", "surrogateescape")


def bytes_of(s: str) -> bytes:
    """The string that has these characters; see `text`."""
    return s.encode("utf-8", "surrogateescape")


@functools.lru_cache(256)
def compiled(pattern: bytes) -> Pattern:
    """The pattern, for strings as `text` gives them; ValueError for one that RE2 does not take."""
    try:
        return Pattern(_Parser(pattern.decode()).parsed())
    except UnicodeDecodeError:
        reason = "invalid UTF-8"
    except (re.error, _Wrong) as error:
        reason = str(error)
    except (linear.TooLarge, RecursionError):
        reason = "pattern too large - compile failed"
    raise ValueError(f"Invalid pattern: {pattern.decode('utf-8', 'replace')}, error: {reason}") from None


class Pattern:
    """A pattern. `re` looks for it where it cannot take long, and else a machine that takes as many steps as there are
    characters.
    """

    def __init__(self, node):
        self.expression = re.compile(node.text)
        self.groups = self.expression.groups
        self._weights = node.weight(FREE), node.weight(ENDED)
        self._machine = linear.Machine(node, self.groups)

    def is_quick(self, s: str) -> bool:
        """Whether `re` finds all that matches in a string without delay."""
        return self._weights[0].is_quick(len(s), True)

    def search(self, s: str, place: int = 0):
        """The first match from a place on."""
        return (self.expression if self.is_quick(s) else self._machine).search(s, place)

    def fullmatch(self, s: str):
        """The match, if all of the string does."""
        return (self.expression if self._weights[1].is_quick(len(s), False) else self._machine).fullmatch(s)


@functools.lru_cache(256)
def never_empty(pattern: Pattern) -> bool:
    """Whether what matches always has characters: `re` replaces that as RE2 does. Where nothing might match is tried:
    patterns of RE2 ask for no more than what is a word or a line around it.
    """
    nothing = re.compile(rf"(?=(?s:(.*))\Z)(?:{pattern.expression.pattern})(?=\1\Z)")
    around = itertools.product(("", "a", " ", "\n"), repeat=2)
    return not any(nothing.match(before + after, len(before)) for before, after in around)


def matches(pattern: Pattern, s: str):
    """What matches one behind the other; nothing at the end of a match is no match."""
    place, end = 0, -1
    while place <= len(s) and (found := pattern.search(s, place)):
        if found.end() == found.start() == end:
            place = end + 1
            continue
        yield found
        place = end = found.end()


class _Wrong(Exception):
    """What is wrong with a pattern."""


class _Parser:
    """Goes through a pattern once. Flags hold to the end of the group they are set in."""

    def __init__(self, pattern: str):
        self._pattern, self._place, self._flags = pattern, 0, frozenset()
        self._names: set[str] = set()  # of groups
        self._count = 0  # of groups

    def parsed(self):
        found = self._alternatives()
        if self._place < len(self._pattern):
            raise _Wrong(f"missing ): {self._pattern}")
        return found

    # ---- characters of the pattern

    def _ahead(self, *texts: str) -> str | None:
        """The first of the texts that the rest begins with."""
        return next((t for t in texts if self._pattern.startswith(t, self._place)), None)

    def _take(self, *texts: str) -> str | None:
        """The same, passed over."""
        found = self._ahead(*texts)
        self._place += len(found or "")
        return found

    def _one(self, missing: str) -> str:
        if self._place >= len(self._pattern):
            raise _Wrong(missing)
        self._place += 1
        return self._pattern[self._place - 1]

    def _until(self, end: str, missing: str) -> str:
        place = self._pattern.find(end, self._place)
        if place < 0:
            raise _Wrong(missing)
        found, self._place = self._pattern[self._place : place], place + len(end)
        return found

    def _matched(self, pattern: str) -> re.Match | None:
        found = re.compile(pattern).match(self._pattern, self._place)
        if found:
            self._place = found.end()
        return found

    # ---- the grammar

    def _alternatives(self):
        flags, parts = self._flags, [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        self._flags = flags
        return parts[0] if len(parts) == 1 else Alternatives(tuple(parts))

    def _sequence(self) -> Sequence:
        parts = []
        while self._place < len(self._pattern) and not self._ahead("|", ")"):
            if (repeated := self._repetition()) is not None:
                raise _Wrong(f"missing argument to repetition operator: {repeated[0]}")
            parts.append(self._repeated(self._item()))
        return Sequence(tuple(parts))

    def _repeated(self, item):
        if (count := self._repetition()) is None:
            return item
        if not item.text:
            raise _Wrong(f"missing argument to repetition operator: {count[0]}")
        lazy = bool(self._take("?")) != ("U" in self._flags)
        if (more := self._repetition()) is not None:
            raise _Wrong(f"bad repetition operator: {count[0]}{more[0]}")
        found = Repeat(item, count[1], count[2], lazy, count[0])
        if found.turns > _MOST:
            raise _Wrong(f"invalid repetition size: {count[0]}")
        return found

    def _repetition(self) -> tuple | None:
        """A repetition as written, and how often it is at least and at most."""
        if found := self._take("*", "+", "?"):
            return found, int(found == "+"), 1 if found == "?" else None
        found = self._matched(r"\{(\d+)(,(\d*))?\}")
        if not found:
            return None
        least, most = int(found[1]), int(found[3] or found[1])
        if max(least, most) > _MOST or most < least:
            raise _Wrong(f"invalid repetition size: {found[0]}")
        return found[0], least, None if found[2] == "," else most

    def _item(self):
        char = self._one("")
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escaped()
        if char == ".":
            return self._shown(_complement([] if "s" in self._flags else [(10, 10)]))
        if char in "^$":
            return Edge(f"(?m:{char})" if "m" in self._flags else {"^": r"\A", "$": r"\Z"}[char])
        return self._shown([(ord(char), ord(char))])

    def _group(self):
        begin, outside = self._place - 1, self._flags
        opening, number = "(", None
        if self._take("?P<"):
            name = self._until(">", f"invalid named capture group: {self._pattern[begin:]}")
            if not re.fullmatch(_WORD + "+", name):
                raise _Wrong(f"invalid named capture group: (?P<{name}>")
            if name in self._names:
                raise _Wrong(f"duplicate capture group name: {name}")
            self._names.add(name)
        elif self._take("?"):
            found = self._matched("([imsU]*)(-[imsU]+)?([:)])")
            if not found:
                raise _Wrong(f"invalid perl operator: {self._pattern[begin : self._place + 1]}")
            self._flags = (self._flags | {*found[1]}) - {*(found[2] or "")}
            if found[3] == ")":
                return Sequence(())
            opening = "(?:"
        if opening == "(":
            self._count += 1
            number = self._count
        inside = self._alternatives()
        if not self._take(")"):
            raise _Wrong(f"missing ): {self._pattern}")
        self._flags = outside
        return Group(inside, number, opening)

    def _escaped(self):
        if self._take("Q"):
            end = self._pattern.find("\\E", self._place)
            quoted = self._pattern[self._place : end if end >= 0 else None]
            self._place += len(quoted) + 2 * (end >= 0)
            return Sequence(tuple([self._shown([(ord(c), ord(c))]) for c in quoted]))
        if found := self._take("b", "B", "A", "z"):
            return Edge({"b": _EDGE, "B": _NO_EDGE, "A": r"\A", "z": r"\Z"}[found])
        if self._take("C"):
            return Chars(((0, _LAST),), r"[\s\S]")
        several = self._named_class()
        return self._shown([(code := self._code(), code)] if several is None else several)

    def _named_class(self) -> list | None:
        """The characters of what stands behind a backslash, if it is a class."""
        if found := self._take("d", "s", "w"):
            return _PERL[found]
        if found := self._take("D", "S", "W"):
            return _complement(_PERL[found.lower()])
        if found := self._take("p", "P"):
            name = self._one(f"invalid character class range: \\{found}")
            name = self._until("}", f"invalid character class range: \\{found}{{") if name == "{" else name
            ranges = _of_unicode(name.removeprefix("^"))
            return _complement(ranges) if (found == "P") != name.startswith("^") else ranges
        return None

    def _code(self) -> int:
        """The number of the character that stands behind a backslash."""
        if found := self._matched(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})"):
            code = int(found[1] or found[2], 16)
            if code > _LAST:
                raise _Wrong(f"invalid escape sequence: \\{found[0]}")
            return code
        if found := self._matched(r"0[0-7]{0,2}|[1-7][0-7]{1,2}"):
            return int(found[0], 8)
        char = self._one("trailing \\")
        if char.isalnum() and char not in _ESCAPES:
            raise _Wrong(f"invalid escape sequence: \\{char}")
        return _ESCAPES.get(char, ord(char))

    def _class(self) -> Chars:
        """A class in brackets, for `re`."""
        begin, missing = self._place - 1, f"missing ]: {self._pattern[self._place - 1 :]}"
        negated, found = self._take("^"), []
        while self._place == begin + 1 + bool(negated) or not self._ahead("]"):
            found += self._in_class(missing)
        self._take("]")
        if not negated:
            return self._shown(found)
        others = _complement(_folded(found) if "i" in self._flags else found)
        return Chars(tuple(others), _shown(others))

    def _in_class(self, missing: str) -> list:
        begin = self._place
        if named := self._matched(r"\[:(\^?)(\w+):\]"):
            if named[2] not in _POSIX:
                raise _Wrong(f"invalid character class range: {named[0]}")
            return _complement(_POSIX[named[2]]) if named[1] else _POSIX[named[2]]
        if self._take("\\"):
            if (several := self._named_class()) is not None:
                return several
            first = self._code()
        else:
            first = ord(self._one(missing))
        last = first
        if self._ahead("-") and not self._ahead("-]"):
            self._take("-")
            last = self._code() if self._take("\\") else ord(self._one(missing))
        if last < first:
            raise _Wrong(f"invalid character class range: {self._pattern[begin : self._place]}")
        return [(first, last)]

    def _shown(self, ranges: list) -> Chars:
        if "i" not in self._flags:
            return Chars(tuple(ranges), _shown(ranges))
        return Chars(((0, _LAST),), f"(?i:{_shown(ranges)})")


def _shown(ranges: list) -> str:
    """A class for `re`."""
    parts = [f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges]
    return f"[{''.join(parts)}]" if parts else "(?!)"


def _folded(ranges: list) -> list:
    """These characters, and those that differ from them in being small or large."""
    if sum(last - first for first, last in ranges) > _MANY:
        return ranges
    chars = {chr(code) for first, last in ranges for code in range(first, last + 1)}
    others = {other for c in chars for other in (c.lower(), c.upper(), c.casefold()) if len(other) == 1}
    return [*ranges, *[(ord(c), ord(c)) for c in others]]


def _complement(ranges: list) -> list:
    """All other characters."""
    found, start = [], 0
    for first, last in sorted([*ranges, _BYTES]):
        if first > start:
            found.append((start, first - 1))
        start = max(start, last + 1)
    return [*found, (start, _LAST)] if start <= _LAST else found


@functools.cache
def _of_unicode(name: str) -> list:
    """The characters of a category or a script."""
    if name == "Any":
        return _complement([])
    if name in scripts.NAMES:
        return scripts.characters_of(name)
    codes = itertools.groupby(range(_LAST + 1), lambda code: unicodedata.category(chr(code)).startswith(name))
    found = [(inside, [*group]) for inside, group in codes]
    ranges = [(group[0], group[-1]) for inside, group in found if inside]
    if not ranges or name == "Cn":
        raise _Wrong(f"invalid character class range: \\p{{{name}}}")
    return ranges
