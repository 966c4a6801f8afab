"""Draw the graph that a script trains: it runs up to its first training step.

    minitf graph train.py                       what the graph holds, as text
    minitf graph --out g.svg train.py           a picture (.svg, .png, .pdf), which Graphviz draws
    minitf graph --out g.dot --depth 1 train.py the DOT text; scopes inside of others are one node each
    minitf graph --out g.html train.py          a page to search and click in
    minitf graph --out g.svg --lowered train.py loops as TensorFlow 1 built them
    minitf graph --out g.svg --no-fold train.py every step of an unrolled network

What follows the script's name are its own arguments.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from minitf.commands.refused import Refused
from minitf.commands.scripts import add_script, refusals, writing

_PICTURES = (".svg", ".png", ".pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--out", type=Path, metavar="FILE", help="a .svg, .png, .pdf, .dot or .html file")
    parser.add_argument("--depth", type=int, help="name scopes nested deeper than this are one node each")
    parser.add_argument(
        "--fold",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="draw what is repeated as the first two and the last (default)",
    )
    parser.add_argument("--lowered", action="store_true", help="draw loops as TensorFlow 1 built them")
    add_script(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the picture, or prints the text; returns the exit code."""
    from minitf.scripts import steps

    known = [*_PICTURES, ".dot", ".html"]
    if options.out is not None and options.out.suffix not in known:
        raise Refused(f"--out {options.out}: the name has to end in one of {', '.join(known)}", 2)
    if options.depth is not None and options.depth < 0:
        raise Refused(f"--depth {options.depth}: a depth is 0 or more", 2)
    if options.out is not None and options.out.suffix == ".html" and _arranged(options):
        raise Refused("--depth, --no-fold, --lowered: a page opens and closes its scopes itself", 2)
    with refusals():
        graph = steps.first_graph(options.script, options.arguments)
    if options.out is None:
        print(graph)
        return 0
    with writing(options.out):
        _write(graph, options)
    print(f"minitf graph: {options.out} written")
    return 0


def _arranged(options: argparse.Namespace) -> bool:
    return options.depth is not None or not options.fold or options.lowered


def _write(graph, options: argparse.Namespace) -> None:
    from minitf import viz
    from minitf.viz.drawing import DotNotFoundError

    if options.out.suffix == ".html":
        options.out.write_text(viz.to_html(graph), "utf-8")
        return
    drawing = viz.to_dot(graph, depth=options.depth, fold=options.fold, lowered=options.lowered)
    if options.out.suffix == ".dot":
        options.out.write_text(drawing.source, "utf-8")
        return
    try:
        options.out.write_bytes(drawing.pipe(options.out.suffix[1:]))
    except DotNotFoundError as error:
        raise Refused(f"{error}; --out NAME.dot or NAME.html needs no such program") from None
