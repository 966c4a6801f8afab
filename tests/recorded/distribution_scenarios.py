"""tf.distributions as programs of `tf`, as in session_scenarios."""

import numpy as np
from contrib_rnn_scenarios import told
from contrib_scenarios import failing
from data_scenarios import said
from session_scenarios import scenario

MADE = {  # and values to ask about
    "D.Normal(0.,[1.,2.])": [[-3.0], [0.5], [40.0]],
    "D.Normal(loc=tf.constant([[1.],[2.]],tf.float64),scale=tf.constant(.5,tf.float64))": [[-20.0], [1.0]],
    "D.Laplace([1.,2.],[[.5],[3.]])": [[-4.0], [1.0]],
    "D.Uniform()": [-1.0, 0.25, 1.0],
    "D.Uniform([0.,1.],3.)": [[0.5], [2.0], [3.0]],
    "D.StudentT([1.,2.5,4.],0.,2.)": [[-2.0], [0.0], [3.0]],
    "D.Gamma([.5,2.],[1.,3.])": [[0.5], [4.0]],
    "D.Exponential([.5,2.])": [[0.5], [4.0]],
    "D.Beta([.5,3.],2.)": [[0.25], [0.75]],
    "D.Bernoulli(logits=[-1.,.5])": [[0], [1]],
    "D.Bernoulli(probs=[[.2],[.7]],dtype=tf.float32)": [[0.0], [1.0]],
    "D.Categorical(logits=[[1.,2.,-1.],[0.,0.,3.]])": [[0, 2], [1, 1]],
    "D.Categorical(probs=[.2,.3,.5],dtype=tf.int64)": [0, 2],
    "D.Multinomial(4.,logits=[1.,0.,-1.])": [[2.0, 1.0, 1.0], [4.0, 0.0, 0.0]],
    "D.Multinomial([3.,5.],probs=[[.2,.3,.5],[.1,.1,.8]])": [[[1.0, 1.0, 1.0], [0.0, 2.0, 3.0]]],
    "D.Multinomial(3.,probs=[.2,.3,.5])": [1.0, 1.0, 1.0],
    "D.Dirichlet([.5,2.,3.])": [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]],
    "D.Dirichlet([[2.,2.],[3.,1.5]])": [[[0.5, 0.5], [0.25, 0.75]]],
    "D.DirichletMultinomial(4.,[.5,2.,3.])": [[2.0, 1.0, 1.0], [0.0, 0.0, 4.0]],
}
OF_VALUES = ["log_prob", "prob", "log_cdf", "cdf", "log_survival_function", "survival_function"]
MOMENTS = ["entropy", "mean", "mode", "variance", "stddev", "covariance"]
PAIRS = [
    "D.Normal(0.,[1.,2.]).kl_divergence(D.Normal(1.,3.))",
    "D.Normal(0.,1.).cross_entropy(D.Normal([1.,2.],3.))",
    "D.kl_divergence(D.Gamma([.5,2.],1.),D.Gamma(2.,3.),name='k')",
    "D.kl_divergence(D.Exponential(2.),D.Exponential(3.))",
    "D.kl_divergence(D.Beta([.5,2.],1.),D.Beta(2.,3.))",
    "D.kl_divergence(D.Bernoulli(logits=[0.,1.]),D.Bernoulli(probs=.3))",
    "D.kl_divergence(D.Categorical(logits=[0.,1.]),D.Categorical(probs=[.3,.7]))",
    "D.kl_divergence(D.Dirichlet([1.,2.]),D.Dirichlet([2.,3.]),allow_nan_stats=False)",
    "D.kl_divergence(D.Normal(0.,-1.),D.Normal(0.,1.),allow_nan_stats=False)",
    "D.kl_divergence(D.Normal(0.,1.),D.Laplace(0.,1.))",
    "D.Normal(0.,[1.,2.]).quantile([0.,.001,.3,.5,.9,1.,1.5,1e-20][:2])",
    "D.Normal(0.,1.).quantile([0.,1e-30,1e-6,.01,.07,.3,.5,.9,.99,1.])",
    "D.Laplace(0.,1.).quantile(.5)",
    "D.Beta(1.,2.).survival_function(.5)",
    "D.Uniform(1.,[2.,4.]).range()",
    "D.Normal(0.,-1.,validate_args=True).mean()",
    "D.Normal(tf.placeholder_with_default(0.,None),-1.).mean()",
    "D.Normal(0,1).mean()",
    "D.Normal(tf.constant(0.,tf.float64),1.).mean()",
    "D.Uniform(2.,1.,validate_args=True).mean()",
    "D.Uniform(2.,tf.placeholder_with_default(1.,[]),validate_args=True).mean()",
    "D.StudentT(.5,0.,1.,allow_nan_stats=False).mean()",
    "D.StudentT(tf.placeholder_with_default(.5,[]),0.,1.,allow_nan_stats=False).variance()",
    "D.Gamma(.5,1.,allow_nan_stats=False).mode()",
    "D.Gamma(.5,1.,validate_args=True).log_prob(-1.)",
    "D.Gamma(.5,1.).log_prob(1)",
    "D.Beta(2.,3.,validate_args=True).prob(1.5)",
    "D.Beta(-2.,3.,validate_args=True).mean()",
    "D.Beta(.5,3.,allow_nan_stats=False).mode()",
    "D.Bernoulli(probs=1.5,validate_args=True).mean()",
    "D.Bernoulli(probs=.5,validate_args=True).log_prob([0,2])",
    "D.Bernoulli(probs=.5,validate_args=True).log_prob([0.,.5])",
    "D.Bernoulli(probs=.5,validate_args=True).log_prob([0.,1.])",
    "D.Bernoulli(probs=.5).log_prob([[0.,.5]])",
    "D.Bernoulli()",
    "D.Bernoulli(1.,.5)",
    "D.Bernoulli(logits=1)",
    "D.Categorical(probs=[.5,.6],validate_args=True).sample()",
    "D.Categorical(probs=[1.],validate_args=True)",
    "D.Categorical(logits=1.)",
    "D.Categorical(probs=[.5,.5]).log_prob('a')",
    "D.Categorical(probs=[.5,.5]).log_prob([0.,1.])",
    "D.Categorical(probs=[.5,.5],validate_args=True).log_prob(-1)",
    "D.Categorical(logits=tf.placeholder_with_default([[1.,2.]],None)).sample(2,seed=1)",
    "D.Categorical(logits=tf.placeholder_with_default([[1.,2.]],[None,None])).log_prob(1)",
    "D.Categorical(logits=tf.placeholder_with_default([[1.,2.]],[None,None])).event_size",
    "D.Multinomial(2.5,[1.,2.],validate_args=True).mean()",
    "D.Multinomial(2.,[1.,2.],validate_args=True).prob([1.,2.])",
    "D.Dirichlet([1.],validate_args=True).mean()",
    "D.Dirichlet([1.,2.],validate_args=True).prob([.5,.6])",
    "D.Dirichlet([.5,2.],allow_nan_stats=False).mode()",
    "D.DirichletMultinomial(2.,[1.,2.],validate_args=True).prob([1.,2.])",
    "D.DirichletMultinomial(2.,[[1.,2.],[3.,4.]],validate_args=True).prob([1.,1.])",
    "D.Normal(0.,1.).sample([[2]])",
    "D.Normal(0.,1.).sample(tf.placeholder_with_default([2,3],None),seed=3)",
    "D.Normal(0.,1.).sample(tf.placeholder_with_default(2,[]),seed=3)",
    "D.Normal(0.,[1.,2.]).copy(loc=3.).mean()",
    "sorted(D.Normal(0.,1.,name='n').parameters)",
    "D.Normal(0.,1.).param_static_shapes([2,3])['loc'].as_list()",
    "sorted(D.StudentT.param_shapes([2,3]))",
    "sorted(D.Exponential.param_shapes([2,3]))",
    "sorted(D.Bernoulli.param_static_shapes(tf.TensorShape([2])))",
    "D.Bernoulli.param_static_shapes(tf.TensorShape([None]))",
    "D.Categorical.param_shapes([2])",
    "[repr(D.Normal(0.,[1.]).reparameterization_type),repr(D.NOT_REPARAMETERIZED)]",
    "[str(D.Normal(0.,[1.])),repr(D.Normal(0.,1.)),str(D.Normal(tf.placeholder(tf.float32),1.,name='n'))]",
    "D.Normal(0.,1.).is_scalar_batch()",
    "D.Dirichlet([1.,2.]).is_scalar_event()",
    "D.Normal(tf.placeholder_with_default(1.,None),1.).batch_shape_tensor()",
    "D.Dirichlet(tf.placeholder_with_default([1.,2.],None)).event_shape_tensor()",
    "D.RegisterKL(D.Normal,D.Normal)(3)",
    "D.RegisterKL(D.Normal,D.Normal)(max)",
]


def asked(tf, call, values):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(11)
        made = eval(call, {"tf": tf, "D": tf.distributions})
        samples = [made.sample(seed=3), made.sample(2), made.sample([3, 2], seed=4), made.sample([0])]
        found = [str(made), [str(s.shape) for s in samples], [s.dtype.name for s in samples], [s.name for s in samples]]
        in_any_order = made.batch_shape.ndims and str(made).startswith("tfp.distributions.Multinomial")
        found += [told([session.run(tf.reduce_sum(s, -1) if in_any_order else s)]) for s in samples]
        found.append(session.run([made.batch_shape_tensor(), made.event_shape_tensor()]))
        values = tf.constant(values, made.dtype)

        def of(name, *args):
            result = getattr(made, name)(*args)
            return [str(result.shape), result.dtype.name, told([session.run(result)])]

        found += [[name, failing(of, name, values)] for name in OF_VALUES]
        found += [[name, failing(of, name)] for name in MOMENTS]
        parameters = [t for t in made._graph_parents if t.dtype.is_floating]
        for result in (made.log_prob(values), made.sample(2, seed=5)):
            grads = tf.gradients(result, parameters)
            found.append([g is None for g in grads])
            found.append(told(session.run([g for g in grads if g is not None])))
        return said(found)


@scenario
def distributions_made(tf):
    return {call: failing(asked, tf, call, values) for call, values in MADE.items()}


def ran(tf, call):
    with tf.Graph().as_default(), tf.Session() as session:
        made = eval(call, {"tf": tf, "D": tf.distributions})
        if not isinstance(made, tf.Tensor):
            return said(made)
        return [str(made.shape), made.name, told([np.asarray(session.run(made), np.float64)])]


@scenario
def distributions_asked(tf):
    return {call: failing(ran, tf, call) for call in PAIRS}
