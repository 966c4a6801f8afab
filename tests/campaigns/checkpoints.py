"""Checkpoints: killed while they are written, and files that lie.

    python -m tests.campaigns checkpoints                       200 kills, 3,000 files of each kind
    python -m tests.campaigns checkpoints --kills 20 --files 20000 --seed 3

A process saves one checkpoint after the other and is killed at random moments: then the newest one has to be
whole, and not older than what it said it had saved. Files are changed in what they say of sizes, places,
types and keys, with checksums that are right again: reading them has to end in a DataLossError or
NotFoundError, or in arrays, within a second and with little memory.
"""

import argparse
import multiprocessing
import os
import random
import resource
import signal
import tempfile
import time
from pathlib import Path

import numpy as np

import minitf as tf
from minitf.formats import checkpoint, table, wire

FACTS = Path(__file__).parents[1] / "facts" / "checkpoints"
ROOM, SECONDS = 1 << 29, 1.0  # bytes and seconds that reading a damaged file may take at most
VALUES = 30_000


# ---------------------------------------------------------------- kills


def _save(folder, first, said):
    """Saves checkpoints until it is killed; every second one under the same name as before."""
    values = [tf.Variable(np.zeros(VALUES), name=f"v{i}") for i in range(3)]
    number = tf.placeholder(tf.float64, [])
    fill = tf.group(*[v.assign(tf.fill([VALUES], number)) for v in values])
    saver = tf.train.Saver(max_to_keep=3)
    with tf.Session() as session:
        for n in range(first, first + 10_000):
            session.run(fill, {number: n})
            saver.save(session, os.path.join(folder, "model"), n if n % 2 else None, write_meta_graph=n % 3 == 0)
            said.value = n


def _killed(folder, first, draw):
    """Saves in a process that is killed after a while; returns the last number it had saved."""
    context = multiprocessing.get_context("fork")
    said = context.Value("q", -1)
    with tf.Graph().as_default():
        process = context.Process(target=_save, args=(folder, first, said))
        process.start()
    while said.value < 0 and process.is_alive():
        time.sleep(0.001)
    time.sleep(draw.uniform(0, 0.03))
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return said.value


def newest(folder):
    """The number in the newest checkpoint of a folder; ValueError if it is not whole."""
    found = checkpoint.Checkpoint(tf.train.latest_checkpoint(folder))
    numbers = {float(x) for i in range(3) for x in np.unique(found.array(f"v{i}"))}
    if len(numbers) != 1:
        raise ValueError(f"parts of {sorted(numbers)} together")
    return int(numbers.pop())


def kills(count, seed):
    """Kills that many times; prints and counts what was lost."""
    draw, failed, last = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            last = _killed(folder, last + 1, draw)
            try:
                found = newest(folder)
                assert found >= last, f"{found} is the newest one, {last} was saved"
                last = found
            except Exception as error:
                failed += 1
                print(f"kill {number}: {type(error).__name__}: {error}", flush=True)
    print(f"{count} kills, {last} checkpoints, {failed} lost")
    return failed


# ---------------------------------------------------------------- files that lie


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
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, default=3000, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    return int(kills(options.kills, options.seed) + lies(options.files, options.seed) > 0)
