"""tf.contrib.slim.dataset_data_provider: single samples of a dataset in files."""

from __future__ import annotations

from minitf.contrib.slim.data_provider import DataProvider
from minitf.contrib.slim.parallel_reader import parallel_read


class DatasetDataProvider(DataProvider):
    """The items of a `Dataset`'s records, one record at a time, read by threads of queue runners.

    The arguments are those of `parallel_read`; record_key: the item that is the record's key.

    Raises:
      ValueError: if an item has the name record_key.
    """

    def __init__(
        self,
        dataset,
        num_readers: int = 1,
        reader_kwargs: dict | None = None,
        shuffle: bool = True,
        num_epochs: int | None = None,
        common_queue_capacity: int = 256,
        common_queue_min: int = 128,
        record_key: str = "record_key",
        seed: int | None = None,
        scope=None,
    ):
        key, data = parallel_read(
            dataset.data_sources,
            dataset.reader,
            num_epochs,
            num_readers,
            reader_kwargs,
            shuffle,
            None,
            common_queue_capacity,
            common_queue_min,
            seed,
            scope,
        )
        items = list(dataset.decoder.list_items())
        if record_key in items:
            raise ValueError(f"The item name used for `record_key` cannot be one of {items}: {record_key!r}")
        found = dict(zip(items, dataset.decoder.decode(data, items)))
        super().__init__({**found, record_key: key}, dataset.num_samples)
