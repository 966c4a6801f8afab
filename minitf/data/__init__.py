"""tf.data: input pipelines."""

from minitf.ops import datasets as _ops  # which defines them

from minitf.data import experimental
from minitf.data.dataset import Dataset
from minitf.data.iterators import Iterator
from minitf.data.options import Options
from minitf.data.readers import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset
from minitf.data.structure import DatasetSpec
from minitf.data.views import get_output_classes, get_output_shapes, get_output_types, make_initializable_iterator
from minitf.data.views import make_one_shot_iterator
