"""tf.summary: what TensorBoard shows of a training, and the files it reads."""

from minitf.framework import protos
from minitf.ops.io.summary import audio as audio
from minitf.ops.io.summary import histogram as histogram
from minitf.ops.io.summary import image as image
from minitf.ops.io.summary import merge as merge
from minitf.ops.io.summary import merge_all as merge_all
from minitf.ops.io.summary import scalar as scalar
from minitf.ops.io.summary import tensor_summary as tensor_summary
from minitf.ops.io.summary import text as text
from minitf.summary.description import get_summary_description as get_summary_description
from minitf.summary.writer import FileWriter as FileWriter
from minitf.summary.writer import FileWriterCache as FileWriterCache

__getattr__ = protos.resolver(__name__, ("Event", "SessionLog", "Summary", "SummaryDescription", "TaggedRunMetadata"))
