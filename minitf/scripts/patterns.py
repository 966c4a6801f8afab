"""Text cut at patterns as before Python 3.7, which cuts where a pattern matches nothing at all, too."""

from __future__ import annotations

import re


def split(function, pattern, string, maxsplit=0, flags=0):
    """`re.split` of a script, by any name; it cuts only where the pattern matches at least one character."""
    if function is not re.split:
        return function(pattern, string, *(number for number in (maxsplit, flags) if number))
    pattern = re.compile(pattern, flags)
    pieces, begin = [], 0
    for match in pattern.finditer(string):
        if match.end() == match.start():
            continue
        pieces += [string[begin : match.start()], *match.groups()]
        begin = match.end()
        if maxsplit and len(pieces) == maxsplit * (1 + pattern.groups):
            break
    return [*pieces, string[begin:]]
