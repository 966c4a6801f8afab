"""Data that scripts read: MNIST's images, PTB's words."""
