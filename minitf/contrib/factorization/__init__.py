"""tf.contrib.factorization: the graph of k-means clustering."""

from minitf.contrib.factorization.kmeans import COSINE_DISTANCE, KMEANS_PLUS_PLUS_INIT, RANDOM_INIT
from minitf.contrib.factorization.kmeans import SQUARED_EUCLIDEAN_DISTANCE, KMeans
