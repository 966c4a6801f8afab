"""Session options: TensorFlow's names; those that mean nothing on one CPU are accepted and kept."""

from __future__ import annotations

from minitf.framework import protos
from minitf.framework.kinds import of_default
from minitf.runtime.execute.step_stats import StepStats
from minitf.runtime.session.run_metadata import run_metadata_proto


class _Options:
    """A bag of named options, settable by keyword or attribute; unknown names are refused."""

    _defaults: dict = {}

    def __init__(self, **options):
        for name in self._defaults:
            setattr(self, name, None)
        for name, value in options.items():
            if name not in self._defaults:
                raise ValueError(f"tf.{type(self).__name__} has no option {name!r}; it has {', '.join(self._defaults)}")
            setattr(self, name, value)

    def __setattr__(self, name, value):
        if name not in self._defaults:
            raise AttributeError(f"{type(self).__name__} has no option {name!r}; it has {', '.join(self._defaults)}")
        default = self._defaults[name]
        if value is None:  # unset
            value = default() if isinstance(default, type) else default
        elif default is not None and not of_default(default).fits(value):
            kind = type(self).__name__
            raise TypeError(f"'{name}' of tf.{kind} is {value!r}; it takes {of_default(default).words}")
        object.__setattr__(self, name, value)

    def __repr__(self):
        changed = [f"{k}={getattr(self, k)!r}" for k in self._defaults]
        return f"{type(self).__name__}({', '.join(changed)})"

    def CopyFrom(self, other) -> None:  # noqa: N802 - the protocol buffer's name
        """Takes over the other's options."""
        for name in self._defaults:
            setattr(self, name, getattr(other, name))


class GPUOptions(_Options):
    """GPU memory options; accepted, there is no GPU."""

    _defaults = {
        "per_process_gpu_memory_fraction": 0.0,
        "allow_growth": False,
        "allocator_type": "",
        "visible_device_list": "",
        "deferred_deletion_bytes": 0,
        "polling_active_delay_usecs": 0,
        "force_gpu_compatible": False,
    }


class OptimizerOptions(_Options):
    """Graph optimizer options; accepted."""

    L1, L0 = 0, -1
    OFF, ON_1, ON_2 = -1, 1, 2
    _defaults = {
        "opt_level": 0,
        "global_jit_level": 0,
        "do_function_inlining": False,
        "do_common_subexpression_elimination": True,
        "do_constant_folding": True,
    }


class GraphOptions(_Options):
    """Graph options; accepted."""

    _defaults = {
        "optimizer_options": OptimizerOptions,
        "rewrite_options": None,
        "infer_shapes": True,
        "enable_recv_scheduling": False,
        "build_cost_model": 0,
        "build_cost_model_after": 0,
        "place_pruned_graph": False,
        "enable_bfloat16_sendrecv": False,
        "timeline_step": 0,
    }


class ConfigProto(_Options):
    """Options of a Session: TensorFlow's, and two of minitf's own.

    intra_op_parallelism_threads: how many threads a run may use, 0 for two (where there are as many cores);
    results do not depend on it. operation_timeout_in_ms: how long a run may wait for a queue, 0 for any time.
    executor: "native" (the default) or "op_by_op", the slow reference. passes: which rewrites of native
    programs to make, such as "-fuse" for all but that one, or "none" (see `minitf.runtime.passes`). The
    environment variables MINITF_EXECUTOR and MINITF_PASSES say the same for all sessions that do not choose.
    """

    _defaults = {
        "device_count": dict,
        "intra_op_parallelism_threads": 0,
        "inter_op_parallelism_threads": 0,
        "allow_soft_placement": False,
        "log_device_placement": False,
        "gpu_options": GPUOptions,
        "graph_options": GraphOptions,
        "operation_timeout_in_ms": 0,
        "use_per_session_threads": False,
        "placement_period": 0,
        "device_filters": list,
        "isolate_session_state": False,
        "cluster_def": None,
        "executor": "",
        "passes": "",
    }


class RunOptions(_Options):
    """Options of one `run`.

    trace_level: unless NO_TRACE, `run_metadata` receives the times of the ops. timeout_in_ms: how long the
    run may wait for a queue, 0 for any time.
    """

    NO_TRACE, SOFTWARE_TRACE, HARDWARE_TRACE, FULL_TRACE = 0, 1, 2, 3
    _defaults = {
        "trace_level": 0,
        "timeout_in_ms": 0,
        "inter_op_thread_pool": 0,
        "output_partition_graphs": False,
        "debug_options": None,
        "report_tensor_allocations_upon_oom": False,
        "experimental": None,
    }


class RunMetadata(_Options):
    """What a traced run measured: `step_stats`; `cost_graph`, a CostGraphDef, where the session's
    `graph_options.build_cost_model` asks for it; what of the graph it took in `partition_graphs`, where
    `RunOptions.output_partition_graphs` does.
    """

    _defaults = {"step_stats": None, "cost_graph": None, "partition_graphs": list}
    _empty = {
        "step_stats": lambda: StepStats(0, [], [], [], {}),
        "cost_graph": lambda: protos.message("CostGraphDef")(),
    }

    def __getattribute__(self, name):
        value = super().__getattribute__(name)
        return RunMetadata._empty[name]() if value is None and name in RunMetadata._empty else value

    def HasField(self, field_name: str) -> bool:  # noqa: N802 - the protocol buffer's name
        """Whether a run has filled in `step_stats` or `cost_graph`; ValueError for others."""
        if field_name == "partition_graphs":
            raise ValueError('Protocol message RunMetadata has no singular "partition_graphs" field.')
        if field_name not in self._defaults:
            raise ValueError(f"Protocol message RunMetadata has no field {field_name}.")
        return vars(self)[field_name] is not None

    def SerializeToString(self) -> bytes:  # noqa: N802 - the protocol buffer's name
        """The bytes of TensorFlow's message of that name, which its profilers read."""
        return run_metadata_proto(self).SerializeToString()

    def __str__(self):
        return str(run_metadata_proto(self))
