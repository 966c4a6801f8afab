"""What a region is lowered for."""

from __future__ import annotations

from dataclasses import dataclass, field


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
    resumes: object = None  # the op with which lowering may go on, when only that and those behind it are different

    fixed: bool = False  # whether there are no others

    def __post_init__(self):
        self.folds_counts = self.fixed and self.direct is None
