"""tf.summary: what TensorBoard shows of a training, and the files it reads."""

from minitf.framework import protos
from minitf.ops.io.summary import audio, histogram, image, merge, merge_all, scalar, tensor_summary, text
from minitf.summary.description import get_summary_description
from minitf.summary.writer import FileWriter, FileWriterCache

__getattr__ = protos.resolver(__name__, ("Event", "SessionLog", "Summary", "SummaryDescription", "TaggedRunMetadata"))
