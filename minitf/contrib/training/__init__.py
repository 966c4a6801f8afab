"""tf.contrib.training: hyperparameters, training and evaluating in one call."""

from minitf.contrib.training.evaluation import StopAfterNEvalsHook
from minitf.contrib.training.evaluation import SummaryAtEndHook
from minitf.contrib.training.evaluation import evaluate_once
from minitf.contrib.training.evaluation import evaluate_repeatedly
from minitf.contrib.training.evaluation import get_or_create_eval_step
from minitf.contrib.training.hparams import HParams
from minitf.contrib.training.hparams import parse_values
from minitf.contrib.training.training import add_gradients_summaries
from minitf.contrib.training.training import clip_gradient_norms
from minitf.contrib.training.training import clip_gradient_norms_fn
from minitf.contrib.training.training import create_train_op
from minitf.contrib.training.training import multiply_gradients
from minitf.contrib.training.training import train
from minitf.train.new_checkpoints import checkpoints_iterator
from minitf.train.new_checkpoints import wait_for_new_checkpoint
