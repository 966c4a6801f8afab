"""Settings of TensorFlow's about how datasets are run, which change no result here."""


class _Settings:
    """Attributes that are None until they are set."""

    _names: tuple[str, ...] = ()

    def __init__(self):
        for name in self._names:
            setattr(self, name, None)


class ThreadingOptions(_Settings):
    """How many threads datasets have."""

    _names = ("max_intra_op_parallelism", "private_threadpool_size")


class MapVectorizationOptions(_Settings):
    """Whether functions work on batches."""

    _names = ("enabled", "use_choose_fastest")


class OptimizationOptions(_Settings):
    """Which rewrites of datasets there are."""

    _names = (
        "apply_default_optimizations",
        "autotune",
        "autotune_algorithm",
        "autotune_buffers",
        "autotune_cpu_budget",
        "filter_fusion",
        "filter_with_random_uniform_fusion",
        "hoist_random_uniform",
        "map_and_batch_fusion",
        "map_and_filter_fusion",
        "map_fusion",
        "map_parallelization",
        "map_vectorization",
        "noop_elimination",
        "parallel_batch",
        "shuffle_and_repeat_fusion",
    )
