"""tf.train: optimizers, learning rates, moving averages, the global step, input through queues, files,
sessions that look after themselves.
"""

from minitf.train import experimental
from minitf.train.batches import batch, batch_join, maybe_batch, maybe_batch_join, maybe_shuffle_batch
from minitf.train.batches import maybe_shuffle_batch_join, shuffle_batch, shuffle_batch_join
from minitf.train.checkpoint_manager import CheckpointManager
from minitf.train.checkpoint_state import CheckpointState, checkpoint_exists, generate_checkpoint_state_proto
from minitf.train.checkpoint_state import get_checkpoint_mtimes, get_checkpoint_state, latest_checkpoint
from minitf.train.checkpoint_state import remove_checkpoint, update_checkpoint_state
from minitf.train.checkpoints import NewCheckpointReader, list_variables, load_checkpoint, load_variable
from minitf.train.coordinator import Coordinator, LooperThread
from minitf.framework.cluster import ClusterSpec
from minitf.train.decay import cosine_decay, cosine_decay_restarts, exponential_decay, inverse_time_decay
from minitf.train.decay import linear_cosine_decay, natural_exp_decay, noisy_linear_cosine_decay, piecewise_constant
from minitf.train.decay import piecewise_constant_decay, polynomial_decay
from minitf.train.device_setter import replica_device_setter
from minitf.train.global_step import assert_global_step, create_global_step, get_global_step, get_or_create_global_step
from minitf.train.global_step import global_step
from minitf.train.initial_values import init_from_checkpoint
from minitf.train.input import input_producer, limit_epochs, match_filenames_once, range_input_producer
from minitf.train.input import slice_input_producer, string_input_producer
from minitf.train.meta_graphs import export_meta_graph, import_meta_graph
from minitf.train.moving_averages import ExponentialMovingAverage
from minitf.train.new_checkpoints import checkpoints_iterator
from minitf.train.object_checkpoints import Checkpoint
from minitf.train.optimizer import Optimizer
from minitf.train.optimizers import AdadeltaOptimizer, AdagradDAOptimizer, AdagradOptimizer, AdamOptimizer
from minitf.train.optimizers import FtrlOptimizer, GradientDescentOptimizer, MomentumOptimizer, ProximalAdagradOptimizer
from minitf.train.optimizers import ProximalGradientDescentOptimizer, RMSPropOptimizer
from minitf.train.queue_runner import QueueRunner, add_queue_runner, start_queue_runners
from minitf.train.saver import Saver, SaverDef
from minitf.train.server import Server
from minitf.summary.writer import summary_iterator, write_graph
from minitf.train.hooks.checkpoint_saver import CheckpointSaverHook, CheckpointSaverListener
from minitf.train.hooks.reports import LoggingTensorHook, ProfilerHook, StepCounterHook, SummarySaverHook
from minitf.train.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from minitf.train.hooks.stops import FeedFnHook, FinalOpsHook, GlobalStepWaiterHook, NanLossDuringTrainingError
from minitf.train.hooks.stops import NanTensorHook, StopAtStepHook
from minitf.train.hooks.timer import SecondOrStepTimer
from minitf.train.sessions.monitored_session import MonitoredSession, MonitoredTrainingSession, SingularMonitoredSession
from minitf.train.sessions.scaffold import Scaffold
from minitf.train.sessions.session_creators import ChiefSessionCreator, SessionCreator, WorkerSessionCreator
from minitf.train.sessions.session_manager import SessionManager
from minitf.train.sessions.supervisor import Supervisor, basic_train_loop
from minitf.train.sync_replicas import SyncReplicasOptimizer
from minitf.train.warm_starting import VocabInfo, warm_start

from minitf.framework import example_messages as _messages
from minitf.framework import protos as _protos

_of_clusters = _protos.resolver(__name__, ("ClusterDef", "JobDef", "ServerDef"))


def __getattr__(name: str):  # noqa: N807 - it is a module's
    if name in _messages.NAMES:
        return _messages.message(name)
    return _of_clusters(name)
