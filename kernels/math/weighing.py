"""Weighted sums of windows side by side, as LLVM assembly (see `microkernel`).

The sums of a tile, some windows by some vectors of columns, stay in registers while the weights are walked: each
vector of weights is loaded once for all windows.
"""

from minitf.kernels.math.microkernel import Vectors, numbers, text
from minitf.kernels.math.tiling import REGISTERS

OPERANDS = "ptr %a, i64 %a.row, i64 %a.step, i64 %a.next, ptr %b, i64 %b.row, i64 %b.step, ptr %c, i64 %c.next, "
OPERANDS += "i64 %rows, i64 %steps, "
TILE_WINDOWS = (0, 8, 8, 4, 4) if REGISTERS == 32 else (0, 8, 4, 4, 2)  # most windows of so many vectors
MOST_VECTORS = len(TILE_WINDOWS) - 1
COUNTS = (8, 4, 3, 2, 1)


def weighed(symbol, dtype):
    """c[window * c_next + column] = the sum over rows and steps of
    a[window * a_next + row * a_row + step * a_step + column] * b[row * b_row + step * b_step + column].
    """
    v = Vectors(dtype)
    shapes = [(n, vectors) for vectors, most in enumerate(TILE_WINDOWS) for n in COUNTS if n <= most]
    cases = {16 * vectors + windows: (windows, vectors) for windows, vectors in shapes}
    passed = (OPERANDS + "i64 %width").replace("%a,", "%from.a,").replace("%b,", "%from.b,").replace("%c,", "%to,")
    return text(
        v.declarations,
        (_tile(v, f"{symbol}.{case}", *shape) for case, shape in cases.items()),
        f"@{symbol}.most = internal constant {numbers(TILE_WINDOWS, 'i64')}",
        f"define i64 @{symbol}({OPERANDS}i64 %windows, i64 %columns) nounwind {{",
        "start: br label %next",
        "next: %j = phi i64 [0, %start], [%j.next, %across]",
        "%left = sub i64 %columns, %j",
        "%more = icmp sgt i64 %left, 0",
        "br i1 %more, label %go, label %done",
        f"go: %wide = icmp sgt i64 %left, {MOST_VECTORS * v.lanes}",
        f"%width = select i1 %wide, i64 {MOST_VECTORS * v.lanes}, i64 %left",
        v.place("%from.b", "%b", "%j"),
        f"%round = add i64 %width, {v.lanes - 1}",
        f"%vectors = udiv i64 %round, {v.lanes}",
        "%shape = mul i64 %vectors, 16",
        f"%at.most = getelementptr i64, ptr @{symbol}.most, i64 %vectors",
        "%most = load i64, ptr %at.most",
        "br label %tile",
        "tile: %i = phi i64 [0, %go], [%i.next, %again]",
        "%rest = sub i64 %windows, %i",
        "%some = icmp sgt i64 %rest, 0",
        "br i1 %some, label %choose, label %across",
        "choose: %small = icmp slt i64 %rest, %most",
        "%limit = select i1 %small, i64 %rest, i64 %most",
        "%size.1 = add i64 1, 0",
        [
            (f"%fits.{n} = icmp sge i64 %limit, {n}", f"%size.{n} = select i1 %fits.{n}, i64 {n}, i64 %size.{fewer}")
            for n, fewer in zip(COUNTS[-2::-1], COUNTS[:0:-1])
        ],
        "%a.offset = mul i64 %i, %a.next",
        "%a.place = add i64 %a.offset, %j",
        "%c.offset = mul i64 %i, %c.next",
        "%c.place = add i64 %c.offset, %j",
        v.place("%from.a", "%a", "%a.place"),
        v.place("%to", "%c", "%c.place"),
        f"%case = add i64 %shape, %size.{COUNTS[0]}",
        f"switch i64 %case, label %done [{' '.join(f'i64 {case}, label %case{case}' for case in cases)}]",
        (f"case{case}: call void @{symbol}.{case}({passed}) br label %again" for case in cases),
        f"again: %i.next = add i64 %i, %size.{COUNTS[0]}",
        "br label %tile",
        "across: %j.next = add i64 %j, %width",
        "br label %next",
        "done: ret i64 0 }",
    )


def _tile(v, name, windows, vectors):
    """The function for so many windows by so many vectors of columns."""
    masks = [None] * (vectors - 1) + ["%tail"]
    tile = [(i, q) for i in range(windows) for q in range(vectors)]
    return text(
        f"define internal void @{name}({OPERANDS}i64 %columns) nounwind {{",
        f"start: %last = sub i64 %columns, {(vectors - 1) * v.lanes}",
        v.mask("%tail", "%last"),
        (f"%window.a{i} = mul i64 %a.next, {i}" for i in range(windows)),
        "br label %rows.next",
        "rows.next: %row = phi i64 [0, %start], [%row.next, %row.done]",
        (f"%first{i}.{q} = phi {v.type} [zeroinitializer, %start], [%sum{i}.{q}, %row.done]" for i, q in tile),
        "%more.rows = icmp slt i64 %row, %rows",
        "br i1 %more.rows, label %begin, label %done",
        "begin: %a.offset = mul i64 %row, %a.row",
        "%b.offset = mul i64 %row, %b.row",
        "br label %loop",
        "loop: %step = phi i64 [0, %begin], [%step.next, %sums]",
        "%at.a = phi i64 [%a.offset, %begin], [%a.step.next, %sums]",
        "%at.b = phi i64 [%b.offset, %begin], [%b.step.next, %sums]",
        (f"%sum{i}.{q} = phi {v.type} [%first{i}.{q}, %begin], [%more{i}.{q}, %sums]" for i, q in tile),
        "%more.steps = icmp slt i64 %step, %steps",
        "br i1 %more.steps, label %sums, label %row.done",
        "sums:",
        v.place("%from.a", "%a", "%at.a"),
        v.place("%from.b", "%b", "%at.b"),
        (
            (v.place(f"%at.b{q}", "%from.b", q * v.lanes), v.load(f"%b{q}", f"%at.b{q}", masks[q]))
            for q in range(vectors)
        ),
        (_weigh(v, i, q, masks[q]) for i, q in tile),
        "%step.next = add i64 %step, 1",
        "%a.step.next = add i64 %at.a, %a.step",
        "%b.step.next = add i64 %at.b, %b.step",
        "br label %loop",
        "row.done: %row.next = add i64 %row, 1",
        "br label %rows.next",
        "done:",
        (f"%window.c{i} = mul i64 %c.next, {i}" for i in range(windows)),
        (_kept(v, i, q, masks[q]) for i, q in tile),
        "ret void }",
    )


def _weigh(v, i, q, mask):
    yield f"%place.a{i}.{q} = add i64 %window.a{i}, {q * v.lanes}"
    yield v.place(f"%at.a{i}.{q}", "%from.a", f"%place.a{i}.{q}")
    yield v.load(f"%a{i}.{q}", f"%at.a{i}.{q}", mask)
    yield v.multiply_add(f"%more{i}.{q}", f"%a{i}.{q}", f"%b{q}", f"%sum{i}.{q}")


def _kept(v, i, q, mask):
    yield f"%place.c{i}.{q} = add i64 %window.c{i}, {q * v.lanes}"
    yield v.place(f"%to{i}.{q}", "%c", f"%place.c{i}.{q}")
    yield v.store(f"%first{i}.{q}", f"%to{i}.{q}", mask)
