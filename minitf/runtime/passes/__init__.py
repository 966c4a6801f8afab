"""Rewrites of a lowered region, each small and on its own: they change how something is computed, never what.

A pass takes the nodes of a region (see `minitf.runtime.lower.ir`), and who uses what in them (`Uses`), and changes
them in place. It names every operand that it drops, keeps or reads at another moment, takes what kernels read and
write from their declarations, and makes each rewrite as a whole or not at all (`Uses.replace`). The passes run in the
order of `PASSES`; any of them can be switched off by name, with `MINITF_PASSES=-name,-other` or `=none` in the
environment or `tf.ConfigProto(passes=...)` in the same words. With `MINITF_SHOW=name` each region that the
pass changes is printed, before and after it (see `minitf.runtime.lower.text`).
"""

from __future__ import annotations

import os
import sys

from minitf.runtime.lower import text
from minitf.runtime.passes.accumulate import accumulate
from minitf.runtime.passes.prune_columns import prune_columns
from minitf.runtime.passes.split_concat import split_concat
from minitf.runtime.passes.drop_unread import drop_unread
from minitf.runtime.passes.skip_finished_rows import skip_finished_rows
from minitf.runtime.passes.fuse import fuse
from minitf.runtime.passes.multiply_before_gather import multiply_before_gather
from minitf.runtime.passes.pick_rows import pick_rows
from minitf.runtime.passes.repeat_bias import repeat_bias
from minitf.runtime.passes.read_in_place import read_in_place
from minitf.runtime.passes.transpose_once import transpose_once
from minitf.runtime.passes.drop_permutation import drop_permutation
from minitf.runtime.passes.read_variables import read_variables
from minitf.runtime.passes.uses import Uses

PASSES = {
    "read_variables": read_variables,
    "drop_unread": drop_unread,
    "prune_columns": prune_columns,
    "split_concat": split_concat,
    "pick_rows": pick_rows,
    "accumulate": accumulate,
    "multiply_before_gather": multiply_before_gather,
    "drop_permutation": drop_permutation,
    "transpose_once": transpose_once,
    "read_in_place": read_in_place,
    "fuse": fuse,
    "skip_finished_rows": skip_finished_rows,
    "repeat_bias": repeat_bias,
}

BY_SIZES = frozenset({"drop_permutation"})  # what is to be done after these depends on how many rows there are

# What they were called before; settings in scripts keep working.
OLD_NAMES = {
    "dead": "drop_unread",
    "columns": "prune_columns",
    "concat": "split_concat",
    "one_hot": "pick_rows",
    "gathered": "multiply_before_gather",
    "turned": "drop_permutation",
    "transposed": "transpose_once",
    "slices": "read_in_place",
    "ended": "skip_finished_rows",
    "repeated": "repeat_bias",
}


def chosen(text: str = "") -> list[str]:
    """The names of the passes that a setting such as `-fuse,-split_concat`, `none` or `split_concat` (only
    that) leaves on.

    >>> chosen("fuse,accumulate,concat")
    ['split_concat', 'accumulate', 'fuse']
    """
    source = "passes of the tf.ConfigProto" if text else "the environment variable MINITF_PASSES"
    text = text or os.environ.get("MINITF_PASSES", "")
    given = [name.strip() for name in text.split(",") if name.strip()]
    off = {_known(name, source) for name in given if name.startswith("-")}
    on = {_known(name, source) for name in given if not name.startswith("-") and name != "none"}
    if on or "none" in given:
        return [name for name in PASSES if name in on]
    return [name for name in PASSES if name not in off]


def _known(name: str, source: str) -> str:
    """What the pass `name` or `-name` is called now."""
    bare = name.removeprefix("-")
    if OLD_NAMES.get(bare, bare) not in PASSES:
        raise ValueError(
            f"{source}: there is no pass called {name}; the passes are {', '.join(PASSES)}; -NAME leaves one "
            "off, none leaves all off"
        )
    return OLD_NAMES.get(bare, bare)


def rewrite(uses: Uses, passes: list) -> None:
    """Runs passes, by name or the functions themselves."""
    shown = os.environ.get("MINITF_SHOW")
    shown = shown and _known(shown, "the environment variable MINITF_SHOW")
    for each in passes:
        apply = PASSES[each] if isinstance(each, str) else each
        if each == shown:
            _show(each, apply, uses)
        else:
            apply(uses)


def _show(name: str, apply, uses: Uses) -> None:
    """Runs a pass and prints the nodes before and after it, if it changes them."""
    names = text.Names()
    before = text.text(uses.nodes, names)
    apply(uses)
    after = text.text(uses.nodes, names)
    if before != after:
        print(f"---- before {name}\n{before}\n---- after {name}\n{after}", file=sys.stderr)
