"""Summaries, whose tags were given by hand before TensorFlow 1.0."""

from __future__ import annotations

import minitf as tf
from minitf.as_tensorflow.zero.notes import note


def _name(tag, name) -> str:
    """A name for the op: the one given, or the tag's text."""
    note("summaries by tags")
    tag = tag.decode() if isinstance(tag, bytes) else tag
    if name is None and not isinstance(tag, str):
        raise TypeError(f"the tag of a summary is a text, not {tag!r}: tf.summary takes one name a summary")
    return name or tag


def scalar_summary(tags, values, collections=None, name: str | None = None):
    """A summary of a number: `tf.summary.scalar`."""
    return tf.summary.scalar(_name(tags, name), values, collections)


def histogram_summary(tag, values, collections=None, name: str | None = None):
    """A summary of how values are distributed: `tf.summary.histogram`."""
    return tf.summary.histogram(_name(tag, name), values, collections)


def image_summary(tag, tensor, max_images: int = 3, collections=None, name: str | None = None):
    """A summary of images: `tf.summary.image`."""
    return tf.summary.image(_name(tag, name), tensor, max_images, collections)


def audio_summary(tag, tensor, sample_rate, max_outputs: int = 3, collections=None, name: str | None = None):
    """A summary of sounds: `tf.summary.audio`."""
    return tf.summary.audio(_name(tag, name), tensor, sample_rate, max_outputs, collections)


def merge_summary(inputs, collections=None, name: str | None = None):
    """Several summaries as one: `tf.summary.merge`."""
    note("tf.merge_summary")
    return tf.summary.merge(inputs, collections, name)


def merge_all_summaries(key: str = tf.GraphKeys.SUMMARIES):
    """All summaries of the graph as one: `tf.summary.merge_all`."""
    note("tf.merge_all_summaries")
    return tf.summary.merge_all(key)
