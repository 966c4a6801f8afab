"""The names of a graph's ops: unique, inside name scopes, as TensorFlow makes them."""

from __future__ import annotations

import re

_VALID_OP = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
_VALID_SCOPE = re.compile(r"^[A-Za-z0-9_.\\/>-]*$")


class Names:
    """What a graph knows of names: the part of `Graph` that scopes and ops are named by."""

    root: Names
    _names: dict[str, int]
    _scope: str

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """`name`, or `name_1`, `name_2`, ... if it is taken; inside the current name scope."""
        root = self.root
        if not isinstance(name, str):
            raise TypeError(f"'name' of unique_name is a string, not {name!r}")
        if root._scope:
            name = f"{root._scope}/{name}"
        return root.unique_absolute(name, mark_as_used)

    def unique_absolute(self, name: str, mark_as_used: bool = True) -> str:
        """Like `unique_name`, for a name that holds its scopes already."""
        names, key = self.root._names, name.lower()
        count = names.get(key, 0)
        if mark_as_used:
            names[key] = count + 1
        if count == 0:
            return name
        candidate = f"{key}_{count}"
        while candidate in names:
            count += 1
            candidate = f"{key}_{count}"
        if mark_as_used:
            names[key] = count + 1
            names[candidate] = 1
        return f"{name}_{count}"

    def op_name(self, name: str) -> str:
        """The unique name of a new op called `name`; a name ending in `/` is taken as it is."""
        if not isinstance(name, str):
            raise TypeError(f"the name of an op is a string, not {name!r}")
        if name.endswith("/"):
            return name[:-1]
        if not (_VALID_SCOPE if self.root._scope else _VALID_OP).match(name):
            raise ValueError(
                f"{name!r} is not a name for an op: letters, digits and ._/- (no leading _ outside scopes)"
            )
        return self.unique_name(name)

    def name_scope(self, name):
        """Names made inside are prefixed with `name/`; a name ending in `/` re-enters that scope, None is the root."""
        return _NameScope(self, name)

    def _entered(self, name) -> str:
        if not name:
            return ""
        if not isinstance(name, str):
            raise TypeError(f"a name scope is a string, not {name!r}")
        if name.endswith("/"):
            return name[:-1]
        if not (_VALID_SCOPE if self.root._scope else _VALID_OP).match(name):
            raise ValueError(f"{name!r} is not a name for a scope: letters, digits and ._/- (no leading _ at the root)")
        return self.unique_name(name)

    def get_name_scope(self) -> str:
        """The current name scope, without a trailing slash."""
        return self.root._scope


class _NameScope:
    """A context in which names start with a scope; a class because it is entered for nearly every op."""

    __slots__ = ("_graph", "_name", "_saved")

    def __init__(self, graph: Names, name):
        self._graph, self._name = graph, name

    def __enter__(self) -> str:
        root = self._graph.root
        self._saved, root._scope = root._scope, self._graph._entered(self._name)
        return f"{root._scope}/" if root._scope else ""

    def __exit__(self, *exc) -> None:
        self._graph.root._scope = self._saved
