"""Hashes of byte strings: those by which TensorFlow puts strings into buckets.

FarmHash is Google's (https://github.com/google/farmhash, MIT), its `farmhashna`, which never changes; SipHash
is by Aumasson and Bernstein (https://131002.net/siphash/).
"""

from __future__ import annotations

import functools
import struct

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _word(s: bytes, at: int) -> int:
    return int.from_bytes(s[at : at + 8], "little")


def _half(s: bytes, at: int) -> int:
    return int.from_bytes(s[at : at + 4], "little")


def _rotate(value: int, by: int) -> int:
    """To the right."""
    value &= _MASK
    return (value >> by | value << (64 - by)) & _MASK


def _mixed(value: int) -> int:
    value &= _MASK
    return value ^ value >> 47


def _of_two(u: int, v: int, factor: int) -> int:
    a = _mixed((u ^ v) * factor)
    b = _mixed((v & _MASK ^ a) * factor)
    return b * factor & _MASK


@functools.lru_cache(1 << 16)  # names of categories come again and again
def farm(s: bytes) -> int:
    """FarmHash's Fingerprint64."""
    size = len(s)
    if size <= 16:
        return _short(s, size)
    if size <= 32:
        return _middle(s, size)
    return _longer(s, size) if size <= 64 else _long(s, size)


def _short(s: bytes, size: int) -> int:
    factor = _K2 + size * 2
    if size >= 8:
        a, b = _word(s, 0) + _K2, _word(s, size - 8)
        return _of_two(_rotate(b, 37) * factor + a & _MASK, (_rotate(a, 25) + b) * factor & _MASK, factor)
    if size >= 4:
        return _of_two(size + (_half(s, 0) << 3), _half(s, size - 4), factor)
    if size:
        y, z = s[0] + (s[size >> 1] << 8), size + (s[-1] << 2)
        return _mixed(y * _K2 & _MASK ^ z * _K0 & _MASK) * _K2 & _MASK
    return _K2


def _middle(s: bytes, size: int) -> int:
    factor = _K2 + size * 2
    a, b, c, d = _word(s, 0) * _K1, _word(s, 8), _word(s, size - 8) * factor, _word(s, size - 16) * _K2
    first = _rotate(a + b, 43) + _rotate(c, 30) + d & _MASK
    return _of_two(first, a + _rotate(b + _K2, 18) + c & _MASK, factor)


def _longer(s: bytes, size: int) -> int:
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


# ---- TensorFlow's first hash


_FACTOR, _SEED = 0xC6A4A7935BD1E995, 0xDECAFCAFFE


def murmur(s: bytes) -> int:
    """MurmurHash64A with TensorFlow's seed."""
    found, whole = _SEED ^ len(s) * _FACTOR & _MASK, len(s) // 8 * 8
    for at in range(0, whole, 8):
        k = _word(s, at) * _FACTOR & _MASK
        found = (found ^ (k ^ k >> 47) * _FACTOR & _MASK) * _FACTOR & _MASK
    if rest := s[whole:]:
        found = (found ^ int.from_bytes(rest, "little")) * _FACTOR & _MASK
    found = (found ^ found >> 47) * _FACTOR & _MASK
    return found ^ found >> 47


# ---- with a key


def sip(key: tuple[int, int], s: bytes) -> int:
    """SipHash-2-4."""
    k0, k1 = key
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    padded = s + bytes(7 - len(s) % 8) + bytes([len(s) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        _rounds(v, 2)
        v[0] ^= word
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
