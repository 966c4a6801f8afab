"""Layers, metrics, losses and images of tf.contrib, crossed features and mapped functions as programs of `tf`, as in
session_scenarios.
"""

import numpy as np
from contrib_rnn_scenarios import numbers, told
from data_scenarios import said
from session_scenarios import raised, scenario

NAMES = """
a=tf.constant(numbers("a",[4,3]))
b=tf.constant(numbers("b",[4,3]))
labels=tf.constant([0,1,0,1])
image=tf.constant(np.arange(30,dtype=np.float32).reshape(5,6))
batch=tf.constant(np.arange(72,dtype=np.float32).reshape(2,4,3,3))
L=tf.contrib.layers
I=tf.contrib.image
M=tf.contrib.losses.metric_learning
s1=tf.SparseTensor([[0,0],[0,1],[2,0]],['a','b','c'],[3,2])
s2=tf.SparseTensor([[0,0],[1,0],[2,0],[2,1]],[1,2,3,4],[3,2])
d=tf.constant([['x','y'],['z','u'],['v','w']])
"""
LOSSES = [
    "M.contrastive_loss([1,0,1,0],a,b)",
    "M.contrastive_loss(tf.constant([1.,0.,1.,0.]),a,b,margin=.5)",
    "M.triplet_semihard_loss(labels,a)",
    "M.triplet_semihard_loss(labels,a,margin=.1)",
    "M.npairs_loss(labels,a,b)",
    "M.npairs_loss(labels,a,b,reg_lambda=.5)",
    "M.npairs_loss_multilabel([tf.SparseTensor([[i]],[1],[3]) for i in (0,1,1,2)],a,b)",
    "M.lifted_struct_loss(labels,a)",
    "M.lifted_struct_loss(labels,a,margin=2.)",
    "L.scale_gradient(a,.5)*b",
    "L.scale_gradient(a,tf.constant([1.,2.,-1.]))",
    "L.legacy_fully_connected(a,2)",
    "L.legacy_relu(tf.reshape(a,[2,2,3]),4)",
    "L.legacy_linear(a,2,bias_init=None,name='n')",
    "I.rotate(a,.5,'BILINEAR')",
    "I.translate(a,[1.,0.])",
    "tf.vectorized_map(lambda x:x*x,a)",
    "tf.vectorized_map(lambda x:tf.reduce_sum(x*x),a)",
]
CALLS = [
    "I.rotate(image,.5)",
    "I.rotate(image,-1.2,'BILINEAR')",
    "I.rotate(tf.cast(image,tf.uint8),3.)",
    "I.rotate(batch,[.3,1.])",
    "I.rotate(batch,[.3,1.],interpolation='bilinear')",
    "I.rotate(tf.cast(batch,tf.int32),.3)",
    "I.rotate(image,[[.5]])",
    "I.rotate(tf.constant(['a']),.5)",
    "I.rotate(tf.zeros([3]),.5)",
    "I.translate(image,[1,2])",
    "I.translate(image,[-.5,.25],'BILINEAR')",
    "I.translate(batch,[[1,0],[0,-1]])",
    "I.translate(batch,[[[1,0]]])",
    "I.transform(image,[1,.2,0,0,1,0,.05,0])",
    "I.transform(image,[1,.2,0,0,1,0,.05,0],'BILINEAR')",
    "I.transform(image,[1,0,1,0,1,1,0,0],output_shape=[2,3])",
    "I.transform(image,[1,0,1,0,1,1,0,0],output_shape=[2,3,1])",
    "I.transform(image,[1,0,1,0,1,1,0])",
    "I.transform(batch,np.ones([3,8]))",
    "I.angles_to_projective_transforms([.1,.2],4.,5.)",
    "I.translations_to_projective_transforms([[1,2],[3,4]])",
    "I.compose_transforms([1,0,1,0,1,1,0,0],[2,0,0,0,1,0,.5,0])",
    "I.flat_transforms_to_matrices([1,0,1,0,1,1,0,.0])",
    "I.matrices_to_flat_transforms(tf.constant([[1.,2,3],[4,5,6],[7,8,2]]))",
    "I.flat_transforms_to_matrices(tf.zeros([2,2,8]))",
    "tf.sparse.cross([s1,s2])",
    "tf.sparse.cross([s1,d])",
    "tf.sparse.cross([d,s2,s1])",
    "tf.sparse.cross([d])",
    "tf.sparse.cross([s2])",
    "tf.sparse.cross_hashed([s1,s2])",
    "tf.sparse.cross_hashed([s1,d],num_buckets=100)",
    "tf.sparse.cross_hashed([s1,s2,d],num_buckets=1000,hash_key=7)",
    "tf.sparse.cross_hashed([s2,s2])",
    "tf.sparse.cross_hashed([d])",
    "tf.sparse.cross((s1,s2))",
    "tf.sparse.cross([s1,'a'])",
    "tf.vectorized_map(lambda x:{'a':x+1,'b':tf.to_int32(x)},tf.constant([1.,2.]))",
    "tf.vectorized_map(lambda x:x[0]*x[1],(tf.constant([1.,2.]),tf.constant([3.,4.])))",
]
METRICS = [
    "M.streaming_false_positive_rate(p>.5,l)",
    "M.streaming_false_negative_rate(p>.5,l,w)",
    "M.streaming_false_positive_rate_at_thresholds(p,l,[.2,.5])",
    "M.streaming_false_negative_rate_at_thresholds(p,l,[.2,.5],w)",
    "M.streaming_covariance(p,tf.to_float(l))",
    "M.streaming_covariance(p,tf.to_float(l),w)",
    "M.streaming_pearson_correlation(p,tf.to_float(l),w)",
    "M.recall_at_precision(l,p,.6)",
    "M.recall_at_precision(l,p,.6,w,20,strict_mode=True)",
    "M.recall_at_precision(l,p,1.6)",
    "M.precision_at_recall(l,p,.6,w)",
    "M.precision_at_recall(l,p,-.6)",
    "M.count(p)",
    "M.count(p,w)",
    "M.f1_score(l,p)",
    "M.f1_score(l,p,w,20)",
    "M.cohen_kappa(t,top[:,:1],3)",
    "M.cohen_kappa(tf.constant([0,1,2,1]),tf.constant([[0],[1],[1],[1]]),3,w)",
    "M.cohen_kappa(t,t,1)",
    "M.streaming_curve_points(l,p,num_thresholds=5)",
    "M.streaming_curve_points(l,p,w,5,curve='PR')",
    "M.streaming_curve_points(l,p,curve='x')",
    "M.streaming_sparse_precision_at_top_k(top,t)",
    "M.sparse_recall_at_top_k(t,top,class_id=1)",
    "M.set_size(M.set_union([[1,2]],[[2,3]]))",
]


def named(tf):
    found = {"tf": tf, "np": np, "numbers": numbers}
    exec(NAMES, found)
    return found


def failing(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__


def trained(tf, call):
    """Values, and gradients to second order."""
    with tf.Graph().as_default(), tf.Session() as session:
        names = named(tf)
        made = eval(call, names)
        wrt = [names["a"], *tf.trainable_variables()]
        first = tf.gradients(made, wrt)
        second = tf.gradients([tf.square(g) for g in first if g is not None], names["a"])
        session.run(tf.global_variables_initializer())
        for v in tf.trainable_variables():
            v.load(numbers(v.op.name, v.shape.as_list()), session)
        values = [made, *[tf.convert_to_tensor(g) for g in [*first, *second] if g is not None]]
        collected = {k: len(tf.get_collection(k)) for k in ("weights", "biases", "activations", "losses")}
        return [str(made.shape), [v.op.name for v in tf.trainable_variables()], collected, told(session.run(values))]


@scenario
def contrib_losses(tf):
    return {call: failing(trained, tf, call) for call in LOSSES}


def ran(tf, call):
    with tf.Graph().as_default(), tf.Session() as session:
        made = eval(call, named(tf))
        shapes = [str(t.get_shape()) for t in tf.contrib.framework.nest.flatten(made)]
        value = session.run(made)
        exact = isinstance(made, tf.SparseTensor)
        return [shapes, said(value) if exact else told(tf.contrib.framework.nest.flatten(value))]


@scenario
def contrib_calls(tf):
    return {call: failing(ran, tf, call) for call in CALLS}


def streamed(tf, call):
    """A metric after each of two updates."""
    with tf.Graph().as_default(), tf.Session() as session:
        p, labels, w = tf.placeholder(tf.float32, [4]), tf.placeholder(tf.bool, [4]), tf.constant([1.0, 2.0, 0.5, 0.0])
        top, t = tf.constant([[0, 2], [1, 3]], tf.int64), tf.constant([[2], [0]], tf.int64)
        made = eval(call, {"tf": tf, "M": tf.contrib.metrics, "p": p, "l": labels, "w": w, "top": top, "t": t})
        if not isinstance(made, tuple):
            return said(session.run(made))
        variables = [[v.op.name, v.shape.as_list()] for v in tf.local_variables()]
        session.run(tf.local_variables_initializer())
        found = []
        for seed in (1, 2):
            random = np.random.RandomState(seed)
            feed = {p: random.uniform(size=4), labels: random.uniform(size=4) > 0.5}
            found += told([session.run(made[1], feed), session.run(made[0], feed)])
        return [variables, [str(m.shape) for m in made], found]


@scenario
def contrib_metrics(tf):
    return {call: failing(streamed, tf, call) for call in METRICS}


@scenario
def contrib_specs(tf):
    a, b = tf.TensorSpec([None, 3], tf.float32, "x"), tf.TensorSpec([2, 3], tf.float32)
    bounded = tf.contrib.framework.BoundedTensorSpec([2, 3], tf.int32, 0, [1, 2, 3])
    with tf.Graph().as_default():
        x = tf.zeros([4, 3], name="z")
        found = [a.is_compatible_with(b), a.is_compatible_with(x), b.is_compatible_with(x), a == b, a == a]
        found += [repr(a), repr(tf.TensorSpec.from_tensor(x)), repr(tf.TensorSpec.from_spec(a, "n")), repr(bounded)]
        found += [repr(a.most_specific_compatible_type(tf.TensorSpec([2, None]))), hash(a) == hash(a)]
    found += [said(bounded.maximum), repr(type(bounded).from_spec(tf.TensorSpec([1], tf.int32)))]
    framework = tf.contrib.framework
    for name in ("a/b", "^a/b", "loc:@a/b", "b/a", "ab/c"):
        found += [framework.strip_name_scope(name, "a"), framework.prepend_name_scope(name, "s/")]
    found += [framework.strip_name_scope("a", ""), framework.prepend_name_scope("a", None)]
    for wrong in (([2], tf.int32, None, 1), ([2], tf.int32, [1, 2, 3], 1)):
        found.append(failing(framework.BoundedTensorSpec, *wrong))
    return [*found, failing(tf.TensorSpec.from_tensor, 3), failing(a.most_specific_compatible_type, bounded)]


@scenario
def contrib_summaries(tf):
    with tf.Graph().as_default():
        x = tf.constant([[-1.0, 2.0, 7.0]], name="x")
        tf.add_to_collection(tf.GraphKeys.ACTIVATIONS, tf.nn.relu6(x, name="six"))
        tf.add_to_collection(tf.GraphKeys.ACTIVATIONS, tf.nn.softplus(x, name="soft"))
        tf.get_variable("w", [2], collections=[tf.GraphKeys.WEIGHTS, tf.GraphKeys.GLOBAL_VARIABLES])
        layers, slim = tf.contrib.layers, tf.contrib.slim.summaries
        layers.summarize_activations()
        layers.summarize_activations("six")
        layers.summarize_tensors([tf.reduce_sum(x, name="sum"), x])
        nothing = layers.summarize_tensor(tf.constant(["a"]))
        layers.summarize_collection(tf.GraphKeys.WEIGHTS)
        tf.contrib.layers.summaries.summarize_variables("w")
        slim.add_histogram_summaries([x], prefix="p")
        slim.add_scalar_summary(tf.constant(1.0), "one", print_summary=True)
        slim.add_zero_fraction_summary(x, prefix="q")
        slim.add_image_summary(tf.zeros([1, 2, 2, 1]), "i")
        tags = []
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for summary in tf.get_collection(tf.GraphKeys.SUMMARIES):
                found = tf.Summary.FromString(session.run(summary))
                tags += [[v.tag, v.simple_value] for v in found.value]
        return [nothing, tags]


@scenario
def contrib_py_func(tf):
    """Arguments by name, nested results, types and shapes that functions tell, and what is refused."""
    F, x = tf.contrib.framework.py_func, tf.constant([1.0, 2.0])

    def shown(value):
        return [str(t.shape) + t.dtype.name for t in tf.contrib.framework.nest.flatten(value)]

    both = F(lambda a, by: (a * by, {"n": np.int64(3)}), [x], {"by": x}, (tf.float32, {"n": tf.int64}))
    told = F(lambda a: a + a, (x,), None, lambda a: a.dtype, lambda a: a.shape, stateful=False, name="told")
    shaped = F(lambda: [np.ones(2), np.ones(3)], output_types=[tf.float64] * 2, output_shapes=[[2], [None]])
    with tf.Session() as session:
        found = [shown(both), shown(told), shown(shaped), type(shaped).__name__]
        values = session.run(tf.contrib.framework.nest.flatten([both, told, shaped]))
        found += [[v.tolist() for v in values]]
    found += [raised(F, lambda: 0, x), raised(F, lambda: 0, [], [x]), raised(F, lambda: 0, [], None, tf.float32)]
    return found
