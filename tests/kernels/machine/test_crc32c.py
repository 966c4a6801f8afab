import ctypes

import llvmlite.binding as llvm
import numpy as np
import pytest

from minitf.kernels.compile.abi import Kernel, i64p, scalar, u8p
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
    data = np.random.default_rng(0).bytes(2500)
    for n in [*range(100), *range(500, 530), *range(1000, 1060), 1535, 1536, 1537, 2499]:
        assert summed(data[:n]) == summed(data[:n], python=True)
        assert summed(data[n:], summed(data[:n])) == summed(data)


@pytest.mark.parametrize("python", [False, True])
def test_pieces_in_any_places(python):
    data = np.random.default_rng(2).integers(0, 256, 3000, np.uint8)
    starts, counts = np.array([700, 0, 2999, 5, 5]), np.array([2100, 9, 1, 0, 700])
    o, instance = np.zeros(5, np.int64), crc32c.crc32c_each[()]
    assert (instance.python if python else instance.run)(data, starts, counts, o, 5) == 0
    assert o.tolist() == [summed(data[a : a + n].tobytes()) for a, n in zip(starts, counts)]


FEATURES = {0: "sse4.2", 16: "pclmul", 32: "vpclmulqdq", 64: "vpclmulqdq"}


@pytest.mark.parametrize("size", FEATURES)
def test_vectors_of_each_size(size):
    """What processors of other vectors run: the same sums at any place, of any length."""
    if not llvm.get_host_cpu_features().get(FEATURES[size]) or size == 64 and crc32c._vector_size() < 64:
        pytest.skip("this processor has not the instructions")
    text = crc32c._by_vectors("sum", size) if size else crc32c._by_words("sum")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), jit=True
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
    engine.finalize_object()
    function = ctypes.CFUNCTYPE(*[ctypes.c_int64] * 4)(engine.get_function_address("sum"))
    data = np.random.default_rng(1).integers(0, 256, 3000, np.uint8)
    for start, count in [(0, n) for n in range(0, 2600, 37)] + [(k, 1100 + 31 * k) for k in range(40)]:
        part = data[start : start + count]
        state = 0x12345678 ^ count
        assert function(part.ctypes.data, count, state) == crc32c.summed(part, count, state), (start, count)


def test_processors_without_the_instruction():
    by_bytes = scalar(crc32c.summed)

    def plain(data: u8p, o: i64p.out, count, start):
        o[0] = by_bytes(data, count, start)
        return 0

    instance, data, o = (
        Kernel(plain, "plain", {}, set(), None)[()],
        np.arange(200, dtype=np.uint8),
        np.zeros(1, np.int64),
    )
    for count in (0, 1, 9, 200):
        assert instance.run(data, o, count, 0x12345678) == 0
        assert o[0] == crc32c.summed(data, count, 0x12345678)


def test_other_processors(monkeypatch):
    monkeypatch.setattr(crc32c.platform, "machine", lambda: "aarch64")
    assert "aarch64.crc32cx" in crc32c._extended("name", None)
