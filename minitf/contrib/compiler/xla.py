"""tf.contrib.compiler.xla."""

# ruff: noqa: F401 - a name that is handed on

from minitf.xla.experimental import compile
