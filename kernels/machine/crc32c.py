"""CRC-32C (Castagnoli), the checksum of TensorFlow's files.

A long message is made a short one of the same sum first: vectors of it, multiplied without carries by powers of x
modulo the polynomial, are added to those further on, until only the last four are left (Gopal and others, "Fast CRC
computation for generic polynomials using PCLMULQDQ instruction", Intel 2009). The processor's instructions for the
checksum itself sum up what is left.
"""

import platform

import numpy as np

from minitf.kernels.compile.abi import assembly, at, i64p, kernel, scalar, u8p

_POLYNOMIAL = 0x82F63B78  # reversed
_LANES = range(4)  # as many vectors are folded side by side, for each waits for the product before it


def _table():
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1).astype(np.uint32)
    return table


_TABLE = tuple(map(int, _table()))

# The processor's instructions for 8 bytes and for one: their names, the attributes that they need.
_INSTRUCTIONS = {
    "x86_64": ("i64", "llvm.x86.sse42.crc32.64.64", "i8", "llvm.x86.sse42.crc32.32.8", "+sse4.2"),
    "aarch64": ("i32", "llvm.aarch64.crc32cx", "i32", "llvm.aarch64.crc32cb", "+crc"),
}


def _extended(symbol, dtype):
    """LLVM assembly of `extended`, where the processor has instructions for it."""
    size = _vector_size()
    return _by_vectors(symbol, size) if size else _by_words(symbol)


def _vector_size():
    """The bytes of the widest vectors that the processor multiplies without carries; 0 if it does not."""
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    if platform.machine() != "x86_64" or not features.get("pclmul"):
        return 0
    return 16 if not features.get("vpclmulqdq") else 64 if features.get("avx512f") else 32


_PRODUCTS = {  # bytes of a vector -> its product without carries, the attributes that needs
    16: ("llvm.x86.pclmulqdq", "+pclmul"),
    32: ("llvm.x86.pclmulqdq.256", "+avx2,+vpclmulqdq"),
    64: ("llvm.x86.pclmulqdq.512", "+avx512f,+vpclmulqdq"),
}


def _power(exponent):
    """x to a power modulo the polynomial, reversed, as a factor of 33 bits."""
    found = 1 << 31
    for _ in range(exponent):
        found = (found >> 1) ^ (_POLYNOMIAL if found & 1 else 0)
    return found << 1


def _by_vectors(symbol, size):
    """The sum by folding vectors of `size` bytes; what is left, and short messages, word by word."""
    kind, step = f"<{size // 8} x i64>", len(_LANES) * size
    product, features = _PRODUCTS[size]
    pair = ", ".join(f"i64 {_power(8 * step + bits)}" for bits in (32, -32))
    factors = f"<{', '.join([pair] * (size // 16))}>"

    def each(*lines):
        return "\n".join("  " + line.format(k=k) for k in _LANES for line in lines)

    return f"""
declare {kind} @{product}({kind}, {kind}, i8)
{_by_words(f"{symbol}_words", "internal")}
define i64 @{symbol}(ptr %p, i64 %n, i64 %start) nounwind "target-features"="{features}" {{
entry:
  %short = icmp ult i64 %n, {2 * step}
  br i1 %short, label %whole, label %begin
whole:
  %all = call i64 @{symbol}_words(ptr %p, i64 %n, i64 %start)
  ret i64 %all
begin:
  %kept = alloca [{len(_LANES)} x {kind}]
{each(f"%i{{k}} = getelementptr {kind}, ptr %p, i64 {{k}}", f"%v{{k}} = load {kind}, ptr %i{{k}}, align 1")}
  %state = insertelement {kind} zeroinitializer, i64 %start, i64 0
  %begun = xor {kind} %v0, %state
  br label %head
head:
  %at = phi i64 [{step}, %begin], [%after, %head]
  %s0 = phi {kind} [%begun, %begin], [%t0, %head]
{each(f"%s{{k}} = phi {kind} [%v{{k}}, %begin], [%t{{k}}, %head]").split(chr(10), 1)[1]}
  %from = getelementptr i8, ptr %p, i64 %at
{
        each(
            f"%j{{k}} = getelementptr {kind}, ptr %from, i64 {{k}}",
            f"%w{{k}} = load {kind}, ptr %j{{k}}, align 1",
            f"%l{{k}} = call {kind} @{product}({kind} %s{{k}}, {kind} {factors}, i8 0)",
            f"%h{{k}} = call {kind} @{product}({kind} %s{{k}}, {kind} {factors}, i8 17)",
            f"%x{{k}} = xor {kind} %l{{k}}, %h{{k}}",
            f"%t{{k}} = xor {kind} %x{{k}}, %w{{k}}",
        )
    }
  %after = add i64 %at, {step}
  %next = add i64 %after, {step}
  %more = icmp ule i64 %next, %n
  br i1 %more, label %head, label %end
end:
{each(f"%o{{k}} = getelementptr {kind}, ptr %kept, i64 {{k}}", f"store {kind} %t{{k}}, ptr %o{{k}}, align 1")}
  %folded = call i64 @{symbol}_words(ptr %kept, i64 {step}, i64 0)
  %rest = getelementptr i8, ptr %p, i64 %after
  %count = sub i64 %n, %after
  %sum = call i64 @{symbol}_words(ptr %rest, i64 %count, i64 %folded)
  ret i64 %sum
}}"""


def _by_words(symbol, linkage=""):
    """The sum, eight bytes at a time."""
    wide, by_eight, narrow, by_one, features = _INSTRUCTIONS[platform.machine()]
    state = "%c" if wide == "i64" else "%c32"
    widen = "" if wide == "i64" else "%c32 = trunc i64 %c to i32"
    result = "%c2 = " if wide == "i64" else "%r32 = "
    back = "" if wide == "i64" else "%c2 = zext i32 %r32 to i64"
    byte = "" if narrow == "i8" else "%bw = zext i8 %b to i32"
    return f"""
declare {wide} @{by_eight}({wide}, i64)
declare i32 @{by_one}(i32, {narrow})
define {linkage} i64 @{symbol}(ptr %p, i64 %n, i64 %start) nounwind "target-features"="{features}" {{
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


def summed(data, count, state):
    """The state of the sum after `count` more bytes."""
    state = np.int64(state)
    for i in range(count):
        state = _TABLE[(state ^ data[i]) & 255] ^ (state >> 8)
    return state


extended = (assembly(_extended) if platform.machine() in _INSTRUCTIONS else scalar)(summed)


@kernel
def crc32c(data: u8p, o: i64p.out, count, start):
    """The checksum of `count` bytes that follow those of which `start` is the checksum; `o` gets it."""
    o[0] = extended(data, count, start ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
    return 0


@kernel
def crc32c_each(data: u8p, starts: i64p, counts: i64p, o: i64p.out, number):
    """The checksums of as many pieces of memory, each of so many bytes from a start on; `o` gets them."""
    for i in range(number):
        o[i] = extended(at(data, starts[i]), counts[i], 0xFFFFFFFF) ^ 0xFFFFFFFF
    return 0
