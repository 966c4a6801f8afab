"""tf.contrib.training: hyperparameters, training and evaluating in one call."""

from minitf.contrib.training.buckets import bucket, bucket_by_sequence_length
from minitf.contrib.training.evaluation import StopAfterNEvalsHook, SummaryAtEndHook, evaluate_once, evaluate_repeatedly
from minitf.contrib.training.evaluation import get_or_create_eval_step
from minitf.contrib.training.hparams import HParams, parse_values
from minitf.contrib.training.placement import GreedyLoadBalancingStrategy, RandomStrategy, byte_size_load_fn
from minitf.contrib.training.sampling import rejection_sample, resample_at_rate, stratified_sample, weighted_resample
from minitf.contrib.training.sequences import NextQueuedSequenceBatch, SequenceQueueingStateSaver
from minitf.contrib.training.sequences import batch_sequences_with_states
from minitf.contrib.training.training import add_gradients_summaries, clip_gradient_norms, clip_gradient_norms_fn
from minitf.contrib.training.training import create_train_op, multiply_gradients, train
from minitf.train.new_checkpoints import checkpoints_iterator, wait_for_new_checkpoint
