"""Pass `accumulate`: products that are added up are computed into the sum.

`total + a @ b` becomes a product with beta = 1 into the memory of the total. Of a sum of many products, as
the gradient of a weight used at every time step is, none is kept. Products with one-hot matrices, which pick
rows or add them up, count as products; so does a part put among zeros, the gradient of `x[i]`.
"""

from __future__ import annotations

from minitf.runtime.lower.ir import Call, Ref
from minitf.runtime.passes import gemms
from minitf.runtime.passes.uses import Use, Uses, touches, whole

_TARGETS = {"gemm": "c", "pick_rows": "c", "sum_into_rows": "c", "put_at": "o"}  # products, and what they make


def accumulate(uses: Uses) -> None:
    """Rewrites all sums."""
    sums = {call["o"].buffer for call in uses.calls if call.name == "add"}
    with uses:
        for buffer in uses.in_order(sums):
            for chain in _chains(uses.of(buffer)):
                _rewrite(chain, uses)


def _is_sum(call: Call) -> bool:
    """Whether a call adds two values of one shape."""
    if call.name != "add":
        return False
    alike = call["a"].size == call["b"].size == call["o"].size
    return call["rank"] == 1 and tuple(call["dims"][1:]) == (1, 1) and alike


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
        elif not (current or use.ref.same_place(use.call["o"])):
            current = []
    return chains


def _adds_to(call: Call, place: Ref) -> bool:
    return call["o"].same_place(place) and (call["a"].same_place(place) or call["b"].same_place(place))


def _rewrite(chain: list[Use], uses: Uses) -> None:
    """Turns the products among the summands of a chain into products into the sum."""
    place, block = chain[0].ref, chain[0].block
    based = _adds_to(chain[0].call, place)
    summands = [
        r
        for i, use in enumerate(chain)
        for r in (use.call["a"], use.call["b"])
        if (i == 0 and not based) or not r.same_place(place)
    ]
    producers = {id(r): _producers(r, block, uses) for r in summands}
    products = [r for r in summands if producers[id(r)]]
    rest = [r for r in summands if not producers[id(r)]]
    makers = sorted((u for r in products for u in producers[id(r)]), key=lambda use: use.order)
    if not makers or any(makers[0].order < u.order < chain[0].order for u in uses.of(place.buffer)):
        return
    if any(_reads(use.call, place) for use in makers):
        return
    if not uses.undisturbed(rest, chain[0].order, chain[-1].order):
        return
    fresh = None if based else next(r for r in products if makers[0] in producers[id(r)])
    changes = {use.call: [] for use in chain}
    for summand in products:
        for use in producers[id(summand)]:
            target = gemms.shifted(place, use.ref.offset // place.dtype.itemsize, use.ref.shape)
            changes[use.call] = [_into(target, use.call, beta=0 if summand is fresh else 1)]
    changes[chain[-1].call] = [chain[0].call.with_(a=place, b=r, o=place) for r in rest]
    uses.replace(changes)


def _reads(product: Call, place: Ref) -> bool:
    """Whether a product reads what it would overwrite as a part of the sum."""
    read = [ref for _, ref, writes in product.memory if not writes]
    return any(ref.buffer is place.buffer and touches(ref, place) for ref in read)


def _is_product(call: Call) -> bool:
    """Whether a call makes a product that is not yet added to anything."""
    return call.name in _TARGETS and not call["beta"] and (call.name != "gemm" or gemms.is_gemm(call))


def _into(target: Ref, product: Call, beta: int) -> Call:
    """The product made into a place, or added to what is there."""
    return product.with_(beta=beta, **{_TARGETS[product.name]: target})


def _producers(summand: Ref, block: list, uses: Uses) -> list[Use]:
    """The products that together make a summand which is used nowhere else; empty if it is not such a one."""
    found = uses.of(summand.buffer)
    makers, reads = [u for u in found if u.writes], [u for u in found if not u.writes]
    if not uses.private(summand.buffer) or found[0].block is not block or len(reads) != 1:
        return []
    right = all(_is_product(u.call) and u.operand == _TARGETS[u.call.name] for u in makers)
    return makers if right and whole(summand) else []
