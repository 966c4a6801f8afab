"""Running scripts and notebooks of TensorFlow 1 as they are: `minitf run`."""
