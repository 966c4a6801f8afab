"""Functions as TensorFlow had them before 1.0; where both meanings are possible, the arguments tell."""

from minitf.as_tensorflow.zero.arrays import batch_matmul, concat, pack, reverse, split, unpack
from minitf.as_tensorflow.zero.summaries import audio_summary, histogram_summary, image_summary, merge_all_summaries
from minitf.as_tensorflow.zero.summaries import merge_summary, scalar_summary
