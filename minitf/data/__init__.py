"""tf.data: input pipelines."""

from minitf.ops import datasets as _ops  # which defines them

from minitf.data import experimental
from minitf.data.dataset import Dataset
from minitf.data.iterators import Iterator
from minitf.data.iterators import Options
from minitf.data.readers import FixedLengthRecordDataset
from minitf.data.readers import TextLineDataset
from minitf.data.readers import TFRecordDataset
from minitf.data.views import get_output_classes
from minitf.data.views import get_output_shapes
from minitf.data.views import get_output_types
from minitf.data.views import make_initializable_iterator
from minitf.data.views import make_one_shot_iterator
