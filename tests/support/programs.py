"""Small programs for tests of passes."""

import numpy as np

from minitf.kernels.compile import layout
from minitf.kernels.machine import vm
from minitf.kernels.math import gemm, movement, reduce, state
from minitf.runtime.lower.ir import Buffer, Call, Ref, calls
from minitf.runtime.lower.text import Names, text
from minitf.runtime.memory.instructions import Instructions
from minitf.runtime.memory.memory import Memory
from minitf.runtime.passes import rewrite
from minitf.runtime.passes.uses import Uses

CARRIER = layout.carrier(np.float32)


class Program:
    """Calls written by hand; what is `kept` is compared."""

    def __init__(self, dtype="float32"):
        self.dtype, self.nodes, self.kept = np.dtype(dtype), [], []
        self.random = np.random.RandomState(0)

    def given(self, *shape):
        array = (self.random.uniform(0.1, 0.9, shape) * (10 if self.dtype.kind == "i" else 1)).astype(self.dtype)
        return Ref(shape, self.dtype, Buffer(array.nbytes, "constant", array))

    def number(self, value):
        array = np.array(value, self.dtype)
        return Ref((), self.dtype, Buffer(array.nbytes, "constant", array), known=array)

    def new(self, *shape):
        return Ref(shape, self.dtype, Buffer(int(np.prod(shape)) * self.dtype.itemsize))

    def call(self, kernel, *operands):
        self.nodes.append(Call(kernel, operands, None, None))
        return next(o for o in reversed(operands) if isinstance(o, Ref))

    def unary(self, kernel, a):
        return self.call(kernel[self.dtype], a, self.new(*a.shape), a.size)

    def binary(self, kernel, a, b, out=None):
        shape, rank, dims = layout.broadcast(a.shape, b.shape)
        return self.call(kernel[self.dtype], a, b, out or self.new(*shape), rank, dims)

    def columns(self, a, first, count):
        return self.call(movement.strided_copy[CARRIER], a, self.new(a.shape[0], count), first, 2, (*a.shape, count, 1))

    def write(self, a, out, first):
        self.call(movement.strided_write[CARRIER], a, out, first, 2, (*out.shape, a.shape[1], 1))

    def sum_rows(self, a):
        size = a.shape[1]
        return self.call(reduce.reduce_sum[self.dtype], a, self.new(size), size, *layout.reduction(a.shape, (0,)))

    def turn(self, a):
        """The copy with the first two axes exchanged."""
        first, second, *rest = a.shape
        dims = layout.transpose(a.shape, (1, 0, *range(2, len(a.shape))))
        return self.call(movement.strided_copy[CARRIER], a, self.new(second, first, *rest), 0, *dims)

    def product(self, a, b, ta=0, tb=0, beta=0, out=None):
        """op(a) @ op(b), all axes but the last taken together."""
        sizes = [(x.size // x.shape[-1], x.shape[-1]) for x in (a, b)]
        (m, k), (_, n) = (size[::-1] if turned else size for size, turned in zip(sizes, (ta, tb)))
        out = out or self.new(m, n)
        numbers = (m, n, k, ta, tb, a.shape[-1], b.shape[-1], n, beta, 1, 0, 0, 0)
        self.nodes.append(Call(gemm.gemm[self.dtype], (a, b, out, *numbers), None, None))
        return out

    def copy(self, a):
        return self.call(state.assign[CARRIER], a, self.new(*a.shape), a.size)

    def keep(self, *refs):
        self.kept += refs

    def names(self):
        return [call.kernel.kernel.name for call in calls(self.nodes)]

    def uses(self):
        return Uses(self.nodes, frozenset(ref.buffer for ref in self.kept))

    def run(self):
        memory = Memory(self.nodes, [], self.kept)
        instructions = Instructions(self.nodes, memory, [])
        assert vm.vm[()].run(instructions.words, np.zeros(vm.CONTROL_WORDS, np.int64)) == 0
        return [memory.array(ref, []).copy() for ref in self.kept]


def program(table, expected):
    """Declares a program and the kernels that are left of it."""

    def declare(build):
        table[build.__name__] = build, expected.split()
        return build

    return declare


def check(build, passes, expected):
    """Passes leave these kernels of a program, which computes the same."""
    before, after = Program(), Program()
    build(before)
    build(after)
    rewrite(after.uses(), passes)
    assert after.names() == expected
    for a, b in zip(before.run(), after.run(), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-6, atol=1e-6)


def shown(build, *passes):
    """The texts of a program before and after passes."""
    p, names = Program(), Names()
    build(p)
    before = text(p.nodes, names)
    rewrite(p.uses(), list(passes))
    return f"\n{before}\n->\n{text(p.nodes, names)}\n"
