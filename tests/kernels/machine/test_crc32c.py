import numpy as np
import pytest

from minitf.kernels.machine import crc32c

# RFC 3720, B.4
KNOWN = [
    (bytes(32), 0x8A9136AA),
    (b"\xff" * 32, 0x62A8AB43),
    (bytes(range(32)), 0x46DD794E),
    (bytes(range(31, -1, -1)), 0x113FDB5C),
    (b"123456789", 0xE3069283),
]


def summed(data, start=0, python=False):
    array, o = np.frombuffer(data, np.uint8), np.zeros(1, np.int64)
    instance = crc32c.crc32c[()]
    assert (instance.python if python else instance.run)(array, o, array.size, start) == 0
    return int(o[0])


@pytest.mark.parametrize("python", [False, True])
@pytest.mark.parametrize("data, known", KNOWN)
def test_known_sums(data, known, python):
    assert summed(data, python=python) == known


def test_any_length_in_parts():
    data = np.random.default_rng(0).bytes(100)
    for n in range(100):
        assert summed(data[:n]) == summed(data[:n], python=True)
        assert summed(data[n:], summed(data[:n])) == summed(data)


def test_processors_without_the_instruction(monkeypatch):
    import llvmlite.binding as llvm

    monkeypatch.setattr(crc32c.platform, "machine", lambda: "riscv64")
    llvm.parse_assembly(crc32c._extended("name", None)).verify()
    monkeypatch.setattr(crc32c.platform, "machine", lambda: "aarch64")
    assert "aarch64.crc32cx" in crc32c._extended("name", None)
