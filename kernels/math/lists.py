"""Lists of slots, as TensorArrays are: rows of n items in one block, a flag for each that is full, a length.

Several slots are named by `count` indices. The status of what fails is 1 + KINDS * (which of them) + how.

One kernel notes which slots are written or read, and fails if they may not be; another one, which threads share, moves
their rows: `rows` of `width` items, where slots are `stride` items apart. It leaves out what the first one refuses.
"""

from minitf.kernels.compile.abi import FLOATS, ITEMS, T, i32p, i64p, kernel, scalar, u8p
from minitf.kernels.compile.splitting import InSlots, Shared

OUTSIDE, NO_ROOM, AGAIN, EMPTY, KINDS = range(5)


@kernel
def clear_slots(length: i64p.out, flags: u8p.out, size, capacity):
    """`size` slots, all of them empty."""
    length[0] = size
    for i in range(capacity):
        flags[i] = 0
    return 0


@scalar
def refused(index, length, flags, capacity, grows, adds):
    """0, or 1 + why a slot may not be written."""
    if index < 0 or (index >= length[0] and grows == 0):
        return 1 + OUTSIDE
    if index >= capacity:
        return 1 + NO_ROOM
    return 1 + AGAIN if flags[index] != 0 and not adds else 0


@scalar
def filled(index, length, flags):
    """Notes that a slot is full."""
    flags[index] = 1
    length[0] = max(length[0], index + 1)
    return 0


@kernel
def fill_slots(index: i32p, length: i64p.inout, flags: u8p.inout, count, capacity, grows, over):
    """Notes that empty slots are full, full ones too with `over`; beyond the length only if it grows."""
    for k in range(count):
        status = refused(index[k], length, flags, capacity, grows, over != 0)
        if status != 0:
            return status + KINDS * k
        filled(index[k], length, flags)
    return 0


@kernel(T=ITEMS, split=Shared(InSlots(a="count", o="capacity")))
def put_slots(index: i32p, a: T, o: T.out, count, capacity, rows, width, stride):
    """o[index[k]] = a[k]."""
    for k in range(count):
        i = index[k]
        if 0 <= i < capacity:
            for j in range(rows * width):
                o[i * stride + j] = a[k * stride + j]
    return 0


@kernel(T=FLOATS)
def add_slots(index: i32p, a: T, length: i64p.inout, flags: u8p.inout, o: T.inout, count, capacity, grows, n):
    """o[index[k]] += a[k], or = a[k] for empty slots; beyond the length only if it grows."""
    for k in range(count):
        i = index[k]
        status = refused(i, length, flags, capacity, grows, True)
        if status != 0:
            return status + KINDS * k
        if flags[i] != 0:
            for j in range(n):
                o[i * n + j] += a[k * n + j]
        else:
            for j in range(n):
                o[i * n + j] = a[k * n + j]
        filled(i, length, flags)
    return 0


@scalar
def is_empty(index, length, flags):
    """Whether a slot holds nothing, perhaps for it is beyond the length."""
    return index >= length[0] or flags[index] == 0


@kernel
def see_slots(index: i32p, size: i64p, full: u8p, seen: u8p.inout, count, once, adds, zeros):
    """Notes that slots are read. Empty ones may be if there are `zeros`, and what is beyond the length if it adds; with
    `once` none that was seen.
    """
    for k in range(count):
        i = index[k]
        if i < 0 or (i >= size[0] and adds == 0):
            return 1 + OUTSIDE + KINDS * k
        if once != 0 and seen[i] != 0:
            return 1 + AGAIN + KINDS * k
        if is_empty(i, size, full):
            if zeros == 0:
                return 1 + EMPTY + KINDS * k
        elif once != 0:
            seen[i] = 1
    return 0


@kernel(T=ITEMS, split=Shared(InSlots(a="capacity", o="count")))
def get_slots(index: i32p, size: i64p, full: u8p, a: T, o: T.out, count, capacity, rows, width, stride):
    """o[k] = a[index[k]], or zeros where that is empty."""
    for k in range(count):
        i = index[k]
        if i < 0 or i >= capacity or is_empty(i, size, full):
            for j in range(rows * width):
                o[k * stride + j] = 0
        else:
            for j in range(rows * width):
                o[k * stride + j] = a[i * stride + j]
    return 0


@kernel(T=FLOATS)
def add_list(size: i64p, full: u8p, a: T, length: i64p.inout, flags: u8p.inout, o: T.inout, n):
    """Adds the full slots of a to those of o, which has room for them."""
    for i in range(size[0]):
        if full[i] != 0 and flags[i] != 0:
            for j in range(n):
                o[i * n + j] += a[i * n + j]
        elif full[i] != 0:
            for j in range(n):
                o[i * n + j] = a[i * n + j]
            flags[i] = 1
    length[0] = max(length[0], size[0])
    return 0


@kernel(T=ITEMS)
def copy_list(size: i64p, full: u8p, a: T, length: i64p.out, flags: u8p.out, o: T.out, capacity, n):
    """o has the slots of the other list."""
    length[0] = size[0]
    for i in range(capacity):
        flags[i] = full[i]
        if full[i] != 0:
            for j in range(n):
                o[i * n + j] = a[i * n + j]
    return 0


@kernel(T=ITEMS)
def zero_list(size: i64p, full: u8p, length: i64p.out, flags: u8p.out, o: T.out, capacity, n):
    """o has zeros where the other list is full."""
    length[0] = size[0]
    for i in range(capacity):
        flags[i] = 1 if i < size[0] and full[i] != 0 else 0
        if flags[i] != 0:
            for j in range(n):
                o[i * n + j] = 0
    return 0
