"""Links kernels again and again in a process that takes gigabytes of addresses in between; run by test_cache.py."""

import mmap

import numpy as np

import minitf  # noqa: F401
from minitf.kernels.compile import cache
from minitf.kernels.compile.abi import KERNELS

MAP_NORESERVE = 0x4000  # as Linux has it: there is no memory behind them
NAMES = ("exp", "log", "sin", "tanh", "sigmoid", "add", "gemm", "softmax")
ROUNDS = 300  # LLVM's own memory manager fails in the first hundred of them
linked, taken, link = [], [], cache._link


def noted(*code):
    linked.append(code)
    return link(*code)


if __name__ == "__main__":
    cache._link = noted
    for name in NAMES:
        for dtype in ("float32", "float64"):
            assert KERNELS[name][dtype].address
    for code in linked * ROUNDS:
        taken.append(mmap.mmap(-1, 3 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE))
        link(*code)
    x = np.linspace(-3, 3, 101)
    found = np.empty_like(x)
    KERNELS["exp"]["float64"].run(x, found, 101)
    np.testing.assert_allclose(found, np.exp(x), 1e-12)
