"""Functions as TensorFlow had them before 1.0; where both meanings are possible, the arguments tell."""

from minitf.as_tensorflow.zero.arrays import batch_matmul as batch_matmul
from minitf.as_tensorflow.zero.arrays import concat as concat
from minitf.as_tensorflow.zero.arrays import pack as pack
from minitf.as_tensorflow.zero.arrays import reverse as reverse
from minitf.as_tensorflow.zero.arrays import split as split
from minitf.as_tensorflow.zero.arrays import unpack as unpack
from minitf.as_tensorflow.zero.summaries import audio_summary as audio_summary
from minitf.as_tensorflow.zero.summaries import histogram_summary as histogram_summary
from minitf.as_tensorflow.zero.summaries import image_summary as image_summary
from minitf.as_tensorflow.zero.summaries import merge_all_summaries as merge_all_summaries
from minitf.as_tensorflow.zero.summaries import merge_summary as merge_summary
from minitf.as_tensorflow.zero.summaries import scalar_summary as scalar_summary
