"""Machine code of kernels on disk, so that a process which finds it there never imports Numba.

A file is the object code of one kernel instance behind a checksum of its name and contents. It lives in a
folder named after the kernel's module and everything the code depends on: the sources, the versions of Numba,
llvmlite and Python, and the processor.
"""

import contextlib
import functools
import hashlib
import importlib
import importlib.util
import os
import re
import sys
import threading
import time
import uuid
from pathlib import Path

from minitf.kernels.compile import folders, trust
from minitf.kernels.machine.aside import Aside

lock = threading.RLock()  # held while a kernel is compiled or loaded
STARTED = time.time()
_LONGEST = 10.0  # seconds that a fork waits for a kernel that is being compiled
PATIENCE = 1.5  # seconds to wait for another process to compile a kernel
SOURCES = Path(__file__).parents[1]
NOT_IN_CODE = ("NUMBA_DISABLE_JIT", "NUMBA_NUM_THREADS", "NUMBA_THREADING_LAYER", "NUMBA_CACHE_DIR")
COMPILER = ("abi", "cache", "compiler")
KEEPING = ("folders", "trust", "aside", "alloc", "cgroups")  # help to make and keep code, and are no part of it

compiling = Aside()  # an interrupted compiler, or one imported by half, would be of no use any more


def _guard_forks():
    """Lets a child process have no compiler that is in the middle of something: it could never go on."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child)


def _before_fork():
    if lock.acquire(timeout=_LONGEST):  # others' guards may wait for each other
        compiling.settle()


def _in_parent():
    with contextlib.suppress(RuntimeError):  # it was not to be had
        lock.release()


def _in_child():
    global lock
    lock = threading.RLock()


_guard_forks()


@functools.cache
def _guard_before_logging():
    """Python's logging guards its lock as well, which the compiler needs: who comes last is asked first."""
    import logging  # noqa: F401

    _guard_forks()


def address(name, function, build):
    """The entry address of a kernel instance, from the cache or else from `build(symbol) -> object code`."""
    with lock:
        folder = _folder(function.__code__.co_filename)
        path = folder and folder / f"{name}.o"
        found = path and (_read(path) or _made_elsewhere(path, name))
        if not found:
            symbol = f"minitf_{uuid.uuid4().hex}"
            _guard_before_logging()
            compiling.settle()
            found = symbol, compiling.do(lambda: build(symbol))
            if path:
                _write(path, *found)
        return _link(*found)


def _made_elsewhere(path, name):
    """What another process of ours is about to write, if there is one and it soon does."""
    end = time.monotonic() + PATIENCE
    while is_made_elsewhere(name) and time.monotonic() < end:
        time.sleep(0.005)
    return _read(path)


def is_made_elsewhere(name):
    """Whether another process is compiling a kernel right now: see `precompile`, which puts a better one here."""
    return False


def has(name, function):
    """Whether the code of a kernel instance is kept; or will not be, whatever happens."""
    folder = _folder(function.__code__.co_filename)
    return folder is None or os.path.exists(folder / f"{name}.o") or not os.access(folder, os.W_OK)


def kept_in(function):
    """The folder of all compiled kernels that the code of a kernel is kept in; None if it is not kept."""
    folder = _folder(function.__code__.co_filename)
    return folder and folder.parent


def _read(path):
    data = trust.read(path) or b""
    checksum, rest = data[:32], data[32:]
    if _checksum(path, rest) != checksum:
        return None
    symbol, code = rest.split(b"\n", 1)
    return symbol.decode(), code


def _write(path, symbol, code):
    rest = symbol.encode() + b"\n" + code
    try:
        folders.renew(path.parent)
        trust.write(path, _checksum(path, rest) + rest)
    except OSError as error:  # only a slower start
        folders.tell(error)


def _checksum(path, contents):
    """Differs for the same contents under another name, or moved here from other sources' folder."""
    place = repr((path.parent.name, path.name)).encode()
    return hashlib.blake2b(place + b"\n" + contents, digest_size=32).digest()


@functools.cache
def _folder(source):
    """The folder for kernels of a source file; None if there is none, or not the one that was imported."""
    path = Path(source)
    if not path.is_file():
        return None
    digest = hashlib.blake2b(_toolchain(), digest_size=12)
    for file in sorted(_depends(path)):
        if STARTED < file.stat().st_mtime <= time.time():
            return None  # edited since it was imported: what this process runs is not what the file says
        digest.update(file.read_bytes())
    return folders.place(f"{path.stem}-{digest.hexdigest()}")


def _depends(path):
    """The source files that decide what the kernels of one file compile to."""
    todo, seen = [path, *_files(COMPILER)], set()
    while todo:
        file = todo.pop()
        if file not in seen:
            seen.add(file)
            todo += _imported(file)
    return seen


@functools.cache
def _imported(file):
    lines = re.findall(r"^\s*(?:from|import) minitf\.kernels.*", file.read_text("utf-8"), re.MULTILINE)
    words = {word for line in lines for word in re.findall(r"\w+", line)}
    return _files(words.difference(KEEPING))


def _files(names):
    sources = _sources(SOURCES)
    return [sources[name] for name in names if name in sources]


@functools.cache
def _sources(folder):
    """The source files below a folder by name, which no two kernels' have in common."""
    return {file.stem: file for file in folder.rglob("*.py") if file.stem != "__init__"}


@functools.cache
def _toolchain():
    """What besides the sources decides the machine code. Numba's version is read without importing it."""
    compiling.do(lambda: importlib.import_module("llvmlite.binding"))
    import llvmlite
    import llvmlite.binding as llvm

    numba = importlib.util.find_spec("numba")
    version = Path(numba.origin).with_name("_version.py").read_text("utf-8")
    parts = [version, llvmlite.__version__, sys.version_info[:2], os.name, sys.platform]
    parts += [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    return repr([*parts, *_settings()]).encode()


def _settings():
    """What Numba is told: by the environment, and by a file in the working folder."""
    told = [(n, v) for n, v in os.environ.items() if n.startswith("NUMBA_") and n not in NOT_IN_CODE]
    file = ".numba_config.yaml"
    return sorted(told) + ([Path(file).read_bytes()] if os.path.isfile(file) else [])


@functools.cache
def _engine():
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True, codemodel="jitdefault")
    # llvmlite's own memory manager has room for a kernel in one piece: LLVM's may put its numbers more than 2 GiB away
    # from its code, where a process has taken much memory meanwhile, and ends it
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine, use_lmm=True)


def _link(symbol, code):
    import llvmlite.binding as llvm

    engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine.get_function_address(symbol)
