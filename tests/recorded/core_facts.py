"""Programs of the core API against what TensorFlow made of them (tests/facts/core.json)."""

import core_programs
from core_support import run
from oracle import facts
from oracle import same as as_recorded

import minitf as tf
import minitf.as_tensorflow  # noqa: F401 - some programs import from tensorflow


def names(*beginnings):
    """The programs whose names start so."""
    return [name for name in core_programs.PROGRAMS if name.startswith(beginnings)]


def check(name, same=lambda value: value):
    """A program gives what it gave with TensorFlow; `same` leaves out what is meant to differ."""
    found, recorded = same(run(tf, name)), same(facts("core")[name])
    assert as_recorded(found, recorded), (found, recorded)
