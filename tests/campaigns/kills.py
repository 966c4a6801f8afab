"""Files that are being written when the process is killed.

    python -m tests.campaigns kills                        200 kills of each way to write
    python -m tests.campaigns kills --ways shards --kills 1000 --seed 3

A process writes one file after the other, says what it has written, and is killed at random moments. Then the newest
that can be read has to be whole, and not older than what it said. Ways: `checkpoint` and `shards` (several data files,
variables in parts), under new names and over old ones; `graph` (tf.train.write_graph); `model` (SavedModels, each in a
folder of its own); `records` (TFRecord files that were flushed).
"""

import argparse
import itertools
import multiprocessing
import os
import random
import signal
import tempfile
import time

import numpy as np

import minitf as tf
from minitf.formats import checkpoint

VALUES = 30_000


def _variables(partitioner=None):
    """Three variables on two devices, and an op that fills them with a number."""
    number = tf.placeholder(tf.float64, [])
    for i in range(3):
        with tf.device(f"/cpu:{i % 2}"):
            tf.get_variable(f"v{i}", [VALUES], tf.float64, partitioner=partitioner)
    return number, tf.group(*[v.assign(tf.fill(v.shape, number)) for v in tf.global_variables()])


def _save_checkpoints(folder, first, said, **options):
    partitioner = tf.fixed_size_partitioner(2) if options else None
    number, fill = _variables(partitioner)
    saver = tf.train.Saver(max_to_keep=3, **options)
    with tf.Session() as session:
        for n in itertools.count(first):
            session.run(fill, {number: n})
            saver.save(session, os.path.join(folder, "model"), n if n % 2 else None, write_meta_graph=n % 3 == 0)
            said.value = n


def _save_shards(folder, first, said):
    _save_checkpoints(folder, first, said, sharded=True)


def _newest_checkpoint(folder):
    found = checkpoint.Checkpoint(tf.train.latest_checkpoint(folder))
    return _only({float(x) for i in range(3) for x in np.unique(found.array(f"v{i}"))})


def _only(numbers):
    if len(numbers) != 1:
        raise ValueError(f"parts of {sorted(numbers)} together")
    return int(numbers.pop())


def _write_graphs(folder, first, said):
    for n in itertools.count(first):
        with tf.Graph().as_default() as graph:
            for i in range(30):
                tf.constant(n, name=f"c{i}")
            tf.train.write_graph(graph, folder, "graph.pbtxt", as_text=n % 2 == 0)
        said.value = n


def _newest_graph(folder):
    from minitf.graphs import files

    found = files.read_message(os.path.join(folder, "graph.pbtxt"), tf.GraphDef)
    return _only({node.attr["value"].tensor.int_val[0] for node in found.node})


def _save_models(folder, first, said):
    number, fill = _variables()
    with tf.Session() as session:
        for n in itertools.count(first):
            session.run(fill, {number: n})
            tf.saved_model.simple_save(
                session, os.path.join(folder, f"{n:06}.{first:06}"), {"x": number}, {"y": number + 1.0}
            )
            said.value = n


def _newest_model(folder):
    """The newest of the models that are whole: who asks for one finds it, or that it is none."""
    found = [0]
    for name in sorted(os.listdir(folder))[-2:]:
        if tf.saved_model.loader.maybe_saved_model_directory(os.path.join(folder, name)):
            with tf.Graph().as_default(), tf.Session() as session:
                tf.saved_model.loader.load(session, ["serve"], os.path.join(folder, name))
                found.append(_only({float(x) for v in tf.global_variables() for x in np.unique(session.run(v))}))
    return max(found)


def _write_records(folder, first, said):
    with tf.python_io.TFRecordWriter(os.path.join(folder, f"{first:09}")) as writer:
        for n in itertools.count(first):
            writer.write(f"{n}".encode() * 1000)
            writer.flush()
            said.value = n


def _newest_record(folder):
    """The last record that was written whole; all before it are there."""
    last = 0
    for name in sorted(os.listdir(folder)):
        try:
            for record in tf.python_io.tf_record_iterator(os.path.join(folder, name)):
                n = int(record[: len(record) // 1000])
                assert n == last + 1 or n == int(name), f"{n} follows {last}"
                last = n
        except tf.errors.DataLossError as error:
            assert "truncated" in str(error), error
    return last


WAYS = {  # what writes until it is killed, what finds the newest, longest time to the kill in seconds
    "checkpoint": (_save_checkpoints, _newest_checkpoint, 0.03),
    "shards": (_save_shards, _newest_checkpoint, 0.06),
    "graph": (_write_graphs, _newest_graph, 0.03),
    "model": (_save_models, _newest_model, 0.1),
    "records": (_write_records, _newest_record, 0.01),
}


def _killed(write, folder, first, seconds):
    """Writes in a process that is killed after some seconds; returns the last number it said."""
    context = multiprocessing.get_context("fork")
    said = context.Value("q", -1)
    with tf.Graph().as_default():
        process = context.Process(target=write, args=(folder, first, said))
        process.start()
    while said.value < 0 and process.is_alive():
        time.sleep(0.001)
    time.sleep(seconds)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return said.value


def kills(way, count, seed):
    """Kills that many times; prints and counts what was lost."""
    write, newest, longest = WAYS[way]
    draw, failed, last = random.Random(f"{way} {seed}"), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            last = _killed(write, folder, last + 1, draw.uniform(0, longest))
            try:
                found = newest(folder)
                assert found >= last, f"{found} is the newest one, {last} was written"
                last = found
            except Exception as error:
                failed += 1
                print(f"{way}, kill {number}: {type(error).__name__}: {error}", flush=True)
    print(f"{way}: {count} kills, {last} written, {failed} lost", flush=True)
    return failed


def main(argv):
    """Runs the campaign; the exit code is 1 if something was found."""
    parser = argparse.ArgumentParser("kills", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ways", default=",".join(WAYS), help="names")
    parser.add_argument("--kills", type=int, default=200, help="of each way")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    return int(sum(kills(way, options.kills, options.seed) for way in options.ways.split(",")) > 0)
