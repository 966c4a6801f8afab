"""Say where the time of a script's training steps goes: it runs for some steps, and ends.

    minitf profile train.py                     time by kernel
    minitf profile --by ops --top 40 train.py   by op (or by types)
    minitf profile --out trace.json train.py    and the last step as a trace for Perfetto or chrome://tracing

What follows the script's name are its own arguments. Only steps that run the same program are compared;
each counts with the median over all of them.
"""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

from minitf.commands.refused import Refused
from minitf.commands.scripts import add_script, refusals, writing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--steps", type=int, default=20, help="training steps to measure (20)")
    parser.add_argument("--by", choices=["kernels", "ops", "types"], default="kernels", help="(kernels)")
    parser.add_argument("--top", type=int, default=20, help="lines of the table (20)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the trace of the last step")
    add_script(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the table; returns the exit code."""
    from minitf.profiler import Profile
    from minitf.scripts import steps

    if options.steps < 1 or options.top < 1:
        raise Refused("--steps and --top are 1 or more", 2)
    with refusals():
        found = Profile(steps.traced_steps(options.script, options.arguments, options.steps))
    if importlib.util.find_spec("rich") is None:
        print(found.text(options.by, options.top))
    else:
        from rich import print as show

        show(found.table(options.by, options.top))
    if options.out is not None:
        with writing(options.out):
            found.chrome_trace(options.out)
        print(f"minitf profile: {options.out} written")
    return 0
