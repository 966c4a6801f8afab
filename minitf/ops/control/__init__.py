"""What runs, in which order and how often: branches, loops, checks, Python functions."""
