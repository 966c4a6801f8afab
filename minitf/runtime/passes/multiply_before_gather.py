"""Pass `multiply_before_gather`: where rows gathered from a table are multiplied, the table is.

`gather(E, i) @ W` is rows of `E @ W`. Its gradient `gather(E, i)^T @ dz` is `E^T @ s`, where s adds up the
rows of dz that belong to each row of E. If more rows are gathered than the table has, as from an embedding
of characters, both are less work, and little of it is left in the loop over time. (All rows of the table
take part: NaN in one that is not gathered reaches the gradient.)
"""

from __future__ import annotations

from typing import NamedTuple

from minitf.kernels.compile import layout
from minitf.kernels.math import movement
from minitf.kernels.math import rows as kernels
from minitf.runtime.lower.ir import Buffer, Call, Ref, Repeat, walk
from minitf.runtime.passes import gemms, lookups, rows
from minitf.runtime.passes.uses import Use, Uses, touches, whole

_WORTHWHILE = 2  # rows that are gathered for every row of the table


class _Gathered(NamedTuple):
    """The contents of a buffer: rows of a table."""

    table: Ref
    index: Ref
    width: int
    gather: Use
    made: Use  # what wrote the buffer: the gather, or a copy that rearranges the rows
    moved: Call | None  # for a copy: makes the index

    @property
    def depth(self) -> int:
        """How many rows the table has."""
        return self.gather.call["rows"]


class _Product(NamedTuple):
    """A product that reads gathered rows."""

    use: Use
    rows: _Gathered

    @property
    def key(self) -> tuple:
        """What products have in common that can be rewritten together: one factor, or one sum."""
        table, call = self.rows.table, self.use.call
        other, step = ("c", "ldc") if call["ta"] else ("b", "ldb")
        other, numbers = call[other], tuple(call[key] for key in ("n", "ta", "tb", step))
        return table.buffer, table.offset, self.rows.width, other.buffer, other.offset, other.moves, numbers


def multiply_before_gather(uses: Uses) -> None:
    """Rewrites all such products."""
    if any(isinstance(node, Call) and node.name == "gather" for node in uses.nodes):
        with uses:
            _Rewriting(uses).run()


class _Rewriting:
    """The products of one region."""

    def __init__(self, uses: Uses):
        self._nodes, self._uses = uses.nodes, uses
        self._dropped: set[tuple[Call, str]] = set()  # calls, and the operands they do not read any more

    def run(self) -> None:
        """Rewrites all that can be, and leaves out rows that nobody reads any more."""
        sources = [s for b in self._uses.first_used_by(["gather"]) for s in self._sources(b)]
        groups: dict[tuple, list[_Product]] = {}
        for source in sources:
            for use in self._uses.of(source.made.ref.buffer):
                if not use.writes and _reads(use, source):
                    groups.setdefault(_Product(use, source).key, []).append(_Product(use, source))
        for group in groups.values():
            group.sort(key=lambda product: product.use.order)
            if self._worthwhile(group):
                (self._sum_up if group[0].use.call["ta"] else self._look_up)(group)
        for source in reversed(sources):  # copies first
            self._leave_out(source)

    # ---- rows that are gathered

    def _sources(self, buffer: Buffer) -> list[_Gathered]:
        """The gathered rows in a buffer, and those that are copies of them."""
        made, *reads = self._uses.of(buffer)
        table, index, width = (made.call[key] for key in ("a", "index", "width"))
        if (
            made.call["outer"] != 1
            or not self._settled(made)
            or not kernels.pick_rows.supports(index.dtype, table.dtype)
        ):
            return []
        if any(use.order > made.order for use in self._uses.changes(index.buffer)):
            return []
        found = _Gathered(table, index, width, made, made, None)
        copies = [self._copied(found, use) for use in reads if use.call.name == "strided_copy"]
        return [found, *filter(None, copies)]

    def _copied(self, source: _Gathered, read: Use) -> _Gathered | None:
        made = self._uses.of(read.call["o"].buffer)[0]
        if made.call is not read.call or not self._settled(made) or not whole(read.ref):
            return None
        if read.ref.dtype.itemsize != source.table.dtype.itemsize:
            return None
        found = lookups.rearranged(read.call, source.index, source.width)
        return found and source._replace(made=made, moved=found[0], index=found[1])

    def _settled(self, made: Use) -> bool:
        """Whether a call outside of loops makes all of a buffer, once and for all."""
        buffer = made.ref.buffer
        return (
            made.writes
            and made.block is self._nodes
            and whole(made.ref)
            and buffer.kind == "arena"
            and len(self._uses.changes(buffer)) == 1
        )

    def _leave_out(self, source: _Gathered) -> None:
        """Does not make rows that are not read, but for the check of the indices."""
        made, uses = source.made, self._uses
        reads = {(use.call, use.operand) for use in uses.of(made.ref.buffer) if not use.writes}
        if source.moved is not None and not self._dropped.isdisjoint(reads):
            uses.insert(made.call, source.moved)
        if not uses.internal(made.ref.buffer) or not reads <= self._dropped:
            return
        if source.moved is not None:
            self._dropped.add((made.call, "a"))
            uses.replace({made.call: []})
        else:
            uses.replace({made.call: [made.call.with_(width=0)]})

    # ---- products with them

    def _worthwhile(self, group: list[_Product]) -> bool:
        made = {product.rows.made.call: product.rows.index.size for product in group}
        faster = sum(made.values()) >= _WORTHWHILE * group[0].rows.depth
        return self._uses.prefers("look up", faster, group[0].use.call.op)

    def _look_up(self, group: list[_Product]) -> None:
        """Products with one factor become rows of the table's product with it."""
        first, start, end = group[0], *self._span(group)
        b, n, depth = first.use.call["b"], first.use.call["n"], first.rows.depth
        if b.moves or not self._uses.undisturbed([b], start - 1, end) or not self._same_table(group, end):
            return
        product = Ref((depth, n), b.dtype, Buffer(depth * n * b.dtype.itemsize))
        made = first.use.call.with_(a=first.rows.table, c=product, m=depth, ldc=n, beta=0)
        self._uses.insert(self._outermost(first.use), made)
        for each in group:
            same = {key: each.use.call[key] for key in ("c", "m", "n", "ldc", "beta")}
            self._replace(each, kernels.pick_rows, b=product, depth=depth, ldb=n, **same)

    def _sum_up(self, group: list[_Product]) -> None:
        """Products into one sum become sums of rows, by their index, and one product of those."""
        first, start, end = group[0], *self._span(group)
        c, n, depth, op = first.use.call["c"], first.use.call["n"], first.rows.depth, first.use.call.op
        if c.moves or not self._only(group, start, end) or not self._same_table(group, end):
            return
        total = Ref((depth, n), c.dtype, Buffer(depth * n * c.dtype.itemsize))
        clear = movement.clear[layout.carrier(c.dtype)]
        self._uses.insert(self._outermost(first.use), Call.of(clear, op, o=total, n=total.size))
        for each in group:
            same = {key: each.use.call[key] for key in ("b", "n", "ldb")}
            m = each.use.call["k"]
            self._replace(each, kernels.sum_into_rows, c=total, depth=depth, m=m, ldc=n, beta=1, **same)
            for loop in walk([self._outermost(each.use)]):
                if isinstance(loop, Repeat):
                    loop.carried.add(total.buffer)
        made = first.use.call.with_(a=first.rows.table, b=total, k=depth, ldb=n)
        self._uses.append(self._outermost(group[-1].use), made)

    def _replace(self, product: _Product, kernel, **operands) -> None:
        call, index = product.use.call, product.rows.index
        part = lookups.indices(product.use, index, product.rows.width, operands["m"])
        made = kernel[index.dtype, product.use.ref.dtype]
        self._uses.replace({call: [Call.of(made, call.op, index=part, **operands)]})
        self._dropped.add((call, "a"))

    def _same_table(self, group: list[_Product], end: int) -> bool:
        """Whether all that was gathered still stands in the table."""
        first = min(product.rows.gather.order for product in group)
        return self._uses.undisturbed([group[0].rows.table], first, end)

    def _only(self, group: list[_Product], start: int, end: int) -> bool:
        """Whether products add to a sum that nothing else touches meanwhile; the first may begin it."""
        place, own = _place(group[0].use.call), {product.use.call for product in group}
        for use in self._uses.of(place.buffer):
            taken = _place(use.call) if use.operand == "c" and gemms.is_gemm(use.call) else use.ref
            if start <= use.order < end and use.call not in own and touches(taken, place):
                return False
        first = group[0] if group[0].use.block is self._nodes else None
        return all(product is first or product.use.call["beta"] for product in group)

    # ---- where they are

    def _outermost(self, use: Use):
        """The node of the region in which a use is."""
        if use.block is self._nodes:
            return use.call
        around = [node for node in self._nodes if not isinstance(node, Call)]
        return next(n for n in around if self._uses.span(n)[0] <= use.order <= self._uses.span(n)[1])

    def _span(self, group: list[_Product]) -> tuple[int, int]:
        """The position of the first node that has to do with some products, and that behind the last."""
        first, last = self._outermost(group[0].use), self._outermost(group[-1].use)
        start = group[0].use.order if isinstance(first, Call) else self._uses.span(first)[0]
        end = group[-1].use.order if isinstance(last, Call) else self._uses.span(last)[1]
        return start, end + 1


def _reads(use: Use, source: _Gathered) -> bool:
    """Whether a call is a product that reads whole rows, or their transpose."""
    width, call = source.width, use.call
    if not lookups.reads_rows(use, width, source.table.dtype):
        return False
    return call["m"] == width and not call["tb"] if call["ta"] else call["k"] == width


def _place(product: Call) -> Ref:
    """What a product writes, no more."""
    return rows.view(product["c"], 0, product["m"], product["n"], product["ldc"])
