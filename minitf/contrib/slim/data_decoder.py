"""tf.contrib.slim.data_decoder: what makes tensors of records."""

from __future__ import annotations


class DataDecoder:
    """Base of decoders: a subclass says which items a record has, and takes them out of it."""

    def decode(self, data, items) -> list:
        """The tensors of the named items of a record."""
        raise NotImplementedError(f"{type(self).__name__} has to define decode")

    def list_items(self) -> list:
        """The names of the items."""
        raise NotImplementedError(f"{type(self).__name__} has to define list_items")
