"""tf.flags, on absl-py: `tf.flags.DEFINE_integer("epochs", 3, "How many.")`, then `tf.flags.FLAGS.epochs`."""

from __future__ import annotations

import functools
import sys

from absl import flags as _absl
from absl.flags import *  # noqa: F403 - TensorFlow gives out all of them

_RENAMED = {"flag_name": "name", "default_value": "default", "docstring": "help"}


class _Setting:
    """A flag as scripts before TensorFlow 1.5 saw it, its value, and as those after, with a `value`."""

    def __init__(self, flag):
        self._flag = flag

    def __getattr__(self, name):
        return getattr(self._flag, name)

    def __str__(self):
        return str(self._flag.value)

    def __repr__(self):
        return repr(self._flag.value)

    def __format__(self, spec):
        return format(self._flag.value, spec)

    def __int__(self):
        return int(self._flag.value)

    def __float__(self):
        return float(self._flag.value)

    def __eq__(self, other):
        return self._flag.value == (other._flag.value if isinstance(other, _Setting) else other)

    def __hash__(self):
        return hash(self._flag.value)


class _Flags:
    """absl's flags, parsed from the command line when the first is asked for."""

    def __init__(self, flags):
        vars(self)["_flags"] = flags

    def __getattr__(self, name: str):
        if name == "__flags":
            return self._all()
        if name == "__wrapped":
            return self._flags
        self._parse_once()
        return getattr(self._flags, name)

    def __setattr__(self, name: str, value) -> None:
        setattr(self._flags, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._flags, name)

    def __dir__(self):
        return dir(self._flags)

    def __getitem__(self, name: str):
        return self._flags[name]

    def __setitem__(self, name: str, flag) -> None:
        self._flags[name] = flag

    def __len__(self) -> int:
        return len(self._flags)

    def __iter__(self):
        return iter(self._flags)

    def __contains__(self, name: str) -> bool:
        return name in self._flags

    def __call__(self, *args, **kwargs):
        return self._flags(*args, **kwargs)

    def _parse_once(self) -> None:
        """Parses the command line; what is no flag of ours is left to the script."""
        if not self._flags.is_parsed():
            self._flags(sys.argv, known_only=True)

    def _parse_flags(self, args=None) -> None:
        """Parses the command line, as scripts before TensorFlow 1.5 had to ask for."""
        self._flags([sys.argv[0], *args] if args is not None else sys.argv, known_only=True)

    def _all(self) -> dict:
        self._parse_once()
        return {name: _Setting(self._flags[name]) for name in self._flags}


FLAGS = _Flags(_absl.FLAGS)


def _renaming(define):
    """A function of absl's that also takes TensorFlow's older argument names."""

    @functools.wraps(define)
    def defined(*args, **kwargs):
        return define(*args, **{_RENAMED.get(name, name): value for name, value in kwargs.items()})

    return defined


DEFINE_string = _renaming(_absl.DEFINE_string)
DEFINE_boolean = DEFINE_bool = _renaming(_absl.DEFINE_boolean)
DEFINE_float = _renaming(_absl.DEFINE_float)
DEFINE_integer = _renaming(_absl.DEFINE_integer)
for _name in _absl.FLAGS:  # absl's own, such as log_dir: scripts have flags of these names, too
    _absl.FLAGS[_name].allow_override = True
_absl.disclaim_key_flags()  # flags are those of the script, not of this module
