"""How variables of several devices are kept in step, in TensorFlow's terms; there is one device here."""

import enum


class VariableSynchronization(enum.Enum):
    """When the copies of a variable are brought together; with ON_READ it is not trained."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How the copies of a variable become one value."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


def is_trained(name: str, trainable: bool | None, synchronization) -> bool:
    """Whether a variable is trainable; None: unless its copies are brought together when it is read."""
    if synchronization is not VariableSynchronization.ON_READ:
        return trainable is None or bool(trainable)
    if trainable:
        raise ValueError(
            f"variable {name}: with synchronization=VariableSynchronization.ON_READ it cannot be trainable"
        )
    return False
