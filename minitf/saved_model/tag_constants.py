"""The tags by which the graphs of a saved model are told apart."""

GPU = "gpu"
SERVING = "serve"
TPU = "tpu"
TRAINING = "train"
