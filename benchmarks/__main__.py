"""The entry point: `python -m benchmarks <what> [options]`."""

import argparse
from pathlib import Path

from benchmarks import (
    checkpoints,
    cliffs,
    compare,
    floor,
    frozen,
    host,
    imported,
    new_shapes,
    overhead,
    scaling,
    single,
    startup,
    unroll,
)

_ALL = {
    "peers": compare,
    "unroll": unroll,
    "floor": floor,
    "startup": startup,
    "scaling": scaling,
    "overhead": overhead,
    "host": host,
    "cliffs": cliffs,
    "new_shapes": new_shapes,
    "single": single,
    "checkpoints": checkpoints,
    "frozen": frozen,
    "imported": imported,
}


def parser():
    """The command line."""
    main = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    kinds = main.add_subparsers(dest="benchmark", required=True, metavar="what")
    for name, module in _ALL.items():
        text = module.__doc__.splitlines()[0]
        kind = kinds.add_parser(
            name, help=text, description=text, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        kind.add_argument("--rounds", type=int, default=15, help="turns of each contestant")
        kind.add_argument("--seconds", type=float, default=0.2, help="length of a turn")
        kind.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="cpu: immune to other processes")
        kind.add_argument("--threads", type=int, default=1, choices=[1, 2], help="cores to use")
        kind.add_argument("--out", type=Path, default=Path("out/benchmarks"), help="folder for JSON and plots")
        for peer in ("tf", "keras", "jax", "torch"):
            kind.add_argument(
                f"--{peer}", action="append", default=[], metavar="PYTHON", help=f"an interpreter that has {peer}"
            )
        module.add_arguments(kind)
        kind.set_defaults(run=module.main)
    return main


if __name__ == "__main__":
    args = parser().parse_args()
    args.run(args)
