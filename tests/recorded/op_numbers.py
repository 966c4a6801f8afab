"""How many ops calls and their gradients make, and the names of their results, recorded from TensorFlow 1.15.5.

PYTHON_WITH_TF tests/recorded/op_numbers.py > tests/facts/op_numbers.json records tests/facts/op_numbers.txt:
sources in which `tf` and the functions of `outcomes.makers` occur, one a line. What stands before `=>` comes first and
is not counted.
"""

import json
import sys

from outcomes import flat, makers
from recorded_calls import FACTS


def numbers(tf, source):
    """How many ops a call makes and the names of its results, then of its gradients: plain ones and gated ones."""
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(3)
        xs = []
        names = makers(tf, {})
        for maker in ("const", "fed", "given", "sparse"):
            names[maker] = _noting(names[maker], xs)
        before, _, call = source.rpartition("=>")
        exec(before.strip(), names)
        start = graph._last_id
        ys = flat(eval(call.strip(), names))
        found = [graph._last_id - start, [_name(y) for y in ys]]
        xs += [v for v in tf.global_variables() if v.dtype.is_floating]
        ys = [y for y in ys if getattr(getattr(y, "dtype", None), "is_floating", False)]
        for gated in (False, True) if xs and ys else ():
            start = graph._last_id
            try:
                gradients = tf.gradients(ys, xs, name=f"gradients_{gated}", gate_gradients=gated)
            except (LookupError, TypeError, ValueError):
                return [*found, "refused"]
            found += [graph._last_id - start, [_name(g) for g in gradients]]
        return found


def _noting(maker, xs):
    def noted(*args, **options):
        made = maker(*args, **options)
        tensor = getattr(made, "values", made)
        if tensor.dtype.is_floating:
            xs.append(tensor)
        return made

    return noted


def _name(tensor):
    return getattr(getattr(tensor, "values", tensor), "name", None)


def calls():
    """The sources."""
    return [line for line in (FACTS / "op_numbers.txt").read_text().splitlines() if line and not line.startswith("#")]


if __name__ == "__main__":
    import tensorflow

    rows = [f"{json.dumps(call)}: {json.dumps(numbers(tensorflow, call))}" for call in calls()]
    print("{\n" + ",\n".join(rows) + "\n}", file=sys.stdout)
