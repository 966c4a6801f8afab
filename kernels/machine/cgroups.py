"""What the limits of Linux's control groups, as containers have them, leave of the memory; either version.

Every group has a folder of files in each hierarchy that is mounted, and counts towards the limits of those
around it. Of what it uses, the contents of files that were not read lately are given back when need be.
"""

import functools
import math
import re
from pathlib import Path
from typing import NamedTuple

_NONE = 2.0**60  # bytes: more than there are anywhere


class Files(NamedTuple):
    """A version's names of files: limit and usage of RAM, and of swap (in version 1, of both together)."""

    limit: str
    usage: str
    swap_limit: str
    swap_usage: str
    idle: str  # in memory.stat


VERSIONS = {
    "cgroup": Files(
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "memory.memsw.limit_in_bytes",
        "memory.memsw.usage_in_bytes",
        "total_inactive_file",
    ),
    "cgroup2": Files("memory.max", "memory.current", "memory.swap.max", "memory.swap.current", "inactive_file"),
}


def available(swap: float = 0, root: str = "/") -> float:
    """Bytes that the groups of this process may still use, `swap` being free; infinity without limits."""
    found = math.inf
    for version, folder, top in _folders(root):
        while True:
            found = min(found, _left(folder, version, swap))
            if folder == top:
                break
            folder = folder.parent
    return found


def _left(folder: Path, version: str, swap: float) -> float:
    """What one group's own limits leave."""
    files = VERSIONS[version]
    limit, more = (_number(_read(folder / name)) for name in (files.limit, files.swap_limit))
    if min(limit, more) >= _NONE:
        return math.inf
    stat = dict(line.rsplit(None, 1) for line in _read(folder / "memory.stat").splitlines() if " " in line)
    idle = _number(stat.get(files.idle), 0)
    ram = limit - _number(_read(folder / files.usage), 0) + idle
    more -= _number(_read(folder / files.swap_usage), 0)
    left = min(ram + swap, more + idle) if version == "cgroup" else ram + min(swap, more)
    return max(left, 0)


def _number(text, default: float = math.inf) -> float:
    """The number in a file; what is missing, or "max", is the default."""
    return float(text) if text and text.strip().isdigit() else default


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeError):
        return ""


def _folders(root: str) -> list[tuple]:
    """(version, folder, topmost folder that can be seen) of the groups of this process that count memory."""
    found = []
    for line in _read(Path(root, "proc/self/cgroup")).splitlines():
        number, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        version = "cgroup2" if number == "0" and not controllers else "cgroup"
        if version == "cgroup2" or "memory" in controllers.split(","):
            found += [
                (version, *place)
                for v, *mount in _mounts(root)
                if v == version
                for place in [_place(root, group, *mount)]
            ]
    return found


def _place(root: str, group: str, shown: str, where: str) -> tuple[Path, Path]:
    """A group's folder, and the topmost one, where the hierarchy is mounted of which `shown` is seen.

    A container may see no more than its own group, and call it by the name that it has outside.
    """
    top = Path(root, where.lstrip("/"))
    prefix = shown.rstrip("/") + "/"
    inside = group.removeprefix(prefix) if group.startswith(prefix) else ""
    folder = top / inside
    return (folder, top) if ".." not in inside and folder.is_dir() else (top, top)


@functools.cache
def _mounts(root: str) -> list[tuple[str, str, str]]:
    """(version, which folder of the hierarchy is mounted, where) of those that may count memory."""
    found = []
    for line in _read(Path(root, "proc/self/mountinfo")).splitlines():
        mount, _, system = line.partition(" - ")
        fields, kind = mount.split(), system.split()
        if len(fields) < 5 or not kind or kind[0] not in VERSIONS:
            continue
        if kind[0] == "cgroup2" or "memory" in kind[-1].split(","):
            found.append((kind[0], _unescaped(fields[3]), _unescaped(fields[4])))
    return found


def _unescaped(path: str) -> str:
    return re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), path)
