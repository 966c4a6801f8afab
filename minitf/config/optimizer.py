"""tf.config.optimizer: what TensorFlow's rewrites of graphs are told, noted for scripts that ask for it."""

from __future__ import annotations

_told = {"jit": False}
_options = {"disable_model_pruning": False, "disable_meta_optimizer": False}
_KNOWN = frozenset(
    [
        *["layout_optimizer", "constant_folding", "shape_optimization", "remapping", "arithmetic_optimization"],
        *["dependency_optimization", "loop_optimization", "function_optimization", "debug_stripper"],
        *["disable_model_pruning", "scoped_allocator_optimization", "pin_to_host_optimization"],
        *["implementation_selector", "auto_mixed_precision", "disable_meta_optimizer", "min_graph_nodes"],
    ]
)


def get_jit() -> bool:
    """Whether compilation was asked for."""
    return _told["jit"]


def set_jit(enabled: bool) -> None:
    """Notes whether graphs are to be compiled; they are."""
    _told["jit"] = bool(enabled)


def get_experimental_options() -> dict:
    """The options that were set."""
    return dict(_options)


def set_experimental_options(options: dict) -> None:
    """Notes options; those that TensorFlow does not know are left out, as there."""
    _options.update({name: value for name, value in options.items() if name in _KNOWN})
