"""GraphDefs that were damaged at random: what comes of them is a value, or an error that says why not."""

import contextlib
import random
import signal

import numpy as np

import minitf as tf
from minitf.framework import nest

SECONDS = 20  # for one graph of a few ops
NUMBERS = [-1, 0, 1, 2, 3, 7, 2**31 - 1, 2**31, 2**40, -(2**63), -2]
TEXTS = [b"", b"SAME", b"VALID", b"NHWC", b"NCHW", b"EXPLICIT", b"SYMMETRIC", b"REFLECT", b"\xff", b"x"]
REALS = [0.0, -1.0, float("nan"), float("inf"), 1e30]


def graphs():
    """(op type, GraphDef, feeds, names of outputs) of every op with its gradient."""
    from op_samples import SAMPLES

    found = []
    for type, function, arrays, options in SAMPLES:
        given = [np.asarray(a) for a in arrays]
        given = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in given]
        with tf.Graph().as_default() as graph:
            inputs = [tf.placeholder(a.dtype, a.shape) for a in given]
            outputs = nest.flatten(function(*inputs))
            floats = [t for t in outputs if t.dtype.is_floating]
            if options.get("grads", True) and floats:
                outputs += [g for g in tf.gradients(floats, inputs[0]) if isinstance(g, tf.Tensor)]
            feeds = dict(zip([t.name for t in inputs], given))
            found.append((type, graph.as_graph_def(), feeds, [t.name for t in outputs]))
    return found


def damage(definition, source: random.Random) -> None:
    """Changes a few fields of a GraphDef."""
    for _ in range(source.randint(1, 3)):
        node = source.choice(definition.node)
        names, what = sorted(node.attr), source.random()
        if what < 0.7 and names:
            _change(node.attr[source.choice(names)], source)
        elif what < 0.8 and names:
            del node.attr[source.choice(names)]
        elif what < 0.9 and len(node.input):
            node.input[source.randrange(len(node.input))] = source.choice(definition.node).name
        else:
            node.op = source.choice(definition.node).op


def _change(attr, source: random.Random) -> None:
    field = attr.WhichOneof("value")
    if field == "b":
        attr.b = not attr.b
    elif field in ("i", "f", "s", "type"):
        choices = {"i": NUMBERS, "f": REALS, "s": TEXTS, "type": [1, 2, 3, 4, 7, 8, 9, 10]}[field]
        setattr(attr, field, source.choice(choices))
    elif field == "shape":
        (source.choice(attr.shape.dim) if attr.shape.dim else attr.shape.dim.add()).size = source.choice(NUMBERS)
    elif field == "list" and len(attr.list.i):
        _change_list(attr.list.i, source)
    elif field == "tensor":
        _change_tensor(attr.tensor, source)


def _change_list(numbers, source: random.Random) -> None:
    what = source.random()
    if what < 0.3:
        del numbers[-1]
    elif what < 0.6:
        numbers.append(source.choice(NUMBERS))
    else:
        numbers[source.randrange(len(numbers))] = source.choice(NUMBERS)


def _change_tensor(tensor, source: random.Random) -> None:
    if tensor.tensor_content and source.random() < 0.8:
        content = bytearray(tensor.tensor_content)
        place = source.randrange(len(content)) // 4 * 4
        new = (source.choice(NUMBERS) & 0xFFFFFFFF).to_bytes(4, "little")
        content[place : place + 4] = new[: len(content[place : place + 4])]
        tensor.tensor_content = bytes(content)
    elif len(tensor.int_val):
        tensor.int_val[0] = source.choice([n for n in NUMBERS if abs(n) < 2**31])
    else:
        tensor.tensor_shape.dim.add(size=source.choice([0, 1, 2]))


def outcome(definition, feeds: dict, outputs: list) -> str:
    """What came of a GraphDef: "run", or which error; a word in capitals if that is none it should be."""
    try:
        with _limited(), tf.Graph().as_default() as graph:
            tf.import_graph_def(definition, name="")
            there = {name: v for name, v in feeds.items() if name[:-2] in graph._by_name}
            with tf.Session() as session:
                session.run([name for name in outputs if name.partition(":")[0] in graph._by_name], there)
        return "run"
    except (ValueError, TypeError, tf.errors.OpError) as error:
        unclear = "cannot be node {" in str(error) or not str(error)
        return f"UNCLEAR {error}" if unclear else type(error).__name__
    except TimeoutError:
        return "HANGS"
    except Exception as error:
        return f"UNCLEAR {type(error).__name__} {error}"


@contextlib.contextmanager
def _limited():
    def late(*_):
        raise TimeoutError

    saved = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, saved)


def bad_outcomes(first: int, count: int):
    """(seed, op type, outcome) of damaged graphs that neither ran nor were refused for a reason."""
    known = graphs()
    for seed in range(first, first + count):
        source = random.Random(seed)
        type, original, feeds, outputs = source.choice(known)
        definition = tf.GraphDef()
        definition.CopyFrom(original)
        damage(definition, source)
        found = outcome(definition, feeds, outputs)
        if found.split()[0].isupper():
            yield seed, type, found
