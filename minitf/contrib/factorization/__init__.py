"""tf.contrib.factorization: the graph of k-means clustering."""

from minitf.contrib.factorization.kmeans import COSINE_DISTANCE
from minitf.contrib.factorization.kmeans import KMEANS_PLUS_PLUS_INIT
from minitf.contrib.factorization.kmeans import RANDOM_INIT
from minitf.contrib.factorization.kmeans import SQUARED_EUCLIDEAN_DISTANCE
from minitf.contrib.factorization.kmeans import KMeans
