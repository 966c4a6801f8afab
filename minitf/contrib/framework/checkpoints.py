"""Checkpoints under tf.contrib's names for arguments."""

from __future__ import annotations

from minitf.train import checkpoints, initial_values


def load_checkpoint(filepattern):
    """What reads a checkpoint, or the newest one of a folder: `tf.train.load_checkpoint`."""
    return checkpoints.load_checkpoint(filepattern)


def load_variable(checkpoint_dir, name: str):
    """The value of a variable in a checkpoint, or in the newest one of a folder."""
    return checkpoints.load_variable(checkpoint_dir, name)


def list_variables(checkpoint_dir) -> list:
    """The (name, shape) of all variables in a checkpoint, or in the newest one of a folder."""
    return checkpoints.list_variables(checkpoint_dir)


def init_from_checkpoint(checkpoint_dir, assignment_map: dict) -> None:
    """Has variables start as in a checkpoint: `tf.train.init_from_checkpoint`."""
    initial_values.init_from_checkpoint(checkpoint_dir, assignment_map)
