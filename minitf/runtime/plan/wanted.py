"""What a region is lowered for."""

from __future__ import annotations

from dataclasses import dataclass, field

from minitf.framework.traversal import reached
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.lower import Lowering
from minitf.runtime.lower.signals import NotNative


@dataclass
class Wanted:
    """What a region is lowered for, and what attempts to do so have found out.

    What is lowered for sizes that may change computes what is divided by them, and all that comes of it, in each run:
    else it is constants (`folds_counts`), which would be made anew for each size by Python.
    """

    arrays: list
    rows: dict
    known: list[bool]  # whether the contents of each input are
    examples: dict  # values that steer ops
    direct: frozenset | None = None  # the inputs read where they are, if it is for sizes that change
    assumed: dict | None = None  # the values taken for what is asked for then
    elements: dict = field(default_factory=dict)  # the shapes of lists' elements
    likely: dict = field(default_factory=dict)  # those that are expected
    seen: set = field(default_factory=set)  # what was assumed in this run
    until: set | None = None  # the values that are to be found out, if no program is wanted
    resumes: object = None  # the op with which lowering may go on, when only that and those behind it are different

    fixed: bool = False  # whether there are no others

    def __post_init__(self):
        self.folds_counts = self.fixed and self.direct is None

    def fold_counts(self, low: Lowering, error: NotNative) -> bool:
        """Has real numbers that are made of sizes be constants from now on, if what lowering asked for may be made of
        one that was left to the run.
        """
        asked = low.left
        if asked and type(error.demanded) is Ref and error.op is low.top:
            given = [t for t in error.op.inputs if getattr(low.refs.get(t), "buffer", None) is error.demanded.buffer]
            asked = asked & {t.op for t in reached(given, lambda t: t.op.inputs)}
        self.folds_counts |= bool(asked)
        return bool(asked)
