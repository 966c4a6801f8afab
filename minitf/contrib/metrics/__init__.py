"""tf.contrib.metrics."""

from minitf.contrib.metrics.streaming import accuracy as accuracy
from minitf.contrib.metrics.streaming import aggregate_metric_map as aggregate_metric_map
from minitf.contrib.metrics.streaming import aggregate_metrics as aggregate_metrics
from minitf.contrib.metrics.streaming import streaming_accuracy as streaming_accuracy
from minitf.contrib.metrics.streaming import streaming_auc as streaming_auc
from minitf.contrib.metrics.streaming import streaming_false_negatives as streaming_false_negatives
from minitf.contrib.metrics.streaming import (
    streaming_false_negatives_at_thresholds as streaming_false_negatives_at_thresholds,
)
from minitf.contrib.metrics.streaming import streaming_false_positives as streaming_false_positives
from minitf.contrib.metrics.streaming import (
    streaming_false_positives_at_thresholds as streaming_false_positives_at_thresholds,
)
from minitf.contrib.metrics.streaming import streaming_mean as streaming_mean
from minitf.contrib.metrics.streaming import streaming_mean_absolute_error as streaming_mean_absolute_error
from minitf.contrib.metrics.streaming import streaming_mean_cosine_distance as streaming_mean_cosine_distance
from minitf.contrib.metrics.streaming import streaming_mean_iou as streaming_mean_iou
from minitf.contrib.metrics.streaming import streaming_mean_relative_error as streaming_mean_relative_error
from minitf.contrib.metrics.streaming import streaming_mean_squared_error as streaming_mean_squared_error
from minitf.contrib.metrics.streaming import streaming_mean_tensor as streaming_mean_tensor
from minitf.contrib.metrics.streaming import streaming_percentage_less as streaming_percentage_less
from minitf.contrib.metrics.streaming import streaming_precision as streaming_precision
from minitf.contrib.metrics.streaming import streaming_precision_at_thresholds as streaming_precision_at_thresholds
from minitf.contrib.metrics.streaming import streaming_recall as streaming_recall
from minitf.contrib.metrics.streaming import streaming_recall_at_k as streaming_recall_at_k
from minitf.contrib.metrics.streaming import streaming_recall_at_thresholds as streaming_recall_at_thresholds
from minitf.contrib.metrics.streaming import streaming_root_mean_squared_error as streaming_root_mean_squared_error
from minitf.contrib.metrics.streaming import (
    streaming_sensitivity_at_specificity as streaming_sensitivity_at_specificity,
)
from minitf.contrib.metrics.streaming import (
    streaming_sparse_average_precision_at_k as streaming_sparse_average_precision_at_k,
)
from minitf.contrib.metrics.streaming import streaming_sparse_precision_at_k as streaming_sparse_precision_at_k
from minitf.contrib.metrics.streaming import streaming_sparse_recall_at_k as streaming_sparse_recall_at_k
from minitf.contrib.metrics.streaming import (
    streaming_specificity_at_sensitivity as streaming_specificity_at_sensitivity,
)
from minitf.contrib.metrics.streaming import streaming_true_negatives as streaming_true_negatives
from minitf.contrib.metrics.streaming import (
    streaming_true_negatives_at_thresholds as streaming_true_negatives_at_thresholds,
)
from minitf.contrib.metrics.streaming import streaming_true_positives as streaming_true_positives
from minitf.contrib.metrics.streaming import (
    streaming_true_positives_at_thresholds as streaming_true_positives_at_thresholds,
)
from minitf.ops.math.confusion import confusion_matrix as confusion_matrix
