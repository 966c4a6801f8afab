"""tf.contrib.slim.tfexample_decoder: items of tf.train.Examples."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.contrib.slim.data_decoder import DataDecoder
from minitf.framework.getter import getter


class ItemHandler:
    """Base of what makes an item of the parsed features under `keys`, a name or a list of names."""

    def __init__(self, keys):
        self._keys = list(keys) if isinstance(keys, (tuple, list)) else [keys]

    keys: list = getter("_keys", "The names of the features.")

    def tensors_to_item(self, keys_to_tensors: dict):
        """The item; subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} has to define tensors_to_item")


class ItemHandlerCallback(ItemHandler):
    """What a function makes of a dict of features."""

    def __init__(self, keys, func: Callable):
        super().__init__(keys)
        self._func = func

    def tensors_to_item(self, keys_to_tensors: dict):
        """The function's result."""
        return self._func(keys_to_tensors)


class Tensor(ItemHandler):
    """A feature, dense, in a shape: `shape`, or what the features `shape_keys` say."""

    def __init__(self, tensor_key: str, shape_keys=None, shape=None, default_value=0):
        if shape_keys and shape is not None:
            raise ValueError("Cannot specify both shape_keys and shape parameters.")
        self._shape_keys = [shape_keys] if isinstance(shape_keys, str) else list(shape_keys or [])
        super().__init__([tensor_key, *self._shape_keys])
        self._key, self._shape, self._default = tensor_key, shape, default_value

    def tensors_to_item(self, keys_to_tensors: dict):
        """The tensor."""
        tensor, shape = keys_to_tensors[self._key], self._shape
        if self._shape_keys:
            parts = [_dense(keys_to_tensors[key], 0) for key in self._shape_keys]
            shape = tf.concat([tf.cast(tf.reshape(part, [-1]), tf.int32) for part in parts], 0)
        elif isinstance(tensor, tf.SparseTensor) and shape is not None:
            tensor = tf.sparse_reshape(tensor, shape)
        tensor = _dense(tensor, self._default)
        return tensor if shape is None else tf.reshape(tensor, shape)


class LookupTensor(Tensor):
    """What a table has for a feature: as `Tensor`, its items looked up in a lookup table."""

    def __init__(self, tensor_key: str, table, shape_keys=None, shape=None, default_value=""):
        super().__init__(tensor_key, shape_keys, shape, default_value)
        self._table = table

    def tensors_to_item(self, keys_to_tensors: dict):
        """What the table has for the tensor."""
        return self._table.lookup(super().tensors_to_item(keys_to_tensors))


def _dense(tensor, default):
    return tf.sparse_tensor_to_dense(tensor, default) if isinstance(tensor, tf.SparseTensor) else tensor


class SparseTensor(ItemHandler):
    """A sparse tensor of two features: where its values are, and what they are; dense if `densify`."""

    def __init__(
        self,
        indices_key: str | None = None,
        values_key: str | None = None,
        shape_key: str | None = None,
        shape=None,
        densify: bool = False,
        default_value=0,
    ):
        self._indices, self._values = indices_key or "indices", values_key or "values"
        self._shape_key, self._shape = shape_key, shape
        self._densify, self._default = densify, default_value
        super().__init__([self._indices, self._values, *([shape_key] if shape_key else [])])

    def tensors_to_item(self, keys_to_tensors: dict):
        """The sparse tensor, or the dense one."""
        indices, values = keys_to_tensors[self._indices], keys_to_tensors[self._values]
        shape = self._shape
        if self._shape_key:
            shape = tf.reshape(_dense(keys_to_tensors[self._shape_key], 0), [-1])
        places = tf.reshape(_dense(indices, 0), [-1, tf.shape(shape)[0]])
        sparse = tf.SparseTensor(
            tf.cast(places, tf.int64), tf.reshape(_dense(values, 0), [-1]), tf.cast(shape, tf.int64)
        )
        return tf.sparse_tensor_to_dense(sparse, self._default) if self._densify else sparse


class Image(ItemHandler):
    """The image in the bytes of a feature, by default "image/encoded", in the format that another one says,
    "image/format": "raw" for bare numbers, else a file's.

    shape: of the result; channels: 0, 1, 3 or 4; dtype: its type; repeated: there are several images.
    """

    def __init__(
        self,
        image_key: str | None = None,
        format_key: str | None = None,
        shape=None,
        channels: int = 3,
        dtype=tf.uint8,
        repeated: bool = False,
        dct_method: str = "",
    ):
        self._image, self._format = image_key or "image/encoded", format_key or "image/format"
        super().__init__([self._image, self._format])
        self._shape, self._channels, self._dtype, self._repeated = shape, channels, dtype, repeated

    def tensors_to_item(self, keys_to_tensors: dict):
        """The image, or with `repeated` all of them."""
        buffers, format = _dense(keys_to_tensors[self._image], ""), keys_to_tensors[self._format]
        if self._repeated:
            return tf.map_fn(lambda one: self._decoded(one, format), buffers, dtype=self._dtype)
        return self._decoded(tf.reshape(buffers, []), format)

    def _decoded(self, buffer, format):
        format = tf.reshape(format, [])
        raw = tf.logical_or(tf.equal(format, "raw"), tf.equal(format, "RAW"))
        image = tf.cond(
            raw,
            lambda: tf.reshape(tf.decode_raw(buffer, self._dtype), self._raw_shape()),
            lambda: tf.image.decode_image(buffer, self._channels, self._dtype),
        )
        if self._shape is not None:
            return tf.reshape(image, self._shape)
        image.set_shape([None, None, self._channels or None])
        return image

    def _raw_shape(self):
        return [-1] if self._shape is None else self._shape


class BoundingBox(ItemHandler):
    """Boxes [n, 4]: the features under prefix + each of four keys, by default ymin, xmin, ymax, xmax."""

    def __init__(self, keys=None, prefix: str = ""):
        keys = ["ymin", "xmin", "ymax", "xmax"] if keys is None else list(keys)
        if len(keys) != 4:
            raise ValueError(f"BoundingBox expects 4 keys but got {len(keys)}: {keys}")
        super().__init__([prefix + key for key in keys])

    def tensors_to_item(self, keys_to_tensors: dict):
        """The boxes."""
        sides = [_side(keys_to_tensors[key]) for key in self._keys]
        return tf.transpose(tf.concat([tf.expand_dims(side, 0) for side in sides], 0))


def _side(feature):
    return feature.values if isinstance(feature, tf.SparseTensor) else tf.reshape(feature, [-1])


class BackupHandler(ItemHandler):
    """What one handler makes of a record, or another one where the first gives no elements."""

    def __init__(self, handler: ItemHandler, backup: ItemHandler):
        for given in (handler, backup):
            if not isinstance(given, ItemHandler):
                raise ValueError(f"BackupHandler takes two handlers, not {given!r}")
        super().__init__(list(dict.fromkeys([*handler.keys, *backup.keys])))
        self._handler, self._backup = handler, backup

    def tensors_to_item(self, keys_to_tensors: dict):
        """The item."""
        item = self._handler.tensors_to_item(keys_to_tensors)
        there = tf.greater(tf.size(item), 0)
        return tf.cond(there, lambda: item, lambda: self._backup.tensors_to_item(keys_to_tensors))


class TFExampleDecoder(DataDecoder):
    """Items of serialized Examples: keys_to_features as for `tf.parse_single_example`, items_to_handlers the
    handlers that make each item of them.
    """

    def __init__(self, keys_to_features: dict, items_to_handlers: dict):
        self._features, self._handlers = dict(keys_to_features), dict(items_to_handlers)

    def list_items(self) -> list:
        """The names of the items."""
        return list(self._handlers)

    def decode(self, serialized_example, items=None) -> list:
        """The tensors of the named items, by default of all, of a serialized Example."""
        found = tf.parse_single_example(serialized_example, self._features)
        for name, feature in self._features.items():
            if isinstance(feature, tf.FixedLenFeature):
                found[name] = tf.reshape(found[name], feature.shape)
        named = items if items else list(self._handlers)
        return [self._item(self._handlers[name], found) for name in named]

    @staticmethod
    def _item(handler: ItemHandler, found: dict):
        return handler.tensors_to_item({key: found[key] for key in handler.keys})
