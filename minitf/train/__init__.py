"""tf.train: optimizers, learning rates, moving averages, the global step, input through queues, files,
sessions that look after themselves.
"""

from minitf.train.batches import batch as batch
from minitf.train.batches import batch_join as batch_join
from minitf.train.batches import maybe_batch as maybe_batch
from minitf.train.batches import maybe_batch_join as maybe_batch_join
from minitf.train.batches import maybe_shuffle_batch as maybe_shuffle_batch
from minitf.train.batches import maybe_shuffle_batch_join as maybe_shuffle_batch_join
from minitf.train.batches import shuffle_batch as shuffle_batch
from minitf.train.batches import shuffle_batch_join as shuffle_batch_join
from minitf.train.checkpoint_state import CheckpointState as CheckpointState
from minitf.train.checkpoint_state import checkpoint_exists as checkpoint_exists
from minitf.train.checkpoint_state import generate_checkpoint_state_proto as generate_checkpoint_state_proto
from minitf.train.checkpoint_state import get_checkpoint_mtimes as get_checkpoint_mtimes
from minitf.train.checkpoint_state import get_checkpoint_state as get_checkpoint_state
from minitf.train.checkpoint_state import latest_checkpoint as latest_checkpoint
from minitf.train.checkpoint_state import remove_checkpoint as remove_checkpoint
from minitf.train.checkpoint_state import update_checkpoint_state as update_checkpoint_state
from minitf.train.checkpoints import NewCheckpointReader as NewCheckpointReader
from minitf.train.checkpoints import list_variables as list_variables
from minitf.train.checkpoints import load_checkpoint as load_checkpoint
from minitf.train.checkpoints import load_variable as load_variable
from minitf.train.coordinator import Coordinator as Coordinator
from minitf.train.coordinator import LooperThread as LooperThread
from minitf.framework.cluster import ClusterSpec as ClusterSpec
from minitf.train.decay import cosine_decay as cosine_decay
from minitf.train.decay import cosine_decay_restarts as cosine_decay_restarts
from minitf.train.decay import exponential_decay as exponential_decay
from minitf.train.decay import inverse_time_decay as inverse_time_decay
from minitf.train.decay import linear_cosine_decay as linear_cosine_decay
from minitf.train.decay import natural_exp_decay as natural_exp_decay
from minitf.train.decay import noisy_linear_cosine_decay as noisy_linear_cosine_decay
from minitf.train.decay import piecewise_constant as piecewise_constant
from minitf.train.decay import piecewise_constant_decay as piecewise_constant_decay
from minitf.train.decay import polynomial_decay as polynomial_decay
from minitf.train.device_setter import replica_device_setter as replica_device_setter
from minitf.train.global_step import assert_global_step as assert_global_step
from minitf.train.global_step import create_global_step as create_global_step
from minitf.train.global_step import get_global_step as get_global_step
from minitf.train.global_step import get_or_create_global_step as get_or_create_global_step
from minitf.train.global_step import global_step as global_step
from minitf.train.initial_values import init_from_checkpoint as init_from_checkpoint
from minitf.train.input import input_producer as input_producer
from minitf.train.input import limit_epochs as limit_epochs
from minitf.train.input import match_filenames_once as match_filenames_once
from minitf.train.input import range_input_producer as range_input_producer
from minitf.train.input import slice_input_producer as slice_input_producer
from minitf.train.input import string_input_producer as string_input_producer
from minitf.train.meta_graphs import export_meta_graph as export_meta_graph
from minitf.train.meta_graphs import import_meta_graph as import_meta_graph
from minitf.train.moving_averages import ExponentialMovingAverage as ExponentialMovingAverage
from minitf.train.new_checkpoints import checkpoints_iterator as checkpoints_iterator
from minitf.train.optimizer import Optimizer as Optimizer
from minitf.train.optimizers import AdadeltaOptimizer as AdadeltaOptimizer
from minitf.train.optimizers import AdagradDAOptimizer as AdagradDAOptimizer
from minitf.train.optimizers import AdagradOptimizer as AdagradOptimizer
from minitf.train.optimizers import AdamOptimizer as AdamOptimizer
from minitf.train.optimizers import FtrlOptimizer as FtrlOptimizer
from minitf.train.optimizers import GradientDescentOptimizer as GradientDescentOptimizer
from minitf.train.optimizers import MomentumOptimizer as MomentumOptimizer
from minitf.train.optimizers import ProximalAdagradOptimizer as ProximalAdagradOptimizer
from minitf.train.optimizers import ProximalGradientDescentOptimizer as ProximalGradientDescentOptimizer
from minitf.train.optimizers import RMSPropOptimizer as RMSPropOptimizer
from minitf.train.queue_runner import QueueRunner as QueueRunner
from minitf.train.queue_runner import add_queue_runner as add_queue_runner
from minitf.train.queue_runner import start_queue_runners as start_queue_runners
from minitf.train.saver import Saver as Saver
from minitf.train.saver import SaverDef as SaverDef
from minitf.train.server import Server as Server
from minitf.summary.writer import summary_iterator as summary_iterator
from minitf.summary.writer import write_graph as write_graph
from minitf.train.hooks.checkpoint_saver import CheckpointSaverHook as CheckpointSaverHook
from minitf.train.hooks.checkpoint_saver import CheckpointSaverListener as CheckpointSaverListener
from minitf.train.hooks.reports import LoggingTensorHook as LoggingTensorHook
from minitf.train.hooks.reports import ProfilerHook as ProfilerHook
from minitf.train.hooks.reports import StepCounterHook as StepCounterHook
from minitf.train.hooks.reports import SummarySaverHook as SummarySaverHook
from minitf.train.hooks.session_run_hook import SessionRunArgs as SessionRunArgs
from minitf.train.hooks.session_run_hook import SessionRunContext as SessionRunContext
from minitf.train.hooks.session_run_hook import SessionRunHook as SessionRunHook
from minitf.train.hooks.session_run_hook import SessionRunValues as SessionRunValues
from minitf.train.hooks.stops import FeedFnHook as FeedFnHook
from minitf.train.hooks.stops import FinalOpsHook as FinalOpsHook
from minitf.train.hooks.stops import GlobalStepWaiterHook as GlobalStepWaiterHook
from minitf.train.hooks.stops import NanLossDuringTrainingError as NanLossDuringTrainingError
from minitf.train.hooks.stops import NanTensorHook as NanTensorHook
from minitf.train.hooks.stops import StopAtStepHook as StopAtStepHook
from minitf.train.hooks.timer import SecondOrStepTimer as SecondOrStepTimer
from minitf.train.sessions.monitored_session import MonitoredSession as MonitoredSession
from minitf.train.sessions.monitored_session import MonitoredTrainingSession as MonitoredTrainingSession
from minitf.train.sessions.monitored_session import SingularMonitoredSession as SingularMonitoredSession
from minitf.train.sessions.scaffold import Scaffold as Scaffold
from minitf.train.sessions.session_creators import ChiefSessionCreator as ChiefSessionCreator
from minitf.train.sessions.session_creators import SessionCreator as SessionCreator
from minitf.train.sessions.session_creators import WorkerSessionCreator as WorkerSessionCreator
from minitf.train.sessions.session_manager import SessionManager as SessionManager
from minitf.train.sessions.supervisor import Supervisor as Supervisor
from minitf.train.sessions.supervisor import basic_train_loop as basic_train_loop
from minitf.train.sync_replicas import SyncReplicasOptimizer as SyncReplicasOptimizer
from minitf.train.warm_starting import VocabInfo as VocabInfo
from minitf.train.warm_starting import warm_start as warm_start

from minitf.framework import example_messages as _messages
from minitf.framework import protos as _protos

_of_clusters = _protos.resolver(__name__, ("ClusterDef", "JobDef", "ServerDef"))


def __getattr__(name: str):  # noqa: N807 - it is a module's
    if name in _messages.NAMES:
        return _messages.message(name)
    return _of_clusters(name)
