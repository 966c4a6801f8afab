"""tf.contrib.learn: data sets, vocabularies, modes, and running a graph n times."""

from minitf.contrib.learn import datasets, preprocessing
from minitf.contrib.learn.modes import ModeKeys
from minitf.contrib.learn.runs import run_feeds, run_n
