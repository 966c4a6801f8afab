"""Properties that give what an object holds."""

from __future__ import annotations

import operator
from typing import Any


def getter(attribute: str, doc: str) -> Any:
    """A property, documented and not to be set, that gives `attribute`, which may be dotted."""
    return property(operator.attrgetter(attribute), doc=doc)
