"""tensorflow.python.client."""

from minitf.python.client import timeline as timeline
