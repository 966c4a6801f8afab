"""List what a script or notebook uses of TensorFlow that minitf lacks; nothing is run.

    minitf check train.py           the script, and the modules beside it that it imports

The exit code is 1 if anything is missing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from minitf.commands.scripts import refusals


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("script", type=Path, help="a script or notebook")


def run(options: argparse.Namespace) -> int:
    """Prints the names that are missing, with their lines; returns the exit code."""
    from minitf.scripts import check

    with refusals():
        return check.check(options.script)
