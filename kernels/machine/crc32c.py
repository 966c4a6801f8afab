"""CRC-32C (Castagnoli), the checksum of TensorFlow's files."""

import platform

import numpy as np

from minitf.kernels.compile.abi import assembly, i64, i64p, kernel, u8p

_POLYNOMIAL = 0x82F63B78  # reversed


def _table():
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1).astype(np.uint32)
    return table


_TABLE = [int(entry) for entry in _table()]

# The processor's instructions for 8 bytes and for one: their names, the attributes that they need.
_INSTRUCTIONS = {
    "x86_64": ("i64", "llvm.x86.sse42.crc32.64.64", "i8", "llvm.x86.sse42.crc32.32.8", "+sse4.2"),
    "aarch64": ("i32", "llvm.aarch64.crc32cx", "i32", "llvm.aarch64.crc32cb", "+crc"),
}


def _extended(symbol, dtype):
    """LLVM assembly of `extended`."""
    machine = platform.machine()
    if machine not in _INSTRUCTIONS:
        return _by_bits(symbol)
    wide, by_eight, narrow, by_one, features = _INSTRUCTIONS[machine]
    state = "%c" if wide == "i64" else "%c32"
    widen = "" if wide == "i64" else "%c32 = trunc i64 %c to i32"
    result = "%c2 = " if wide == "i64" else "%r32 = "
    back = "" if wide == "i64" else "%c2 = zext i32 %r32 to i64"
    byte = "" if narrow == "i8" else "%bw = zext i8 %b to i32"
    return f"""
declare {wide} @{by_eight}({wide}, i64)
declare i32 @{by_one}(i32, {narrow})
define i64 @{symbol}(ptr %p, i64 %n, i64 %start) nounwind "target-features"="{features}" {{
entry:
  %words = lshr i64 %n, 3
  br label %head
head:
  %i = phi i64 [0, %entry], [%i2, %body]
  %c = phi i64 [%start, %entry], [%c2, %body]
  %more = icmp ult i64 %i, %words
  br i1 %more, label %body, label %rest
body:
  %at = getelementptr i64, ptr %p, i64 %i
  %w = load i64, ptr %at, align 1
  {widen}
  {result}call {wide} @{by_eight}({wide} {state}, i64 %w)
  {back}
  %i2 = add i64 %i, 1
  br label %head
rest:
  %first = shl i64 %words, 3
  %d0 = trunc i64 %c to i32
  br label %tail
tail:
  %j = phi i64 [%first, %rest], [%j2, %one]
  %d = phi i32 [%d0, %rest], [%d2, %one]
  %left = icmp ult i64 %j, %n
  br i1 %left, label %one, label %done
one:
  %place = getelementptr i8, ptr %p, i64 %j
  %b = load i8, ptr %place
  {byte}
  %d2 = call i32 @{by_one}(i32 %d, {narrow} {"%b" if narrow == "i8" else "%bw"})
  %j2 = add i64 %j, 1
  br label %tail
done:
  %r = zext i32 %d to i64
  ret i64 %r
}}"""


def _by_bits(symbol):
    """The same for processors without the instructions: bit by bit."""
    steps = "\n".join(
        f"""  %l{k} = and i64 %s{k}, 1
  %m{k} = mul i64 %l{k}, {_POLYNOMIAL}
  %h{k} = lshr i64 %s{k}, 1
  %s{k + 1} = xor i64 %h{k}, %m{k}"""
        for k in range(8)
    )
    return f"""
define i64 @{symbol}(ptr %p, i64 %n, i64 %start) nounwind {{
entry:
  br label %head
head:
  %i = phi i64 [0, %entry], [%i2, %body]
  %c = phi i64 [%start, %entry], [%s8, %body]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %at = getelementptr i8, ptr %p, i64 %i
  %b = load i8, ptr %at
  %w = zext i8 %b to i64
  %s0 = xor i64 %c, %w
{steps}
  %i2 = add i64 %i, 1
  br label %head
done:
  ret i64 %c
}}"""


@assembly(_extended)
def extended(data, count, state):
    """The state of the sum after `count` more bytes."""
    state = int(state)
    for byte in data[:count]:
        state = _TABLE[(state ^ int(byte)) & 255] ^ (state >> 8)
    return state


@kernel
def crc32c(data: u8p, o: i64p.out, count: i64, start: i64):
    """The checksum of `count` bytes that follow those of which `start` is the checksum; `o` gets it."""
    o[0] = extended(data, count, start ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
    return 0
