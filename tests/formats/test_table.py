import contextlib
import random

import pytest

from minitf.formats import ordered, table, wire
from minitf.formats.wire import Malformed


def entries(count, seed=0):
    draw = random.Random(seed)
    keys = {bytes(draw.choices(b"ab/c\0\xff", k=draw.randrange(12))) for _ in range(count)}
    return [(key, draw.randbytes(draw.randrange(40))) for key in sorted(keys)]


@pytest.mark.parametrize("count", [0, 1, 17, 500])
def test_what_is_written_is_read(count):
    rows = entries(count)
    assert list(table.read(table.write(rows))) == rows


def test_several_blocks(monkeypatch):
    monkeypatch.setattr(table, "_BLOCK", 100)
    rows = entries(300)
    assert list(table.read(table.write(rows))) == rows


def test_every_flipped_bit_and_every_cut_is_noticed():
    rows = entries(20)
    data = table.write(rows)
    for place in range(len(data)):
        with pytest.raises(Malformed):
            list(table.read(data[:place]))
        for bit in (1, 128):
            damaged = bytearray(data)
            damaged[place] ^= bit
            with contextlib.suppress(Malformed):  # the unused block is not read
                assert list(table.read(bytes(damaged))) == rows


def test_nonsense_is_no_table():
    draw = random.Random(1)
    footer = table.write([])[-48:]
    for _ in range(2000):
        data = draw.randbytes(draw.randrange(100))
        data += draw.choice([b"", footer, draw.randbytes(40) + footer[-8:]])
        with contextlib.suppress(Malformed):
            assert list(table.read(data)) == []


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**32, 2**64 - 1])
def test_numbers_on_the_wire(value):
    assert wire.read_varint(wire.varint(value), 0) == (value, len(wire.varint(value)))
    assert dict(wire.fields(wire.field(3, value))) == {3: value}


@pytest.mark.parametrize("data", [b"\x08", b"\x0a\x05ab", b"\x0b", b"\x80" * 11, b"\x0d\x01", b"\x0a" + b"\xff" * 9])
def test_what_is_no_message(data):
    with pytest.raises(Malformed):
        list(wire.fields(data))


def test_keys_of_parts_sort_as_their_parts():
    starts = [-(2**40), -65, -64, -1, 0, 1, 63, 64, 8191, 8192, 2**20, 2**62]
    keys = [ordered.slice_key("v", [(start, 5)]) for start in starts]
    assert keys == sorted(keys) and len(set(keys)) == len(keys)
    names = ["", "\0", "a", "a\0", "a\0b", "ab", "\u00ff"]
    assert sorted(names, key=lambda n: ordered.slice_key(n, [])) == sorted(names, key=str.encode)
