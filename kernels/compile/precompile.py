"""Compiling kernels that nearly every program needs in a second process, while the first compiles others.

Only where none are compiled yet: a machine's first run takes seconds, most of it Numba's. What the second
process makes reaches the first one through the cache.
"""

import atexit
import contextlib
import functools
import gc
import os
import subprocess
import sys
import threading

from minitf.kernels.compile import cache, folders
from minitf.kernels.machine.vm import vm

MARK = "MINITF_COMPILES_AHEAD"  # in the environment of the second process


def common():
    """The kernels, the first one needed first."""
    from minitf.kernels.math import gemm, movement, optimizers, reduce

    return [
        vm[()],
        gemm.gemm["float32"],
        reduce.reduce_sum["float32"],
        movement.strided_copy["uint32"],
        optimizers.apply_adam["float32", "int32"],
    ]


@functools.cache
def start():
    """Starts the second process, once, unless the kernels are there or there is no core for it."""
    if MARK in os.environ or cores() < 2 or not sys.executable or cache.has(vm[()].name, vm.function):
        return
    kept = cache.kept_in(vm.function)
    with contextlib.suppress(OSError, RuntimeError):  # then the kernels are compiled when they are needed
        process = subprocess.Popen(
            [sys.executable, *_isolation(), "-m", "minitf.kernels.compile.precompile"],
            env={**os.environ, MARK: "1", "MINITF_CACHE_DIR": str(kept)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the first one
        )
        waiting = threading.Thread(target=process.wait, name="minitf compiler", daemon=True)
        waiting.start()  # lest its end goes unnoticed
        cache.is_made_elsewhere = lambda name: process.poll() is None and name == present()
        if folders.is_temporary(kept):
            atexit.register(_end, process)  # before the folder is removed


def _isolation():
    """The options by which the second process imports nothing that the first would not: no `numpy.py` or
    `random.py` that lies in the working folder.
    """
    flags = {"-I": "isolated", "-E": "ignore_environment", "-s": "no_user_site", "-S": "no_site"}
    return ["-P", *[option for option, flag in flags.items() if getattr(sys.flags, flag)]]


def _end(process):
    process.kill()
    process.wait()


def present():
    """The name of the kernel that the second process is working at, as it takes them in order."""
    missing = [made.name for made in common() if not cache.has(made.name, made.kernel.function)]
    return missing[0] if missing else None


def cores():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    gc.disable()  # it would walk all of Numba again and again
    for instance in common():
        instance.address  # noqa: B018
