"""Device strings such as `/job:worker/task:1/device:CPU:0`: their parts, and what comes of two of them."""

from __future__ import annotations

import functools

_PARTS = ("job", "replica", "task", "device_type", "device_index")


class DeviceSpec:
    """What is known of a device: any of job, replica, task, device_type ("CPU") and device_index, or None.

    Raises:
      ValueError: for a replica, task or device_index that is no integer.

    >>> spec = DeviceSpec(job="ps", task=1)
    >>> spec.merge_from(DeviceSpec.from_string("/cpu:0"))
    >>> spec.to_string()
    '/job:ps/task:1/device:CPU:0'
    """

    def __init__(self, job=None, replica=None, task=None, device_type=None, device_index=None):
        self.job, self.replica, self.task = job, replica, task
        self.device_type, self.device_index = device_type, device_index

    def __setattr__(self, name: str, value):
        if name not in _PARTS:
            raise AttributeError(f"a DeviceSpec has no {name!r}; it has {', '.join(_PARTS)}")
        if value is not None:
            value = _TAKEN[name](value)
        object.__setattr__(self, name, value)

    @classmethod
    def from_string(cls, spec: str | None) -> DeviceSpec:
        """The parts of a device string.

        Raises:
          ValueError: if it is none.
        """
        return cls(*_parts_of(spec))

    def parse_from_string(self, spec: str | None) -> DeviceSpec:
        """Takes on the parts of a device string; returns itself."""
        for name, value in zip(_PARTS, _parts_of(spec)):
            setattr(self, name, value)
        return self

    def merge_from(self, dev: DeviceSpec) -> None:
        """Takes on the parts that another one has."""
        for name, value in zip(_PARTS, dev._values()):
            if value is not None:
                setattr(self, name, value)

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """A new one with the parts of another one, and its own where that has none."""
        made = self.replace()
        made.merge_from(dev)
        return made

    def replace(self, **kwargs) -> DeviceSpec:
        """A new one with some parts set otherwise."""
        return type(self)(**{**dict(zip(_PARTS, self._values())), **kwargs})

    def to_string(self) -> str:
        """The parts as a device string."""
        return _spelled(self._values())

    def _values(self) -> tuple:
        return tuple([getattr(self, name) for name in _PARTS])

    def __eq__(self, other):
        return isinstance(other, DeviceSpec) and self.to_string() == other.to_string()

    def __hash__(self):
        return hash(self._values())

    def __repr__(self):
        return f"<tf.DeviceSpec '{self.to_string()}'>"


def _parts_of(spec) -> tuple:
    if spec is not None and not isinstance(spec, str):
        raise TypeError(f"a device string is a string, not {spec!r}")
    return _parsed(spec or "")


def _kind(value) -> str:
    return value.upper() if str(value).lower() in ("cpu", "gpu") else str(value)


_TAKEN = {"job": str, "replica": int, "task": int, "device_type": _kind, "device_index": int}


@functools.lru_cache(1024)
def _parsed(text: str) -> tuple:
    """The parts of a device string, in order."""
    found: dict = {}
    for part in text.split("/"):
        words = part.split(":")
        kind = None
        if len(words) == 3 and words[0] == "device":
            kind, index = words[1:]
        elif len(words) == 2 and words[0].lower() in ("cpu", "gpu"):
            kind, index = words
        elif len(words) == 2 and words[0] in ("job", "replica", "task"):
            found[words[0]] = words[1] if words[0] == "job" else _number(words[1], text)
        elif part:
            raise ValueError(
                f"Unknown attribute: '{words[0]}' in '{text}'; a device is written like "
                "/job:worker/task:0/device:CPU:0, or /cpu:0"
            )
        if kind is not None:
            if "device_type" in found:
                raise ValueError(f"Cannot specify multiple device types: {text}")
            found["device_type"] = _kind(kind)
            found["device_index"] = None if index == "*" else _number(index, text)
    return tuple([found.get(name) for name in _PARTS])


def _number(text: str, spec: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"'{text}' in the device string '{spec}' has to be a number")
    return int(text)


def _spelled(values: tuple) -> str:
    job, replica, task, kind, index = values
    named = {"job": job, "replica": replica, "task": task}
    text = "".join(f"/{name}:{value}" for name, value in named.items() if value is not None)
    return text if kind is None else f"{text}/device:{kind}:{'*' if index is None else index}"


@functools.lru_cache(4096)
def merged(outer: str, inner: str) -> str:
    """The device string of both, the inner one's parts first."""
    both = zip(_parsed(outer), _parsed(inner))
    return _spelled(tuple([theirs if mine is None else mine for theirs, mine in both]))


def canonical_name(device) -> str:
    """A device string (or a DeviceSpec, or None) in full: `/device:CPU:0` for `/cpu:0`."""
    return device.to_string() if isinstance(device, DeviceSpec) else merged(device or "", "")
