"""tf.data: input pipelines."""

from minitf.ops import datasets as _ops  # which defines them

from minitf.data import experimental as experimental
from minitf.data.dataset import Dataset as Dataset
from minitf.data.iterators import Iterator as Iterator
from minitf.data.iterators import Options as Options
from minitf.data.readers import FixedLengthRecordDataset as FixedLengthRecordDataset
from minitf.data.readers import TextLineDataset as TextLineDataset
from minitf.data.readers import TFRecordDataset as TFRecordDataset
from minitf.data.views import get_output_classes as get_output_classes
from minitf.data.views import get_output_shapes as get_output_shapes
from minitf.data.views import get_output_types as get_output_types
from minitf.data.views import make_initializable_iterator as make_initializable_iterator
from minitf.data.views import make_one_shot_iterator as make_one_shot_iterator
