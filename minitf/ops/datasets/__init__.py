"""Datasets as ops: what they give, element by element, and the iterators over them."""

from minitf.ops.datasets import background
from minitf.ops.datasets import batches
from minitf.ops.datasets import caches
from minitf.ops.datasets import elementwise
from minitf.ops.datasets import files
from minitf.ops.datasets import grouped
from minitf.ops.datasets import iterators
from minitf.ops.datasets import optionals
from minitf.ops.datasets import nested
from minitf.ops.datasets import repeating
from minitf.ops.datasets import sources
from minitf.ops.datasets import statistics
from minitf.ops.datasets import tables
