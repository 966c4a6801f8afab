"""The collections that losses are gathered in."""

from __future__ import annotations

import minitf as tf


def add_loss(loss, loss_collection: str | None = tf.GraphKeys.LOSSES) -> None:
    """Adds a loss to a collection, if one is named."""
    if loss_collection:
        tf.add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = tf.GraphKeys.LOSSES) -> list:
    """The losses collected, or those whose names start with `scope`."""
    return tf.get_collection(loss_collection, scope)


def get_regularization_losses(scope: str | None = None) -> list:
    """The penalties of regularizers collected, or those whose names start with `scope`."""
    return tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope: str | None = None, name: str | None = "total_regularization_loss"):
    """The sum of the collected penalties, 0 if there are none."""
    losses = get_regularization_losses(scope)
    return tf.add_n(losses, name=name) if losses else tf.constant(0.0)


def get_total_loss(add_regularization_losses: bool = True, name: str | None = "total_loss", scope: str | None = None):
    """The sum of the collected losses and penalties.

    Raises:
      ValueError: if there are none.
    """
    losses = get_losses(scope) + (get_regularization_losses(scope) if add_regularization_losses else [])
    if not losses:
        raise ValueError("get_total_loss: no loss was collected; compute one by tf.losses, or use add_loss")
    return tf.add_n(losses, name=name)
