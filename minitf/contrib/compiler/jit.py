"""tf.contrib.compiler.jit."""

# ruff: noqa: F401 - a name that is handed on

from minitf.xla.experimental import jit_scope as experimental_jit_scope
