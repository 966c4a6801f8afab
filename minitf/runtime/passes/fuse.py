"""Pass `fuse`: elementwise steps that follow each other are one pass over memory.

A bias and the activation after it, a product and the sum or the slope of an activation to which it goes, a sum and such
a slope, gradients that come back from the largest of windows and the slope of relu, the columns of a joined matrix and
what computes them, the sum of rows and the total to which it is added, what is divided by a root and subtracted. Each
is a pair of calls of which the second is the only reader of what the first one makes; the kernel that does both takes
the place of the second.
"""

from __future__ import annotations

from typing import NamedTuple

from minitf.kernels.math import fused
from minitf.runtime.lower.ir import Buffer, Call, Ref
from minitf.runtime.passes import rows
from minitf.runtime.passes.uses import Use, Uses, touches, whole

_OF_TWO = {"mul": fused.OF_PRODUCT, "add": fused.OF_SUM}
_SLOPES = {"tanh_grad": "b", "sigmoid_grad": "b", "relu_grad": "a"}  # which operand is the gradient
_OTHER = {"a": "b", "b": "a"}


def fuse(uses: Uses) -> None:
    """Rewrites all such pairs."""
    for rules in (_RULES, _JOINS):
        makers = {maker for maker, reader in rules if {maker, reader} <= uses.names}
        if not makers:
            continue
        with uses:
            for buffer in uses.first_used_by(makers):
                pair = _pair(buffer, uses, rules)
                if pair is not None:
                    rules[pair[0].call.name, pair[1].call.name](*pair, uses)


def _pair(buffer: Buffer, uses: Uses, names) -> tuple[Use, Use] | None:
    """What makes the buffer and what reads it, if it is used only so, by kernels of these names."""
    found = uses.of(buffer)
    if len(found) != 2 or (found[0].call.name, found[1].call.name) not in names:
        return None
    made, read = found
    right = made.writes and not read.writes and whole(made.ref) and whole(read.ref) and uses.private(buffer)
    return (made, read) if right else None


def _join(made: Use, read: Use, both: Call, uses: Uses, *between: Call) -> None:
    """Puts one call in the place of two, and of those between, unless an input changes meanwhile."""
    before = set(made.call.refs)
    moved = [ref for ref in both.refs if ref in before]
    if uses.undisturbed(moved, made.order, read.order):
        uses.replace({made.call: [], **{call: [] for call in between}, read.call: [both]})


# ---- activation(z + bias), activation(z + bias + number)


def _biased(made: Use, read: Use, uses: Uses) -> None:
    kernel, out = fused.BIASED[read.call.name], read.call["o"]
    if not kernel.supports(made.ref.dtype):
        return
    shift, first = _shift(made, uses)
    found = _sum(first.call)
    if found is None or not uses.undisturbed([first.call["a"], first.call["b"]], first.order, made.order):
        return None
    if not _apart(found["a"], found["step"], out, found["width"]) or found["bias"].buffer is out.buffer:
        return None
    both = Call.of(kernel[out.dtype], read.call.op, o=out, shift=shift, **found)
    _join(first, read, both, uses, *([made.call] if made is not first else []))


def _shift(made: Use, uses: Uses) -> tuple[float, Use]:
    """The number that is added to a sum used only for that, and that sum; or -0.0 and the call itself."""
    if made.call.name == "add" and made.call["rank"] == 1:
        a, b, (_, step_a, step_b) = made.call["a"], made.call["b"], made.call["dims"]
        for ref, number, step in ((a, b, step_b), (b, a, step_a)):
            pair = _pair(ref.buffer, uses, [("add", "add")])
            if step == 0 and number.known is not None and pair is not None and pair[1].call is made.call:
                return float(number.known.reshape(())), pair[0]
    return -0.0, made


def _sum(call: Call) -> dict | None:
    """The operands of a fused bias that a sum of a matrix and a row gives."""
    if call.name != "add" or rows.grid(call) is None:
        return None
    count, width = rows.grid(call)
    walks = rows.steps(call, count, width)
    if walks["a"].column != 1 or walks["b"] != (0, 1):
        return None
    return {"a": call["a"], "bias": call["b"], "rows": count, "width": width, "step": walks["a"].row}


# ---- y + a * b, slope(y, a * b), slope(y, a + b)


def _of_two(made: Use, read: Use, uses: Uses) -> None:
    kernel = _OF_TWO[made.call.name][read.call.name]
    if not kernel.supports(made.ref.dtype) or read.operand != _SLOPES.get(read.call.name, read.operand):
        return None
    walks, other = _full_walks(made.call, read.call), _OTHER[read.operand]
    if walks is None or walks.read[read.operand] != walks.width:
        return None
    (count, width), steps, out = walks[:2], walks.made, read.call["o"]
    if any(not _apart(made.call[key], steps[key], out, width) for key in "ab"):
        return None
    refs = {"y": read.call[other], "a": made.call["a"], "b": made.call["b"], "o": out}
    both = Call.of(
        kernel[out.dtype],
        read.call.op,
        **refs,
        rows=count,
        width=width,
        step_y=walks.read[other],
        step_a=steps["a"],
        step_b=steps["b"],
        step_o=width,
    )
    _join(made, read, both, uses)


class _Walks(NamedTuple):
    """Two calls that walk over matrices of one size, and the items from row to row of their inputs."""

    rows: int
    width: int
    read: dict[str, int]
    made: dict[str, int]


def _full_walks(made: Call, read: Call) -> _Walks | None:
    """The walks of both, if neither repeats anything."""
    grids = [rows.grid(call) for call in (read, made)]
    if None in grids:
        return None
    count, width = grids[read["rank"] < made["rank"]]
    found = [rows.steps(call, count, width) for call in (read, made)]
    if any(walks is None or any(step.column != 1 for step in walks.values()) for walks in found):
        return None
    return _Walks(count, width, *({key: step.row for key, step in walks.items()} for walks in found))


def _apart(ref: Ref, step: int, out: Ref, step_out: int) -> bool:
    """Whether writing the result overwrites no element of an input before it is read."""
    if ref.buffer is not out.buffer:
        return True
    return ref.same_place(out) and step == step_out or not touches(ref, out)


# ---- the largest of windows of relu(x), backwards


def _pooled(made: Use, read: Use, uses: Uses) -> None:
    """Where the largest item of a window is positive, so is the one to which its gradient goes."""
    images, out = made.call["x"], read.call["o"]
    if read.operand != "a" or not read.call["b"].same_place(images) or read.call["rank"] != 1:
        return None
    if tuple(read.call["dims"]) != (out.size, 1, 1) or images.size != out.size:
        return None
    if any(made.call[key].buffer is out.buffer for key in ("x", "g")):
        return None
    _join(made, read, made.call.with_(o=out, positive=1), uses)


# ---- into the columns of a joined matrix


def _columns(made: Use, read: Use, uses: Uses) -> None:
    columns = rows.columns_written(read.call)
    if columns is None:
        return None
    first, count, width, step = columns
    both, grid, target = made.call, (made.call["rows"], made.call["width"]), read.call["o"]
    if grid == (1, count * width):
        both = both.with_(rows=count, width=width, step_y=width, step_a=width, step_b=width)
    elif grid != (count, width):
        return None
    if any(both[key].buffer is target.buffer for key in ("y", "a", "b")):
        return None
    _join(made, read, both.with_(o=rows.view(target, first, count, width, step), step_o=step), uses)


# ---- total += sum of rows


def _add_rows(made: Use, read: Use, uses: Uses) -> None:
    if made.call.name != "reduce_sum" or read.call.name != "add" or not fused.add_rows.supports(made.ref.dtype):
        return None
    a, size, (count, *dims) = made.call["a"], made.call["size"], made.call["dims"]
    total, out = read.call[_OTHER[read.operand]], read.call["o"]
    if (
        made.call["rank"] != 2
        or dims != [size, 0, size, 1, 1]
        or rows.steps(read.call, 1, size) != {"a": (size, 1), "b": (size, 1)}
    ):
        return None
    if not total.same_place(out) or total.buffer is a.buffer:
        return None
    numbers = {"rows": count, "width": size, "step": size}
    _join(made, read, Call.of(fused.add_rows[a.dtype], read.call.op, a=a, o=out, **numbers), uses)


# ---- w -= rate * m / (sqrt(v) + epsilon)


def _stepped(made: Use, read: Use, uses: Uses) -> None:
    if (
        made.call["rank"] != 1
        or tuple(made.call["dims"][1:]) != (1, 1)
        or not fused.sub_by_root.supports(made.ref.dtype)
    ):
        return None
    scaled = _pair(made.call["a"].buffer, uses, [("mul", "div")])
    shifted = _pair(made.call["b"].buffer, uses, [("add", "div")])
    m, rate = _by_number(scaled)
    root, epsilon = _by_number(shifted)
    rooted = _pair(root.buffer, uses, [("sqrt", "add")]) if root is not None else None
    if m is None or rooted is None:
        return None
    steps = [scaled[0], rooted[0], shifted[0], made]
    refs = {"m": m, "v": rooted[0].call["a"], "rate": rate, "epsilon": epsilon, "o": read.call["o"]}
    if uses.undisturbed(refs.values(), min(use.order for use in steps), read.order):
        both = Call.of(fused.sub_by_root[made.ref.dtype], read.call.op, **refs, n=read.call["n"])
        uses.replace({**{use.call: [] for use in steps}, read.call: [both]})


def _by_number(pair: tuple[Use, Use] | None) -> tuple[Ref, Ref] | tuple[None, None]:
    """What the first of two calls computes of a value and a number, these two."""
    if pair is not None and pair[0].call["rank"] == 1:
        a, b, steps = pair[0].call["a"], pair[0].call["b"], tuple(pair[0].call["dims"][1:])
        if steps in ((1, 0), (0, 1)):
            return (a, b) if steps == (1, 0) else (b, a)
    return None, None


_RULES = {
    **{("add", activation): _biased for activation in fused.BIASED},
    **{(before, after): _of_two for before, kernels in _OF_TWO.items() for after in kernels},
    ("reduce_sum", "add"): _add_rows,
    ("max_pool_grad", "relu_grad"): _pooled,
    ("div", "assign_sub"): _stepped,
}
_JOINS = {(kernel.name, "strided_write"): _columns for kernels in _OF_TWO.values() for kernel in kernels.values()}
