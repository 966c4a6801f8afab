"""tf.contrib.seq2seq: decoders that run step by step in a loop, with attention and beam search."""

from minitf.contrib.seq2seq.attention import AttentionMechanism, BahdanauAttention, LuongAttention, hardmax
from minitf.contrib.seq2seq.attention_wrapper import AttentionWrapper, AttentionWrapperState
from minitf.contrib.seq2seq.basic_decoder import BasicDecoder, BasicDecoderOutput
from minitf.contrib.seq2seq.beam_search import BeamSearchDecoder, BeamSearchDecoderOutput, BeamSearchDecoderState
from minitf.contrib.seq2seq.beam_search import FinalBeamSearchDecoderOutput
from minitf.contrib.seq2seq.beams import tile_batch
from minitf.contrib.seq2seq.decoder import Decoder, dynamic_decode
from minitf.contrib.seq2seq.helper import CustomHelper, GreedyEmbeddingHelper, Helper, InferenceHelper
from minitf.contrib.seq2seq.helper import SampleEmbeddingHelper, ScheduledEmbeddingTrainingHelper
from minitf.contrib.seq2seq.helper import ScheduledOutputTrainingHelper, TrainingHelper
from minitf.contrib.seq2seq.loss import sequence_loss
from minitf.contrib.seq2seq.monotonic import BahdanauMonotonicAttention, LuongMonotonicAttention, monotonic_attention
from minitf.contrib.seq2seq.monotonic import safe_cumprod
from minitf.ops.nn.beam_search import gather_tree
