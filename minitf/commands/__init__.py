"""The command line: `minitf COMMAND`, one module a command."""

from __future__ import annotations

import argparse
import importlib
import sys

COMMANDS = {"run": "run a script or notebook of TensorFlow 1 as it is"}


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; returns its exit code."""
    parser = argparse.ArgumentParser("minitf", description="TensorFlow 1 scripts on NumPy and Numba.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, help in COMMANDS.items():
        module = importlib.import_module(f"minitf.commands.{name}")
        command = commands.add_parser(
            name, help=help, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    return options.run(options)
