"""Run by test_cache in processes of their own: prints results and whether Numba was needed."""

import sys

import numpy as np

from minitf.kernels.compile.abi import FLOATS, T, kernel, scalar


@scalar
def softened(x):
    return np.log1p(np.exp(x))


@kernel(T=FLOATS)
def soften(a: T, o: T, n):
    for i in range(n):
        o[i] = softened(a[i])
    return 0


@kernel
def double(a: T, o: T, n):
    for i in range(n):
        o[i] = a[i] + a[i]
    return 0


if __name__ == "__main__":
    a = np.arange(3, dtype=np.float32)
    o = np.zeros_like(a)
    for made in (soften[np.float32], double[np.float32]):
        status = made.run(a, o, 3)
        print(status, *np.round(o, 4))
    print("numba" in sys.modules)
