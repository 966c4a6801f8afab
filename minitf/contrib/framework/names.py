"""Names of ops inside of scopes, and out of them."""

from __future__ import annotations

import re


def strip_name_scope(name: str, export_scope: str | None) -> str:
    """A name, also after `^` or `loc:@`, without the scope with which it begins.

    >>> strip_name_scope("^a/b", "a")
    '^b'
    """
    if not export_scope:
        return name
    return re.sub(r"([\^]|loc:@|^)" + export_scope.removesuffix("/") + r"[\/]+(.*)", r"\1\2", name, count=1)


def prepend_name_scope(name: str, import_scope: str | None) -> str:
    """A name, also after `^` or `loc:@`, inside of a scope.

    >>> prepend_name_scope("loc:@b", "a")
    'loc:@a/b'
    """
    if not import_scope:
        return name
    start = re.match(r"([\^]|loc:@|)", name).group(0)
    return f"{start}{import_scope.removesuffix('/')}/{name[len(start) :]}"
