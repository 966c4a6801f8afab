"""minitf."""
__version__ = "1.15.0"
from minitf.framework.dtypes import float32
from minitf.framework.graph import *
from minitf.ops.constant import constant
from minitf.ops.placeholders import placeholder
from minitf.ops.array import *
from minitf.ops.math import *
from minitf.runtime.session import Session
from minitf.gradients import gradients
