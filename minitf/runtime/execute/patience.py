"""How long kernel calls may take, at worst: during what is long, somebody has to listen for Ctrl-C."""

from __future__ import annotations

from math import prod

from minitf.runtime.lower.ir import Call, Repeat

LIMIT = 4e8  # nanoseconds of work during which nobody listens, by these estimates; most are ten times too high
_CALL, _BYTE = 100, 10.0  # nanoseconds, for each call and for each byte that it is given
_BYTES = {"random_gamma": 40.0, "random_poisson": 40.0, "sort_rows": 40.0, "top_k": 40.0}
_PRODUCTS = {  # of sizes, of which as many are done in a nanosecond
    "gemm": (3.0, "batch m n k"),
    "integer_gemm": (0.5, "batch m n k"),
    "cholesky": (3.0, "batch n n n"),
    "determinants": (3.0, "batch n n n"),
    "solve": (3.0, "batch n n n", "batch n n k"),
    "triangular_solve": (3.0, "batch n n k"),
}


def worst(kernel, operands) -> float:
    """The nanoseconds that a call may take. operands: numbers, and what has `nbytes`."""
    name = kernel.kernel.name
    if name in _PRODUCTS:
        size, (speed, *products) = dict(zip(kernel.kernel.operands, operands)), _PRODUCTS[name]
        return _CALL + sum([prod([size[n] for n in product.split()]) for product in products]) / speed
    return _CALL + _BYTES.get(name, _BYTE) * sum([getattr(o, "nbytes", 0) for o in operands])


def spans(nodes: list) -> tuple[float, float]:
    """(the nanoseconds of going through the nodes once, each loop's body too; those of the longest trip)."""
    once = longest = 0.0
    for node in nodes:
        if isinstance(node, Call):
            once += worst(node.kernel, node.operands)
            continue
        loop = isinstance(node, Repeat)
        for part in [node.test + node.body] if loop else node.blocks:
            inside, trip = spans(part)
            once, longest = once + inside, max(longest, trip, inside if loop else 0.0)
    return once, longest
