"""Matrices that are known by how they act: operators, of which few numbers are kept."""
