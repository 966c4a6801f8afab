"""tf.logging: messages on stderr, through Python's logger called `tensorflow`."""

from __future__ import annotations

import itertools
import logging as _logging
import sys
from collections import defaultdict
from logging import DEBUG, ERROR, FATAL, INFO, WARN

__all__ = [
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "TaskLevelStatusMessage",
    "debug",
    "error",
    "fatal",
    "flush",
    "get_verbosity",
    "info",
    "log",
    "log_every_n",
    "log_first_n",
    "log_if",
    "set_verbosity",
    "vlog",
    "warn",
    "warning",
]

_LEVELS = {"DEBUG": DEBUG, "INFO": INFO, "WARN": WARN, "WARNING": WARN, "ERROR": ERROR, "FATAL": FATAL}
_counters: defaultdict = defaultdict(itertools.count)


class _Stderr(_logging.StreamHandler):
    """Writes to what stderr is now, not to what it was when this module was imported."""

    def __init__(self):
        _logging.Handler.__init__(self)
        self.setFormatter(_logging.Formatter(_logging.BASIC_FORMAT))

    @property
    def stream(self):
        return sys.stderr


def _made() -> _logging.Logger:
    logger = _logging.getLogger("tensorflow")
    if not logger.handlers and not _logging.getLogger().handlers:
        logger.addHandler(_Stderr())
    if logger.level == _logging.NOTSET:
        logger.setLevel(WARN)
    return logger


_logger = _made()


def get_logger() -> _logging.Logger:
    """Python's logger called `tensorflow`."""
    return _logger


def log(level, msg, *args, **kwargs) -> None:
    """Logs a message, a pattern for `args` if there are any, at a level (`tf.logging.INFO` or its name)."""
    _logger.log(_level(level), msg, *args, **kwargs)


def debug(msg, *args, **kwargs) -> None:
    """Logs a message of level DEBUG."""
    _logger.debug(msg, *args, **kwargs)


def info(msg, *args, **kwargs) -> None:
    """Logs a message of level INFO."""
    _logger.info(msg, *args, **kwargs)


def warn(msg, *args, **kwargs) -> None:
    """Logs a message of level WARN."""
    _logger.warning(msg, *args, **kwargs)


warning = warn


def error(msg, *args, **kwargs) -> None:
    """Logs a message of level ERROR."""
    _logger.error(msg, *args, **kwargs)


def fatal(msg, *args, **kwargs) -> None:
    """Logs a message of level FATAL; the program goes on."""
    _logger.fatal(msg, *args, **kwargs)


def vlog(level: int, msg, *args, **kwargs) -> None:
    """Logs a message at a level given as a number."""
    _logger.log(level, msg, *args, **kwargs)


def log_if(level, msg, condition, *args) -> None:
    """Logs a message if `condition` is true."""
    if condition:
        log(level, msg, *args)


def log_every_n(level, msg, n: int, *args) -> None:
    """Logs the first of every `n` messages from one line of a program."""
    log_if(level, msg, _count() % n == 0, *args)


def log_first_n(level, msg, n: int, *args) -> None:
    """Logs the first `n` messages from one line of a program."""
    log_if(level, msg, _count() < n, *args)


def _count() -> int:
    """How often the line that logs has been here before."""
    frame = sys._getframe(2)
    return next(_counters[frame.f_code.co_filename, frame.f_lineno])


def TaskLevelStatusMessage(msg) -> None:  # noqa: N802 - TensorFlow's name
    """Logs a message of level ERROR."""
    _logger.error(msg)


def flush() -> None:
    """Writes what is still in memory."""
    for handler in _logger.handlers:
        handler.flush()


def get_verbosity() -> int:
    """The level from which on messages are shown."""
    return _logger.getEffectiveLevel()


def set_verbosity(v) -> None:
    """Shows messages from level `v` on: `tf.logging.INFO`, or its name."""
    _logger.setLevel(_level(v))


def _level(level) -> int:
    if isinstance(level, str) and level.upper() in _LEVELS:
        return _LEVELS[level.upper()]
    if not isinstance(level, int):
        raise ValueError(f"a level is a number or one of {', '.join(_LEVELS)}, not {level!r}")
    return level
