"""Long searches for faults, each a command of its own; CI runs a small part of each as a test.

    python -m tests.campaigns NAME [options]

NAME is a module of this folder; `--help` after it says what it searches and how.
"""

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def names():
    """The campaigns there are."""
    return sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


def main(arguments):
    """Runs one campaign; returns its exit code."""
    if not arguments or arguments[0] not in names():
        print(__doc__.strip(), f"\nThere are: {', '.join(names())}", file=sys.stderr)
        return 2
    sys.path[:0] = [str(FOLDER.parent / name) for name in ("", "support", "recorded")]  # what the tests share
    return importlib.import_module(f"tests.campaigns.{arguments[0]}").main(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
