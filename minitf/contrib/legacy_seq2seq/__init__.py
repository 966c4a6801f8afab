"""tf.contrib.legacy_seq2seq: encoders and decoders unrolled over lists of time steps."""

from minitf.contrib.legacy_seq2seq.attention import attention_decoder, embedding_attention_decoder
from minitf.contrib.legacy_seq2seq.attention import embedding_attention_seq2seq
from minitf.contrib.legacy_seq2seq.loss import model_with_buckets, sequence_loss, sequence_loss_by_example
from minitf.contrib.legacy_seq2seq.seq2seq import basic_rnn_seq2seq, embedding_rnn_decoder, embedding_rnn_seq2seq
from minitf.contrib.legacy_seq2seq.seq2seq import embedding_tied_rnn_seq2seq, one2many_rnn_seq2seq, rnn_decoder
from minitf.contrib.legacy_seq2seq.seq2seq import tied_rnn_seq2seq
