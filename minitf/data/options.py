"""Settings of how datasets are run. Few change what they give: a repeated shuffle, and statistics."""

from __future__ import annotations

import minitf as tf
from minitf.framework.apply import apply
from minitf.framework.tensor import Tensor


class Setting:
    """An attribute of a class of settings: `kind`, or what `first()` gives until it is set."""

    def __init__(self, kind: type, first=lambda: None):
        self._kind, self._first = kind, first

    def __set_name__(self, owner: type, name: str):
        self._name = name

    def __get__(self, settings, owner: type | None = None):
        if settings is None:
            return self
        if self._name not in settings._said:
            settings._said[self._name] = self._first()
        return settings._said[self._name]

    def __set__(self, settings, value) -> None:
        if not isinstance(value, self._kind):
            raise TypeError(
                f'Property "{self._name}" must be of type {self._kind}, got: {value!r} (type: {type(value)!r})'
            )
        settings._said[self._name] = value


class Settings:
    """The base of classes of settings."""

    def __init__(self):
        object.__setattr__(self, "_said", {})

    def __setattr__(self, name: str, value):
        if not isinstance(getattr(type(self), name, None), Setting):
            known = ", ".join(key for key in dir(type(self)) if isinstance(getattr(type(self), key), Setting))
            raise AttributeError(f"Cannot set the property {name} on {type(self).__name__}, which has {known}.")
        super().__setattr__(name, value)

    def __eq__(self, other):
        if not isinstance(other, type(self)):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in {**self._said, **other._said})

    __hash__ = None

    def _with(self, other):
        """Both settings as one; ValueError where they say different things."""
        if not isinstance(other, type(self)):
            raise TypeError(f"Incompatible options type: {type(self)!r} vs {type(other)!r}")
        made, plain = type(self)(), type(self)()
        for said in (self, other):
            for name in said._said:
                mine, theirs, first = [getattr(each, name) for each in (made, said, plain)]
                if theirs == first or mine == theirs:
                    continue
                if isinstance(mine, Settings):
                    theirs = mine._with(theirs)
                elif mine != first:
                    raise ValueError(f"Cannot merge incompatible values of option: {name}: {mine!r} and {theirs!r}")
                setattr(made, name, theirs)
        return made


class ThreadingOptions(Settings):
    """How many threads datasets have in TensorFlow; what is not positive is an error here, too, at the run."""

    max_intra_op_parallelism = Setting(int)
    private_threadpool_size = Setting(int)


class DistributeOptions(Settings):
    """How the elements of datasets are spread over machines: there is one."""

    auto_shard = Setting(bool, lambda: True)
    num_devices = Setting(int)


class MapVectorizationOptions(Settings):
    """Whether functions work on batches in TensorFlow; here they never do."""

    enabled = Setting(bool)
    use_choose_fastest = Setting(bool)


class OptimizationOptions(Settings):
    """Which rewrites of datasets there are.

    Of them `shuffle_and_repeat_fusion` (true, unless it or `apply_default_optimizations` is false) changes an order:
    that of a shuffle that is repeated, which then goes on across the ends.
    """

    apply_default_optimizations = Setting(bool)
    autotune = Setting(bool)
    autotune_algorithm = Setting(int)
    autotune_buffers = Setting(bool)
    autotune_cpu_budget = Setting(int)
    filter_fusion = Setting(bool)
    filter_with_random_uniform_fusion = Setting(bool)
    hoist_random_uniform = Setting(bool)
    map_and_batch_fusion = Setting(bool)
    map_and_filter_fusion = Setting(bool)
    map_fusion = Setting(bool)
    map_parallelization = Setting(bool)
    map_vectorization = Setting(MapVectorizationOptions, MapVectorizationOptions)
    noop_elimination = Setting(bool)
    parallel_batch = Setting(bool)
    shuffle_and_repeat_fusion = Setting(bool)

    def _rewrites(self) -> list[str]:
        """The names of the rewrites that are wanted."""
        some = {name for name in _REWRITES if getattr(self, name)}
        if self.apply_default_optimizations is not False:
            some |= {name for name in _DEFAULTS if getattr(self, name) is not False}
        if self.map_vectorization.enabled:
            some.add("map_vectorization")
        if self.autotune is not False and self.autotune_buffers:
            some.add("inject_prefetch")
        return sorted(some)


_DEFAULTS = {"map_and_batch_fusion", "noop_elimination", "shuffle_and_repeat_fusion"}
_REWRITES = _DEFAULTS | {
    "filter_fusion",
    "filter_with_random_uniform_fusion",
    "hoist_random_uniform",
    "map_and_filter_fusion",
    "map_parallelization",
    "map_fusion",
    "parallel_batch",
}


class StatsAggregator:
    """Statistics of the iterators over datasets whose options name it (`options.experimental_stats.aggregator`).

    >>> import minitf as tf
    >>> counted, options = tf.data.experimental.StatsAggregator(), tf.data.Options()
    >>> options.experimental_stats.aggregator = counted
    >>> numbers = tf.data.Dataset.range(9).apply(tf.data.experimental.bytes_produced_stats("bytes"))
    >>> it = numbers.with_options(options).make_initializable_iterator()
    >>> x, summary = it.get_next(), counted.get_summary()
    >>> with tf.Session() as sess:
    ...     sess.run(it.initializer)
    ...     _ = sess.run(x), sess.run(x)
    ...     [value] = tf.Summary.FromString(sess.run(summary)).value
    >>> value.tag, value.histo.num, value.histo.sum
    ('bytes', 2.0, 16.0)
    """

    def __init__(self):
        self._resource = apply("StatsAggregatorHandle")

    def get_summary(self) -> Tensor:
        """The statistics so far, a serialized `tf.Summary`: a string scalar."""
        return apply("StatsAggregatorSummary", self._resource)


class StatsOptions(Settings):
    """What statistics there are of a dataset, and where they are gathered.

    aggregator: a StatsAggregator; prefix: of all tags; latency_all_edges: whether the microseconds are noted that each
    dataset takes for an element; counter_prefix: of counters of TensorFlow's outside of graphs.
    """

    aggregator = Setting(StatsAggregator)
    prefix = Setting(str, str)
    counter_prefix = Setting(str, str)
    latency_all_edges = Setting(bool)


class Options(Settings):
    """How a dataset is run: `dataset.with_options(options)`.

    The settings are those of TensorFlow. They change no elements but for the order of a repeated shuffle (see
    `tf.data.experimental.OptimizationOptions`); statistics are gathered as `tf.data.experimental.StatsOptions` says.

    Raises:
      AttributeError: for a setting that there is not. TypeError: for a value of another type.
    """

    experimental_deterministic = Setting(bool)
    experimental_distribute = Setting(DistributeOptions, DistributeOptions)
    experimental_optimization = Setting(OptimizationOptions, OptimizationOptions)
    experimental_slack = Setting(bool)
    experimental_stateful_whitelist = Setting(list)
    experimental_stats = Setting(StatsOptions, StatsOptions)
    experimental_threading = Setting(ThreadingOptions, ThreadingOptions)

    def merge(self, options: Options) -> Options:
        """Both options as one.

        Raises:
          ValueError: where they say different things. TypeError: if `options` are none.
        """
        return self._with(options)

    def _rewrites(self) -> list[str]:
        """The names of the rewrites that are wanted."""
        some = self.experimental_optimization._rewrites()
        wanted = {
            "make_sloppy": self.experimental_deterministic is False,
            "latency_all_edges": self.experimental_stats.latency_all_edges,
            "slack": self.experimental_slack,
        }
        return some + [name for name, is_wanted in wanted.items() if is_wanted]

    def _configured(self) -> list[str]:
        """How rewrites are made."""
        fastest = "true" if self.experimental_optimization.map_vectorization.use_choose_fastest else "false"
        slack = [f"slack:slack_period:{self.experimental_distribute.num_devices or 1}"] * bool(self.experimental_slack)
        return [f"map_vectorization:use_choose_fastest:{fastest}", *slack]


def applied(dataset, carriers: dict) -> Tensor:
    """A dataset's tensor as an iterator goes through it: run as its options say."""
    options = dataset.options()
    threading, tuning, stats = [
        getattr(options, f"experimental_{part}") for part in ("threading", "optimization", "stats")
    ]
    most, threads = threading.max_intra_op_parallelism, threading.private_threadpool_size
    tensor = dataset._variant_tensor
    tensor = _limited("MaxIntraOpParallelismDataset", tensor, "max_intra_op_parallelism", most, carriers)
    tensor = _limited("PrivateThreadPoolDataset", tensor, "num_threads", threads, carriers)
    rewrites = options._rewrites()
    if rewrites:
        names = tf.constant(rewrites, name="optimizations")
        tensor = apply("OptimizeDataset", tensor, names, optimization_configs=options._configured(), **carriers)
    if tuning.autotune is not False:
        algorithm, budget = tuning.autotune_algorithm or 0, tuning.autotune_cpu_budget or 0
        tensor = apply("ModelDataset", tensor, algorithm=algorithm, cpu_budget=budget, **carriers)
    if stats.aggregator is not None:
        resource = stats.aggregator._resource
        tensor = apply("SetStatsAggregatorDataset", tensor, resource, stats.prefix, stats.counter_prefix, **carriers)
    return tensor


def _limited(type: str, tensor: Tensor, name: str, number: int | None, carriers: dict) -> Tensor:
    if number is None:
        return tensor
    return apply(type, tensor, tf.convert_to_tensor(number, tf.int64, name=name), **carriers)
