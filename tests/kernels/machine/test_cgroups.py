"""Limits of containers, read from folders that are laid out as Linux lays them out."""

import math
import os
import subprocess
import sys

import pytest

from minitf.kernels.machine import alloc, cgroups

MB = 1 << 20
V2 = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
V1 = (
    "32 31 0:29 / /sys/fs/cgroup/cpu rw shared:5 - cgroup cgroup rw,cpu\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
)
DOCKER = "35 31 0:32 /docker/ab\\040c /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
UNLIMITED = "9223372036854771712\n"


def v2(folder, limit, used, **more):
    stat = more.pop("stat", "anon 1\ninactive_file 0\nactive_file 5\n")
    files = {"memory.max": limit, "memory.current": used, "memory.stat": stat}
    files |= {name.replace("_", "."): value for name, value in more.items()}
    return {f"sys/fs/cgroup{folder}/{name}": f"{value}\n" for name, value in files.items()}


def v1(folder, most, used, idle=0, **memsw):
    files = {
        "limit_in_bytes": most,
        "usage_in_bytes": used,
        "stat": f"cache 7\ninactive_file 1\ntotal_inactive_file {idle}\n",
    }
    files |= {f"memsw.{name}_in_bytes": value for name, value in memsw.items()}
    return {f"sys/fs/cgroup/memory{folder}/memory.{name}": f"{value}\n" for name, value in files.items()}


def system(group, mounts, memory=1000, swap=0):
    return {
        "proc/self/cgroup": group,
        "proc/self/mountinfo": mounts,
        "proc/meminfo": f"MemTotal: 9 kB\nMemAvailable: {memory * 1024} kB\nSwapFree: {swap * 1024} kB\n",
    }


INACTIVE = f"anon 5\ninactive_file {20 * MB}\n"
CASES = {
    "no groups": (system("", ""), 1000),
    "a group": (system("0::/a\n", V2) | v2("/a", 100 * MB, 30 * MB), 70),
    "files not read lately": (system("0::/a\n", V2) | v2("/a", 100 * MB, 30 * MB, stat=INACTIVE), 90),
    "no limit": (system("0::/a\n", V2) | v2("/a", "max", 30 * MB), 1000),
    "more than there is": (system("0::/a\n", V2) | v2("/a", 5000 * MB, 30 * MB), 1000),
    "more than allowed": (system("0::/a\n", V2) | v2("/a", 100 * MB, 130 * MB), 0),
    "a group around it": (
        system("0::/a/b/c\n", V2)
        | v2("/a", 100 * MB, 30 * MB)
        | v2("/a/b", "max", 30 * MB)
        | v2("/a/b/c", 200 * MB, 10 * MB),
        70,
    ),
    "a limit in the middle": (
        system("0::/a/b/c\n", V2) | v2("/a", "max", 0) | v2("/a/b", 50 * MB, 30 * MB) | v2("/a/b/c", "max", 10 * MB),
        20,
    ),
    "the container's own view": (system("0::/\n", V2) | v2("", 100 * MB, 30 * MB), 70),
    "a group out of sight": (system("0::/../other\n", V2) | v2("", 100 * MB, 30 * MB), 70),
    "a folder that is not there": (system("0::/gone/too\n", V2) | v2("", 100 * MB, 30 * MB), 70),
    "swap": (system("0::/a\n", V2, swap=500) | v2("/a", 100 * MB, 30 * MB), 570),
    "limited swap": (
        system("0::/a\n", V2, swap=500)
        | v2("/a", 100 * MB, 30 * MB, memory_swap_max=40 * MB, memory_swap_current=10 * MB),
        100,
    ),
    "no swap for the group": (
        system("0::/a\n", V2, swap=500) | v2("/a", 100 * MB, 30 * MB, memory_swap_max=0, memory_swap_current=0),
        70,
    ),
    "version 1": (system("3:cpu:/x\n4:memory:/a\n0::/\n", V1) | v1("/a", 100 * MB, 30 * MB), 70),
    "version 1, with others": (system("4:hugetlb,memory:/a\n", V1) | v1("/a", 100 * MB, 30 * MB), 70),
    "version 1, files": (system("4:memory:/a\n", V1) | v1("/a", 100 * MB, 30 * MB, 25 * MB), 95),
    "version 1, no limit": (system("4:memory:/a\n", V1) | v1("/a", UNLIMITED, 30 * MB), 1000),
    "version 1, around it": (
        system("4:memory:/a/b\n", V1) | v1("/a", 100 * MB, 30 * MB) | v1("/a/b", UNLIMITED, 9 * MB),
        70,
    ),
    "version 1, of RAM and swap": (
        system("4:memory:/a\n", V1, swap=500) | v1("/a", 100 * MB, 30 * MB, 5 * MB, limit=120 * MB, usage=35 * MB),
        90,
    ),
    "version 1, the container's own view": (system("4:memory:/docker/ab c\n", DOCKER) | v1("", 100 * MB, 30 * MB), 70),
    "version 1, inside the container's": (
        system("4:memory:/docker/ab c/d\n", DOCKER) | v1("", 100 * MB, 30 * MB) | v1("/d", 40 * MB, 30 * MB),
        10,
    ),
    "version 1, not mounted": (system("4:memory:/a\n", V2), 1000),
    "nonsense": (system("what\n:::\n4\n", "a b\n - cgroup2\n" + V2) | v2("", "lots", "some", stat="x"), 1000),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_left(name, tmp_path):
    files, expected = CASES[name]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert alloc.available(str(tmp_path)) == expected * MB


def test_where_nothing_is_told(tmp_path):
    assert cgroups.available(0, str(tmp_path)) == alloc.available(str(tmp_path)) == math.inf


_RUN = """
import sys
import numpy as np
import minitf as tf
x = tf.placeholder(tf.float32, [None])
y = tf.reduce_sum(tf.exp(x) * tf.exp(-x) + tf.cumsum(x))
with tf.Session() as sess:
    sess.run(y, {x: np.zeros(8)})
    open(sys.argv[1], "w").write(str(0))  # the group's own: see below
    try:
        sess.run(y, {x: np.zeros(1 << 25, np.float32)})
    except tf.errors.ResourceExhaustedError as error:
        print("refused" if "GiB more are needed" in str(error) else error)
    print(sess.run(y, {x: np.zeros(8)}))
"""


def _group():
    """A new group that counts memory, if this process may make one."""
    for _, _, top in cgroups._folders("/"):
        folder = top / f"minitf-test-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        for name in ("memory.max", "memory.limit_in_bytes"):
            try:
                (folder / name).write_text(str(200 * MB))
                return folder
            except OSError:
                continue
        folder.rmdir()
    pytest.skip("this process may not make control groups")


def test_a_real_group():
    folder = _group()
    try:
        command = [sys.executable, "-c", _RUN, str(folder / "cgroup.procs")]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    finally:
        folder.rmdir()
    assert (result.stdout, result.stderr) == ("refused\n8.0\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits that the system heeds")
@pytest.mark.parametrize("limit, size", [("RLIMIT_AS", 0), ("RLIMIT_AS", 24), ("RLIMIT_AS", 200), ("RLIMIT_DATA", 24)])
def test_limits_of_the_process(limit, size, tmp_path):
    """Too little memory is an error, not the end of the process, which the compiler would make of it."""
    script = f"""
import resource
import numpy as np
import minitf as tf
x = tf.placeholder(tf.float32, [None, 64])
y = tf.tanh(tf.matmul(x, tf.ones([64, 64])))
data = np.zeros((1 << 20, 64), np.float32)
lines = [line.split() for line in open("/proc/self/status")]
used = {{words[0]: int(words[1]) << 10 for words in lines if len(words) > 1 and words[1].isdigit()}}
now = used["VmSize:" if "{limit}" == "RLIMIT_AS" else "VmData:"] + ({size} << 20)
resource.setrlimit(resource.{limit}, (now, now))
for rows in (2, 1 << 20):
    try:
        with tf.Session() as sess:
            sess.run(y, {{x: data[:rows]}})
            print("done", end=" ")
    except tf.errors.ResourceExhaustedError:
        print("refused", end=" ")
"""
    environment = {**os.environ, "MINITF_COMPILES_AHEAD": "1"}
    if size < 200:
        environment["MINITF_CACHE_DIR"] = str(tmp_path)
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, env=environment
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == (["done", "refused"] if size == 200 else ["refused", "refused"])
