"""Functions as TensorFlow had them before 1.0; where both meanings are possible, the arguments tell."""

from minitf.as_tensorflow.zero.arrays import batch_matmul
from minitf.as_tensorflow.zero.arrays import concat
from minitf.as_tensorflow.zero.arrays import pack
from minitf.as_tensorflow.zero.arrays import reverse
from minitf.as_tensorflow.zero.arrays import split
from minitf.as_tensorflow.zero.arrays import unpack
from minitf.as_tensorflow.zero.summaries import audio_summary
from minitf.as_tensorflow.zero.summaries import histogram_summary
from minitf.as_tensorflow.zero.summaries import image_summary
from minitf.as_tensorflow.zero.summaries import merge_all_summaries
from minitf.as_tensorflow.zero.summaries import merge_summary
from minitf.as_tensorflow.zero.summaries import scalar_summary
