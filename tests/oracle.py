"""What TensorFlow does, recorded from TensorFlow itself in tests/facts/."""

import json
from pathlib import Path


def facts(name: str):
    """The content of tests/facts/`name`.json."""
    return json.loads((Path(__file__).parent / "facts" / f"{name}.json").read_text())
