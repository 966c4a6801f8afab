"""Checkpoints; those that TensorFlow 1.15.5 wrote are in tests/facts/checkpoints (see README.md there)."""

import itertools
import multiprocessing
import os
import random
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from campaigns import checkpoints, kills
from record_checkpoints import WAYS, WHOLE

import minitf as tf
from minitf.formats import bundle, checkpoint, entries, ordered, table, wire
from minitf.framework import dtypes

FACTS = Path(__file__).parents[1] / "facts" / "checkpoints"
TYPES = [
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex64",
    "complex128",
]


def tensors():
    draw, rows = np.random.default_rng(0), []
    for name in TYPES:
        for shape in ((), (3,), (0, 2), (2, 3, 4)):
            array = draw.integers(0, 2 if name == "bool" else 100, shape).astype(name)
            rows.append((f"{name}/{len(rows)}", dtypes.as_dtype(name), np.asarray(array)))
    rows.append(("text", dtypes.string, np.array([[b"a", b""], [b"\0\xff" * 200, "é".encode()]], object)))
    return [*rows, ("word", dtypes.string, np.array(b"hello", object)), ("none", dtypes.string, np.empty(0, object))]


def test_every_type_and_shape(tmp_path):
    prefix = str(tmp_path / "m")
    checkpoint.write(prefix, tensors())
    found = checkpoint.Checkpoint(prefix)
    for name, dtype, array in tensors():
        again = found.array(name)
        assert again.dtype == array.dtype and again.shape == array.shape and found.entries[name].dtype is dtype
        np.testing.assert_array_equal(again, array)
    assert sorted(os.listdir(tmp_path)) == ["m.data-00000-of-00001", "m.index"]


@pytest.mark.parametrize("name", ["v1", "v2"])
def test_what_tensorflow_wrote(name):
    found = checkpoint.Checkpoint(str(FACTS / name))
    kinds = [key for key in found.entries if key.startswith("v/")]
    assert len(kinds) == 12 and len(found.entries) == 14
    for key in kinds:
        assert found.array(key).dtype.name == key[2:]
        np.testing.assert_array_equal(found.array(key), [[0, 1, 0], [1, 0, 1]])
    assert found.array("str").tolist() == [b"x", b"yy\0"]
    with np.load(FACTS / "part.npz") as kept:
        np.testing.assert_array_equal(found.array("part"), kept["part"])


def test_every_type_is_written_as_tensorflow_writes_it(tmp_path):
    """The bytes and the index of `v2`, of twelve types, strings and a variable in parts."""
    theirs = bundle.Bundle.read("", (FACTS / "v2.index").read_bytes())
    found, rows = checkpoint.Checkpoint(str(FACTS / "v2")), []
    for name, entry in sorted(theirs.entries.items()):
        if not entry.slices:
            rows.append((entry.offset, name, entry.dtype, found.array(name), None))
        for extents in entry.slices:
            part = theirs.parts[ordered.slice_key(name, list(extents))]
            window = tuple(zip((start for start, _ in extents), part.shape))
            place = bundle.Part(entry.shape, extents)
            rows.append((part.offset, name, entry.dtype, found.part(name, window), place))
    assert {dtype.name for _, _, dtype, _, _ in rows} >= {"string", "bool", "float16", "complex64", "int8", "uint16"}
    rows.sort(key=lambda row: row[0])
    checkpoint.write(str(tmp_path / "v2"), [row[1:] for row in rows])
    name = "v2.data-00000-of-00001"
    assert (tmp_path / name).read_bytes() == (FACTS / name).read_bytes()
    ours, theirs = (list(table.read((place / "v2.index").read_bytes())) for place in (tmp_path, FACTS))
    assert ours == theirs


def test_merging(tmp_path):
    parts = [str(tmp_path / f"p{i}") for i in range(2)]
    for i, part in enumerate(parts):
        checkpoint.write(part, [(f"x{i}", tf.int32, np.full(3, i, np.int32))])
    checkpoint.merge(parts, str(tmp_path / "m"))
    found = checkpoint.Checkpoint(str(tmp_path / "m"))
    assert [found.array(f"x{i}").tolist() for i in range(2)] == [[0] * 3, [1] * 3]
    assert sorted(os.listdir(tmp_path)) == ["m.data-00000-of-00002", "m.data-00001-of-00002", "m.index"]


@pytest.mark.parametrize("way", WAYS)
def test_parts_are_written_as_tensorflow_writes_them(tmp_path, way):
    """Two data files, of which one has the parts of a variable: the same bytes, and the same entries."""
    (count, axis), prefix, places = WAYS[way], str(tmp_path / f"parts_{way}"), []
    arrays = np.array_split(WHOLE, count, axis)
    start = 0
    for array in arrays:
        extents = [(0, size) for size in WHOLE.shape]
        extents[axis], start = (start, array.shape[axis]), start + array.shape[axis]
        places.append(bundle.Part(WHOLE.shape, tuple(extents)))
    shards = [str(tmp_path / "shard0"), str(tmp_path / "shard1")]
    checkpoint.write(shards[0], [("b", tf.float32, np.ones(3, np.float32))])
    checkpoint.write(shards[1], [("w", tf.float32, array, place) for array, place in zip(arrays, places)])
    checkpoint.merge(shards, prefix)
    files = sorted(path.name for path in FACTS.glob(f"parts_{way}.*"))
    assert sorted(os.listdir(tmp_path)) == files
    for name in files:
        ours, theirs = (tmp_path / name).read_bytes(), (FACTS / name).read_bytes()
        if name.endswith(".index"):
            assert list(table.read(ours)) == list(table.read(theirs))
        else:
            assert ours == theirs


@pytest.mark.parametrize("name", ["parts_rows", "parts_columns", "whole"])
def test_parts_are_read_in_any_other_parts(tmp_path, name):
    checkpoint.write(str(tmp_path / "whole"), [("w", tf.float32, WHOLE)])
    found = checkpoint.Checkpoint(str((tmp_path if name == "whole" else FACTS) / name))
    np.testing.assert_array_equal(found.array("w"), WHOLE)
    for a, m, b, n in [(0, 10, 0, 4), (4, 3, 0, 4), (0, 10, 2, 2), (3, 2, 1, 2), (9, 1, 3, 1)]:
        part = found.part("w", ((a, m), (b, n)))
        assert part.flags.c_contiguous
        np.testing.assert_array_equal(part, WHOLE[a : a + m, b : b + n])


def test_a_part_that_is_missing(tmp_path):
    """What is there can be read; the rest is said to be missing."""
    prefix, part = str(tmp_path / "m"), bundle.Part((10, 4), ((2, 3), (0, 4)))
    checkpoint.write(prefix, [("w", tf.float32, WHOLE[2:5], part)])
    found = checkpoint.Checkpoint(prefix)
    np.testing.assert_array_equal(found.part("w", ((3, 2), (1, 3))), WHOLE[3:5, 1:])
    with pytest.raises(tf.errors.DataLossError, match="tensor w is damaged: it has not all parts of"):
        found.array("w")
    with pytest.raises(ValueError, match=r"shapes \[10, 4\] and \[9, 4\]"):
        rows = [("w", tf.float32, WHOLE[:1], bundle.Part(shape, ((0, 1), (0, 4)))) for shape in ((10, 4), (9, 4))]
        checkpoint.write(prefix, rows)
    checkpoint.write(str(tmp_path / "n"), [("w", tf.float32, WHOLE)])
    with pytest.raises(tf.errors.InvalidArgumentError, match="would have two tensors called w"):
        checkpoint.merge([prefix, str(tmp_path / "n")], str(tmp_path / "both"))


def test_objects_of_tensorflow_2():
    found = checkpoint.Checkpoint(str(FACTS / "objects"))
    assert found.objects["kernel"] == "layer/kernel/.ATTRIBUTES/VARIABLE_VALUE"
    np.testing.assert_array_equal(found.array(found.objects["kernel"]), np.arange(6).reshape(3, 2))
    assert found.array(found.objects["global_step"]) == 5 and len(found.objects) == 9


def load_all(prefix):
    found = checkpoint.Checkpoint(prefix)
    return {name: found.array(name) for name in found.entries}


def read_both_ways(message):
    def found(read):
        try:
            return read()
        except wire.Malformed:
            return wire.Malformed

    return found(lambda: entries.decoded(message)), found(lambda: entries._decoded_in_any_order(wire.Message(message)))


def test_entries_say_the_same_however_they_are_read():
    """What is read at one go, and what field by field, whole and damaged."""
    draw, at_once = random.Random(0), 0
    for _ in range(2000):
        shape = tuple(draw.choice([0, 1, 3, 200, 1 << 20]) for _ in range(draw.randrange(6)))
        places = [draw.choice([0, draw.randrange(1 << bits)]) for bits in (16, 62, 33, 32)]
        message = entries.Entry(dtypes.as_dtype(draw.choice(TYPES)), shape, *places).encoded()
        damaged, place = bytearray(message), draw.randrange(len(message))
        damaged[place : place + draw.randrange(2)] = draw.randbytes(draw.randrange(2))
        for each in (message, bytes(damaged), message[:place]):
            one, other = read_both_ways(each)
            assert one == other, each
        at_once += entries._decoded_in_order(message) is not None
    assert at_once == 2000


@pytest.mark.parametrize("most", [1 << 30, 1000])
def test_many_are_read_at_once(tmp_path, monkeypatch, most):
    """Also where there are gaps between them, and where the system gives less than it was asked for."""
    draw = np.random.default_rng(0)
    values = {f"v{i}": draw.integers(0, 256, int(n), np.uint8) for i, n in enumerate(draw.integers(0, 9000, 1500))}
    values["large"] = draw.integers(0, 256, (3 << 20) + 1, np.uint8)
    checkpoint.write(str(tmp_path / "m"), [(name, dtypes.uint8, value) for name, value in values.items()])
    preadv, calls = os.preadv, []

    def at_most(file, arrays, place):
        calls.append(len(arrays))
        return preadv(file, arrays if sum(a.size for a in arrays) <= most else [arrays[0][:most]], place)

    monkeypatch.setattr(os, "preadv", at_most)
    found = checkpoint.Checkpoint(str(tmp_path / "m"))
    for names in ([*values], [*values][::-7], ["v3", "v3", "v2", "large"]):
        for name, array in zip(names, found.arrays(names), strict=True):
            np.testing.assert_array_equal(array, values[name])
    assert max(calls) > 100


def test_many_are_written_at_once(tmp_path, monkeypatch):
    """Also with large ones, strings, empty ones and parts between them, in the order in which they are given."""
    draw, rows = np.random.default_rng(0), []
    for i, n in enumerate(draw.integers(0, 9000, 300)):
        size = int(n) if i % 50 else 1 << 16
        rows.append((f"v{i}", dtypes.uint8, draw.integers(0, 256, size, np.uint8)))
    rows[7:7] = [("text", dtypes.string, np.array([b"a", b"bc"], object))]
    rows[90:90] = [("half", dtypes.uint8, np.ones(3, np.uint8), bundle.Part((6,), ((i, 3),))) for i in (0, 3)]
    checkpoint.write(str(tmp_path / "together"), rows)
    monkeypatch.setattr(bundle, "_SMALL", -1)
    checkpoint.write(str(tmp_path / "alone"), rows)
    for end in ("index", "data-00000-of-00001"):
        assert (tmp_path / f"together.{end}").read_bytes() == (tmp_path / f"alone.{end}").read_bytes()
    found = checkpoint.Checkpoint(str(tmp_path / "together"))
    for name, _, array, *part in rows:
        np.testing.assert_array_equal(found.array(name), np.ones(6) if part else array)


def test_one_of_many_is_damaged(tmp_path):
    path = str(tmp_path / "m")
    checkpoint.write(path, [(f"v{i}", dtypes.int32, np.arange(25, dtype=np.int32)) for i in range(90)])
    with open(f"{path}.data-00000-of-00001", "r+b") as file:
        file.seek(4210)
        file.write(b"x")
        file.truncate(8990)
    names = [f"v{i}" for i in range(90)]
    for some, which in ((names[:89], "v42 .*checksum"), (names[43:], "v89 .*cut off")):
        with pytest.raises(tf.errors.DataLossError, match=which):
            checkpoint.Checkpoint(path).arrays(some)


@pytest.mark.parametrize("name", ["m.index", "m.data-00000-of-00001", "v1"])
def test_damage_is_noticed(tmp_path, name):
    """Bits flipped and files cut, 150 each: an error of TensorFlow's, or what was saved."""
    checkpoint.write(str(tmp_path / "m"), tensors()[-4:])
    shutil.copy(FACTS / "v1", tmp_path)
    prefix = str(tmp_path / name.split(".")[0])
    before, data, draw = load_all(prefix), (tmp_path / name).read_bytes(), random.Random(0)
    noticed = 0
    for i in range(300):
        damaged = bytearray(data[: draw.randrange(len(data))] if i % 2 else data)
        if i % 2 == 0:
            damaged[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        (tmp_path / name).write_bytes(damaged)
        try:
            after = load_all(prefix)
            assert after.keys() == before.keys()
            assert all((after[k] == before[k]).all() for k in before)
        except (tf.errors.DataLossError, tf.errors.NotFoundError) as error:
            noticed += 1
            assert prefix in str(error)
    assert noticed > 250


def test_what_an_index_may_not_say(tmp_path):
    """Sizes beyond all memory, places outside of the file, other files: refused before any is read."""
    prefix = str(tmp_path / "m")
    checkpoint.write(prefix, [("x", tf.float32, np.ones(3, np.float32))])
    huge = entries.Entry(dtypes.float32, (1 << 60,), 0, 0, 12, 0)
    for entry in (
        huge,
        entries.Entry(dtypes.float32, (3,), 0, 1 << 62, 12, 0),
        entries.Entry(dtypes.string, (1 << 60,), 0, 0, 12, 0),
        entries.Entry(dtypes.float32, (3,), 0, 0, 1 << 60, 0),
        entries.Entry(dtypes.float32, (3,), 7, 0, 12, 0),
    ):
        Path(f"{prefix}.index").write_bytes(bundle.index({"x": entry}, {}))
        with pytest.raises(tf.errors.DataLossError):
            load_all(prefix)


def killed_at(place, prefix, work):
    """Does some work in a process that ends before it opens or renames file number `place`; whether it did end."""
    calls = itertools.count(1)

    def count(event, args):
        changes = event in ("open", "os.rename", "os.remove", "os.mkdir") and str(args[0]).startswith(prefix)
        if changes and next(calls) == place:
            os._exit(9)

    def counted():
        sys.addaudithook(count)
        work()

    process = multiprocessing.get_context("fork").Process(target=counted)
    process.start()
    process.join()
    assert process.exitcode in (0, 9)
    return process.exitcode == 9


@pytest.mark.parametrize("shards", [1, 3])
def test_killed_at_any_step_the_old_or_the_new_one_is_whole(tmp_path, shards):
    prefix = str(tmp_path / "m")
    names = [f"x{i}" for i in range(shards)]

    def save(value):
        parts = [prefix] if shards == 1 else [f"{prefix}_temp/{i}" for i in range(shards)]
        for name, part in zip(names, parts):
            checkpoint.write(part, [(name, tf.float32, np.full(1000, value, np.float32))])
        if shards > 1:
            checkpoint.merge(parts, prefix)

    for place in itertools.count(1):
        save(1)
        ended = killed_at(place, prefix, lambda: save(2))
        found = checkpoint.Checkpoint(prefix)
        values = {float(value) for name in names for value in found.array(name)}
        assert values == {2.0} if not ended else values in ({1.0}, {2.0}), place
        if not ended:
            break
    assert place > 5
    files = [name for name in sorted(os.listdir(tmp_path)) if not name.startswith("m_temp")]
    assert files == [*[f"m.data-{i:05}-of-{shards:05}" for i in range(shards)], "m.index"]


def test_kills_and_lies():
    assert sum(kills.kills(way, 2, seed=0) for way in kills.WAYS) == 0
    assert checkpoints.lies(100, seed=0) == 0


@pytest.mark.parametrize("damage", [wire.field(2, b"\x08"), wire.field(2, 7), b"\x0a"])
def test_what_is_no_message(damage):
    with pytest.raises(wire.Malformed):
        entries.decoded(damage)


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    prefix = str(tmp_path / "m")
    checkpoint.write(prefix, [("x", tf.float32, np.ones(3, np.float32))])

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(tf.errors.ResourceExhaustedError, match="No space left"):
        checkpoint.write(prefix, [("x", tf.float32, np.zeros(3, np.float32))])
    monkeypatch.undo()
    assert checkpoint.Checkpoint(prefix).array("x").tolist() == [1, 1, 1]
    assert sorted(os.listdir(tmp_path)) == ["m.data-00000-of-00001", "m.index"]


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(tf.errors.OpError, match="checkpoint"):
        checkpoint.write(str(tmp_path / "file" / "m"), [])


def test_nothing_there(tmp_path):
    assert not checkpoint.exists(str(tmp_path / "m"))
    with pytest.raises(tf.errors.NotFoundError, match="m.index is not there"):
        checkpoint.Checkpoint(str(tmp_path / "m"))
    checkpoint.remove(str(tmp_path / "m"))
    checkpoint.write(str(tmp_path / "m[1]"), [("x", tf.int32, np.zeros(2, np.int32))])
    assert checkpoint.exists(str(tmp_path / "m[1]"))
    checkpoint.remove(str(tmp_path / "m[1]"))
    assert os.listdir(tmp_path) == []
