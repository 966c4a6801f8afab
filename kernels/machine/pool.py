"""Threads that walk instructions of their own together: they meet, and workers wait for the next job.

A team shares int64 words, a cache line for each number that threads write while others watch it. `GO` counts
the jobs; the lines of a thread say how often it has come to a meeting, how many jobs it has done, and what
its job is: the words of a call of `vm`, and the status it ended with.

Who waits looks again and again for a while, so that a meeting takes a fraction of a microsecond, and then
sleeps until it is woken: a core that others want is given away.
"""

import platform
import sys
import time

from minitf.kernels.compile.abi import assembly, call, i64p, kernel, scalar, write
from minitf.kernels.machine.vm import AWAITED, FLAG, SOON, YIELD

AVAILABLE = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")

LINE = 16  # words from one number to the next: two cache lines, for they are fetched in pairs
GO, MEETINGS, DONE, JOB = 0, 1, 2, 3  # lines: the team's one, then three per thread
PER_THREAD = 3
STATUS, ENTRY, CODE, CONTROL = range(4)  # words of a job

GONE = 1 << 30  # what is added to the number of meetings of a thread that comes to no more of them
STOPPED = 0x7FFFFFFF  # the status of a meeting to which somebody will not come
PATIENCE, IDLE_PATIENCE = 2000, 10000  # looks before sleeping: in a meeting; for the next job
NAP, IDLE_NAP = 20_000_000, 10**10  # nanoseconds of sleep at most


def words(threads):
    """How many words a team has."""
    return LINE * (1 + PER_THREAD * threads)


def _syscall(operands):
    number = {"x86_64": 202, "aarch64": 98}.get(platform.machine(), 0)
    return f"call i64 (i64, ...) @syscall(i64 {number}, {operands})"


def _publish(symbol, dtype):
    """LLVM assembly of `publish`."""
    return f"""
declare i64 @syscall(i64, ...)
define i64 @{symbol}(ptr %p, i64 %place, i64 %value) nounwind {{
  %at = getelementptr i64, ptr %p, i64 %place
  %bed = getelementptr i64, ptr %at, i64 1
  store atomic i64 %value, ptr %at seq_cst, align 8
  %asleep = load atomic i64, ptr %bed seq_cst, align 8
  %some = icmp ne i64 %asleep, 0
  br i1 %some, label %wake, label %done
wake:
  store atomic i64 0, ptr %bed seq_cst, align 8
  %ignored = {_syscall("ptr %at, i64 129, i64 2147483647")}
  br label %done
done:
  ret i64 %value
}}"""


def _watch(symbol, dtype):
    """LLVM assembly of `watch`."""
    pause = {"x86_64": "@llvm.x86.sse2.pause()", "aarch64": "@llvm.aarch64.hint(i32 1)"}
    pause = pause.get(platform.machine(), "@llvm.donothing()")
    return f"""
declare i64 @syscall(i64, ...)
declare void {pause.replace("i32 1", "i32")}
define i64 @{symbol}(ptr %p, i64 %place, i64 %value, i64 %looks, i64 %longest) nounwind {{
start:
  %time = alloca [2 x i64]
  %nap = getelementptr [2 x i64], ptr %time, i64 0, i64 1
  %seconds = sdiv i64 %longest, 1000000000
  %nanoseconds = srem i64 %longest, 1000000000
  store i64 %seconds, ptr %time
  store i64 %nanoseconds, ptr %nap
  %at = getelementptr i64, ptr %p, i64 %place
  %bed = getelementptr i64, ptr %at, i64 1
  br label %look
look:
  %left = phi i64 [%looks, %start], [%less, %again]
  %now = load atomic i64, ptr %at acquire, align 8
  %there = icmp sge i64 %now, %value
  br i1 %there, label %done, label %on
on:
  %less = sub i64 %left, 1
  %more = icmp sgt i64 %left, 0
  br i1 %more, label %again, label %sleep
again:
  call void {pause}
  br label %look
sleep:
  store atomic i64 1, ptr %bed seq_cst, align 8
  %last = load atomic i64, ptr %at seq_cst, align 8
  %late = icmp sge i64 %last, %value
  br i1 %late, label %done, label %rest
rest:
  %ignored = {_syscall("ptr %at, i64 128, i64 %last, ptr %time")}
  %then = load atomic i64, ptr %at acquire, align 8
  br label %done
done:
  %result = phi i64 [%now, %look], [%last, %sleep], [%then, %rest]
  ret i64 %result
}}"""


@assembly(_publish)
def publish(team, place, value):
    """Sets a number for others to see, and wakes who sleeps over it; returns it."""
    team[place] = value
    return value


@assembly(_watch)
def watch(team, place, value, looks, longest):
    """Waits until a number is at least `value`, but no longer than so many looks and a nap; returns it."""
    end = time.monotonic() + 1e-9 * longest
    while team[place] < value and time.monotonic() < end:
        time.sleep(1e-4)
    return int(team[place])


@scalar
def line(thread, number):
    """The place of a thread's number."""
    return LINE * (PER_THREAD * thread + number)


@scalar
def depart(team, me):
    """Comes to no more meetings: the others go on until they need to meet."""
    return publish(team, line(me, MEETINGS), GONE + team[line(me, MEETINGS)] % GONE)


@scalar
def dismiss(team, me, threads):
    """Makes all threads of a team end their walk soon."""
    for thread in range(threads):
        write(team[line(thread, JOB) + CONTROL] + 8 * FLAG, SOON)
    return depart(team, me)


@kernel
def meet(team: i64p.inout, me, threads):
    """Waits until all threads of a team are here; the status is STOPPED if one of them never will be."""
    mine = publish(team, line(me, MEETINGS), team[line(me, MEETINGS)] + 1)
    for thread in range(threads):
        here = 0
        while here < mine:
            here = watch(team, line(thread, MEETINGS), mine, PATIENCE, NAP)
        if here >= GONE and here - GONE < mine:
            return STOPPED
    return 0


@scalar
def rest(team, threads):
    """Waits until the workers have done their job: they use memory of it."""
    for thread in range(1, threads):
        while watch(team, line(thread, DONE), team[GO], PATIENCE, NAP) < team[GO]:
            pass
    return 0


@kernel
def lead(team: i64p.inout, threads, fresh):
    """Walks thread 0's part of a job, after giving it to the team if it is a fresh one and not resumed.

    Unless the walk is to be resumed, the workers are done, too, when this returns.
    """
    if fresh:
        for thread in range(threads):
            team[line(thread, MEETINGS)] = 0
        publish(team, GO, team[GO] + 1)
    status = call(team[line(0, JOB) + ENTRY], team, line(0, JOB) + CODE)
    if status != 0 and (status & 0xFFFFFFFF == YIELD or status & 0xFFFFFFFF == AWAITED):
        return status
    if status != 0:
        dismiss(team, 0, threads)
    rest(team, threads)
    return status


@kernel
def leave(team: i64p.inout, threads):
    """Ends a job that is not resumed."""
    dismiss(team, 0, threads)
    rest(team, threads)
    return 0


@kernel
def serve(team: i64p.inout, me, threads):
    """The life of a worker: does job after job, until one has no entry."""
    done, place = team[line(me, DONE)], line(me, JOB)
    while True:
        while watch(team, GO, done + 1, IDLE_PATIENCE, IDLE_NAP) <= done:
            pass
        done += 1
        if team[place + ENTRY] == 0:
            return 0
        status = call(team[place + ENTRY], team, place + CODE)
        team[place + STATUS] = status
        if status != 0:
            depart(team, me)
        publish(team, line(me, DONE), done)
