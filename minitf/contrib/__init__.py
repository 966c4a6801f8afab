"""tf.contrib."""

from minitf.contrib import crf, data, factorization, framework, image, layers, learn, legacy_seq2seq, lookup, metrics
from minitf.contrib import compiler, mixed_precision, nn, opt, predictor, rnn, seq2seq, signal, slim, staging
from minitf.contrib import tensorboard, training, util
from minitf.contrib.slim import losses
from minitf import distributions
