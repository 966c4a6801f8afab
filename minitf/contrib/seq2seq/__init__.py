"""tf.contrib.seq2seq: decoders that run step by step in a loop, with attention and beam search."""
