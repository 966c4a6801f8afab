"""Pass `accumulate`: products that are added up are computed into the sum.

`total + a @ b` becomes a product with beta = 1 into the memory of the total. Of a sum of many products, as
the gradient of a weight used at every time step is, none is kept.
"""

from __future__ import annotations

from minitf.runtime.ir import Call, Ref, calls
from minitf.runtime.passes import gemms
from minitf.runtime.passes.uses import Use, Uses, name


def accumulate(nodes: list, kept: frozenset) -> None:
    """Rewrites all sums."""
    sums = {call.operands[2].buffer for call in calls(nodes) if name(call) == "add"}
    with Uses(nodes, kept) as uses:
        for buffer in [b for b in uses.buffers() if b in sums]:
            for chain in _chains(uses.of(buffer)):
                _rewrite(chain, uses)


def _is_sum(call: Call) -> bool:
    """Whether a call adds two values of one shape."""
    if name(call) != "add":
        return False
    a, b, out, rank, dims = call.operands
    return rank == 1 and tuple(dims[1:]) == (1, 1) and a.size == b.size == out.size


def _chains(found: list[Use]) -> list[list[Use]]:
    """Runs of sums into one buffer with no other use of it in between; each sum by its output."""
    chains: list[list[Use]] = []
    current: list[Use] = []
    for use in found:
        if not _is_sum(use.call):
            current = []
        elif use.writes:
            first = not current
            if not first and not _adds_to(use.call, current[0].ref):
                current, first = [], True
            current.append(use)
            if first:
                chains.append(current)
        elif not (current or use.ref.same_place(use.call.operands[2])):
            current = []
    return chains


def _adds_to(call: Call, place: Ref) -> bool:
    a, b, out = call.operands[:3]
    return out.same_place(place) and (a.same_place(place) or b.same_place(place))


def _rewrite(chain: list[Use], uses: Uses) -> None:
    """Turns the products among the summands of a chain into products into the sum."""
    place, block = chain[0].ref, chain[0].block
    based = _adds_to(chain[0].call, place)
    summands = [
        r
        for i, use in enumerate(chain)
        for r in use.call.operands[:2]
        if (i == 0 and not based) or not r.same_place(place)
    ]
    producers = {id(r): _producers(r, block, uses) for r in summands}
    products = [r for r in summands if producers[id(r)]]
    rest = [r for r in summands if not producers[id(r)]]
    makers = sorted((u for r in products for u in producers[id(r)]), key=lambda use: use.order)
    if not makers or any(makers[0].order < u.order < chain[0].order for u in uses.of(place.buffer)):
        return
    fresh = None if based else next(r for r in products if makers[0] in producers[id(r)])
    for summand in products:
        for use in producers[id(summand)]:
            target = gemms.shifted(place, use.ref.offset // place.dtype.itemsize, use.ref.shape)
            uses.replace(use.call, [gemms.changed(use.call, C=target, BETA=0 if summand is fresh else 1)])
    kept = [
        Call(chain[0].call.kernel, (place, r, place, *chain[0].call.operands[3:]), None, chain[0].call.op)
        for r in rest
    ]
    for use in chain[:-1]:
        uses.replace(use.call, [])
    uses.replace(chain[-1].call, kept)


def _producers(summand: Ref, block: list, uses: Uses) -> list[Use]:
    """The products that together make a summand which is used nowhere else; empty if it is not such a one."""
    found = uses.of(summand.buffer)
    makers, reads = [u for u in found if u.writes], [u for u in found if not u.writes]
    if not uses.private(summand.buffer) or found[0].block is not block or len(reads) != 1:
        return []
    right = all(
        gemms.is_gemm(u.call) and u.operand == gemms.C and not u.call.operands[gemms.BETA] for u in makers
    )
    return makers if right and not summand.moves and summand.offset == 0 else []
