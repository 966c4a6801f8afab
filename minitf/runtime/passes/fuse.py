"""Pass `fuse`: elementwise steps that follow each other are one pass over memory.

A bias and the activation after it, a product and the sum or the slope of an activation to which it goes, a
sum and such a slope, the columns of a joined matrix and what computes them, the sum of rows and the total to
which it is added. Each is a pair of calls of which the second is the only reader of what the first one makes;
the kernel that does both takes the place of the second.
"""

from __future__ import annotations

from minitf.kernels import fused
from minitf.runtime.ir import Buffer, Call, Ref, calls
from minitf.runtime.passes import rows
from minitf.runtime.passes.uses import Use, Uses, name, touches, whole

_OF_TWO = {"mul": fused.OF_PRODUCT, "add": fused.OF_SUM}
_SLOPES = {"tanh_grad": 1, "sigmoid_grad": 1, "relu_grad": 0}  # which operand is the gradient


def fuse(nodes: list, kept: frozenset) -> None:
    """Rewrites all such pairs."""
    for rules in (_RULES, _JOINS):
        names = {name(call) for call in calls(nodes)}
        makers = {maker for maker, reader in rules if maker in names and reader in names}
        if not makers:
            continue
        with Uses(nodes, kept) as uses:
            for buffer in uses.first_used_by(makers):
                pair = _pair(buffer, uses, rules)
                if pair is not None:
                    rules[name(pair[0].call), name(pair[1].call)](*pair, uses)


def _pair(buffer: Buffer, uses: Uses, names) -> tuple[Use, Use] | None:
    """What makes the buffer and what reads it, if it is used only so, by kernels of these names."""
    found = uses.of(buffer)
    if len(found) != 2 or (name(found[0].call), name(found[1].call)) not in names:
        return None
    made, read = found
    right = made.writes and not read.writes and whole(made.ref) and whole(read.ref) and uses.private(buffer)
    return (made, read) if right else None


def _join(made: Use, read: Use, both: Call, uses: Uses, *between: Call) -> None:
    """Puts one call in the place of two, and of those between, unless an input changes meanwhile."""
    moved = [o for o in both.refs if o in made.call.operands]
    if uses.undisturbed(moved, made.order, read.order):
        uses.replace({made.call: [], **{call: [] for call in between}, read.call: [both]})


# ---- activation(z + bias), activation(z + bias + number)


def _biased(made: Use, read: Use, uses: Uses) -> None:
    kernel, out = fused.BIASED[name(read.call)], read.call.operands[1]
    if not kernel.supports(made.ref.dtype):
        return
    shift, first = _shift(made, uses)
    found = _sum(first.call)
    if found is None or not uses.undisturbed(first.call.operands[:2], first.order, made.order):
        return None
    z, bias, count, width, step = found
    if not _apart(z, step, out, width) or bias.buffer is out.buffer:
        return None
    both = Call(kernel[z.dtype], (z, bias, out, shift, count, width, step), None, read.call.op)
    _join(first, read, both, uses, *([made.call] if made is not first else []))


def _shift(made: Use, uses: Uses) -> tuple[float, Use]:
    """The number that is added to a sum used only for that, and that sum; or -0.0 and the call itself."""
    if name(made.call) == "add" and made.call.operands[3] == 1:
        a, b, _, _, (_, step_a, step_b) = made.call.operands
        for ref, number, step in ((a, b, step_b), (b, a, step_a)):
            pair = _pair(ref.buffer, uses, [("add", "add")])
            if step == 0 and number.known is not None and pair is not None and pair[1].call is made.call:
                return float(number.known.reshape(())), pair[0]
    return -0.0, made


def _sum(call: Call) -> tuple[Ref, Ref, int, int, int] | None:
    """(z, bias, rows, columns, items between rows of z) of the sum of a matrix and a row."""
    if name(call) != "add" or rows.grid(call) is None:
        return None
    (z, bias), (count, width) = call.operands[:2], rows.grid(call)
    walks = rows.steps(call, count, width)
    return (
        (z, bias, count, width, walks[0][0])
        if walks[0][1] == 1 and walks[1] == (0, 1) and count > 1
        else None
    )


# ---- y + a * b, slope(y, a * b), slope(y, a + b)


def _of_two(made: Use, read: Use, uses: Uses) -> None:
    kernel = _OF_TWO[name(made.call)][name(read.call)]
    if not kernel.supports(made.ref.dtype) or read.operand != _SLOPES.get(name(read.call), read.operand):
        return None
    walks = _full_walks(made.call, read.call)
    if walks is None or walks[1][read.operand] != walks[0][1]:
        return None
    (count, width), (step_a, step_b) = walks[0], walks[2]
    (a, b), y, out = made.call.operands[:2], read.call.operands[1 - read.operand], read.call.operands[2]
    if any(not _apart(r, step, out, width) for r, step in ((a, step_a), (b, step_b))):
        return None
    numbers = (count, width, walks[1][1 - read.operand], step_a, step_b, width)
    both = Call(kernel[out.dtype], (y, a, b, out, *numbers), None, read.call.op)
    _join(made, read, both, uses)


def _full_walks(made: Call, read: Call):
    """((rows, columns), row steps of the reader, row steps of the maker) if neither repeats anything."""
    grids = [rows.grid(call) for call in (read, made)]
    if None in grids:
        return None
    count, width = max(grids)
    found = [rows.steps(call, count, width) for call in (read, made)]
    if any(walks is None or any(step != 1 for _, step in walks) for walks in found):
        return None
    return (count, width), *([row for row, _ in walks] for walks in found)


def _apart(ref: Ref, step: int, out: Ref, step_out: int) -> bool:
    """Whether writing the result overwrites no element of an input before it is read."""
    if ref.buffer is not out.buffer:
        return True
    return ref.same_place(out) and step == step_out or not touches(ref, out)


# ---- into the columns of a joined matrix


def _columns(made: Use, read: Use, uses: Uses) -> None:
    columns = rows.columns_written(read.call)
    if columns is None:
        return None
    first, count, width, step = columns
    *refs, _ = made.call.operands[:4]
    grid, steps = made.call.operands[4:6], made.call.operands[6:9]
    target = read.call.operands[1]
    if grid == (1, count * width):
        steps = (width,) * 3
    elif grid != (count, width):
        return None
    if any(ref.buffer is target.buffer for ref in refs):
        return None
    out = rows.view(target, first, count, width, step)
    both = Call(made.call.kernel, (*refs, out, count, width, *steps, step), None, made.call.op)
    _join(made, read, both, uses)


# ---- total += sum of rows


def _add_rows(made: Use, read: Use, uses: Uses) -> None:
    if (
        name(made.call) != "reduce_sum"
        or name(read.call) != "add"
        or not fused.add_rows.supports(made.ref.dtype)
    ):
        return None
    a, _, size, rank, dims = made.call.operands
    total, out = read.call.operands[1 - read.operand], read.call.operands[2]
    if (
        rank != 2
        or tuple(dims[1:]) != (size, 0, size, 1, 1)
        or rows.steps(read.call, 1, size) != [(size, 1)] * 2
    ):
        return None
    if not total.same_place(out) or total.buffer is a.buffer:
        return None
    both = Call(fused.add_rows[a.dtype], (a, out, dims[0], size, size), None, read.call.op)
    _join(made, read, both, uses)


_RULES = {
    **{("add", activation): _biased for activation in fused.BIASED},
    **{(before, after): _of_two for before, kernels in _OF_TWO.items() for after in kernels},
    ("reduce_sum", "add"): _add_rows,
}
_JOINS = {
    (kernel.name, "strided_write"): _columns for kernels in _OF_TWO.values() for kernel in kernels.values()
}
