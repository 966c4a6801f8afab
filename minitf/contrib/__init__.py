"""tf.contrib."""

from minitf.contrib import crf as crf
from minitf.contrib import data as data
from minitf.contrib import factorization as factorization
from minitf.contrib import framework as framework
from minitf.contrib import layers as layers
from minitf.contrib import learn as learn
from minitf.contrib import legacy_seq2seq as legacy_seq2seq
from minitf.contrib import lookup as lookup
from minitf.contrib import metrics as metrics
from minitf.contrib import rnn as rnn
from minitf.contrib import seq2seq as seq2seq
from minitf.contrib import predictor as predictor
from minitf.contrib import training as training
from minitf.contrib import util as util
from minitf.contrib import tensorboard as tensorboard
from minitf.contrib import slim as slim
