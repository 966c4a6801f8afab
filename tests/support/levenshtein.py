"""Levenshtein's distance, in plain Python."""


def distance(a, b):
    """How many insertions, deletions and changes make b of a: the table filled one by one."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        last, row = row, [i + 1]
        for j, y in enumerate(b):
            row.append(min(last[j + 1] + 1, row[j] + 1, last[j] + (x != y)))
    return row[-1]
