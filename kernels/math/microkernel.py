"""The inner loops of matrix products, as LLVM assembly.

A tile of C, some rows by some vectors, stays in registers while k runs: per step a row of B is loaded, and the item of
A in each row is broadcast and multiplied into the tile. Nothing outside the matrices is touched: lanes past the edge
are masked off, or, where masks are slow, the last vector ends at the edge and has some columns in common with the one
before it. The functions take pointers, and int64 for strides, in items, and counts.
"""

import numpy as np

from minitf.kernels.math import tiling
from minitf.kernels.math.tiling import KEPT, MASKS, PARTIAL, TILE_ROWS, VECTOR_SIZE, WHOLE

NARROW = 2  # vectors


class Vectors:
    """Phrases about vectors of items of a dtype."""

    def __init__(self, dtype):
        dtype = np.dtype(dtype)
        self.item = {4: "float", 8: "double"}[dtype.itemsize]  # what only moves may be integers
        self.itemsize = dtype.itemsize
        self.integer = f"i{8 * dtype.itemsize}"
        self.lanes = VECTOR_SIZE // dtype.itemsize
        self.type = f"<{self.lanes} x {self.item}>"
        self.bits = f"<{self.lanes} x i1>"
        self.suffix = f"v{self.lanes}f{8 * dtype.itemsize}"
        self.declarations = f"""
            declare {self.type} @llvm.fmuladd.{self.suffix}({self.type}, {self.type}, {self.type})
            declare {self.type} @llvm.masked.load.{self.suffix}.p0(ptr, i32, {self.bits}, {self.type})
            declare void @llvm.masked.store.{self.suffix}.p0({self.type}, ptr, i32, {self.bits})"""

    def widened(self, value):
        """An integer as large as an item, as an int64."""
        return f"sext i32 {value} to i64" if self.integer == "i32" else f"add i64 {value}, 0"

    def place(self, name, base, offset):
        """`name` is the address of an item."""
        return f"{name} = getelementptr {self.item}, ptr {base}, i64 {offset}"

    def load(self, name, place, mask=None):
        """`name` is the vector in memory; lanes off the mask are zero, and not read."""
        if mask is None:
            return f"{name} = load {self.type}, ptr {place}, align {self.itemsize}"
        operands = f"ptr {place}, i32 {self.itemsize}, {self.bits} {mask}, {self.type} zeroinitializer"
        return f"{name} = call {self.type} @llvm.masked.load.{self.suffix}.p0({operands})"

    def store(self, value, place, mask=None):
        """Writes a vector, or its lanes on the mask."""
        if mask is None:
            return f"store {self.type} {value}, ptr {place}, align {self.itemsize}"
        operands = f"{self.type} {value}, ptr {place}, i32 {self.itemsize}, {self.bits} {mask}"
        return f"call void @llvm.masked.store.{self.suffix}.p0({operands})"

    def splat(self, name, item, type=None):
        """`name` is a vector with the item in every lane."""
        vector = f"<{self.lanes} x {type or self.item}>"
        zeros = f"<{self.lanes} x i32> zeroinitializer"
        return f"""
            {name}.one = insertelement {vector} poison, {type or self.item} {item}, i32 0
            {name} = shufflevector {vector} {name}.one, {vector} poison, {zeros}"""

    def mask(self, name, count):
        """`name` is the mask of the first `count` lanes."""
        return f"""
            {name}.i32 = trunc i64 {count} to i32 {self.splat(f"{name}.counts", f"{name}.i32", "i32")}
            {name} = icmp slt {numbers(range(self.lanes))}, {name}.counts"""

    def held_mask(self, name, count):
        """`name` is the mask of the first `count` lanes, which is not worked out again in each trip of a loop."""
        bits = f"i{self.lanes}"
        return f"""
            {self.mask(f"{name}.once", count)}
            {name}.bits = bitcast {self.bits} {name}.once to {bits}
            {held(f"{name}.held", f"{name}.bits", bits)}
            {name} = bitcast {bits} {name}.held to {self.bits}"""

    def multiply_add(self, name, x, y, z):
        """`name` is x * y + z, rounded once where the processor can."""
        operands = ", ".join(f"{self.type} {value}" for value in (x, y, z))
        return f"{name} = call {self.type} @llvm.fmuladd.{self.suffix}({operands})"

    def halves(self, names, x, y, distance):
        """Two vectors: the lanes of x and y whose numbers lack the bit `distance`, and those that have it.

        Those of x take the places without the bit, those of y the places with it.
        """
        for name, bit in zip(names, (0, distance)):
            lanes = [lane & ~distance | bit | (self.lanes if lane & distance else 0) for lane in range(self.lanes)]
            yield f"{name} = shufflevector {self.type} {x}, {self.type} {y}, {numbers(lanes)}"


def held(name, value, type="i64"):
    """`name` is a value that stays in a register: the compiler does not know that it follows from others."""
    return f'{name} = call {type} asm "", "=r,0"({type} {value})'


def numbers(values, type="i32"):
    """A constant vector of integers."""
    values = [f"{type} {value}" for value in values]
    return f"<{len(values)} x {type}> <{', '.join(values)}>"


def text(*parts):
    """The lines of strings and of nested iterables of strings."""
    return "\n".join(part if isinstance(part, str) else text(*part) for part in parts)


OPERANDS = "ptr %a, i64 %a.row, i64 %a.step, i64 %a.run, ptr %b, i64 %b.step, ptr %c, i64 %c.row, i64 %k, i64 %runs, "
TILES = f"{OPERANDS}i64 %rows, i64 %columns, i64 %add, i64 %keep, ptr %panel"
TILE = f"{OPERANDS}i64 %columns, i64 %add, ptr noalias %panel"


def tiles(symbol, dtype):
    """C[rows, columns] = A @ B, plus C if `add`, for no more columns than a tile has.

    There are `runs` times k steps: A's items are at a[row * a_row + run * a_run + step * a_step], B's at
    b[(run * k + step) * b_step + column]. If `keep`, and if there are several tiles, the first one copies B to the
    panel, as whole vectors without gaps, for the others.
    """
    v = Vectors(dtype)
    shapes = tiling.tiles()
    passed = TILE.replace("noalias ", "").replace("%a,", "%a.at,").replace("%c,", "%c.at,")
    passed = passed.replace("%b,", "%from,").replace("%b.step", "%step")
    return text(
        v.declarations,
        (_tile(v, f"{symbol}.{tile.case}", tile) for tile in shapes),
        f"@{symbol}.most = internal constant {numbers(TILE_ROWS, 'i64')}",
        f"define i64 @{symbol}({TILES}) nounwind {{",
        f"start: %round = add i64 %columns, {v.lanes - 1}",
        f"%vectors = udiv i64 %round, {v.lanes}",
        f"%rest = urem i64 %columns, {v.lanes}",
        "%whole = icmp eq i64 %rest, 0",
        f"%plain = select i1 {'false' if MASKS else '%whole'}, i64 {128 * WHOLE}, i64 {128 * PARTIAL}",
        "%shape = mul i64 %vectors, 16",
        f"%width = mul i64 %vectors, {v.lanes}",
        f"%at.most = getelementptr i64, ptr @{symbol}.most, i64 %vectors",
        "%most = load i64, ptr %at.most",
        "%twice = shl i64 %most, 1",
        "%keep.set = icmp ne i64 %keep, 0",
        "%several = icmp sge i64 %rows, %twice",
        "%keeps = and i1 %keep.set, %several",
        f"%kind.1 = select i1 %keeps, i64 {128 * KEPT}, i64 %plain",
        "br label %next",
        "next: %i = phi i64 [0, %start], [%i.next, %again]",
        "%kind = phi i64 [%kind.1, %start], [%plain, %again]",
        "%from = phi ptr [%b, %start], [%b.next, %again]",
        "%step = phi i64 [%b.step, %start], [%step.next, %again]",
        "%left = sub i64 %rows, %i",
        "%more = icmp sgt i64 %left, 0",
        "br i1 %more, label %go, label %done",
        "go:",  # as many rows as a tile has, but the last two tiles alike
        "%many = icmp sge i64 %left, %twice",
        "%two = icmp sgt i64 %left, %most",
        "%odd = add i64 %left, 1",
        "%half = lshr i64 %odd, 1",
        "%few = select i1 %two, i64 %half, i64 %left",
        "%height = select i1 %many, i64 %most, i64 %few",
        "%a.offset = mul i64 %i, %a.row",
        "%c.offset = mul i64 %i, %c.row",
        v.place("%a.at", "%a", "%a.offset"),
        v.place("%c.at", "%c", "%c.offset"),
        "%size = add i64 %shape, %height",
        "%case = add i64 %size, %kind",
        _switch("%case", [tile.case for tile in shapes], f"call void @{symbol}.", passed),
        "again: %i.next = add i64 %i, %height",
        "%b.next = select i1 %keeps, ptr %panel, ptr %b",
        "%step.next = select i1 %keeps, i64 %width, i64 %b.step",
        "br label %next",
        "done: ret i64 0 }",
    )


def _switch(chosen, cases, call, passed):
    """Calls the function of the case that is chosen, and goes on to `again`, or to `done` if there is none."""
    yield f"switch i64 {chosen}, label %done [{' '.join(f'i64 {case}, label %case{case}' for case in cases)}]"
    for case in cases:
        yield f"case{case}: {call}{case}({passed}) br label %again"


def _tile(v, name, tile):
    """The function for one tile."""
    rows, vectors = tile.rows, tile.vectors
    tiles, kept = [(r, q) for r in range(rows) for q in range(vectors)], tile.kind == KEPT
    masks = [None] * (vectors - 1) + ["%tail" if tile.masked else None]
    offsets = [q * v.lanes for q in range(vectors)]
    offsets[-1] = "%shifted" if tile.shifted else offsets[-1]
    return text(
        f"define internal void @{name}({TILE}) nounwind {{",
        f"start: %last = sub i64 %columns, {(vectors - 1) * v.lanes}",
        v.held_mask("%tail", "%last") if MASKS and vectors <= NARROW else v.mask("%tail", "%last"),
        (_rows_off(r, vectors <= NARROW) for r in range(1, rows, 2)),
        f"%shifted = sub i64 %columns, {v.lanes}",
        "%adds = icmp ne i64 %add, 0",
        "br i1 %adds, label %sum, label %ready",
        "sum:",
        _places(v, "%old", rows, offsets),
        (v.load(f"%c{r}.{q}", f"%old{r}.{q}", masks[q]) for r, q in tiles),
        "br label %ready",
        "ready:",
        (f"%first{r}.{q} = phi {v.type} [zeroinitializer, %start], [%c{r}.{q}, %sum]" for r, q in tiles),
        "%any = icmp sgt i64 %k, 0",
        "br i1 %any, label %run, label %done",
        "run: %runs.left = phi i64 [%runs, %ready], [%runs.less, %ran]",
        "%run.a = phi ptr [%a, %ready], [%next.run.a, %ran]",
        "%run.b = phi ptr [%b, %ready], [%next.b, %ran]",
        "%run.panel = phi ptr [%panel, %ready], [%next.panel, %ran]" if kept else (),
        (f"%run.sum{r}.{q} = phi {v.type} [%first{r}.{q}, %ready], [%more{r}.{q}, %ran]" for r, q in tiles),
        "br label %loop",
        "loop: %left = phi i64 [%k, %run], [%less, %loop]",
        "%at.a = phi ptr [%run.a, %run], [%next.a, %loop]",
        "%at.b = phi ptr [%run.b, %run], [%next.b, %loop]",
        "%at.panel = phi ptr [%run.panel, %run], [%next.panel, %loop]" if kept else (),
        (f"%sum{r}.{q} = phi {v.type} [%run.sum{r}.{q}, %run], [%more{r}.{q}, %loop]" for r, q in tiles),
        ((v.place(f"%from{q}", "%at.b", offsets[q]), v.load(f"%b{q}", f"%from{q}", masks[q])) for q in range(vectors)),
        (
            (v.place(f"%to{q}", "%at.panel", offsets[q]), v.store(f"%b{q}", f"%to{q}"))
            for q in range(vectors if kept else 0)
        ),
        (_row(v, r, vectors) for r in range(rows)),
        v.place("%next.a", "%at.a", "%a.step"),
        v.place("%next.b", "%at.b", "%b.step"),
        v.place("%next.panel", "%at.panel", vectors * v.lanes) if kept else (),
        "%less = sub i64 %left, 1",
        "%again = icmp sgt i64 %left, 1",
        "br i1 %again, label %loop, label %ran",
        "ran:",
        v.place("%next.run.a", "%run.a", "%a.run"),
        "%runs.less = sub i64 %runs.left, 1",
        "%further = icmp sgt i64 %runs.left, 1",
        "br i1 %further, label %run, label %done",
        "done:",
        (f"%end{r}.{q} = phi {v.type} [%first{r}.{q}, %ready], [%more{r}.{q}, %ran]" for r, q in tiles),
        _places(v, "%new", rows, offsets),
        (v.store(f"%end{r}.{q}", f"%new{r}.{q}", masks[q]) for r, q in tiles),
        "ret void }",
    )


def _places(v, name, rows, offsets):
    """The addresses of a tile of C."""
    for r in range(rows):
        yield f"{name}.row{r} = mul i64 %c.row, {r}"
        for q, offset in enumerate(offsets):
            yield f"{name}.offset{r}.{q} = add i64 {name}.row{r}, {offset}"
            yield v.place(f"{name}{r}.{q}", "%c", f"{name}.offset{r}.{q}")


def _rows_off(r, narrow):
    """How far off an odd row is. The compiler would add one row's length after the other, and in narrow tiles, which
    have little else to do, each address would wait for the one before.
    """
    yield f"%rows{r}.of.a = mul i64 %a.row, {r}"
    yield held(f"%rows{r}", f"%rows{r}.of.a") if narrow else f"%rows{r} = add i64 %rows{r}.of.a, 0"


def _row(v, r, vectors):
    """One step of one row of a tile."""
    even = r & -r  # the largest power of two that the row's number is a multiple of
    yield f"%offset{r} = mul i64 %rows{r // even}, {even}" if r else "%offset0 = add i64 0, 0"
    yield v.place(f"%at.a{r}", "%at.a", f"%offset{r}")
    yield f"%item{r} = load {v.item}, ptr %at.a{r}, align {v.itemsize}"
    yield v.splat(f"%a{r}", f"%item{r}")
    for q in range(vectors):
        yield v.multiply_add(f"%more{r}.{q}", f"%a{r}", f"%b{q}", f"%sum{r}.{q}")


def transpose(symbol, dtype):
    """panel[step, column] = b[column * b_row + step], in whole vectors; the last column fills the edge."""
    v = Vectors(dtype)
    n = v.lanes
    return text(
        v.declarations,
        f"define i64 @{symbol}(ptr %b, i64 %b.row, ptr %panel, i64 %k, i64 %columns) nounwind {{",
        f"start: %round = add i64 %columns, {n - 1}",
        f"%width = and i64 %round, {-n}",
        "br label %outer",
        "outer: %j = phi i64 [0, %start], [%next.j, %stored]",
        _rows(v, "%b", "%j", "%columns"),
        "br label %inner",
        "inner: %s = phi i64 [0, %outer], [%next.s, %inner]",
        "%left = sub i64 %k, %s",
        v.mask("%mask", "%left"),
        ((v.place(f"%from{i}", f"%b{i}", "%s"), v.load(f"%x{n}.{i}", f"%from{i}", "%mask")) for i in range(n)),
        _exchange(v, n // 2),
        (_store_row(v, i) for i in range(n)),
        f"%next.s = add i64 %s, {n}",
        "%again.s = icmp slt i64 %next.s, %k",
        "br i1 %again.s, label %inner, label %stored",
        f"stored: %next.j = add i64 %j, {n}",
        "%again.j = icmp slt i64 %next.j, %columns",
        "br i1 %again.j, label %outer, label %done",
        "done: ret i64 0 }",
    )


def _rows(v, name, first, count):
    """The addresses of as many rows as there are lanes; those past the edge are the last."""
    yield f"{name}.end = sub i64 {count}, 1"
    for i in range(v.lanes):
        yield f"{name}.plus{i} = add i64 {first}, {i}"
        yield f"{name}.inside{i} = icmp slt i64 {name}.plus{i}, {name}.end"
        yield f"{name}.number{i} = select i1 {name}.inside{i}, i64 {name}.plus{i}, i64 {name}.end"
        yield f"{name}.offset{i} = mul i64 {name}.number{i}, {name}.row"
        yield v.place(f"{name}{i}", name, f"{name}.offset{i}")


def _exchange(v, distance):
    """Transposes a square of vectors: swaps the quarters off the diagonal, then those of each quarter..."""
    while distance:
        for i in range(v.lanes):
            if not i & distance:
                pair = i, i | distance
                yield from v.halves(
                    [f"%x{distance}.{j}" for j in pair], *(f"%x{2 * distance}.{j}" for j in pair), distance
                )
        distance //= 2


def _store_row(v, i):
    yield f"%s{i} = add i64 %s, {i}"
    yield f"%to{i} = mul i64 %s{i}, %width"
    yield f"%to.j{i} = add i64 %to{i}, %j"
    yield v.place(f"%panel{i}", "%panel", f"%to.j{i}")
    yield v.store(f"%x1.{i}", f"%panel{i}")


def turn(symbol, dtype):
    """to[column * to_row + row] = from[row * from_row + column], one by one."""
    v = Vectors(dtype)
    return f"""
        define i64 @{symbol}(ptr %a, i64 %a.row, ptr %b, i64 %b.row, i64 %rows, i64 %columns) nounwind {{
        start: br label %outer
        outer: %i = phi i64 [0, %start], [%next.i, %turned]
        %a.offset = mul i64 %i, %a.row
        br label %inner
        inner: %j = phi i64 [0, %outer], [%next.j, %inner]
        %a.at = add i64 %a.offset, %j
        %b.offset = mul i64 %j, %b.row
        %b.at = add i64 %b.offset, %i
        {v.place("%from", "%a", "%a.at")}
        {v.place("%to", "%b", "%b.at")}
        %item = load {v.item}, ptr %from
        store {v.item} %item, ptr %to
        %next.j = add i64 %j, 1
        %again.j = icmp slt i64 %next.j, %columns
        br i1 %again.j, label %inner, label %turned
        turned: %next.i = add i64 %i, 1
        %again.i = icmp slt i64 %next.i, %rows
        br i1 %again.i, label %outer, label %done
        done: ret i64 0 }}"""


def dots(symbol, dtype):
    """c[row] = the sum of a[row * a_row + step] * b[step], plus c[row] if `add`; by lanes, then in pairs."""
    v = Vectors(dtype)
    n = v.lanes
    return text(
        v.declarations,
        f"define i64 @{symbol}(ptr %a, i64 %a.row, ptr %b, ptr %c, i64 %k, i64 %rows, i64 %add) nounwind {{",
        "start: %adds = icmp ne i64 %add, 0",
        v.splat("%all", "%adds", "i1"),
        "br label %outer",
        "outer: %i = phi i64 [0, %start], [%next.i, %summed]",
        _rows(v, "%a", "%i", "%rows"),
        "br label %inner",
        "inner: %s = phi i64 [0, %outer], [%next.s, %inner]",
        (f"%sum{i} = phi {v.type} [zeroinitializer, %outer], [%x{n}.{i}, %inner]" for i in range(n)),
        "%left = sub i64 %k, %s",
        v.mask("%mask", "%left"),
        v.place("%at.b", "%b", "%s"),
        v.load("%row", "%at.b", "%mask"),
        (_dot(v, i) for i in range(n)),
        f"%next.s = add i64 %s, {n}",
        "%again.s = icmp slt i64 %next.s, %k",
        "br i1 %again.s, label %inner, label %summed",
        "summed:",
        _totals(v, n // 2),
        v.place("%at.c", "%c", "%i"),
        "%rest = sub i64 %rows, %i",
        v.mask("%tail", "%rest"),
        f"%both = and {v.bits} %tail, %all",
        v.load("%old", "%at.c", "%both"),
        f"%total = fadd {v.type} %old, %x1.0",
        v.store("%total", "%at.c", "%tail"),
        f"%next.i = add i64 %i, {n}",
        "%again.i = icmp slt i64 %next.i, %rows",
        "br i1 %again.i, label %outer, label %done",
        "done: ret i64 0 }",
    )


def _dot(v, i):
    yield v.place(f"%from{i}", f"%a{i}", "%s")
    yield v.load(f"%part{i}", f"%from{i}", "%mask")
    yield v.multiply_add(f"%x{v.lanes}.{i}", f"%part{i}", "%row", f"%sum{i}")


def _totals(v, distance):
    """The sums over the lanes of a square of vectors, as one: `_exchange`, but it adds what it exchanges."""
    while distance:
        for i in range(distance):
            pair = f"%x{2 * distance}.{i}", f"%x{2 * distance}.{i | distance}"
            low, high = f"%low{distance}.{i}", f"%high{distance}.{i}"
            yield from v.halves((low, high), *pair, distance)
            yield f"%x{distance}.{i} = fadd {v.type} {low}, {high}"
        distance //= 2
