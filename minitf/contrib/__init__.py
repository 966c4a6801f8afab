"""tf.contrib."""

from minitf.contrib import crf, data, factorization, framework, image, layers, learn, legacy_seq2seq, lookup, metrics
from minitf.contrib import (
    compiler,
    nn,
    opt,
    rnn,
    seq2seq,
    signal,
    predictor,
    staging,
    training,
    util,
    tensorboard,
    slim,
)
from minitf.contrib.slim import losses
from minitf import distributions
