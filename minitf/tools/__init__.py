"""tensorflow.python.tools: what works on files of graphs and checkpoints."""
