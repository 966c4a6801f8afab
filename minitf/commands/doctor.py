"""Say what minitf finds on this machine: versions, processor, memory, compiled kernels, what is missing.

    minitf doctor

The exit code is 1 if something is wrong that minitf needs; what is only missing for a part is listed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import importlib.util
import math
import platform
import shutil
import sys
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_NEEDED = {
    "numpy": "numpy",
    "numba": "numba",
    "llvmlite": "llvmlite",
    "scipy": "scipy",
    "absl": "absl-py",
    "graphviz": "graphviz",
}
_EXTRAS = {  # module -> (what it is for, the extra that brings it)
    "matplotlib": ("pictures of the examples", "plot"),
    "rich": ("tables and progress in the terminal", "plot"),
    "sklearn": ("digits for the examples", "plot"),
    "tensorboard": ("event files, graphs as messages", "tensorboard"),
    "PIL": ("PNG and JPEG files", "image"),
    "fissix": ("scripts of Python 2", "py2"),
    "safetensors": ("exporting checkpoints", "safetensors"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command takes none."""


def run(options: argparse.Namespace) -> int:
    """Prints what there is and what is missing; returns the exit code."""
    faults = []
    for name, lines in {
        "versions": _versions,
        "processor": _processor,
        "memory": _memory,
        "compiled kernels": _kernels,
        "missing": _missing,
    }.items():
        try:
            found = lines()
        except Exception as error:  # the other parts may say why
            found = [f"{type(error).__name__}: {error}"]
            faults.append(name)
        print(name, *(f"  {line}" for line in found), sep="\n")
    return 1 if faults else 0


def _versions() -> list[str]:
    import minitf

    system = f"{platform.system()} {platform.machine()}"
    lines = [
        f"minitf-engine {_version('minitf-engine')} (stands for TensorFlow {minitf.__version__})",
        f"Python {platform.python_version()} ({sys.executable}), {system}",
    ]
    lacking = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        raise ImportError(f"{', '.join(lacking)} not found: pip install minitf-engine")
    return [*lines, ", ".join(f"{name} {_version(name)}" for name in _NEEDED.values())]


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed: run from its folder)"


def _processor() -> list[str]:
    from llvmlite import binding

    from minitf.kernels.compile import precompile
    from minitf.kernels.machine import pool
    from minitf.kernels.math import tiling

    bits = 8 * tiling.VECTOR_SIZE
    cores = precompile.cores()
    used = min(2, cores) if pool.AVAILABLE else 1
    lines = [
        f"{binding.get_host_cpu_name()}, vectors of {bits} bits",
        f"{cores} cores for this process, a session uses {used}",
    ]
    return lines + [f"a container's limit: the time of {share:.1f} cores" for share in _quotas()]


def _quotas() -> list[float]:
    """The limits of control groups on processor time, in cores; either version."""
    found = []
    for names in (["cpu.max"], ["cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"]):
        with contextlib.suppress(OSError, ValueError):
            quota, period = " ".join((_GROUPS / name).read_text() for name in names).split()
            found += [int(quota) / int(period)] if quota not in ("max", "-1") else []
    return found


def _memory() -> list[str]:
    from minitf.kernels.machine import alloc, cgroups

    def gib(size: float) -> str:
        return "not known" if math.isinf(size) else f"{size / 2**30:.1f} GiB"

    limit = cgroups.available()
    said = "none" if math.isinf(limit) else f"{gib(limit)} of it left"
    return [f"{gib(alloc.available())} can be used", f"limit of a container: {said}"]


def _kernels() -> list[str]:
    from minitf.kernels.compile import folders
    from minitf.overview.variables import size

    fault = folders.fault()
    if fault is not None:
        return [
            f"not kept in {folders.named()}: {fault}; every run compiles its own. Mend that, or name a "
            "folder that only you can change in MINITF_CACHE_DIR"
        ]
    count, total = folders.kept()
    return [f"{folders.named()}: {count:,} kernels, {size(total)}"]


def _missing() -> list[str]:
    lines = [
        f"{name}: {use} (pip install 'minitf-engine[{extra}]')"
        for name, (use, extra) in _EXTRAS.items()
        if importlib.util.find_spec(name) is None
    ]
    if not shutil.which("dot"):
        lines.append("dot: pictures of graphs (apt install graphviz, brew install graphviz)")
    return lines or ["nothing"]
