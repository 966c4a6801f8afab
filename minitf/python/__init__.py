"""TensorFlow's own paths to things that public scripts import from there."""

from minitf.python import client as client
from minitf.python import ops as ops
