"""Activations with a parameter of their own."""

from minitf.kernels.compile.abi import FLOATS, T, kernel, like, real
from minitf.kernels.compile.splitting import By


@kernel(T=FLOATS, split=By("n", g=1, x=1, o=1))
def leaky_relu(g: T, x: T, o: T.out, alpha: real, n):
    """o = g where x > 0, else alpha * g: the activation if g is x, or its gradient, g being that of o."""
    slope = like(g[0], alpha)
    for i in range(n):
        o[i] = g[i] if x[i] > 0 else slope * g[i]
    return 0
