"""Searches bytes that readers of files do not stand, led by which lines they reach.

    pip install atheris                                   # into an environment that has minitf
    python -m tests.campaigns coverage index --seconds 600

What is read: `index`, `entries` and `table` (of checkpoints), `graph` and `meta` (GraphDefs and meta graphs,
made into ops), `records` (TFRecord files) and `example`. Anything else than the errors that readers
document is printed and kept in the file that libFuzzer names; so is what takes more than 10 seconds or 2 GB.
"""

import argparse
import contextlib
import gzip
import os
import sys
import tempfile
from pathlib import Path

FACTS = Path(__file__).parents[1] / "facts"


def _index(data):
    from minitf.formats import bundle, wire

    with contextlib.suppress(wire.Malformed):
        bundle.Bundle.read("x", data)


def _entries(data):
    """Entries with right checksums around them."""
    from minitf.formats import bundle, table, wire

    rows = {f"k{i}".encode(): entry for i, entry in enumerate(data.split(b"||")[:9])}
    with contextlib.suppress(wire.Malformed):
        found = bundle.Bundle.read("/nowhere/x", table.write([(b"", bundle.header(1)), *rows.items()]))
        for entry in found.entries.values():
            with contextlib.suppress(OSError):
                found.array(entry)


def _entry_seeds():
    from minitf.formats import table

    files = [path.read_bytes() for path in FACTS.glob("**/*.index")]
    return [b"||".join(entry for _, entry in list(table.read(data))[1:8]) for data in files]


def _first_format(data):
    from minitf.formats import v1, wire

    with contextlib.suppress(wire.Malformed):
        v1.read(data)


def _graph(data):
    from google.protobuf.message import DecodeError

    import minitf as tf

    with contextlib.suppress(DecodeError, ValueError, TypeError, tf.errors.OpError), tf.Graph().as_default():
        tf.import_graph_def(tf.GraphDef.FromString(data), name="")


def _meta(data):
    from google.protobuf.message import DecodeError

    import minitf as tf

    expected = DecodeError, ValueError, TypeError, KeyError, tf.errors.OpError
    with contextlib.suppress(*expected), tf.Graph().as_default():
        tf.train.import_meta_graph(tf.MetaGraphDef.FromString(data))


def _records(data):
    import minitf as tf

    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with contextlib.suppress(tf.errors.DataLossError):
            list(tf.python_io.tf_record_iterator(file.name))


def _example(data):
    from minitf.formats import examples, wire

    for read in (examples.example, examples.sequence_example):
        with contextlib.suppress(wire.Malformed):
            read(data)


def _example_seeds():
    import minitf as tf

    ints, texts = tf.train.Int64List(value=[1, 2]), tf.train.BytesList(value=[b"a"])
    feature = {
        "i": tf.train.Feature(int64_list=ints),
        "b": tf.train.Feature(bytes_list=texts),
        "f": tf.train.Feature(float_list=tf.train.FloatList(value=[0.5])),
    }
    return [tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()]


def _record_seeds():
    import minitf as tf

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "records")
        with tf.python_io.TFRecordWriter(path) as writer:
            writer.write(b"abc"), writer.write(b"")
        return [Path(path).read_bytes()]


def _zipped(*patterns):
    return [gzip.decompress(path.read_bytes()) for pattern in patterns for path in FACTS.glob(pattern)]


READERS = {  # a name -> what reads bytes, and what to begin with
    "index": (_index, lambda: [path.read_bytes() for path in FACTS.glob("**/*.index")]),
    "entries": (_entries, _entry_seeds),
    "table": (_first_format, lambda: [(FACTS / "checkpoints" / "v1").read_bytes()]),
    "graph": (_graph, lambda: _zipped("graphs/*/frozen.pb.gz", "functions/*.pb.gz")),
    "meta": (_meta, lambda: _zipped("graphs/*/m.meta.gz")),
    "records": (_records, _record_seeds),
    "example": (_example, _example_seeds),
}


def main(arguments):
    """Reads what libFuzzer makes up for some seconds; the process ends with 77 if something was found."""
    parser = argparse.ArgumentParser(
        "coverage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("--seconds", type=int, default=600)
    options = parser.parse_args(arguments)
    import atheris

    with atheris.instrument_imports(include=["minitf.formats", "minitf.graphs"]):
        import minitf  # noqa: F401 - so that its modules are instrumented
    read, seeds = READERS[options.reader]
    with tempfile.TemporaryDirectory(prefix="minitf-coverage-") as folder:
        for i, seed in enumerate(seeds()):
            (Path(folder) / str(i)).write_bytes(seed)
        limits = [f"-max_total_time={options.seconds}", "-timeout=10", "-rss_limit_mb=2048", folder]
        atheris.Setup([sys.argv[0], *limits], read)
        atheris.Fuzz()
