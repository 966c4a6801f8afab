"""An optimizer that applies the mean of several replicas' gradients, all computed at the same step."""

from __future__ import annotations

import contextlib

import minitf as tf
from minitf.framework.collections import GraphKeys
from minitf.framework.graph import name_scope
from minitf.framework.tensor import IndexedSlices
from minitf.train.hooks.session_run_hook import SessionRunHook
from minitf.train.optimizer import Optimizer
from minitf.train.queue_runner import QueueRunner


class SyncReplicasOptimizer(Optimizer):
    """Adds up gradients in accumulators, and has `opt` apply their mean when there are enough.

    opt: the optimizer that applies them. replicas_to_aggregate: of how many gradients each step takes the
    mean. total_num_replicas: how many replicas there are, as many if None. variable_averages: a
    `tf.train.ExponentialMovingAverage` to be kept of variables_to_average after each step.

    A replica's train op adds its gradients, then waits for a token, of which each step gives out as many as there are
    replicas. The chief's queue runner makes the steps: start it by the hook of `make_session_run_hook(is_chief)`.

    >>> import minitf as tf
    >>> w = tf.Variable(1.0)
    >>> opt = SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), replicas_to_aggregate=1)
    >>> train_op = opt.minimize(tf.square(w), global_step=tf.train.get_or_create_global_step())
    >>> with tf.train.MonitoredTrainingSession(hooks=[opt.make_session_run_hook(True)]) as sess:
    ...     for _ in range(2):
    ...         _ = sess.run(train_op)
    """

    def __init__(
        self,
        opt,
        replicas_to_aggregate: int,
        total_num_replicas: int | None = None,
        variable_averages=None,
        variables_to_average=None,
        use_locking: bool = False,
        name: str = "sync_replicas",
    ):
        super().__init__(use_locking, name)
        self._opt, self._needed = opt, replicas_to_aggregate
        self._replicas = replicas_to_aggregate if total_num_replicas is None else total_num_replicas
        tf.logging.info("SyncReplicasV2: replicas_to_aggregate=%s; total_num_replicas=%s", self._needed, self._replicas)
        self._averages, self._averaged = variable_averages, variables_to_average
        self._global_step = self._tokens = self._runner = None

    def compute_gradients(self, *args, **kwargs):
        """Pairs of gradients and variables, as `opt` computes them for this replica."""
        return self._opt.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name: str | None = None):
        """The replica's train op: adds the gradients and waits for a token.

        Raises:
          ValueError: without gradients, or without a global step, by which old gradients are told.
        """
        if not grads_and_vars:
            raise ValueError("apply_gradients must be supplied at least one variable")
        if global_step is None:
            raise ValueError("a global step is required to tell gradients of earlier steps")
        self._global_step = global_step
        self._make_local_step()
        self.ready_for_local_init_op = tf.report_uninitialized_variables(tf.global_variables())
        with name_scope(None, self._name):
            means, added, accumulators = self._accumulate(list(grads_and_vars))
            train_op = self._wait_for_step(means, added)
            inits = [self.local_step_init_op]
            for accumulator, device in accumulators:
                with tf.device(device):
                    inits.append(accumulator.set_global_step(global_step, name="SetGlobalStep"))
            self.chief_init_op = tf.group(*inits)
        return train_op

    def _make_local_step(self) -> None:
        """The variable that holds the step at which this replica computes, placed with the replica."""
        step = self._global_step
        with tf.colocate_with(tf.no_op()):
            self._local_step = tf.Variable(
                0,
                trainable=False,
                collections=[GraphKeys.LOCAL_VARIABLES],
                dtype=step.dtype.base_dtype,
                name="sync_rep_local_step",
            )
        self.local_step_init_op = tf.assign(self._local_step, step)

    def _accumulate(self, pairs: list) -> tuple[list, list, list]:
        """The pairs (mean gradient, variable), the ops that add gradients, and accumulators with devices."""
        means, added, accumulators = [], [], []
        for gradient, variable in pairs:
            if gradient is None:
                means.append((None, variable))
                continue
            with tf.device(variable.device):
                accumulator, add, mean = self._accumulated(gradient, variable)
            means.append((mean, variable))
            added.append(add)
            accumulators.append((accumulator, variable.device))
        return means, added, accumulators

    def _accumulated(self, gradient, variable):
        shared = f"{variable.name}/grad_accum"
        if isinstance(gradient, IndexedSlices):
            made = tf.SparseConditionalAccumulator(gradient.dtype, shape=(), shared_name=shared)
            add = made.apply_indexed_slices_grad(gradient, local_step=self._local_step)
            return made, add, made.take_indexed_slices_grad(self._needed)
        made = tf.ConditionalAccumulator(gradient.dtype, shape=variable.shape, shared_name=shared)
        add = made.apply_grad(gradient, local_step=self._local_step)
        return made, add, made.take_grad(self._needed)

    def _wait_for_step(self, means: list, added: list):
        """Makes the chief's step and the queue of tokens; returns the op that takes one."""
        step = self._global_step
        with self._beside_step():
            update = self._opt.apply_gradients(means, step)
        with self._beside_step():
            self._tokens = tf.FIFOQueue(
                -1, step.dtype.base_dtype, shapes=(), name="sync_token_q", shared_name="sync_token_q"
            )
            # A queue runner closes its queue in the end: the tokens' has to stay open for other replicas.
            dummy = tf.FIFOQueue(1, tf.int32, shapes=(), name="dummy_queue", shared_name="dummy_queue")
        with self._beside_step():
            with tf.control_dependencies(added):
                token = self._tokens.dequeue()
            train_op = tf.assign(self._local_step, token)
            with tf.control_dependencies([update]):
                given = tf.fill([max(self._replicas, self._needed)], step)
                sync = self._tokens.enqueue_many((given,))
            if self._averages is not None:
                with tf.control_dependencies([sync]), name_scope(""):
                    sync = self._averages.apply(self._averaged)
            self._runner = QueueRunner(dummy, [sync])
        return train_op

    @contextlib.contextmanager
    def _beside_step(self):
        with tf.device(self._global_step.device), name_scope(""):
            yield

    def _applied(self, what: str):
        if self._runner is None:
            raise ValueError(f"{what} should be called after apply_gradients() or minimize()")

    def get_chief_queue_runner(self) -> QueueRunner:
        """The queue runner that makes the steps, for the chief to start.

        Raises:
          ValueError: before `apply_gradients`.
        """
        self._applied("get_chief_queue_runner")
        return self._runner

    def get_init_tokens_op(self, num_tokens: int = -1):
        """An op that gives out the first tokens: as many as gradients make a step if num_tokens is -1.

        Raises:
          ValueError: before `apply_gradients`, or if fewer tokens are asked for than the first step needs.
        """
        self._applied("get_init_tokens_op")
        needed = self._needed - self._replicas
        if num_tokens == -1:
            num_tokens = self._needed
        elif num_tokens < needed:
            raise ValueError(f"Too few tokens to finish the first step: {num_tokens} (given) vs {needed} (needed)")
        if num_tokens <= 0:
            return tf.no_op(name="no_init_tokens")
        with self._beside_step():
            return self._tokens.enqueue_many((tf.fill([num_tokens], self._global_step),))

    def get_slot(self, *args, **kwargs):
        """The slot that `opt` has for a variable."""
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args, **kwargs) -> list[str]:
        """The names of the kinds of slots that `opt` has."""
        return self._opt.get_slot_names(*args, **kwargs)

    def variables(self) -> list:
        """The variables of `opt`."""
        return self._opt.variables()

    def make_session_run_hook(self, is_chief: bool, num_tokens: int = -1) -> SessionRunHook:
        """A hook that initializes what is needed and, for the chief, starts the queue runner."""
        return _Hook(self, is_chief, num_tokens)


class _Hook(SessionRunHook):
    def __init__(self, optimizer: SyncReplicasOptimizer, is_chief: bool, num_tokens: int):
        self._optimizer, self._is_chief, self._num_tokens = optimizer, is_chief, num_tokens

    def begin(self):
        """Makes the ops, before the graph is finalized."""
        optimizer = self._optimizer
        optimizer._applied("the hook")
        self._init = optimizer.chief_init_op if self._is_chief else optimizer.local_step_init_op
        self._tokens = optimizer.get_init_tokens_op(self._num_tokens) if self._is_chief else None

    def after_create_session(self, session, coord):
        """Initializes the local step and starts making steps."""
        lacking = session.run(self._optimizer.ready_for_local_init_op)
        if lacking.size:
            names = ", ".join(name.decode() for name in lacking)
            raise RuntimeError(f"Init operations did not make model ready for local_init: {names} lack values")
        session.run(self._init)
        if self._tokens is not None:
            session.run(self._tokens)
            self._optimizer.get_chief_queue_runner().create_threads(session, coord=coord, daemon=True, start=True)
