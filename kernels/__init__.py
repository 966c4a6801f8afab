"""CPU kernels: loops over flat memory, compiled by Numba on first use and cached as machine code."""
