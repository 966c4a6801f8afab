"""Functions of what is in ragged tensors: of all elements at once, or of each row."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.ragged.conversion import convert_to_tensor_or_ragged_tensor, is_ragged
from minitf.ragged.partitions import check_equal_splits
from minitf.ragged.tensor import RaggedTensor


def map_flat_values(op: Callable, *args, **kwargs):
    """`op` of the flat values of the ragged tensors among its arguments, in rows like theirs.

    Raises:
      ValueError: if the rows are nested differently. InvalidArgumentError: at a run, if they are of other lengths.

    >>> import minitf as tf
    >>> rt = tf.ragged.constant([[1, 2, 3], [], [4, 5]])
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.ragged.map_flat_values(tf.ones_like, rt)).to_list())
    [[1, 1, 1], [], [1, 1]]
    """
    rows: list = []

    def flat(value):
        if is_ragged(value):
            ragged = convert_to_tensor_or_ragged_tensor(value)
            rows.append(ragged.nested_row_splits)
            return ragged.flat_values
        if type(value) in (list, tuple):
            return type(value)([flat(part) for part in value])
        return {key: flat(part) for key, part in value.items()} if isinstance(value, dict) else value

    args, kwargs = flat(args), flat(kwargs)
    if not rows:
        return op(*args, **kwargs)
    if len({splits[0].dtype for splits in rows}) > 1:
        raise ValueError(
            "Input RaggedTensors have mismatched row_splits dtypes; use RaggedTensor.with_row_splits_dtype() to "
            "convert them to compatible dtypes."
        )
    with tf.control_dependencies(check_equal_splits(rows)):
        return RaggedTensor.from_nested_row_splits(op(*args, **kwargs), rows[0], validate=False)
