"""`python -m minitf`: the command line."""

import sys

from minitf.commands import main

if __name__ == "__main__":
    sys.exit(main())
