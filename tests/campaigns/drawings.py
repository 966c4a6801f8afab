"""Random graphs, drawn in every way and laid out by Graphviz's `dot`, which must not complain nor take long.

    python -m tests.campaigns drawings [--graphs N] [--seed S] [--seconds T]

A drawing that opens by itself has at most 150 nodes; each op that is drawn is in it once.
"""

import argparse
import random
import re
import resource
import subprocess
import sys
import time
from collections import Counter

from random_graphs.build import Built

from minitf.viz import to_dot, to_model_explorer
from minitf.viz.outline import Outline
from minitf.viz.page_data import graph_data

WAYS = [
    {},
    {"gradients_beside": True},
    {"lowered": True},
    {"depth": 1},
    {"collapse": ["gradients"]},
    {"fold_variables": False},
]
SOON = 2.0  # seconds of a processor


def main(arguments):
    """Searches; returns 1 if something was wrong."""
    parser = argparse.ArgumentParser("python -m tests.campaigns drawings", description=__doc__.splitlines()[0])
    parser.add_argument("--graphs", type=int, default=300, help="how many (300)")
    parser.add_argument("--seed", type=int, default=0, help="of the first graph (0)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    options, counts, started = parser.parse_args(arguments), Counter(), time.monotonic()
    for seed in range(options.seed, options.seed + options.graphs):
        graph, way = Built(seed).graph, random.Random(seed).choice(WAYS)
        found = wrong(graph, way)
        counts.update(graphs=1, wrong=found is not None)
        if found:
            print(f"seed {seed}, {way}: {found}", flush=True)
        if time.monotonic() - started > options.seconds:
            break
    print(dict(counts), file=sys.stderr)
    return 1 if counts["wrong"] else 0


def wrong(graph, way):
    """What is wrong with the drawing of a graph, or None."""
    source = to_dot(graph, legend=False, **way).source
    nodes = re.findall(r"^\t+(?!graph |node |edge )(\"(?:[^\"\\]|\\.)*\"|[\w./]+) \[", source, re.M)
    if len(nodes) != len(set(nodes)):
        return f"drawn twice: {[name for name, n in Counter(nodes).items() if n > 1][:3]}"
    if "depth" not in way and len(nodes) > 150:
        return f"{len(nodes)} nodes"
    complaint, seconds = lay_out(source)
    if complaint:
        return f"dot: {complaint[:200]}"
    if "depth" not in way and seconds > SOON:
        return f"dot takes {seconds:.1f} s"
    graph_data(Outline(graph))
    to_model_explorer(graph)
    return None


def lay_out(source):
    """What `dot` complains of, and the seconds of a processor it takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(["dot", "-Tsvg"], input=source.encode(), capture_output=True, timeout=120)
    return done.stderr.decode(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
