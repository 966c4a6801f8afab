"""Records which attributes TensorFlow's ops have, with their kinds and defaults.

    python tests/recorded/record_attributes.py FACTS

Run by TensorFlow 1.15's Python it writes those of 1.15; by 2.15's, after that, it adds what 2.15 added, marked so.
"""

import json
import sys

import tensorflow as tf

FIELDS = {"int": "i", "float": "f", "string": "s", "bool": "b"}


def default_of(kind, value):
    """A default as JSON has it."""
    if not kind.startswith("list("):
        return plain(kind, getattr(value, FIELDS.get(kind, kind)))
    kind = kind[5:-1]
    return [plain(kind, part) for part in getattr(value.list, FIELDS.get(kind, kind), ())]


def plain(kind, value):
    """One value; "?" where it is a message."""
    if kind == "type":
        return tf.as_dtype(value).name
    if kind == "shape":
        return None if value.unknown_rank else [dim.size for dim in value.dim]
    return "?" if kind in ("tensor", "func") else value.decode() if kind == "string" else value


def attributes():
    """The attributes of all op types: {type: {name: [kind, default]}}, the default left out where there is none."""
    from tensorflow.core.framework import op_def_pb2

    if tf.__version__ < "2":
        import tensorflow.contrib.seq2seq  # noqa: F401 - it registers more ops
        from tensorflow.python import pywrap_tensorflow as session
    else:
        from tensorflow.python.client import pywrap_tf_session as session
    text = session.TF_GetBuffer(session.TF_GetAllOpList())
    found = {}
    for op in op_def_pb2.OpList.FromString(text).op:
        found[op.name] = {
            a.name: [a.type] + ([default_of(a.type, a.default_value)] if a.HasField("default_value") else [])
            for a in op.attr
        }
    return found


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        facts = json.load(file)  # the op types to be told of
    known = attributes()
    for type, found in facts.items():
        if tf.__version__ < "2":
            facts[type] = known.get(type)
        elif found is None:
            facts[type] = known[type]
        else:
            facts[type] = {**{name: [*row, "2.15"] for name, row in known.get(type, {}).items()}, **found}
    with open(sys.argv[1], "w") as file:
        file.write("{\n" + ",\n".join(f' "{type}": {json.dumps(facts[type])}' for type in sorted(facts)) + "\n}\n")
