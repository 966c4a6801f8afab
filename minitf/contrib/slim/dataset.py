"""tf.contrib.slim.dataset: what is known of a dataset in files."""

from __future__ import annotations


class Dataset:
    """Where a dataset is and how it is read: its files or patterns of them, the class of their reader, the
    decoder of their records, how many there are, and what its items are; any other fields by name.
    """

    def __init__(self, data_sources, reader, decoder, num_samples, items_to_descriptions, **kwargs):
        self.data_sources, self.reader, self.decoder = data_sources, reader, decoder
        self.num_samples, self.items_to_descriptions = num_samples, items_to_descriptions
        self.__dict__.update(kwargs)
