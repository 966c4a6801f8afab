"""tf.summary: what TensorBoard shows of a training, and the files it reads."""

from minitf.framework import protos
from minitf.ops.io.summary import audio
from minitf.ops.io.summary import histogram
from minitf.ops.io.summary import image
from minitf.ops.io.summary import merge
from minitf.ops.io.summary import merge_all
from minitf.ops.io.summary import scalar
from minitf.ops.io.summary import tensor_summary
from minitf.ops.io.summary import text
from minitf.summary.description import get_summary_description
from minitf.summary.writer import FileWriter
from minitf.summary.writer import FileWriterCache

__getattr__ = protos.resolver(__name__, ("Event", "SessionLog", "Summary", "SummaryDescription", "TaggedRunMetadata"))
