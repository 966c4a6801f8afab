"""Hashes of byte strings: those by which TensorFlow puts strings into buckets.

Many strings are hashed together: what is computed of one string's words can as well be of arrays of them.

FarmHash is Google's (https://github.com/google/farmhash, MIT), its `farmhashna`, which never changes; SipHash
is by Aumasson and Bernstein (https://131002.net/siphash/).
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

_MASK = (1 << 64) - 1
_MANY = 32  # strings of which together is quicker than one by one
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


class _Strings(NamedTuple):
    """Strings one behind the other: the words at all bytes, and where each of the strings begins."""

    words: np.ndarray
    starts: np.ndarray

    def word(self, at) -> np.ndarray:
        """The eight bytes of each string from one on."""
        return self.words[self.starts + np.int64(at)]


def _word(s: bytes | _Strings, at):
    return int.from_bytes(s[at : at + 8], "little") if isinstance(s, bytes) else s.word(at)


def _half(s: bytes | _Strings, at):
    return _word(s, at) & 0xFFFFFFFF


def _byte(s: bytes | _Strings, at):
    return _word(s, at) & 0xFF


def _together(strings: list[bytes]) -> tuple[_Strings, np.ndarray]:
    """Strings one behind the other, and their sizes."""
    memory = b"".join([*strings, bytes(8)])
    words = np.ndarray(len(memory) - 7, "<u8", memory, strides=(1,))
    sizes = np.fromiter(map(len, strings), np.int64, len(strings))
    return _Strings(words, sizes.cumsum() - sizes), sizes


def _by_kind(strings: list[bytes], kind: Callable) -> Iterator[tuple]:
    """(kind, places, strings, sizes) for all strings of each kind, an integer that sizes decide."""
    found, sizes = _together(strings)
    kinds = kind(sizes)
    for one in np.unique(kinds).tolist():
        places = np.flatnonzero(kinds == one)
        yield one, places, found._replace(starts=found.starts[places]), sizes[places]


def _rotate(value: int, by: int) -> int:
    """To the right."""
    value = value & _MASK
    return (value >> by | value << (64 - by)) & _MASK


def _mixed(value: int) -> int:
    value = value & _MASK
    return value ^ value >> 47


def _of_two(u: int, v: int, factor: int) -> int:
    a = _mixed((u ^ v) * factor)
    b = _mixed((v & _MASK ^ a) * factor)
    return b * factor & _MASK


def _of_each(hashed: Callable, strings: list[bytes]) -> np.ndarray:
    """The hashes of strings, those of each size together."""
    if len(strings) < _MANY:
        return np.fromiter((hashed(s, len(s)) for s in strings), np.uint64, len(strings))
    found = np.empty(len(strings), np.uint64)
    for size, places, texts, _ in _by_kind(strings, lambda sizes: sizes):
        found[places] = hashed(texts, size)
    return found


def _in_words(s, size: int) -> tuple[list, ...]:
    """The whole words of a string, and what is left as one more."""
    whole = size // 8 * 8
    return [_word(s, at) for at in range(0, whole, 8)], _word(s, whole) & (1 << size % 8 * 8) - 1


_ENDS = (0, 3, 7, 16, 32, 64)  # the largest sizes of strings that are hashed alike


@functools.lru_cache(1 << 16)  # names of categories come again and again
def farm(s: bytes) -> int:
    """FarmHash's Fingerprint64."""
    return _WAYS[bisect.bisect_left(_ENDS, len(s))](s, len(s))


def farm_of_each(strings: list[bytes]) -> np.ndarray:
    """`farm` of strings, uint64."""
    if len(strings) < _MANY:
        return np.fromiter(map(farm, strings), np.uint64, len(strings))
    found = np.empty(len(strings), np.uint64)
    for kind, places, texts, sizes in _by_kind(strings, lambda sizes: np.searchsorted(_ENDS, sizes)):
        if kind < len(_ENDS):
            found[places] = _WAYS[kind](texts, sizes.astype(np.uint64))
        else:
            found[places] = [farm(strings[place]) for place in places]
    return found


def _tiny(s, size):
    y, z = _byte(s, 0) + (_byte(s, size >> 1) << 8), size + (_byte(s, size - 1) << 2)
    return _mixed(y * _K2 & _MASK ^ z * _K0 & _MASK) * _K2 & _MASK


def _small(s, size):
    return _of_two(size + (_half(s, 0) << 3), _half(s, size - 4), _K2 + size * 2)


def _short(s, size):
    factor = _K2 + size * 2
    a, b = _word(s, 0) + _K2, _word(s, size - 8)
    return _of_two(_rotate(b, 37) * factor + a & _MASK, (_rotate(a, 25) + b) * factor & _MASK, factor)


def _middle(s, size):
    factor = _K2 + size * 2
    a, b, c, d = _word(s, 0) * _K1, _word(s, 8), _word(s, size - 8) * factor, _word(s, size - 16) * _K2
    first = _rotate(a + b, 43) + _rotate(c, 30) + d & _MASK
    return _of_two(first, a + _rotate(b + _K2, 18) + c & _MASK, factor)


def _longer(s, size):
    factor = _K2 + size * 2
    a, b, c, d = _word(s, 0) * _K2, _word(s, 8), _word(s, size - 8) * factor, _word(s, size - 16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d & _MASK
    z = _of_two(y, a + _rotate(b + _K2, 18) + c & _MASK, factor)
    e, f = _word(s, 16) * factor, _word(s, 24)
    g, h = (y + _word(s, size - 32)) * factor, (z + _word(s, size - 24)) * factor
    first = _rotate(e + f, 43) + _rotate(g, 30) + h & _MASK
    return _of_two(first, e + _rotate(f + a, 18) + g & _MASK, factor)


def _weak(s: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """Of 32 bytes, with two seeds."""
    w, x, y, z = (_word(s, at + i) for i in (0, 8, 16, 24))
    a += w
    b = _rotate(b + a + z, 21)
    c = a
    a += x + y
    b += _rotate(a, 44)
    return a + z & _MASK, b + c & _MASK


def _long(s: bytes, size: int) -> int:
    x, y = 81, 81 * _K1 + 113 & _MASK
    z = _mixed(y * _K2 + 113) * _K2 & _MASK
    v = w = (0, 0)
    x = x * _K2 + _word(s, 0)
    for at in range(0, (size - 1) // 64 * 64, 64):
        x, y, z, v, w = _block(s, at, x, y, z, v, w, _K1, 1)
    factor = _K1 + ((z & 0xFF) << 1)
    w = w[0] + (size - 1 & 63), w[1]
    v = v[0] + w[0], v[1]
    w = w[0] + v[0], w[1]
    x, y, z, v, w = _block(s, size - 64, x, y, z, v, w, factor, 9)
    first = _of_two(v[0], w[0], factor) + _mixed(y) * _K0 + z & _MASK
    return _of_two(first, _of_two(v[1], w[1], factor) + x & _MASK, factor)


def _block(s: bytes, at: int, x: int, y: int, z: int, v: tuple, w: tuple, factor: int, times: int):
    """What 64 bytes make of the state."""
    x = _rotate(x + y + v[0] + _word(s, at + 8), 37) * factor & _MASK
    y = _rotate(y + v[1] + _word(s, at + 48), 42) * factor & _MASK
    x ^= w[1] * times & _MASK
    y = y + v[0] * times + _word(s, at + 40) & _MASK
    z = _rotate(z + w[0], 33) * factor & _MASK
    v = _weak(s, at, v[1] * factor & _MASK, x + w[0] & _MASK)
    w = _weak(s, at + 32, z + w[1] & _MASK, y + _word(s, at + 16) & _MASK)
    return z, y, x, v, w


_WAYS = (lambda s, size: _K2, _tiny, _small, _short, _middle, _longer, _long)

# ---- TensorFlow's first hash


_FACTOR, _SEED = 0xC6A4A7935BD1E995, 0xDECAFCAFFE


def murmur_of_each(strings: list[bytes]) -> np.ndarray:
    """MurmurHash64A of strings, uint64, with TensorFlow's seed."""
    return _of_each(_murmur, strings)


def _murmur(s, size: int):
    found = _SEED ^ size * _FACTOR & _MASK
    words, rest = _in_words(s, size)
    for word in words:
        k = word * _FACTOR & _MASK
        found = (found ^ (k ^ k >> 47) * _FACTOR & _MASK) * _FACTOR & _MASK
    if size % 8:
        found = (found ^ rest) * _FACTOR & _MASK
    found = (found ^ found >> 47) * _FACTOR & _MASK
    return found ^ found >> 47


# ---- with a key


def sip_of_each(key: tuple[int, int], strings: list[bytes]) -> np.ndarray:
    """SipHash-2-4 of strings, uint64."""
    return _of_each(functools.partial(_sip, key), strings)


def _sip(key: tuple[int, int], s, size: int):
    k0, k1 = key
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    words, rest = _in_words(s, size)
    for word in [*words, rest | (size & 0xFF) << 56]:
        v[3] = v[3] ^ word
        _rounds(v, 2)
        v[0] = v[0] ^ word
    v[2] ^= 0xFF
    _rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _rounds(v: list[int], count: int) -> None:
    a, b, c, d = v
    for _ in range(count):
        a, c = a + b & _MASK, c + d & _MASK
        b, d = _rotate(b, 51) ^ a, _rotate(d, 48) ^ c
        a, c = _rotate(a, 32) + d & _MASK, c + b & _MASK
        b, d = _rotate(b, 47) ^ c, _rotate(d, 43) ^ a
        c = _rotate(c, 32)
    v[:] = a, b, c, d
