"""tf.contrib.metrics."""

from minitf.contrib.metrics.rates import count
from minitf.contrib.metrics.rates import precision_at_recall
from minitf.contrib.metrics.rates import recall_at_precision
from minitf.contrib.metrics.rates import streaming_curve_points
from minitf.contrib.metrics.rates import sparse_recall_at_top_k
from minitf.contrib.metrics.rates import streaming_covariance
from minitf.contrib.metrics.rates import streaming_false_negative_rate
from minitf.contrib.metrics.rates import streaming_false_negative_rate_at_thresholds
from minitf.contrib.metrics.rates import streaming_false_positive_rate
from minitf.contrib.metrics.rates import streaming_false_positive_rate_at_thresholds
from minitf.contrib.metrics.rates import streaming_pearson_correlation
from minitf.contrib.metrics.rates import streaming_sparse_precision_at_top_k
from minitf.contrib.metrics.streaming import accuracy
from minitf.contrib.metrics.streaming import aggregate_metric_map
from minitf.contrib.metrics.streaming import aggregate_metrics
from minitf.contrib.metrics.streaming import streaming_accuracy
from minitf.contrib.metrics.streaming import streaming_auc
from minitf.contrib.metrics.streaming import streaming_false_negatives
from minitf.contrib.metrics.streaming import streaming_false_negatives_at_thresholds
from minitf.contrib.metrics.streaming import streaming_false_positives
from minitf.contrib.metrics.streaming import streaming_false_positives_at_thresholds
from minitf.contrib.metrics.streaming import streaming_mean
from minitf.contrib.metrics.streaming import streaming_mean_absolute_error
from minitf.contrib.metrics.streaming import streaming_mean_cosine_distance
from minitf.contrib.metrics.streaming import streaming_mean_iou
from minitf.contrib.metrics.streaming import streaming_mean_relative_error
from minitf.contrib.metrics.streaming import streaming_mean_squared_error
from minitf.contrib.metrics.streaming import streaming_mean_tensor
from minitf.contrib.metrics.streaming import streaming_percentage_less
from minitf.contrib.metrics.streaming import streaming_precision
from minitf.contrib.metrics.streaming import streaming_precision_at_thresholds
from minitf.contrib.metrics.streaming import streaming_recall
from minitf.contrib.metrics.streaming import streaming_recall_at_k
from minitf.contrib.metrics.streaming import streaming_recall_at_thresholds
from minitf.contrib.metrics.streaming import streaming_root_mean_squared_error
from minitf.contrib.metrics.streaming import streaming_sensitivity_at_specificity
from minitf.contrib.metrics.streaming import streaming_sparse_average_precision_at_k
from minitf.contrib.metrics.streaming import streaming_sparse_precision_at_k
from minitf.contrib.metrics.streaming import streaming_sparse_recall_at_k
from minitf.contrib.metrics.streaming import streaming_specificity_at_sensitivity
from minitf.contrib.metrics.streaming import streaming_true_negatives
from minitf.contrib.metrics.streaming import streaming_true_negatives_at_thresholds
from minitf.contrib.metrics.streaming import streaming_true_positives
from minitf.contrib.metrics.streaming import streaming_true_positives_at_thresholds
from minitf.ops.math.confusion import confusion_matrix
from minitf.ops.sparse.set_operations import difference as set_difference
from minitf.ops.sparse.set_operations import intersection as set_intersection
from minitf.ops.sparse.set_operations import size as set_size
from minitf.ops.sparse.set_operations import union as set_union
