"""Buckets and sampled batches of tf.contrib.training, and where variables go, as in session_scenarios."""

import numpy as np
from contrib_rnn_scenarios import told
from contrib_scenarios import failing
from data_scenarios import said
from session_scenarios import scenario

NAMES = """
T=tf.contrib.training
x=tf.train.range_input_producer(20,shuffle=False,num_epochs=1).dequeue()
y=tf.stack([x,-x])
row=tf.range(x%4)
many=tf.constant([[1,2],[3,4],[5,6]])
pair=tf.SparseTensor([[0],[2]],tf.stack([x,x]),[3])
"""
BUCKETS = [
    "T.bucket([x,y],x%3,2,3)",
    "T.bucket([x],x%3,[2,3,4],3,allow_smaller_final_batch=True)",
    "T.bucket({'b':x,'a':row},x%2,2,2,dynamic_pad=True,bucket_capacities=[4,5],name='n')",
    "T.bucket([x,y],x%3,4,3,keep_input=x%5<3,allow_smaller_final_batch=True)",
    "T.bucket([x,row],x%2,2,2,shapes=[[],[]])",
    "T.bucket([x],x%3,[2,3],3)",
    "T.bucket([x],x%3,2,3,bucket_capacities=[1])",
    "T.bucket([],x%3,2,3)",
    "T.bucket([pair],x%2,2,2)",
    "T.bucket([x],x%2,tf.constant(3),2)",
    "T.bucket([x],x%2,tf.placeholder_with_default(3,[]),2)",
    "T.bucket([tf.placeholder(tf.float32)],x%2,3,2)",
    "T.bucket_by_sequence_length(x%4,[row,y],2,[2,3],dynamic_pad=True)",
    "T.bucket_by_sequence_length(x%4,{'a':row,'b':x},[2,1,2],[1,3],dynamic_pad=True,allow_smaller_final_batch=True)",
    "T.bucket_by_sequence_length(x,[y],5,[10],shapes=[[2]],name='n')",
    "T.bucket_by_sequence_length(x,[y],5,10)",
    "T.bucket_by_sequence_length(x,[y],5,[])",
    "T.bucket_by_sequence_length(x,[y],5,[2,2])",
    "T.bucket_by_sequence_length(x,[y],5,[2.,3.])",
]
SAMPLES = [
    "T.rejection_sample([x,y],lambda t:tf.constant(.5),3)",
    "T.rejection_sample([x],lambda t:tf.to_float(t[0]<10),2,runtime_checks=True)",
    "T.rejection_sample([many,many[:,0]],lambda t:tf.to_float(t[1]>2),2,enqueue_many=True,name='n')",
    "T.rejection_sample([x],lambda t:tf.constant(1.5),2,runtime_checks=True)",
    "T.rejection_sample([many,many[:2]],lambda t:tf.constant(.5),2,enqueue_many=True)",
    "T.stratified_sample([x,y],x%2,[.8,.2],3,[.5,.5])",
    "T.stratified_sample([x],x%2,[.8,.2],3)",
    "T.stratified_sample([y],tf.to_int64(x%3),[.2,.3,.5],2,[.3,.3,.4])",
    "T.stratified_sample([many],many[:,0]%2,[.8,.2],2,[.5,.5],enqueue_many=True,name='n')",
    "T.stratified_sample([x],x%2,[.8,.1],3,[.5,.5])",
    "T.stratified_sample([x],x%2,[.8,.2],3,[0.,1.])",
    "T.stratified_sample([x],x%2,[.8,.2],3,[.5,.3,.2])",
    "T.stratified_sample([x],x%3,[.8,.2],3,[.5,.5])",
    "T.stratified_sample([x],tf.to_float(x),[.8,.2],3,[.5,.5])",
    "T.stratified_sample([x],x,tf.placeholder(tf.float32,[None]),3)",
]
RESAMPLES = [
    "T.resample_at_rate([many,many[:,0]],[1.,.5,2.],seed=3)",
    "T.resample_at_rate([many],tf.constant([0.,3.,0.],tf.float64),'n')",
    "T.resample_at_rate([many],[0.,0.,0.])",
    "T.resample_at_rate([many],[1.,2.,1.],back_prop=True)",
    "T.weighted_resample([many,many*2],tf.constant([1.,2.,3.]),1.5,seed=5)",
    "T.weighted_resample([many],tf.constant([1.,2.,3.],tf.float64),2.,'n',.9)",
]


def named(tf):
    tf.set_random_seed(7)
    found = {"tf": tf, "np": np}
    exec(NAMES, found)
    return found


def taken(tf, call):
    """Shapes, and all batches: those of each bucket in order, as buckets have threads of their own."""
    with tf.Graph().as_default(), tf.Session() as session:
        first, rest = eval(call, named(tf))
        nest = tf.contrib.framework.nest
        shapes = [str(t.get_shape()) for t in nest.flatten([first, rest])]
        tags = len(tf.get_collection(tf.GraphKeys.SUMMARIES))
        runners = sorted(r.queue.name for r in tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS))
        session.run([tf.local_variables_initializer(), tf.global_variables_initializer()])
        found, coord = {}, tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        try:
            while True:
                bucket, batch = session.run([first, rest])
                found.setdefault(str(bucket if np.ndim(bucket) == 0 else min(bucket)), []).append(
                    said(nest.flatten(batch))
                )
        except tf.errors.OutOfRangeError:
            coord.request_stop()
        coord.join(threads, stop_grace_period_secs=5)
        return [shapes, runners, tags, dict(sorted(found.items()))]


@scenario
def sampling_buckets(tf):
    return {call: failing(taken, tf, call) for call in BUCKETS}


def sampled(tf, call):
    """Shapes, and some batches, of one thread for each queue."""
    with tf.Graph().as_default(), tf.Session() as session:
        made = eval(call, named(tf))
        parts = tf.contrib.framework.nest.flatten(list(made))
        shapes = [str(t.get_shape()) for t in parts]
        variables = [v.op.name for v in tf.global_variables() + tf.local_variables()]
        session.run([tf.local_variables_initializer(), tf.global_variables_initializer()])
        found, coord = [], tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        try:
            for _ in range(4):
                found.append(said(session.run(parts)))
        except tf.errors.OutOfRangeError:
            found.append("end")
        coord.request_stop()
        coord.join(threads, stop_grace_period_secs=5)
        return [shapes, variables, found]


@scenario
def sampling_queues(tf):
    return {call: failing(sampled, tf, call) for call in SAMPLES}


def resampled(tf, call):
    with tf.Graph().as_default(), tf.Session() as session:
        parts = tf.contrib.framework.nest.flatten(list(eval(call, named(tf))))
        variables = [[v.op.name, v.dtype.name] for v in tf.global_variables() + tf.local_variables()]
        session.run([tf.local_variables_initializer(), tf.global_variables_initializer()])
        return [variables, told(session.run(parts)), told(session.run(parts))]


@scenario
def sampling_rates(tf):
    return {call: failing(resampled, tf, call) for call in RESAMPLES}


@scenario
def sampling_places(tf):
    training = tf.contrib.training
    with tf.Graph().as_default():
        variables = [tf.get_variable(n, [s, 3]) for n, s in (("a", 5), ("b", 2), ("c", 9), ("d", 1))]
        ops = [v.op for v in variables]
        sizes = [training.byte_size_load_fn(op) for op in ops]
        greedy = training.GreedyLoadBalancingStrategy(2, training.byte_size_load_fn)
        found = [sizes, [int(greedy(op)) for op in ops]]
        for seed in (0, 3):
            found.append([training.RandomStrategy(4, seed)(op) for op in ops])
        setter = tf.train.replica_device_setter(2, ps_strategy=training.RandomStrategy(2))
        with tf.device(setter):
            found.append([tf.get_variable(n, [1]).device for n in "efgh"])
        found.append(failing(training.byte_size_load_fn, tf.unique([1])[0].op))
        return [*found, failing(training.byte_size_load_fn, tf.placeholder(tf.float32).op)]
