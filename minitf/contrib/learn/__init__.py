"""tf.contrib.learn without its estimators: data sets, vocabularies, modes, and running a graph n times."""

from minitf.contrib.learn import datasets as datasets
from minitf.contrib.learn import preprocessing as preprocessing
from minitf.contrib.learn.modes import ModeKeys as ModeKeys
from minitf.contrib.learn.runs import run_feeds as run_feeds
from minitf.contrib.learn.runs import run_n as run_n
