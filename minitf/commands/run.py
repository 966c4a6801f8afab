"""Run a script or notebook of TensorFlow 1 as it is: `tensorflow` is minitf.

    minitf run train.py --epochs 3          a script with its arguments
    minitf run -m package.train --epochs 3  a module of a package in this folder, as with python -m
    minitf run chapter14.ipynb              a notebook; its figures are saved beside it
    minitf run --check train.py             the same as minitf check train.py

Python 2 is converted (pip install 'minitf-engine[py2]'), and so is what NumPy 2 no longer does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from minitf.commands.scripts import add_script, refusals


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--check", action="store_true", help="only list what it uses and minitf lacks")
    parser.add_argument("-m", dest="module", action="store_true", help="the script is said by its name as a module")
    parser.add_argument("--figures", type=Path, metavar="DIR", help="where plt.show() saves figures")
    parser.add_argument("--show", action="store_true", help="show figures on the screen instead")
    add_script(parser)


def run(options: argparse.Namespace) -> int:
    """Runs or checks the script; returns the exit code."""
    from minitf.scripts import check, runner

    with refusals():
        script = runner.place_of(str(options.script)) if options.module else options.script
        if options.check:
            return check.check(script)
        module = str(options.script) if options.module else ""
        return runner.run(script, options.arguments, options.figures, options.show, module)
