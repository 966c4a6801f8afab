"""tf.contrib.predictor: saved models as functions."""

from minitf.contrib.predictor.saved_model import from_saved_model
