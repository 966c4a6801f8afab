"""Maths of each element, and of many elements together."""
