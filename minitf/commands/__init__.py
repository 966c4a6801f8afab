"""The command line: `minitf COMMAND`, one module a command."""

from __future__ import annotations

import argparse
import importlib
import sys

from minitf.commands.refused import Refused

COMMANDS = {
    "run": "run a script or notebook of TensorFlow 1 as it is",
    "check": "list what a script uses of TensorFlow that minitf lacks",
    "graph": "draw the graph that a script trains",
    "profile": "say where the time of a script's training steps goes",
    "bench": "time training steps on this machine, static and dynamic",
    "doctor": "say what minitf finds on this machine, and what is missing",
    "cache": "show or clear the compiled kernels",
}


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; returns its exit code: 0, 1 if it failed, 2 if it was called wrongly."""
    parser = argparse.ArgumentParser("minitf", description="TensorFlow 1 scripts on NumPy and Numba.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, help in COMMANDS.items():
        module = importlib.import_module(f"minitf.commands.{name}")
        command = commands.add_parser(
            name, help=help, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run, command=name)
    options = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    try:
        return options.run(options)
    except Refused as error:
        print(f"minitf {options.command}: {error}", file=sys.stderr)
        return error.code
