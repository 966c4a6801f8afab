"""Datasets as ops: what they give, element by element, and the iterators over them."""

from minitf.ops.datasets import background as background
from minitf.ops.datasets import batches as batches
from minitf.ops.datasets import elementwise as elementwise
from minitf.ops.datasets import files as files
from minitf.ops.datasets import iterators as iterators
from minitf.ops.datasets import nested as nested
from minitf.ops.datasets import repeating as repeating
from minitf.ops.datasets import sources as sources
