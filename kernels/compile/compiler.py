"""From a kernel instance to object code: with `target`, all that imports Numba.

The code is self-contained: helpers are linked in, and what stays external is the C library's, which every process has.
"""

import inspect

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.compiler import Flags
from numba.core.compiler_lock import global_compiler_lock
from numba.core.cpu_options import FastMathOptions
from numba.core.typing.templates import infer_global, make_intrinsic_template
from numba.extending import overload
from numba.np.numpy_support import as_dtype, from_dtype

from minitf.kernels.compile import abi, target

WORD = ir.IntType(64)
WORDS = WORD.as_pointer()
BYTE = ir.IntType(8)
NUMBER = {"integer": types.int64, "real": types.float64, "integers": types.CPointer(types.int64)}


_registered = set()
_assembled = {}  # symbol -> what writes its assembly


@global_compiler_lock
def compile_kernel(instance, symbol):
    """The object code of a kernel instance, with its entry point under the given symbol."""
    _register_helpers()
    signature = [NUMBER[o] if isinstance(o, str) else types.CPointer(from_dtype(o)) for o in instance.operands]
    library, described = target.compile_function(
        instance.name, instance.kernel.function, tuple(signature), types.int64, _flags(instance.kernel)
    )
    library.add_ir_module(_entry(described, instance.operands, symbol))
    return _emit(library.optimized(), symbol)


def _flags(kernel):
    flags = Flags()
    flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
    flags.error_model = "numpy"
    flags.fastmath = FastMathOptions(kernel.fastmath)
    flags.noalias = True  # with many pointers LLVM would otherwise assume overlap and not vectorize
    return flags


def _entry(described, operands, symbol):
    """`int64 symbol(int64* operands)`: unpacks the words and calls the kernel."""
    context = target.context
    module = context.create_module(symbol)
    convention = context.call_conv
    result, arguments = described.restype, described.argtypes
    callee = ir.Function(module, convention.get_function_type(result, arguments), described.llvm_func_name)
    entry = ir.Function(module, ir.FunctionType(WORD, [WORDS]), symbol)
    builder = ir.IRBuilder(entry.append_basic_block())
    values = []
    for position, (operand, kind) in enumerate(zip(operands, arguments)):
        place = builder.gep(entry.args[0], [WORD(position)])
        if operand == "integers":
            values.append(place)
            continue
        word = builder.load(place)
        if operand == "real":
            word = builder.bitcast(word, ir.DoubleType())
        elif operand != "integer":
            word = builder.inttoptr(word, context.get_value_type(kind))
        values.append(word)
    status, out = convention.call_function(builder, callee, result, arguments, values, attrs=("noinline",))
    with builder.if_then(status.is_error, likely=False):
        builder.ret(WORD(-1))
    builder.ret(out)
    return module


def _emit(module, symbol):
    for name in [f.name for f in module.functions if f.is_declaration and f.name in _assembled]:
        module.link_in(llvm.parse_assembly(_assembled[name]()))
    for function in module.functions:
        if not function.is_declaration and function.name != symbol:
            function.linkage = "internal"  # helpers of two kernels may share a name
        elif function.is_declaration and not function.name.startswith("llvm."):
            _check_external(function.name)
    for variable in module.global_variables:
        variable.linkage = "internal"
    return target.codegen.emit(module)


def _check_external(name):
    # An unknown symbol ends the process that loads the code, and Numba's own helpers exist only where it is imported.
    if name.lower().startswith(("numba", "nrt", "py", "_py")) or not llvm.address_of_symbol(name):
        raise RuntimeError(f"a kernel may call only C library functions, not {name}")


def _register_helpers():
    for function in abi.SCALARS:
        if function not in _registered:
            _registered.add(function)
            _overload(function)
    for function, write in abi.ASSEMBLY.items():
        if function not in _registered:
            _registered.add(function)
            _assemble(function, write)


def _overload(function):
    options = {
        "fastmath": abi.FASTMATH,
        "error_model": "numpy",
        "no_cpython_wrapper": True,
        "no_cfunc_wrapper": True,
        "forceinline": True,  # LLVM leaves a long helper a call, and a loop with calls does not vectorize
    }

    @overload(function, jit_options=options, strict=False)
    def choose(*args):
        dtype = as_dtype(args[0]) if isinstance(args[0], types.Number) else None
        return function.version(dtype)


def _provides(function, typed):
    """Makes a code generator the compiled form of a Python function that kernels call.

    typed(*arguments): the signature of a call with arguments of these types.
    """

    def register(generate):
        def define(typing, *arguments):
            return typed(*arguments), generate

        first, *_ = inspect.signature(define).parameters.values()
        define.__signature__ = inspect.Signature([first, *inspect.signature(function).parameters.values()])
        infer_global(function, types.Function(make_intrinsic_template(function, define, function.__name__)))
        return generate

    return register


def _assemble(function, write):
    """Makes LLVM assembly the compiled form of a Python function that kernels call."""

    def typed(*arguments):
        return types.int64(*[a if isinstance(a, types.CPointer) else types.int64 for a in arguments])

    @_provides(function, typed)
    def generate(context, builder, signature, values):
        dtype = next(a.dtype for a in signature.args if isinstance(a, types.CPointer))
        symbol = f"{function.__name__}_{dtype}"
        _assembled.setdefault(symbol, lambda: write(symbol, as_dtype(dtype)))
        kind = ir.FunctionType(WORD, [value.type for value in values])
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, symbol), values)


@_provides(abi.call, lambda address, table, position: types.int64(types.int64, NUMBER["integers"], types.int64))
def _call(context, builder, signature, args):
    address, table, position = args
    entry = builder.inttoptr(address, ir.FunctionType(WORD, [WORDS]).as_pointer())
    return builder.call(entry, [builder.gep(table, [position])])


@_provides(abi.address, lambda pointer, position: types.int64(pointer, types.int64))
def _address(context, builder, signature, args):
    return builder.ptrtoint(builder.gep(args[0], [args[1]]), WORD)


@_provides(abi.at, lambda pointer, position: pointer(pointer, types.int64))
def _at(context, builder, signature, args):
    return builder.gep(args[0], [args[1]])


@_provides(abi.workspace, lambda pointer: pointer(pointer))
def _workspace(context, builder, signature, args):
    with builder.goto_entry_block():
        place = builder.alloca(BYTE, WORD(abi.WORKSPACE))
        place.align = 64
    return builder.bitcast(place, args[0].type)


@_provides(abi.read, lambda address: types.int64(types.int64))
def _read(context, builder, signature, args):
    return builder.load(builder.inttoptr(args[0], WORDS))


@_provides(abi.write, lambda address, value: types.int64(types.int64, types.int64))
def _write(context, builder, signature, args):
    builder.store(args[1], builder.inttoptr(args[0], WORDS))
    return args[1]


@_provides(abi.truth, lambda address: types.boolean(types.int64))
def _truth(context, builder, signature, args):
    byte = builder.load(builder.inttoptr(args[0], BYTE.as_pointer()))
    return builder.icmp_unsigned("!=", byte, BYTE(0))


@_provides(abi.like, lambda x, number: x(x, number))
def _like(context, builder, signature, args):
    return context.cast(builder, args[1], signature.args[1], signature.return_type)


@_provides(abi.bits, lambda x: {types.float32: types.int32, types.float64: types.int64}[x](x))
@_provides(abi.from_bits, lambda x: {types.int32: types.float32, types.int64: types.float64}[x](x))
def _reinterpret(context, builder, signature, args):
    return builder.bitcast(args[0], context.get_value_type(signature.return_type))
