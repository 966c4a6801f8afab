"""The ops, one module per family; each op's signature, shape, gradient, NumPy meaning and kernel stand together."""
