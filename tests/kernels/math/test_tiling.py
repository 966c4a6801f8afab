"""Tiles of matrix products, for processors of all kinds."""

import importlib

import llvmlite.binding as llvm
import pytest

from minitf.kernels.math import tiling

PROCESSORS = {  # features, triple; bytes of a vector, whether there are masks, registers
    "avx512": ({"avx2": True, "avx512f": True}, "x86_64-unknown-linux-gnu", (64, True, 32)),
    "avx2": ({"avx2": True}, "x86_64-unknown-linux-gnu", (32, False, 16)),
    "sse": ({}, "x86_64-unknown-linux-gnu", (16, False, 16)),
    "neon": ({}, "aarch64-apple-darwin", (16, False, 32)),
}


@pytest.fixture(params=PROCESSORS)
def processor(request, monkeypatch):
    """What is decided on a processor; the module is as it was after the test."""
    features, triple, expected = PROCESSORS[request.param]
    with monkeypatch.context() as patched:
        patched.setattr(llvm, "get_host_cpu_features", lambda: features)
        patched.setattr(llvm, "get_default_triple", lambda: triple)
        yield importlib.reload(tiling), expected
    importlib.reload(tiling)


def test_tiles_fill_the_registers_and_no_more(processor):
    module, expected = processor
    assert expected == (module.VECTOR_SIZE, module.MASKS, module.REGISTERS)
    for vectors, rows in enumerate(module.TILE_ROWS):
        assert rows * vectors + vectors + 1 <= module.REGISTERS
    assert any(rows * vectors > module.REGISTERS // 2 for vectors, rows in enumerate(module.TILE_ROWS))


def test_there_is_a_tile_for_every_edge(processor):
    module, _ = processor
    tiles = module.tiles()
    assert len({tile.case for tile in tiles}) == len(tiles)
    for vectors, most in list(enumerate(module.TILE_ROWS))[1:]:
        kinds = {rows: {t.kind for t in tiles if t[:2] == (rows, vectors)} for rows in range(1, most + 1)}
        assert all(module.PARTIAL in found and (module.WHOLE in found) != module.MASKS for found in kinds.values())
        assert [rows for rows, found in kinds.items() if module.KEPT in found] == [most]


def test_the_last_vector(processor):
    """It is whole, or masked, or, where masks are slow, ends at the edge, if there is one before it to lie on."""
    module, _ = processor
    for tile in module.tiles():
        assert tile.shifted + tile.masked == (tile.kind != module.WHOLE)
        assert not tile.shifted or tile.vectors > 1 and not module.MASKS
