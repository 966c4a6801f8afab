"""Show or clear the compiled kernels that are kept on this machine.

    minitf cache                where they are, how many, how large
    minitf cache --clear        removes them; the next runs compile those they need

The folder is $MINITF_CACHE_DIR, or minitf's part of the user's cache folder.
"""

from __future__ import annotations

import argparse

from minitf.commands.refused import Refused
from minitf.kernels.compile import folders
from minitf.overview.variables import size


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--clear", action="store_true", help="remove the compiled kernels")


def run(options: argparse.Namespace) -> int:
    """Prints what is kept, or removes it; returns the exit code."""
    try:
        count, total = folders.kept()
        if options.clear:
            folders.clear()
            print(f"minitf cache: {count:,} compiled kernels removed from {folders.named()}, {size(total)}")
        else:
            print(f"{folders.named()}: {count:,} compiled kernels, {size(total)}")
    except OSError as error:
        raise Refused(f"{folders.named()}: {error.strerror or error}") from None
    return 0
