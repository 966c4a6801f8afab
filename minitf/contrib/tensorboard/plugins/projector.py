"""tf.contrib.tensorboard.plugins.projector: embeddings for TensorBoard's projector."""

from __future__ import annotations

import os

from minitf.framework import protos

_CONFIG = "projector_config.pbtxt"
_MESSAGES = ("EmbeddingInfo", "ProjectorConfig", "SpriteMetadata")


def __getattr__(name: str):  # noqa: N807 - it is a module's
    if name not in _MESSAGES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(protos.tensorboard("plugins.projector.projector_config_pb2"), name)


def __dir__():  # noqa: N807 - it is a module's
    return sorted([*globals(), *_MESSAGES])


def visualize_embeddings(summary_writer, config) -> None:
    """Writes a `ProjectorConfig` into the folder of a FileWriter, where TensorBoard looks for it.

    The embeddings themselves are read from the checkpoint in that folder.

    Raises:
      TypeError: if it is no FileWriter, or no ProjectorConfig.

    >>> import tempfile
    >>> import minitf as tf
    >>> config = tf.contrib.tensorboard.plugins.projector.ProjectorConfig()
    >>> config.embeddings.add().tensor_name = "words"
    >>> with tf.summary.FileWriter(tempfile.mkdtemp()) as writer:
    ...     visualize_embeddings(writer, config)
    """
    if not hasattr(summary_writer, "get_logdir"):
        raise TypeError(f"visualize_embeddings needs a tf.summary.FileWriter, not {summary_writer!r}")
    if not hasattr(config, "SerializeToString"):
        raise TypeError(f"visualize_embeddings needs a ProjectorConfig, not {config!r}")
    folder = summary_writer.get_logdir()
    if folder is None:
        raise ValueError("the FileWriter has no logdir")
    with open(os.path.join(folder, _CONFIG), "w", encoding="utf-8") as file:
        file.write(str(config))
