"""Rewrites of a lowered region, each small and on its own: they change how something is computed, never what.

A pass takes the nodes of a region (see `minitf.runtime.lower.ir`) and changes them in place. It names every
operand that it drops, keeps or reads at another moment, takes what kernels read and write from their
declarations, and makes each rewrite as a whole or not at all (`Uses.replace`). The passes run in the order
of `PASSES`; any of them can be switched off by name, with `MINITF_PASSES=-name,-other` or `=none` in the
environment or `tf.ConfigProto(passes=...)` in the same words. With `MINITF_SHOW=name` each region that the
pass changes is printed, before and after it (see `minitf.runtime.lower.text`).
"""

from __future__ import annotations

import os
import sys

from minitf.runtime.lower import text
from minitf.runtime.passes.accumulate import accumulate
from minitf.runtime.passes.columns import columns
from minitf.runtime.passes.concat import split_concat
from minitf.runtime.passes.dead import dead
from minitf.runtime.passes.ended import ended
from minitf.runtime.passes.fuse import fuse
from minitf.runtime.passes.gathered import gathered
from minitf.runtime.passes.one_hot import one_hot
from minitf.runtime.passes.repeated import repeated
from minitf.runtime.passes.slices import slices
from minitf.runtime.passes.transposed import transposed
from minitf.runtime.passes.turned import turned

PASSES = {
    "dead": dead,
    "columns": columns,
    "concat": split_concat,
    "one_hot": one_hot,
    "accumulate": accumulate,
    "gathered": gathered,
    "turned": turned,
    "transposed": transposed,
    "slices": slices,
    "fuse": fuse,
    "ended": ended,
    "repeated": repeated,
}


def chosen(text: str = "") -> list[str]:
    """The names of the passes that a setting such as `-fuse,-concat`, `none` or `concat` (only that) leaves
    on.

    >>> chosen("-fuse,-accumulate,-gathered")
    ['dead', 'columns', 'concat', 'one_hot', 'turned', 'transposed', 'slices', 'ended', 'repeated']
    """
    source = "passes of the tf.ConfigProto" if text else "the environment variable MINITF_PASSES"
    text = text or os.environ.get("MINITF_PASSES", "")
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [n for n in names if n.removeprefix("-") not in PASSES and n != "none"]
    if unknown:
        raise ValueError(
            f"{source}: there is no pass called {', '.join(unknown)}; the passes are {', '.join(PASSES)}; "
            "-NAME leaves one off, none leaves all off"
        )
    if any(not n.startswith("-") for n in names):
        return [n for n in PASSES if n in names]
    return [n for n in PASSES if f"-{n}" not in names]


def rewrite(nodes: list, passes: list, kept: frozenset) -> None:
    """Runs passes, by name or the functions themselves; `kept` are the buffers that are read after the
    region.
    """
    shown = os.environ.get("MINITF_SHOW")
    if shown and shown not in PASSES:
        raise ValueError(
            f"the environment variable MINITF_SHOW: there is no pass called {shown}; the passes are "
            f"{', '.join(PASSES)}"
        )
    for each in passes:
        apply = PASSES[each] if isinstance(each, str) else each
        if each == shown:
            _show(each, apply, nodes, kept)
        else:
            apply(nodes, kept)


def _show(name: str, apply, nodes: list, kept: frozenset) -> None:
    """Runs a pass and prints the nodes before and after it, if it changes them."""
    names = text.Names()
    before = text.text(nodes, names)
    apply(nodes, kept)
    after = text.text(nodes, names)
    if before != after:
        print(f"---- before {name}\n{before}\n---- after {name}\n{after}", file=sys.stderr)
