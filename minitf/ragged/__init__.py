"""tf.ragged: tensors whose rows are of different lengths."""

from minitf.ragged import dense as _dense  # gives ragged tensors what they are made of and become
from minitf.ragged import indexing as _indexing  # and their rows by [...]
from minitf.ragged import sessions as _sessions  # and lets them be fed and fetched
from minitf.ragged.constants import constant
from minitf.ragged.constants import constant_value
from minitf.ragged.constants import placeholder
from minitf.ragged.gathering import boolean_mask
from minitf.ragged.joining import stack
from minitf.ragged.mapping import map_flat_values
from minitf.ragged.partitions import row_splits_to_segment_ids
from minitf.ragged.partitions import segment_ids_to_row_splits
from minitf.ragged.ranges import range
from minitf.ragged.value import RaggedTensorValue
from minitf.ragged.partitioning import stack_dynamic_partitions
