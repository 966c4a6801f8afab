"""tf.contrib.metrics."""

from minitf.contrib.metrics.binned import auc_using_histogram, precision_recall_at_equal_thresholds
from minitf.contrib.metrics.kept import auc_with_confidence_intervals, streaming_concat, streaming_dynamic_auc
from minitf.contrib.metrics.rates import count, precision_at_recall, recall_at_precision, streaming_curve_points
from minitf.contrib.metrics.rates import sparse_recall_at_top_k, streaming_covariance, streaming_false_negative_rate
from minitf.contrib.metrics.rates import streaming_false_negative_rate_at_thresholds, streaming_false_positive_rate
from minitf.contrib.metrics.rates import streaming_false_positive_rate_at_thresholds, streaming_pearson_correlation
from minitf.contrib.metrics.rates import (
    streaming_sparse_average_precision_at_top_k,
    streaming_sparse_precision_at_top_k,
)
from minitf.contrib.metrics.scores import cohen_kappa, f1_score
from minitf.contrib.metrics.streaming import accuracy, aggregate_metric_map, aggregate_metrics, streaming_accuracy
from minitf.contrib.metrics.streaming import streaming_auc, streaming_false_negatives
from minitf.contrib.metrics.streaming import streaming_false_negatives_at_thresholds, streaming_false_positives
from minitf.contrib.metrics.streaming import streaming_false_positives_at_thresholds, streaming_mean
from minitf.contrib.metrics.streaming import streaming_mean_absolute_error, streaming_mean_cosine_distance
from minitf.contrib.metrics.streaming import streaming_mean_iou, streaming_mean_relative_error
from minitf.contrib.metrics.streaming import streaming_mean_squared_error, streaming_mean_tensor
from minitf.contrib.metrics.streaming import streaming_percentage_less, streaming_precision
from minitf.contrib.metrics.streaming import streaming_precision_at_thresholds, streaming_recall, streaming_recall_at_k
from minitf.contrib.metrics.streaming import streaming_recall_at_thresholds, streaming_root_mean_squared_error
from minitf.contrib.metrics.streaming import streaming_sensitivity_at_specificity
from minitf.contrib.metrics.streaming import streaming_sparse_average_precision_at_k, streaming_sparse_precision_at_k
from minitf.contrib.metrics.streaming import streaming_sparse_recall_at_k, streaming_specificity_at_sensitivity
from minitf.contrib.metrics.streaming import streaming_true_negatives, streaming_true_negatives_at_thresholds
from minitf.contrib.metrics.streaming import streaming_true_positives, streaming_true_positives_at_thresholds
from minitf.ops.math.confusion import confusion_matrix
from minitf.ops.sparse.set_operations import difference as set_difference
from minitf.ops.sparse.set_operations import intersection as set_intersection
from minitf.ops.sparse.set_operations import size as set_size
from minitf.ops.sparse.set_operations import union as set_union
