"""How a kernel is declared, compiled and called.

A kernel is a function of flat memory, written once and run in two ways: compiled by Numba, or as plain Python
over flat arrays. Its annotations say what each operand is and what happens to it:

    a: T                what is there is read
    o: T.out            written, perhaps not all of it; what was there before has no influence
    o: T.inout          read and written
    o: T.scratch        for the kernel's own use: what is there before and after means nothing
    o: T.out.over("a")  may be the very memory of a, if that has its size and is walked as it is (`Rule.packs`)
    n                   without an annotation: an integer

Whoever moves, cuts or drops calls relies on this and on nothing else. The compiled form takes a table of int64 words,
one per operand, and returns a status: 0, or 1 + the flat position of the first offending element.
"""

import ctypes
import inspect
import struct
import sys
from dataclasses import dataclass, replace

import numpy as np

from minitf.kernels.compile import cache
from minitf.kernels.machine import alloc

FLOATS = ("float32", "float64")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
REALS = FLOATS + INTS
NUMBERS = (*REALS, "bool")
INDEX = ("int32", "int64")
ITEMS = ("uint8", "uint16", "uint32", "uint64")  # by size, for what only moves

KERNELS = {}
SCALARS = []
ASSEMBLY = {}  # function -> what writes its assembly
FASTMATH = {"contract"}
STARTING, COMPILING = 96 << 20, 48 << 20  # bytes: the compiler ends a process that gives it too few
WORKSPACE = 3 << 14
ENTRY = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)  # releases the GIL


@dataclass(frozen=True)
class Operand:
    """What a kernel parameter is: a pointer to a fixed dtype or to a type variable's, or a number; and what
    the kernel does with what a pointer points to.
    """

    kind: str  # "pointer", "integer", "real" or "integers"
    dtype: str | None = None
    variable: str | None = None
    effect: str = "in"  # or "out", "inout", "scratch"
    shares: tuple = ()  # the inputs in whose memory it may be

    out = property(lambda self: replace(self, effect="out"), doc="The same, written.")
    inout = property(lambda self: replace(self, effect="inout"), doc="The same, read and written.")
    scratch = property(lambda self: replace(self, effect="scratch"), doc="The same, for the kernel's own use.")

    def over(self, *inputs):
        """The same, where these inputs may be too: each item is written after theirs were read."""
        return replace(self, shares=inputs)

    @property
    def writes(self):
        """Whether the kernel changes what is there."""
        return self.effect != "in"


T, U, V, I = (Operand("pointer", variable=name) for name in "TUVI")  # noqa: E741
f32p, f64p, i32p, i64p, u8p, u64p = (
    Operand("pointer", dtype) for dtype in ("float32", "float64", "int32", "int64", "uint8", "uint64")
)
integer = Operand("integer")
real = Operand("real")
ints = Operand("integers")


def storage(dtype):
    """The dtype kernels see: bool is stored, and computed on, as uint8 0 or 1."""
    dtype = np.dtype(dtype)
    return np.dtype(np.uint8) if dtype == np.bool_ else dtype


class Kernel:
    """A kernel for any dtypes its type variables allow; indexed with dtypes it is a runnable `Instance`."""

    def __init__(self, function, name, dtypes, fastmath, split):
        self.function = function
        self.name = name
        self.split = split  # how its work is cut into pieces (see `splitting`), or None
        named = function.__code__.co_varnames[: function.__code__.co_argcount]
        self.operands = dict.fromkeys(named, integer) | inspect.get_annotations(function)
        self.places = {name: place for place, name in enumerate(self.operands)}
        self.memory = [  # the operands that are memory: their names, their places, whether they are written
            (n, self.places[n], o.writes) for n, o in self.operands.items() if o.kind == "pointer"
        ]
        self.written = [name for name, _, writes in self.memory if writes]
        self.variables = list(dict.fromkeys(o.variable for o in self.operands.values() if o.variable))
        self.dtypes = {v: tuple(map(np.dtype, dtypes.get(v, NUMBERS))) for v in self.variables}
        self.fastmath = fastmath
        self.scalar = None  # of an elementwise one: the function of numbers that it applies
        self.instances = {}
        self._asked = {}  # the same, by what was asked for: types by any of their names

    def supports(self, *dtypes):
        """Whether `self[dtypes]` exists."""
        return len(dtypes) == len(self.variables) and all(
            np.dtype(d) in self.dtypes[v] for v, d in zip(self.variables, dtypes)
        )

    def __getitem__(self, dtypes):
        if dtypes not in self._asked:
            self._asked[dtypes] = self._of(tuple(map(np.dtype, dtypes if isinstance(dtypes, tuple) else (dtypes,))))
        return self._asked[dtypes]

    def _of(self, dtypes):
        if dtypes not in self.instances:
            if not self.supports(*dtypes):
                allowed = "; ".join(f"{v}: {' '.join(map(str, self.dtypes[v]))}" for v in self.variables)
                raise TypeError(f"kernel {self.name} takes {allowed}; given {' '.join(map(str, dtypes))}")
            self.instances.setdefault(dtypes, Instance(self, dtypes))
        return self.instances[dtypes]

    def __repr__(self):
        return f"<kernel {self.name}({', '.join(self.operands)})>"


class Instance:
    """A kernel with its dtypes bound; compiled or loaded when its address is first asked for."""

    def __init__(self, kernel, dtypes):
        self.kernel = kernel
        self.dtypes = dtypes
        self.name = f"{kernel.name}[{','.join(map(str, dtypes))}]"
        bound = dict(zip(kernel.variables, map(storage, dtypes)))
        self.operands = [
            np.dtype(o.dtype or bound[o.variable]) if o.kind == "pointer" else o.kind for o in kernel.operands.values()
        ]
        self.variadic = self.operands[-1:] == ["integers"]
        self.format = "".join("d" if o == "real" else "q" for o in self.operands if o != "integers")
        self._address = None
        self._call = None

    @property
    def address(self):
        """The entry point, `int64 f(int64* operands)`, as an integer."""
        if self._address is None:
            address = cache.address(self.name, self.kernel.function, self._build)
            self._call = ENTRY(address)
            self._address = address  # last: another thread takes it to mean that all is set
        return self._address

    @property
    def entry(self):
        """The compiled function: takes the address of (or bytes with) an operand table, returns a status."""
        self.address  # noqa: B018
        return self._call

    def run(self, *operands):
        """Runs once on contiguous arrays and numbers; returns the status."""
        return self.entry(self.pack(*operands))

    def pack(self, *operands):
        """The operand table as bytes; the arrays must outlive it. For an array its address will do."""
        tail = ()
        if self.variadic:
            *operands, tail = operands
        words = map(_word, operands, self.operands)
        return struct.pack(f"{self.format}{len(tail)}q", *words, *tail)

    def python(self, *operands):
        """The same as `run`, interpreted."""
        flat = [
            value if isinstance(o, str) else value.reshape(-1).view(o)
            for value, o in zip(operands, self.operands, strict=True)
        ]
        with np.errstate(all="ignore"):
            return int(self.kernel.function(*flat))

    def _build(self, symbol):
        alloc.probe(COMPILING if "numba" in sys.modules else STARTING, "compiling a kernel")
        from minitf.kernels.compile import compiler

        return compiler.compile_kernel(self, symbol)

    def __repr__(self):
        return f"<kernel {self.name}>"


def _word(value, operand):
    if isinstance(operand, str) or isinstance(value, int):
        return value
    if value.itemsize != operand.itemsize or not value.flags.c_contiguous:
        raise TypeError(f"a kernel needs contiguous {operand}, given {value.dtype} with strides {value.strides}")
    return address_of(value)


def address_of(array):
    """Where an array starts."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))
    except (TypeError, ValueError):  # read-only or empty: numpy's slower way
        return array.__array_interface__["data"][0]


def kernel(function=None, *, name=None, reassoc=False, contract=True, split=None, **dtypes):
    """Declares a kernel: its annotations say what the operands are, `T=FLOATS` limits a type variable's dtypes.

    `reassoc` lets sums be reordered, which vectorizes them; without `contract` a product is rounded before it is
    added, as by two kernels. `split` is a rule of `splitting`.
    """
    if function is None:
        return lambda function: kernel(function, name=name, reassoc=reassoc, contract=contract, split=split, **dtypes)
    fastmath = (FASTMATH if contract else set()) | ({"reassoc"} if reassoc else set())
    made = Kernel(function, name or function.__name__, dtypes, fastmath, split)
    if made.name in KERNELS:
        raise ValueError(f"two kernels are named {made.name}")
    KERNELS[made.name] = made
    return made


class Scalar:
    """A function of numbers that kernels call; compiled into each of them."""

    def __init__(self, function):
        self.function = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.special = {}
        SCALARS.append(self)

    def register(self, *dtypes):
        """Decorates the version to use when the first argument has one of these dtypes."""

        def add(function):
            self.special.update((np.dtype(dtype), function) for dtype in dtypes)
            return self

        return add

    def version(self, dtype):
        """The Python function for a first argument of this dtype."""
        return self.special.get(dtype, self.function)

    def __call__(self, *args):
        """The function of Python numbers or NumPy scalars."""
        return self.version(getattr(args[0], "dtype", None))(*args)


def scalar(function):
    """Declares a helper for kernels, polymorphic in its arguments like any Numba function."""
    return function if isinstance(function, Scalar) else Scalar(function)


def assembly(write):
    """Declares a helper for kernels, compiled from LLVM assembly; the function itself is for plain Python.

    `write(symbol, dtype)` gives the definition of `i64 @symbol(...)`, for pointers of the dtype.
    """

    def declare(function):
        ASSEMBLY[function] = write
        return function

    return declare


def like(x, number):
    """The number in the type of x, so that float32 arithmetic stays float32."""
    return type(x)(number)


def bits(x):
    """The int32 or int64 with the bits of a float32 or float64."""
    return x.view(np.int32 if x.itemsize == 4 else np.int64)


def from_bits(x):
    """The float32 or float64 with the bits of an int32 or int64."""
    return x.view(np.float32 if x.itemsize == 4 else np.float64)


def call(address, table, position):
    """Calls the kernel at an address with the operands that start at a position of the table."""
    return ENTRY(int(address))(table.ctypes.data + 8 * int(position))


def address(pointer, position):
    """The address of an item of an array operand."""
    return pointer.ctypes.data + pointer.itemsize * int(position)


def at(pointer, position):
    """The operand from an item on."""
    return pointer[position:]


def workspace(pointer):
    """Scratch memory of `WORKSPACE` bytes for the time of a call, for items as the pointer's."""
    return np.empty(WORKSPACE // pointer.itemsize, pointer.dtype)


def read(address):
    """The int64 at an address."""
    return ctypes.c_int64.from_address(int(address)).value


def write(address, value):
    """Stores an int64 at an address."""
    ctypes.c_int64.from_address(int(address)).value = value
    return value


def truth(address):
    """Whether the byte at an address is not zero."""
    return ctypes.c_uint8.from_address(int(address)).value != 0
