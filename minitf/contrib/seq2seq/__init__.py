"""tf.contrib.seq2seq: decoders that run step by step in a loop, with attention and beam search."""

from minitf.contrib.seq2seq.attention import AttentionMechanism as AttentionMechanism
from minitf.contrib.seq2seq.attention import BahdanauAttention as BahdanauAttention
from minitf.contrib.seq2seq.attention import LuongAttention as LuongAttention
from minitf.contrib.seq2seq.attention import hardmax as hardmax
from minitf.contrib.seq2seq.attention_wrapper import AttentionWrapper as AttentionWrapper
from minitf.contrib.seq2seq.attention_wrapper import AttentionWrapperState as AttentionWrapperState
from minitf.contrib.seq2seq.basic_decoder import BasicDecoder as BasicDecoder
from minitf.contrib.seq2seq.basic_decoder import BasicDecoderOutput as BasicDecoderOutput
from minitf.contrib.seq2seq.beam_search import BeamSearchDecoder as BeamSearchDecoder
from minitf.contrib.seq2seq.beam_search import BeamSearchDecoderOutput as BeamSearchDecoderOutput
from minitf.contrib.seq2seq.beam_search import BeamSearchDecoderState as BeamSearchDecoderState
from minitf.contrib.seq2seq.beam_search import FinalBeamSearchDecoderOutput as FinalBeamSearchDecoderOutput
from minitf.contrib.seq2seq.beams import tile_batch as tile_batch
from minitf.contrib.seq2seq.decoder import Decoder as Decoder
from minitf.contrib.seq2seq.decoder import dynamic_decode as dynamic_decode
from minitf.contrib.seq2seq.helper import CustomHelper as CustomHelper
from minitf.contrib.seq2seq.helper import GreedyEmbeddingHelper as GreedyEmbeddingHelper
from minitf.contrib.seq2seq.helper import Helper as Helper
from minitf.contrib.seq2seq.helper import InferenceHelper as InferenceHelper
from minitf.contrib.seq2seq.helper import SampleEmbeddingHelper as SampleEmbeddingHelper
from minitf.contrib.seq2seq.helper import ScheduledEmbeddingTrainingHelper as ScheduledEmbeddingTrainingHelper
from minitf.contrib.seq2seq.helper import ScheduledOutputTrainingHelper as ScheduledOutputTrainingHelper
from minitf.contrib.seq2seq.helper import TrainingHelper as TrainingHelper
from minitf.contrib.seq2seq.loss import sequence_loss as sequence_loss
from minitf.ops.nn.beam_search import gather_tree as gather_tree
