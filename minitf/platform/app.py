"""tf.app: the start of a program."""

from __future__ import annotations

import sys

from absl import app as _absl

from minitf.platform import flags as flags


def run(main=None, argv=None) -> None:
    """Parses the flags, calls `main(argv)` with what is left and ends the process with what it returns.

    main: the function called `main` of the script by default. argv: the command line by default; arguments
    that are no flags are left in it.
    """
    _absl.run(main or sys.modules["__main__"].main, argv, flags_parser=_parsed)


def _parsed(args: list[str]) -> list[str]:
    return flags.FLAGS(args, known_only=True)
