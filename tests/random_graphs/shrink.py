"""From a difference to the few ops that show it."""

import time

from random_graphs.modes import differences, modes, run, tried, unequal

import minitf as tf
from minitf.runtime.plan.plan import Plan

PATIENCE = 20  # seconds to make a graph smaller, and to find where it differs


def story(built, found):
    """What there is to say about a difference: where it starts, and the graph up to there."""
    small, found = smaller(built, found)
    roots, where = _roots(small, found)
    ops = _ops(roots)
    first = None if found.fetch is None else _first(small, found, ops)
    if first is not None:
        where += f", first in {first[0].name}: {first[1]}"
        ops = _ops(small.fetches if small.world.changes else [first[0]])
    return "\n".join([where, f"run {found.run}: {found.what}", *_listing(ops)])


def smaller(built, found):
    """The same graph without the productions and fetches that the difference does not need, and where it is
    then.
    """
    end = time.monotonic() + PATIENCE
    for k in reversed(range(built.count)):
        if time.monotonic() < end:
            built, found = _tried(built, found, lambda b, k=k: b.again(b.without | {k}))
    for k in reversed(range(len(built.fetches))):
        if time.monotonic() < end and found.mode.alone is None:
            built, found = _tried(built, found, lambda b, k=k: b.fetching(b.fetches[:k] + b.fetches[k + 1 :]))
    return built, found


def _tried(built, found, change):
    """What `change` makes of a graph, if that still shows the difference."""
    try:
        changed = change(built)
        pair = tried(changed, (found.mode.name, found.mode.against))
        again = [d for d in differences(pair) if (d.fetch is None) == (found.fetch is None)]
        again = [d for d in again if d.mode.name == found.mode.name]
    except Exception:  # without its parts the rest may not be a graph
        again = []
    return (changed, again[0]) if again else (built, found)


def _roots(built, found):
    """The tensors among which a difference was seen, and how to call them."""
    if found.fetch is None:
        return built.fetches, "an error"
    if found.mode.alone is not None:
        return [built.fetches[found.mode.alone]], f"fetch {built.fetches[found.mode.alone].name}"
    if found.fetch < len(built.fetches):
        return [built.fetches[found.fetch]], f"fetch {built.fetches[found.fetch].name}"
    return built.fetches, f"variable {built.variables[found.fetch - len(built.fetches)].name}"


def _ops(roots):
    roots = [t.op.outputs[0] if isinstance(t, tf.Variable) else t for t in roots]
    tensors = [t for t in roots if isinstance(t, tf.Tensor)]
    return Plan(tensors, [t for t in roots if not isinstance(t, tf.Tensor)], []).ops


def _first(built, found, ops):
    """The first tensor in program order that differs when it is fetched too, and how."""
    mode, end = found.mode._replace(alone=None), time.monotonic() + PATIENCE
    against = next(m for m in modes(built) if m.name == mode.against)
    tensors = [t for op in ops for t in op.outputs if op.inputs and op.type not in ("Loop", "If")]
    for t in tensors:
        if time.monotonic() > end:
            break
        both = zip(run(built, mode, [t]).runs, run(built, against, [t]).runs)
        pairs = [[values[len(built.fetches)] for values in pair] for pair in both]
        what = next(filter(None, (unequal(a, b, mode.exact) for a, b in pairs)), None)
        if what is not None:
            return t, what
    return None


def _listing(ops, indent="  "):
    lines = []
    for op in ops:
        kinds = ", ".join(f"{t.dtype.name}{t.shape}" for t in op.outputs)
        inputs = ", ".join([t.name for t in op.inputs] + [f"^{c.name}" for c in op.control_inputs])
        constant = f" = {op.attrs['value']!r:.60}" if op.type == "Const" else ""
        lines.append(f"{indent}{op.name}: {op.type}({inputs}) -> {kinds}{constant}")
        for name, body in op.attrs.items():
            if hasattr(body, "ops"):
                results = ", ".join("none" if t is None else t.name for t in body.results)
                lines += [f"{indent}  {name} -> {results}", *_listing(body.ops, indent + "    ")]
    return lines
