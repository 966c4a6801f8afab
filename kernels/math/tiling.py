"""How a product's tiles lie in the processor's registers: what is decided before a line of assembly is written."""

from typing import NamedTuple

import llvmlite.binding as llvm

WHOLE, PARTIAL, KEPT = 0, 1, 2  # kinds of tiles: whole vectors only; any number of columns; and copying B


def _vector_size() -> int:
    """The bytes of the processor's widest vectors."""
    features = llvm.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("avx2") else 16


VECTOR_SIZE = _vector_size()
MASKS = VECTOR_SIZE == 64  # whether masked vectors cost no more than whole ones
REGISTERS = 16 if llvm.get_default_triple().startswith("x86_64") and not MASKS else 32
# Most rows of a tile of so many vectors: its sums, a row of B and an item of A fill the registers.
TILE_ROWS = (0, 12, 8, 9, 6) if REGISTERS == 32 else (0, 8, 6, 4)


class Tile(NamedTuple):
    """Some rows of C by some vectors of its columns."""

    rows: int
    vectors: int
    kind: int

    @property
    def case(self) -> int:
        """Its number among all tiles."""
        return 128 * self.kind + 16 * self.vectors + self.rows

    @property
    def shifted(self) -> bool:
        """Whether the last vector ends at the edge, so that it has columns in common with the one before it."""
        return self.kind != WHOLE and self.vectors > 1 and not MASKS

    @property
    def masked(self) -> bool:
        """Whether lanes of the last vector past the edge are masked off."""
        return self.kind != WHOLE and not self.shifted


def tiles() -> list[Tile]:
    """All there are: those that copy B are as high as can be, the first of several."""
    return [
        Tile(rows, vectors, kind)
        for vectors, most in enumerate(TILE_ROWS)
        for rows in range(1, most + 1)
        for kind in ([PARTIAL] if MASKS else [WHOLE, PARTIAL]) + [KEPT] * (rows == most)
    ]
