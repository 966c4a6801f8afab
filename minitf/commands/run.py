"""Run a script or notebook of TensorFlow 1 as it is: `tensorflow` is minitf.

    minitf run train.py --epochs 3          a script with its arguments
    minitf run chapter14.ipynb              a notebook; its figures are saved beside it
    minitf run --check train.py             what of TensorFlow it uses that minitf lacks

Python 2 is converted (pip install 'minitf-engine[py2]'), and so is what NumPy 2 no longer does.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--check", action="store_true", help="only list what it uses and minitf lacks")
    parser.add_argument("--figures", type=Path, metavar="DIR", help="where plt.show() saves figures")
    parser.add_argument("--show", action="store_true", help="show figures on the screen instead")
    parser.add_argument("script", type=Path, help="a script or notebook")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the script's own arguments")


def run(options: argparse.Namespace) -> int:
    """Runs or checks the script; returns the exit code."""
    from minitf.scripts import check, runner, source

    try:
        if options.check:
            return check.check(options.script)
        return runner.run(options.script, options.arguments, options.figures, options.show)
    except source.Unreadable as error:
        print(f"minitf run: {error}", file=sys.stderr)
        return 2
    except ImportError as error:  # of what converts the script; its own are printed with their lines
        print(f"minitf run: {error}", file=sys.stderr)
        return 1
