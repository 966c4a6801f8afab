"""The bytes of files that TensorFlow writes and reads too."""
