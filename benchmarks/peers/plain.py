"""Files, without any framework: what checkpoints are measured by."""

from benchmarks.saving import Plain

VERSION = "plain file"


def checkpoints(threads, folder, count, size):
    """As many bytes in a plain file."""
    return Plain(folder, count, size)
