"""The time inside the virtual machine."""

import time

from minitf.kernels.compile.abi import assembly, i64p, kernel

USED, ROOM, LAST, EVENTS = range(4)  # words of the log that `stamp` writes
MONOTONIC = 1  # Linux's number of the clock that time.perf_counter reads too


def _now(symbol, dtype):
    """LLVM assembly of `now`, by the C library."""
    return f"""
declare i32 @clock_gettime(i32, ptr)
define i64 @{symbol}(ptr %p) nounwind {{
  %time = alloca [2 x i64]
  %ignored = call i32 @clock_gettime(i32 {MONOTONIC}, ptr %time)
  %rest = getelementptr [2 x i64], ptr %time, i64 0, i64 1
  %seconds = load i64, ptr %time
  %nanoseconds = load i64, ptr %rest
  %whole = mul i64 %seconds, 1000000000
  %result = add i64 %whole, %nanoseconds
  ret i64 %result
}}"""


@assembly(_now)
def now(pointer):
    """Nanoseconds of the monotonic clock."""
    return time.perf_counter_ns()


@kernel
def stamp(total: i64p.inout, log: i64p.inout, number):
    """Adds the time since the last stamp to total[0] and 1 to total[1]; logs (number, time) while there is room."""
    moment = now(log)
    total[0] += moment - log[LAST]
    total[1] += 1
    log[LAST] = moment
    if log[USED] < log[ROOM]:
        place = EVENTS + 2 * log[USED]
        log[place] = number
        log[place + 1] = moment
        log[USED] += 1
    return 0
