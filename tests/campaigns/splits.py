"""Random graphs with calls of Python at random places: no loop or branch without such a call leaves the native regions.

    python -m tests.campaigns splits [FIRST [LAST]]

Each seed from FIRST (0) up to LAST (1,000) makes a graph of loops, branches and TensorArrays, with gradients to second
order. At some of its tensors, at the loss and at the first derivatives, Python is called. What it computes has to be
what it computes op by op, and what the graph without the calls computes. Of each difference, and of each loop or
branch that runs op by op, it prints the seed.
"""

import random

import seeds
from random_graphs import lists
from random_graphs.build import Built
from random_graphs.modes import Mode, Outcome, difference, says_nothing
from random_graphs.pool import FLOATS

import minitf as tf
from minitf.framework.traversal import inside
from minitf.runtime import inspect
from minitf.runtime.execute.op_by_op import is_native

NATIVE, PLAIN = Mode("native", (), "op by op"), Mode("op by op", (("executor", "op_by_op"),))
BARE = Mode("without the calls", (), "native")


class Calls:
    """Has some tensors multiplied by a one, which Python gives, or which is a constant if it is `bare`."""

    def __init__(self, seed, bare=False):
        self._random, self._bare = random.Random(f"calls {seed}"), bare

    def __call__(self, g, tensor):
        if self._random.random() > (0.05 if g.depth else 0.3) or tensor.dtype.base_dtype not in FLOATS:
            return tensor
        one, stateful = tensor.dtype.base_dtype.as_numpy_dtype(1), self._random.random() < 0.5
        if self._bare:
            return tensor * tf.constant(one)
        scale = tf.py_func(lambda a: one, [tensor], tensor.dtype.base_dtype, stateful=stateful)
        scale.set_shape([])
        return tensor * scale


def built(seed, bare=False):
    """The graph of a seed, with its calls or without."""
    return Built(seed, more=lists.PRODUCTIONS, through=lambda: Calls(seed, bare))


def calls_python(op):
    """Whether there is something in a loop or branch that no kernel does, or that runs only if something else did."""
    plain = [each for each in inside([op]) if not each.definition.bodies and each.definition.role != "argument"]
    rules = [each.definition for each in plain]
    lacks = any(rule.kernel is None and rule.numpy is None or rule.effect is not None for rule in rules)
    return lacks or not all(map(is_native, plain)) or any(each.guards for each in inside([op]))


def run(graph, mode):
    """What the runs of a graph give, and the loops and branches without calls of Python that ran op by op."""
    runs, left = [], []
    with tf.Session(graph=graph.graph, config=tf.ConfigProto(**dict(mode.config))) as session:
        session.run(graph.initializer)
        for number in range(len(graph.sizes)):
            try:
                runs.append(session.run(graph.fetches, graph.feeds(number)) + session.run(graph.variables))
            except Exception as error:
                return Outcome(runs, error), left
            left = on_host(session)
    return Outcome(runs, None), left


def on_host(session):
    """The loops and branches without calls of Python that the last plan with any fetches has on the host."""
    steps = [step for plan in inspect(session).plans for step in plan.steps if step.on_host]
    return [op.name for step in steps for op in step.ops if op.definition.bodies and not calls_python(op)]


def check(seed):
    """What is wrong with a seed's graph."""
    graph = built(seed)
    native, left = run(graph, NATIVE)
    found = [f"runs op by op: {', '.join(left)}"] if left else []
    plain, _ = run(graph, PLAIN)
    differs = difference(NATIVE, native, plain)
    if differs is not None and not says_nothing(graph, differs):
        found.append(f"differs from op by op: {differs.what}")
    bare = built(seed, bare=True)
    differs = difference(BARE, native, run(bare, NATIVE)[0])
    if (
        differs is not None
        and not says_nothing(graph, differs)
        and difference(BARE, plain, run(bare, PLAIN)[0]) is None
    ):
        found.append(f"differs from the graph without calls: {differs.what}")  # which draws the same random numbers
    return found


def main(arguments):
    """Runs the campaign; returns its exit code."""
    return seeds.search(arguments, __doc__, check)
