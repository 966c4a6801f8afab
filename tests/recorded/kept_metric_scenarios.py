"""Metrics of tf.contrib that keep all values or count them in bins, as programs of `tf`, as in session_scenarios."""

import numpy as np
from contrib_rnn_scenarios import told
from contrib_scenarios import failing
from session_scenarios import scenario

CALLS = [
    "M.streaming_concat(p)",
    "M.streaming_concat(p,max_size=6)",
    "M.streaming_concat(tf.reshape(p,[2,2,1]),axis=1)",
    "M.streaming_concat(tf.reshape(p,[2,2,1]),axis=-2,max_size=3,name='n')",
    "M.streaming_concat(tf.reshape(p,[2,2]),axis=2)",
    "M.streaming_concat(tf.placeholder(tf.float32))",
    "M.streaming_concat(tf.placeholder(tf.float32,[None,None]))",
    "M.streaming_dynamic_auc(l,p)",
    "M.streaming_dynamic_auc(l,p,weights=w)",
    "M.streaming_dynamic_auc(l,p,'PR',weights=w,name='n')",
    "M.streaming_dynamic_auc(tf.to_float(l),tf.round(p*3),curve='PR')",
    "M.streaming_dynamic_auc(tf.ones_like(p),p)",
    "M.streaming_dynamic_auc(tf.ones([3]),p)",
    "M.streaming_dynamic_auc(tf.ones([4])*2,p)",
    "M.streaming_dynamic_auc(l,p,'x')",
    "M.auc_with_confidence_intervals(l,p)",
    "M.auc_with_confidence_intervals(l,p,w,.8)",
    "M.auc_with_confidence_intervals(l,tf.round(p*3),w,logit_transformation=False,name='n')",
    "M.auc_with_confidence_intervals(tf.zeros_like(p),p)",
    "M.auc_with_confidence_intervals(tf.to_float(l),p,w/10.)",
    "M.auc_with_confidence_intervals(l,p,alpha=1.)",
    "M.precision_recall_at_equal_thresholds(l,p,num_thresholds=5)",
    "M.precision_recall_at_equal_thresholds(l,tf.cast(p,tf.float64),tf.cast(w,tf.float64),4,name='n')",
    "M.precision_recall_at_equal_thresholds(l,p,2.,3)",
    "M.precision_recall_at_equal_thresholds(tf.ones([4]),p)",
    "M.precision_recall_at_equal_thresholds(l,p+1.)",
    "M.auc_using_histogram(l,p,[0.,1.])",
    "M.auc_using_histogram(l,p,[.2,.7],4,name='n')",
    "M.auc_using_histogram(tf.reshape(l,[2,2]),tf.reshape(p,[2,2]),[.2,.7],collections=[tf.GraphKeys.LOCAL_VARIABLES])",
    "M.auc_using_histogram(tf.ones([4]),p,[0.,1.])",
    "M.auc_using_histogram(l,p,[1.,0.])",
    "M.streaming_sparse_average_precision_at_top_k(top,t)",
    "M.streaming_sparse_average_precision_at_top_k(top,t[:,0],[2.,1.],name='n')",
    "M.streaming_sparse_average_precision_at_top_k(top,tf.SparseTensor([[0,0],[0,1]],tf.constant([2,0],tf.int64),[2,2]))",
    "M.streaming_sparse_average_precision_at_top_k(top,tf.constant([[2,-1],[0,1]],tf.int64))",
    "tf.metrics.average_precision_at_k(tf.constant([[-1],[2]],tf.int64),tf.constant([[1.,2.,3.],[3.,2.,1.]]),2)",
    "M.streaming_sparse_average_precision_at_top_k(tf.placeholder(tf.int64,[2,None]),t)",
    "M.streaming_sparse_average_precision_at_top_k(tf.constant(1),t)",
]


def streamed(tf, call):
    """A metric after each of two updates of other sizes."""
    with tf.Graph().as_default(), tf.Session() as session:
        p, labels, w = tf.placeholder(tf.float32, [4]), tf.placeholder(tf.bool, [4]), tf.constant([1.0, 2.0, 0.5, 0.0])
        top, t = tf.constant([[0, 2], [1, 3]], tf.int64), tf.constant([[2], [0]], tf.int64)
        value, update = eval(call, {"tf": tf, "M": tf.contrib.metrics, "p": p, "l": labels, "w": w, "top": top, "t": t})
        values = list(value) if isinstance(value, tuple) else [value]
        variables = [[v.op.name, str(v.shape), v.dtype.name] for v in tf.local_variables()]
        described = [[str(t.shape), t.dtype.name] for t in values]
        fields = list(getattr(value, "_fields", []))
        session.run(tf.local_variables_initializer())
        found = []
        for seed in (1, 2, 3):
            random = np.random.RandomState(seed)
            feed = {p: random.uniform(size=4), labels: [True, seed == 1, False, seed < 3]}
            updated = session.run(update, feed)
            found += told([[] if updated is None else updated, *session.run(values, feed)])
        return [variables, described, fields, found]


@scenario
def kept_metrics(tf):
    return {call: failing(streamed, tf, call) for call in CALLS}
