"""Machine code of kernels on disk, so that a process which finds it there never imports Numba.

A file is the object code of one kernel instance behind a checksum. It lives in a folder named after the
kernel's module and everything the code depends on: the sources, the versions of Numba, llvmlite and Python,
and the processor.
"""

import contextlib
import functools
import hashlib
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

lock = threading.RLock()
STARTED = time.time()
PATIENCE = 1.5  # seconds to wait for another process to compile a kernel
KEEP = 4  # folders of older sources kept per module
SOURCES = Path(__file__).parent
COMPILER = ("abi", "cache", "compiler")


def root():
    """Where compiled kernels are kept: `MINITF_CACHE_DIR`, or minitf's part of the user's cache folder."""
    named = os.environ.get("MINITF_CACHE_DIR")
    if named:
        return Path(named)
    user = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(user) / "minitf"


def address(name, function, build):
    """The entry address of a kernel instance, from the cache or else from `build(symbol) -> object code`."""
    with lock:
        folder = _folder(function.__code__.co_filename)
        path = folder and folder / f"{name}.o"
        found = path and (_read(path) or _made_elsewhere(path, name))
        if not found:
            symbol = f"minitf_{uuid.uuid4().hex}"
            found = symbol, build(symbol)
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
    """Whether another process is compiling a kernel right now: see `ahead`, which puts a better one here."""
    return False


def has(name, function):
    """Whether the code of a kernel instance is kept; or will not be, whatever happens."""
    folder = _folder(function.__code__.co_filename)
    return folder is None or (folder / f"{name}.o").exists() or not _writable(folder)


def _writable(folder):
    return os.access(next(path for path in [folder, *folder.parents] if path.exists()), os.W_OK)


def _read(path):
    try:
        data = path.read_bytes()
    except OSError:
        return None
    checksum, rest = data[:32], data[32:]
    if hashlib.blake2b(rest, digest_size=32).digest() != checksum:
        return None
    symbol, code = rest.split(b"\n", 1)
    return symbol.decode(), code


def _write(path, symbol, code):
    rest = symbol.encode() + b"\n" + code
    with contextlib.suppress(OSError):  # a cache that cannot be written is only a slower start
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _prune(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with open(handle, "wb") as file:
                file.write(hashlib.blake2b(rest, digest_size=32).digest() + rest)
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)


def _prune(newest):
    module = newest.name.rpartition("-")[0]
    folders = sorted(newest.parent.glob(f"{module}-*"), key=lambda f: f.stat().st_mtime, reverse=True)
    for folder in [f for f in folders if f != newest][KEEP - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)


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
    return root() / f"{path.stem}-{digest.hexdigest()}"


def _depends(path):
    """The source files that decide what the kernels of one file compile to."""
    todo, seen = [path, *(SOURCES / f"{name}.py" for name in COMPILER)], set()
    while todo:
        file = todo.pop()
        if file in seen or not file.is_file():
            continue
        seen.add(file)
        for line in re.findall(
            r"^\s*(?:from|import) minitf\.kernels.*", file.read_text("utf-8"), re.MULTILINE
        ):
            todo += [SOURCES / f"{word}.py" for word in re.findall(r"\w+", line)]
    return seen


@functools.cache
def _toolchain():
    """What besides the sources decides the machine code. Numba's version is read without importing it."""
    import llvmlite
    import llvmlite.binding as llvm

    numba = importlib.util.find_spec("numba")
    version = Path(numba.origin).with_name("_version.py").read_text("utf-8")
    parts = [version, llvmlite.__version__, sys.version_info[:2], os.name, sys.platform]
    parts += [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    return repr(parts).encode()


@functools.cache
def _engine():
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True, codemodel="jitdefault")
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


def _link(symbol, code):
    import llvmlite.binding as llvm

    engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine.get_function_address(symbol)
