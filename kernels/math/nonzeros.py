"""The inner loops of products with a factor that is mostly zero, as LLVM assembly (see `microkernel`).

What is not zero is listed: its values, and for each a place, an integer of their size in their memory.
"""

from minitf.kernels.math.microkernel import Vectors, text
from minitf.kernels.math.tiling import REGISTERS

MOST_VECTORS = REGISTERS - 8  # sums that stay in registers
LISTED = "ptr %a, ptr %table, i64 %n, ptr %values, ptr %places, i64 %count"
SUMMED = "ptr %values, ptr %places, ptr %ends, i64 %rows.count, ptr %b, ptr %c, ptr %targets, i64 %columns"


def listed(symbol, dtype):
    """Appends the items of a that are not zero, and what the table has for them, to lists of so many values and
    places; returns how many there are then. Past the end of the lists as many as a vector has may be written.
    """
    v = Vectors(dtype)
    compress, ones = "llvm.experimental.vector.compress", f"<{v.lanes} x {v.integer}>"
    mask = f"<{v.lanes} x i1>"
    return text(
        v.declarations,
        f"declare {v.type} @{compress}.{v.suffix}({v.type}, {mask}, {v.type})",
        f"declare {ones} @{compress}.v{v.lanes}{v.integer}({ones}, {mask}, {ones})",
        f"declare {v.integer} @llvm.ctpop.{v.integer}({v.integer})",
        f"define i64 @{symbol}({LISTED}) nounwind {{",
        "start: br label %next",
        "next: %i = phi i64 [0, %start], [%i.next, %loop]",
        "%total = phi i64 [%count, %start], [%total.next, %loop]",
        "%left = sub i64 %n, %i",
        "%more = icmp sgt i64 %left, 0",
        "br i1 %more, label %loop, label %done",
        "loop:",
        v.mask("%inside", "%left"),
        v.place("%at.a", "%a", "%i"),
        v.load("%x", "%at.a", "%inside"),
        f"%found = fcmp une {v.type} %x, zeroinitializer",
        f"%at.table = getelementptr {v.integer}, ptr %table, i64 %i",
        f"%place = load {ones}, ptr %at.table, align {v.itemsize}",
        f"%x.found = call {v.type} @{compress}.{v.suffix}({v.type} %x, {mask} %found, {v.type} undef)",
        f"%p.found = call {ones} @{compress}.v{v.lanes}{v.integer}({ones} %place, {mask} %found, {ones} undef)",
        v.place("%to.values", "%values", "%total"),
        f"%to.places = getelementptr {v.integer}, ptr %places, i64 %total",
        v.store("%x.found", "%to.values"),
        f"store {ones} %p.found, ptr %to.places, align {v.itemsize}",
        f"%few = bitcast {mask} %found to i{v.lanes}",
        f"%wide = zext i{v.lanes} %few to {v.integer}",
        f"%number = call {v.integer} @llvm.ctpop.{v.integer}({v.integer} %wide)",
        f"%number.i64 = {v.widened('%number')}",
        "%total.next = add i64 %total, %number.i64",
        f"%i.next = add i64 %i, {v.lanes}",
        "br label %next",
        "done: ret i64 %total }",
    )


def sums(symbol, dtype):
    """c[targets[row] + column] += values[i] * b[places[i] + column] for each row and the i that are its own, in
    order: from ends[row - 1], or 0, to ends[row] - 1.
    """
    v = Vectors(dtype)
    cases = range(1, MOST_VECTORS + 1)
    passed = SUMMED.replace("%b,", "%from,").replace("%c,", "%to,").replace("%columns", "%width")
    return text(
        v.declarations,
        (_sums(v, f"{symbol}.{vectors}", vectors) for vectors in cases),
        f"define i64 @{symbol}({SUMMED}) nounwind {{",
        "start: br label %next",
        "next: %j = phi i64 [0, %start], [%j.next, %again]",
        "%left = sub i64 %columns, %j",
        "%more = icmp sgt i64 %left, 0",
        "br i1 %more, label %go, label %done",
        f"go: %wide = icmp sgt i64 %left, {MOST_VECTORS * v.lanes}",
        f"%width = select i1 %wide, i64 {MOST_VECTORS * v.lanes}, i64 %left",
        v.place("%from", "%b", "%j"),
        v.place("%to", "%c", "%j"),
        f"%round = add i64 %width, {v.lanes - 1}",
        f"%vectors = udiv i64 %round, {v.lanes}",
        f"switch i64 %vectors, label %done [{' '.join(f'i64 {case}, label %case{case}' for case in cases)}]",
        (f"case{case}: call void @{symbol}.{case}({passed}) br label %again" for case in cases),
        "again: %j.next = add i64 %j, %width",
        "br label %next",
        "done: ret i64 0 }",
    )


def _sums(v, name, vectors):
    """The function for so many vectors of columns."""
    each, masks = range(vectors), [None] * (vectors - 1) + ["%tail"]
    return text(
        f"define internal void @{name}({SUMMED}) nounwind {{",
        f"start: %last = sub i64 %columns, {(vectors - 1) * v.lanes}",
        v.mask("%tail", "%last"),
        "br label %rows",
        "rows: %row = phi i64 [0, %start], [%row.next, %stored]",
        "%first = phi i64 [0, %start], [%end, %stored]",
        "%more = icmp slt i64 %row, %rows.count",
        "br i1 %more, label %begin, label %done",
        "begin:",
        _integer(v, "%end", "%ends", "%row"),
        "%any = icmp slt i64 %first, %end",
        "br i1 %any, label %load, label %stored",
        "load:",
        _integer(v, "%target", "%targets", "%row"),
        v.place("%to", "%c", "%target"),
        (v.place(f"%at.c{q}", "%to", q * v.lanes) for q in each),
        (v.load(f"%c{q}", f"%at.c{q}", masks[q]) for q in each),
        "br label %loop",
        "loop: %i = phi i64 [%first, %load], [%next.i, %loop]",
        (f"%sum{q} = phi {v.type} [%c{q}, %load], [%more{q}, %loop]" for q in each),
        _integer(v, "%place", "%places", "%i"),
        v.place("%at.b", "%b", "%place"),
        v.place("%at.value", "%values", "%i"),
        f"%item = load {v.item}, ptr %at.value",
        v.splat("%value", "%item"),
        ((v.place(f"%from{q}", "%at.b", q * v.lanes), v.load(f"%b{q}", f"%from{q}", masks[q])) for q in each),
        (v.multiply_add(f"%more{q}", "%value", f"%b{q}", f"%sum{q}") for q in each),
        "%next.i = add i64 %i, 1",
        "%again = icmp slt i64 %next.i, %end",
        "br i1 %again, label %loop, label %store",
        "store:",
        (v.store(f"%more{q}", f"%at.c{q}", masks[q]) for q in each),
        "br label %stored",
        "stored: %row.next = add i64 %row, 1",
        "br label %rows",
        "done: ret void }",
    )


def _integer(v, name, list, i):
    """`name` is an integer of a list."""
    yield f"{name}.at = getelementptr {v.integer}, ptr {list}, i64 {i}"
    yield f"{name}.short = load {v.integer}, ptr {name}.at"
    yield f"{name} = {v.widened(f'{name}.short')}"
