"""tf.contrib.seq2seq: decoders that run step by step in a loop, with attention and beam search."""

from minitf.contrib.seq2seq.attention import AttentionMechanism
from minitf.contrib.seq2seq.attention import BahdanauAttention
from minitf.contrib.seq2seq.attention import LuongAttention
from minitf.contrib.seq2seq.attention import hardmax
from minitf.contrib.seq2seq.attention_wrapper import AttentionWrapper
from minitf.contrib.seq2seq.attention_wrapper import AttentionWrapperState
from minitf.contrib.seq2seq.basic_decoder import BasicDecoder
from minitf.contrib.seq2seq.basic_decoder import BasicDecoderOutput
from minitf.contrib.seq2seq.beam_search import BeamSearchDecoder
from minitf.contrib.seq2seq.beam_search import BeamSearchDecoderOutput
from minitf.contrib.seq2seq.beam_search import BeamSearchDecoderState
from minitf.contrib.seq2seq.beam_search import FinalBeamSearchDecoderOutput
from minitf.contrib.seq2seq.beams import tile_batch
from minitf.contrib.seq2seq.decoder import Decoder
from minitf.contrib.seq2seq.decoder import dynamic_decode
from minitf.contrib.seq2seq.helper import CustomHelper
from minitf.contrib.seq2seq.helper import GreedyEmbeddingHelper
from minitf.contrib.seq2seq.helper import Helper
from minitf.contrib.seq2seq.helper import InferenceHelper
from minitf.contrib.seq2seq.helper import SampleEmbeddingHelper
from minitf.contrib.seq2seq.helper import ScheduledEmbeddingTrainingHelper
from minitf.contrib.seq2seq.helper import ScheduledOutputTrainingHelper
from minitf.contrib.seq2seq.helper import TrainingHelper
from minitf.contrib.seq2seq.loss import sequence_loss
from minitf.ops.nn.beam_search import gather_tree
