"""What commands that read a script have in common."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from minitf.commands.refused import Refused


def add_script(parser: argparse.ArgumentParser) -> None:
    """A script, and its own arguments after it."""
    parser.add_argument("script", type=Path, help="a script or notebook")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the script's own arguments")


@contextlib.contextmanager
def refusals():
    """Says in one line what is wrong with a script that cannot be read or does not train."""
    from minitf.scripts import source, steps

    try:
        yield
    except source.Unreadable as error:
        raise Refused(str(error), 2) from None
    except (ImportError, steps.NoTraining) as error:  # of what converts the script
        raise Refused(str(error)) from None


@contextlib.contextmanager
def writing(path: Path):
    """Says in one line why a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror or error}") from None
