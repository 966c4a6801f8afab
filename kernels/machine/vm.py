"""The virtual machine: one native function that walks instructions.

An instruction is `[address or opcode, length in words, operands...]`. With a kernel's address the operands are the
kernel's own; an opcode is one of those below. Places are word positions, addresses are of memory:

    END
    LOOP     exit, limit, limit_address, trips_address, mode, 0, 0, IDLE, n, (place, stride) * n
    NEXT     loop
    LEAVE    loop, predicate_address
    JUMP     target
    JUMP_IF  predicate_address, wanted, target
    ROWS     count_address, n, (place, factor, first, size) * n
    HOST     operands, which are Python's
    SIZES    n, (place, source, count_address, factor) * n, words that are sources

A loop is LOOP, its body, NEXT; `exit` is the place after NEXT, and `loop` the place of LOOP. It runs `limit`
times, or as often as the int64 at `limit_address` says if that is not 0. Each patch names a word inside the
body, an address that moves by `stride` bytes per iteration. `mode` says how:

    FORWARD  iteration i sees the word's own value + i * stride
    REVERSE  iteration i sees the value + (trips - 1 - i) * stride
    WHILE    as FORWARD, but the loop ends when LEAVE, in its body, finds the byte at `predicate_address`
             zero; to go on then after `limit` iterations is the error FULL

ROWS writes into words of the loop's calls how many rows they have: of `size` rows from `first` on, those
below the int64 at `count_address`, times a factor.

SIZES writes into the word at each place that at its source, and to it the int64 at `count_address`, times the factor.

The three words after `mode` are the machine's own (moves so far, trips, the enclosing loop). The number of
completed iterations is stored at `trips_address` if that is not 0. A predicate is a byte, true if not zero;
JUMP_IF jumps when its truth equals `wanted`, and neither jump may cross a loop's border.

At HOST the machine returns with the status AWAITED, for Python to do something and call it again.

The instructions are changed while they run and are as they were when the machine returns, except after YIELD
and AWAITED, and for the words that ROWS and SIZES write.

The machine is steered through CONTROL_WORDS of memory, zero at first: FLAG, which somebody may set to end the
run, at the next back-edge (SOON) or before the next call (NOW); BUDGET, the number of back-edges after which
the machine returns YIELD (0: never), so that Python can look after its signals; PLACE and ACTIVE, where it
goes on then, and after AWAITED; FAULT, where the operands of a failing call are left.
"""

import platform
import struct

from minitf.kernels.compile.abi import assembly, call, i64p, ints, kernel, read, scalar, truth, write

FLUSH_TO_ZERO, DENORMALS_ARE_ZERO = 0x8000, 0x0040  # bits of the x86 control word

END, LOOP, NEXT, LEAVE, JUMP, JUMP_IF, ROWS, HOST, SIZES = range(9)
LAST_OPCODE = 4095
FORWARD, REVERSE, WHILE = range(3)
IDLE = -1

# Words of a LOOP instruction.
EXIT, LIMIT, LIMIT_ADDRESS, TRIPS_ADDRESS, MODE, MOVES, TRIPS, OUTER, COUNT, PATCHES = range(2, 12)

INTERRUPTED, FULL, BROKEN, YIELD, AWAITED = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC, 0xFFFFFFFB

FLAG, BUDGET, PLACE, ACTIVE, FAULT, CONTROL_WORDS = 0, 1, 2, 3, 4, 64
SOON, NOW = 1, 2


def unpack(status):
    """(place of the instruction, its status) from what `vm` returned."""
    return status >> 32, status & 0xFFFFFFFF


@scalar
def shift(code, loop, moves):
    """Moves the patched words of a loop by a number of strides."""
    place = loop + PATCHES
    for _ in range(code[loop + COUNT]):
        code[code[place]] += moves * code[place + 1]
        place += 2
    return 0


@scalar
def enter(code, loop, active):
    """Starts a loop; returns where to go on."""
    address = code[loop + LIMIT_ADDRESS]
    trips = read(address) if address != 0 else code[loop + LIMIT]
    if trips <= 0 and code[loop + MODE] != WHILE:
        report(code, loop, 0)
        return code[loop + EXIT]
    code[loop + MOVES] = 0
    code[loop + TRIPS] = trips
    code[loop + OUTER] = active
    if code[loop + MODE] == REVERSE:
        shift(code, loop, trips - 1)
    return loop + code[loop + 1]


@scalar
def advance(code, loop):
    """Starts the next iteration; returns where."""
    shift(code, loop, -1 if code[loop + MODE] == REVERSE else 1)
    code[loop + MOVES] += 1
    return loop + code[loop + 1]


@scalar
def rewind(code, loop):
    """Undoes what a loop has moved; returns the enclosing loop."""
    moves = code[loop + MOVES]
    shift(code, loop, moves + 1 - code[loop + TRIPS] if code[loop + MODE] == REVERSE else -moves)
    outer = code[loop + OUTER]
    code[loop + MOVES] = 0
    code[loop + TRIPS] = 0
    code[loop + OUTER] = IDLE
    return outer


@scalar
def report(code, loop, trips):
    """Stores the number of iterations where the loop wants it."""
    if code[loop + TRIPS_ADDRESS] != 0:
        write(code[loop + TRIPS_ADDRESS], trips)
    return 0


@scalar
def abort(code, active, place, status):
    """Rewinds every running loop; returns the packed status."""
    while active != IDLE:
        active = rewind(code, active)
    return (place << 32) | status


@scalar
def blame(code, control, place):
    """Leaves the operands of a failing call where Python can read them."""
    for word in range(min(code[place + 1] - 2, CONTROL_WORDS - FAULT)):
        control[FAULT + word] = code[place + 2 + word]
    return 0


@scalar
def pause(control, active, place, following, status):
    """Leaves where to go on; returns the packed status."""
    control[PLACE] = following
    control[ACTIVE] = active - IDLE
    return (place << 32) | status


@scalar
def narrow(code, place):
    """Writes how many rows the calls of a loop have."""
    count = read(code[place + 2])
    for word in range(place + 4, place + 4 + 4 * code[place + 3], 4):
        code[code[word]] = min(max(count - code[word + 2], 0), code[word + 3]) * code[word + 1]
    return 0


@scalar
def tell_sizes(code, place):
    """Writes numbers that follow counts."""
    for word in range(place + 3, place + 3 + 4 * code[place + 2], 4):
        code[code[word]] = code[code[word + 1]] + code[word + 3] * read(code[word + 2])
    return 0


@scalar
def execute(code, control):
    """Walks the table."""
    place = control[PLACE]
    active = control[ACTIVE] + IDLE
    control[PLACE] = 0
    control[ACTIVE] = 0
    budget = control[BUDGET]
    while True:
        opcode = code[place]
        if opcode > LAST_OPCODE:
            if control[FLAG] >= NOW:
                return abort(code, active, place, INTERRUPTED)
            status = call(opcode, code, place + 2)
            if status != 0:
                blame(code, control, place)
                return abort(code, active, place, status if 0 < status < AWAITED else BROKEN)
            place += code[place + 1]
        elif opcode == NEXT:
            loop = code[place + 2]
            if control[FLAG] != 0:
                return abort(code, active, place, INTERRUPTED)
            if budget == 1:
                return pause(control, active, place, place, YIELD)
            budget -= 1
            if code[loop + MODE] != WHILE and code[loop + MOVES] + 1 == code[loop + TRIPS]:
                report(code, loop, code[loop + TRIPS])
                active = rewind(code, loop)
                place = code[loop + EXIT]
            else:
                place = advance(code, loop)
        elif opcode == LOOP:
            following = enter(code, place, active)
            if following != code[place + EXIT]:
                active = place
            place = following
        elif opcode == LEAVE:
            loop = code[place + 2]
            if not truth(code[place + 3]):
                report(code, loop, code[loop + MOVES])
                active = rewind(code, loop)
                place = code[loop + EXIT]
            elif code[loop + MOVES] == code[loop + TRIPS]:
                return abort(code, active, place, FULL)
            else:
                place += code[place + 1]
        elif opcode == JUMP:
            place = code[place + 2]
        elif opcode == JUMP_IF:
            place = code[place + 4] if truth(code[place + 2]) == (code[place + 3] != 0) else place + code[place + 1]
        elif opcode == ROWS:
            narrow(code, place)
            place += code[place + 1]
        elif opcode == SIZES:
            tell_sizes(code, place)
            place += code[place + 1]
        elif opcode == HOST:
            return pause(control, active, place, place + code[place + 1], AWAITED)
        elif opcode == END:
            return 0
        else:
            return abort(code, active, place, BROKEN)


def _mode(symbol, dtype):
    """LLVM assembly of `mode`: exchanges the processor's floating point control word, where it is an x86."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return f"define i64 @{symbol}(ptr %p, i64 %mode) nounwind {{ ret i64 0 }}"
    return f"""
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
define i64 @{symbol}(ptr %p, i64 %mode) nounwind {{
  %word = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %word)
  %old = load i32, ptr %word
  %flushing = or i32 %old, {DENORMALS_ARE_ZERO | FLUSH_TO_ZERO}
  %given = trunc i64 %mode to i32
  %ask = icmp slt i64 %mode, 0
  %new = select i1 %ask, i32 %flushing, i32 %given
  store i32 %new, ptr %word
  call void @llvm.x86.sse.ldmxcsr(ptr %word)
  %result = zext i32 %old to i64
  ret i64 %result
}}"""


@assembly(_mode)
def mode(pointer, word):
    """Sets the floating point control word, or makes denormal numbers zero if `word` is -1; returns the old one."""
    return 0


@kernel
def flushed(entry, operands: ints):
    """One call of a kernel by its address, as the machine makes it: denormal numbers are zero meanwhile.

    The mode is set and set back in here, where nothing can come in between.
    """
    word = mode(operands, -1)
    status = call(entry, operands, 0)
    mode(operands, word)
    return status


def run_alone(instance, *operands):
    """`instance.run(*operands)` as the machine would do it."""
    return flushed[()].entry(struct.pack("q", instance.address) + instance.pack(*operands))


@kernel
def vm(code: i64p.inout, control: i64p.inout):
    """Runs a table until END; denormal numbers, which would be slow, are zero meanwhile.

    Returns 0, or the place of the failing instruction * 2**32 + its status (see `unpack`).
    """
    word = mode(control, -1)
    status = execute(code, control)
    mode(control, word)
    return status
