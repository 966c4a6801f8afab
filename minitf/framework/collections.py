"""The collections of a graph and their standard names."""

from __future__ import annotations

import re


class GraphKeys:
    """Names under which a graph collects its variables, losses, summaries and so on."""

    GLOBAL_VARIABLES = "variables"
    VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    METRIC_VARIABLES = "metric_variables"
    MODEL_VARIABLES = "model_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    REGULARIZATION_LOSSES = "regularization_losses"
    LOSSES = "losses"
    WEIGHTS = "weights"
    BIASES = "biases"
    ACTIVATIONS = "activations"
    SUMMARIES = "summaries"
    SUMMARY_OP = "summary_op"
    QUEUE_RUNNERS = "queue_runners"
    TABLE_INITIALIZERS = "table_initializer"
    SAVEABLE_OBJECTS = "saveable_objects"
    ASSET_FILEPATHS = "asset_filepaths"
    UPDATE_OPS = "update_ops"
    TRAIN_OP = "train_op"
    GLOBAL_STEP = "global_step"
    INIT_OP = "init_op"
    LOCAL_INIT_OP = "local_init_op"
    READY_OP = "ready_op"
    READY_FOR_LOCAL_INIT_OP = "ready_for_local_init_op"
    SAVERS = "savers"
    EVAL_STEP = "eval_step"
    COND_CONTEXT = "cond_context"
    WHILE_CONTEXT = "while_context"
    CONCATENATED_VARIABLES = "concatenated_variables"
    RESOURCES = "resources"
    LOCAL_RESOURCES = "local_resources"
    TRAINABLE_RESOURCE_VARIABLES = "trainable_resource_variables"


class Collections:
    """What a graph collects under names: the part of `Graph` that scripts and libraries share things by."""

    root: Collections
    finalized: bool
    _collections: dict[str, list]

    def add_to_collection(self, name, value) -> None:
        """Appends `value` to the collection `name`."""
        self._check_not_finalized()
        self.root._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names, value) -> None:
        """Appends `value` to each of the collections."""
        for name in (names,) if isinstance(names, str) else dict.fromkeys(names):
            self.add_to_collection(name, value)

    def get_collection(self, name, scope: str | None = None) -> list:
        """A copy of the collection, only the items whose name starts with `scope` if one is given (a regex)."""
        items = self.root._collections.get(name, [])
        if scope is None:
            return list(items)
        matches = re.compile(scope).match
        return [item for item in items if hasattr(item, "name") and matches(item.name)]

    def get_collection_ref(self, name) -> list:
        """The collection itself."""
        return self.root._collections.setdefault(name, [])

    def get_all_collection_keys(self) -> list[str]:
        """The names of all collections that have items."""
        return [k for k, v in self.root._collections.items() if v and isinstance(k, str)]

    @property
    def collections(self) -> list[str]:
        """The names of all collections."""
        return list(self.root._collections)

    def clear_collection(self, name) -> None:
        """Empties the collection."""
        self._check_not_finalized()
        self.root._collections.pop(name, None)

    def _check_not_finalized(self) -> None:
        if self.root.finalized:
            raise RuntimeError("the graph is finalized and cannot be modified")
