"""What neural networks are made of: activations, losses, convolutions, embeddings."""
