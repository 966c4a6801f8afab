"""Programs for all sizes between some: what of a program depends on the sizes, and how."""
