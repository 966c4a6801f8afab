"""tf.metrics: figures over many updates."""

from minitf.metrics.classes import mean_iou, mean_per_class_accuracy
from minitf.metrics.counts import false_negatives, false_negatives_at_thresholds, false_positives
from minitf.metrics.counts import false_positives_at_thresholds, precision, precision_at_thresholds, recall
from minitf.metrics.counts import recall_at_thresholds, true_negatives, true_negatives_at_thresholds, true_positives
from minitf.metrics.counts import true_positives_at_thresholds
from minitf.metrics.curves import auc, sensitivity_at_specificity, specificity_at_sensitivity
from minitf.metrics.distances import accuracy, mean_absolute_error, mean_cosine_distance, mean_relative_error
from minitf.metrics.distances import mean_squared_error, percentage_below, root_mean_squared_error
from minitf.metrics.ranks import average_precision_at_k, precision_at_k, precision_at_top_k, recall_at_k
from minitf.metrics.ranks import recall_at_top_k, sparse_average_precision_at_k, sparse_precision_at_k
from minitf.metrics.streams import mean, mean_tensor
