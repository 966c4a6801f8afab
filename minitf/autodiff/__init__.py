"""Gradients: of graphs, of loops and branches, second ones, and those of the user."""
