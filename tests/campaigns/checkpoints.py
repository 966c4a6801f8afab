"""Checkpoints that lie.

    python -m tests.campaigns checkpoints                       3,000 files of each kind
    python -m tests.campaigns checkpoints --files 20000 --seed 3

Files are changed in what they say of sizes, places,
types and keys, with checksums that are right again: reading them has to end in a DataLossError or
NotFoundError, or in arrays, within a second and with little memory.
"""

import argparse
import multiprocessing
import os
import random
import resource
import tempfile
import time
from pathlib import Path

import minitf as tf
from minitf.formats import checkpoint, table, wire

FACTS = Path(__file__).parents[1] / "facts" / "checkpoints"
ROOM, SECONDS = 1 << 29, 1.0  # bytes and seconds that reading a damaged file may take at most


def _number(draw, value):
    """Another number, near it or far from any."""
    far = [0, 1, 255, 1 << 31, (1 << 32) - 1, 1 << 40, 1 << 60, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
    return draw.choice([*far, value + 1, value - 1, value * 2, value ^ (1 << draw.randrange(64))]) % (1 << 64)


def _parts(message):
    """The fields of what may be a message, or None."""
    try:
        return list(wire.fields(message)) or None
    except wire.Malformed:
        return None


def changed(draw, message):
    """A message with one of its fields changed, repeated, left out, or of another kind."""
    parts = _parts(message)
    if parts is None or draw.random() < 0.1:
        return draw.choice([b"", message[:-1], message * 2, draw.randbytes(len(message)), b"\x0a" * 500])
    at = draw.randrange(len(parts))
    key, value = parts[at]
    kind = draw.randrange(6)
    if kind == 0:
        parts.pop(at)
    elif kind == 1:
        parts += [parts[at]] * draw.choice([1, 300])
    elif kind == 2:
        parts[at] = (draw.randrange(1, 20), value)
    elif isinstance(value, int):
        parts[at] = (key, _number(draw, value) if kind < 5 else b"abc")
    else:
        parts[at] = (key, changed(draw, value) if kind < 5 else draw.randrange(1 << 30))
    return b"".join(wire.field(k, v) for k, v in parts)


def _lying_table(draw, data):
    """A table in which one key or message is changed, or the place of a block, with right checksums."""
    rows = list(table.read(data))
    at = draw.randrange(len(rows))
    key, message = rows[at]
    kind = draw.randrange(5)
    if kind == 0:
        rows[at] = (draw.choice([b"", key + b"x", b"\0" + key, b"\xff\xfe", b"../../" + key, b"k" * 70_000]), message)
    elif kind == 1:
        rows.insert(at, draw.choice(rows))
    else:
        rows[at] = (key, changed(draw, message))
    return table.write(rows)


def _lying_data(draw, data):
    """Data that was cut, or in which bytes are others."""
    data = bytearray(data)
    for _ in range(draw.choice([1, 2, 20])):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data[: draw.randrange(len(data))] if draw.random() < 0.3 else data)


def _read(prefix):
    """Reads all that a checkpoint has; returns what is wrong with that."""
    started = time.perf_counter()
    try:
        found = checkpoint.Checkpoint(prefix)
        for name in found.entries:
            found.array(name)
        assert len(found.objects) < 1000
    except tf.errors.OpError as error:
        if not isinstance(error, (tf.errors.DataLossError, tf.errors.NotFoundError)):
            return f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - started
    return f"it took {seconds:.1f} s" if seconds > SECONDS else None


def _limited(work, *arguments):
    """Runs something in a process that may have only some memory more; its result, or how it ended."""
    context = multiprocessing.get_context("fork")
    results, theirs = context.Pipe(duplex=False)

    def limited():
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))
        theirs.send(work(*arguments))

    process = context.Process(target=limited)
    process.start()
    theirs.close()
    try:
        return results.recv()
    except EOFError:
        process.join()
        return [f"the process ended with {process.exitcode}"]
    finally:
        process.join()


KINDS = {
    "index": ("v2.index", _lying_table),
    "first format": ("v1", _lying_table),
    "data": ("v2.data-00000-of-00001", _lying_data),
    "parts": ("parts_rows.index", _lying_table),
    "parts bytes": ("parts_rows.data-00001-of-00002", _lying_data),
    "objects": ("objects.index", _lying_table),
    "index bytes": ("v2.index", _lying_data),
    "first format bytes": ("v1", _lying_data),
}


def _lies(kind, count, seed, folder):
    """What is wrong with reading that many changed files."""
    name, change = KINDS[kind]
    draw, data, wrong = random.Random(f"{kind} {seed}"), (FACTS / name).read_bytes(), []
    for path in FACTS.iterdir():
        (Path(folder) / path.name).write_bytes(path.read_bytes())
    prefix = os.path.join(folder, name.split(".")[0])
    for number in range(count):
        (Path(folder) / name).write_bytes(change(draw, data))
        if (found := _read(prefix)) is not None:
            wrong.append(f"{kind} {number}: {found:.300}")
    return wrong


def lies(count, seed):
    """Tries that many files of each kind; prints and counts what is wrong."""
    failed = 0
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            wrong = _limited(_lies, kind, count, seed, folder)
        failed += len(wrong)
        print(*wrong[:20], f"{count} files, {kind}: {len(wrong)} wrong", sep="\n", flush=True)
    return failed


def main(argv):
    """Runs the campaign; the exit code is 1 if something was found."""
    parser = argparse.ArgumentParser(
        "checkpoints", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=3000, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    return int(lies(options.files, options.seed) > 0)
