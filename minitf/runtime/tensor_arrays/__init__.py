"""TensorArrays: lists of values, and as blocks of memory in native regions."""
