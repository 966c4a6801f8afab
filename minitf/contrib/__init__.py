"""tf.contrib."""

from minitf.contrib import crf
from minitf.contrib import data
from minitf.contrib import factorization
from minitf.contrib import framework
from minitf.contrib import image
from minitf.contrib import layers
from minitf.contrib import learn
from minitf.contrib import legacy_seq2seq
from minitf.contrib import lookup
from minitf.contrib import metrics
from minitf.contrib import rnn
from minitf.contrib import seq2seq
from minitf.contrib import signal
from minitf.contrib import predictor
from minitf.contrib import staging
from minitf.contrib import training
from minitf.contrib import util
from minitf.contrib import tensorboard
from minitf.contrib import slim
from minitf.contrib.slim import losses
