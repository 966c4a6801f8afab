"""Numba cut down to what kernels need.

A target of its own for Numba's compiler, beside those of Numba's other users in the process. It knows
numbers, pointers, loops and maths, skips the stages that no kernel needs, and optimises a whole kernel once
instead of every helper, twice.
"""

import contextlib
import functools

from numba.core import config, cpu, typing
from numba.core import typed_passes as typed
from numba.core import untyped_passes as untyped
from numba.core.codegen import AOTCodeLibrary, AOTCPUCodegen
from numba.core.compiler import CompilerBase, compile_extra
from numba.core.compiler_machinery import PassManager
from numba.core.decorators import jit
from numba.core.descriptors import TargetDescriptor
from numba.core.dispatcher import Dispatcher
from numba.core.fastmathpass import rewrite_module
from numba.core.target_extension import CPU, dispatcher_registry, jit_registry, target_override, target_registry
from numba.core.typing import mathdecl, npydecl
from numba.cpython import builtins, iterators, mathimpl, numbers, rangeobj, tupleobj  # noqa: F401
from numba.np import npyimpl

NAME = "minitf"
STAGES = (
    untyped.TranslateByteCode,
    untyped.FixupArgs,
    untyped.IRProcessing,
    untyped.RewriteSemanticConstants,
    untyped.GenericRewrites,
    untyped.ReconstructSSA,
    typed.NopythonTypeInference,
    typed.PreLowerStripPhis,
    typed.IRLegalization,
    typed.NativeLowering,
    typed.NoPythonBackend,
)


class Library(AOTCodeLibrary):
    """The code of one function, and of the helpers it calls."""

    def _optimize_final_module(self):
        """Called by Numba for each helper too, which is optimised as part of its callers."""

    def optimized(self):
        """The module with all that it needs, optimised."""
        self.finalize()
        manager, builder = self.codegen._module_pass_manager()
        manager.run(self._final_module, builder)
        return self._final_module


class HostCodegen(AOTCPUCodegen):
    """Makes object files for this very processor."""

    _library_class = Library

    def _customize_tm_features(self):
        features = self._get_host_cpu_features()
        # LLVM shies from 512-bit vectors for the sake of mixed code; loops of nothing else gain 1.5 to 2 times.
        return features + ",-prefer-256-bit" if "+avx512f" in features else features

    def emit(self, module):
        """The object code of a module."""
        return self._tm.emit_object(module)


class Context(cpu.CPUContext):
    """How what kernels do is compiled; what only other programs do is not loaded."""

    def init(self):
        """Called by Numba."""
        super().init()
        self._internal_codegen = codegen

    def load_additional_registries(self):
        """Called by Numba before it compiles."""
        self.install_registry(mathimpl.registry)
        self.install_registry(npyimpl.registry)

    def post_lowering(self, module, library):
        """Called by Numba, whose own version also links its memory management into each function."""
        if self.fastmath:
            rewrite_module(module, self.fastmath)

    def get_executable(self, library, described, environment):
        """Numba's name for a compiled function; a helper needs none to be called by Python."""
        return object()


class Types(typing.Context):
    """What calls result in; what only other programs do is not loaded."""

    def init(self):
        """Called by Numba."""
        super().init()
        self.known = {}

    def load_additional_registries(self):
        """Called by Numba before it compiles."""
        self.install_registry(mathdecl.registry)
        self.install_registry(npydecl.registry)

    def resolve_function_type(self, function, arguments, keywords):
        """The signature of a call. Numba asks for the same one again and again while it infers types."""
        if keywords:
            return super().resolve_function_type(function, arguments, keywords)
        key = function, arguments
        if key not in self.known:
            self.known[key] = super().resolve_function_type(function, arguments, keywords)
        return self.known[key]


class Stages(PassManager):
    """Runs the stages without Numba's reports and checks in between; the last ones do all bookkeeping."""

    def _runPass(self, index, stage, state):  # noqa: N802
        stage.analysis = self._analysis
        stage.run_initialization(state)
        stage.run_pass(state)
        stage.run_finalizer(state)


class Pipeline(CompilerBase):
    """The stages from a Python function to LLVM's code."""

    def define_pipelines(self):
        """Called by Numba."""
        manager = Stages("kernel")
        for stage in STAGES:
            manager.add_pass(stage, stage.__name__)
        manager.finalize()
        return [manager]


class Processor(CPU):
    """Numba's CPU, as kernels see it."""


codegen = HostCodegen("minitf.kernels", cpu_name="host")
target_registry[NAME] = Processor
context = Context(Types(), NAME)


class Descriptor(TargetDescriptor):
    """Where Numba finds the contexts."""

    options = cpu.CPUTargetOptions
    typing_context = context.typing_context
    target_context = context


class HelperDispatcher(Dispatcher):
    """Compiles helpers for the types they are called with."""

    targetdescr = Descriptor(NAME)

    def add_overload(self, compiled):
        """Called by Numba, whose own version makes the function callable from Python."""
        self.overloads[tuple(compiled.signature.args)] = compiled


dispatcher_registry[Processor] = HelperDispatcher
jit_registry[Processor] = functools.partial(jit, _target=NAME, pipeline_class=Pipeline)


@contextlib.contextmanager
def _jit_enabled():
    """NUMBA_DISABLE_JIT is meant for the user's own functions: kernels have no other form to run in."""
    disabled, config.DISABLE_JIT = config.DISABLE_JIT, 0
    try:
        yield
    finally:
        config.DISABLE_JIT = disabled


def compile_function(name, function, arguments, result, flags):
    """(the library with a compiled function, its description)."""
    library = codegen.create_library(name)
    context.typing_context.known.clear()  # a helper's fast maths may be that of the kernel which calls it
    with target_override(NAME), _jit_enabled():
        types = context.typing_context
        compiled = compile_extra(types, context, function, arguments, result, flags, {}, library, Pipeline)
    return library, compiled.fndesc
