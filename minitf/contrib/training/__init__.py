"""tf.contrib.training: hyperparameters, training and evaluating in one call."""

from minitf.contrib.training.evaluation import StopAfterNEvalsHook as StopAfterNEvalsHook
from minitf.contrib.training.evaluation import SummaryAtEndHook as SummaryAtEndHook
from minitf.contrib.training.evaluation import evaluate_once as evaluate_once
from minitf.contrib.training.evaluation import evaluate_repeatedly as evaluate_repeatedly
from minitf.contrib.training.evaluation import get_or_create_eval_step as get_or_create_eval_step
from minitf.contrib.training.hparams import HParams as HParams
from minitf.contrib.training.hparams import parse_values as parse_values
from minitf.contrib.training.training import add_gradients_summaries as add_gradients_summaries
from minitf.contrib.training.training import clip_gradient_norms as clip_gradient_norms
from minitf.contrib.training.training import clip_gradient_norms_fn as clip_gradient_norms_fn
from minitf.contrib.training.training import create_train_op as create_train_op
from minitf.contrib.training.training import multiply_gradients as multiply_gradients
from minitf.contrib.training.training import train as train
from minitf.train.new_checkpoints import checkpoints_iterator as checkpoints_iterator
from minitf.train.new_checkpoints import wait_for_new_checkpoint as wait_for_new_checkpoint
