"""Tensors as arrays: made, shaped, joined, taken apart."""
