"""Optimizers of tf.contrib.opt as programs of `tf`, as in session_scenarios."""

import os
import tempfile

from contrib_rnn_scenarios import numbers, told
from contrib_scenarios import failing
from session_scenarios import scenario

MADE = [
    "O.LazyAdamOptimizer(.1)",
    "O.NadamOptimizer(.1,beta1=.8,name='n')",
    "O.AdaMaxOptimizer(.1,epsilon=.01)",
    "O.AdamGSOptimizer(step,.1,name='n')",
    "O.LazyAdamGSOptimizer(step,.1)",
    "O.AdamWOptimizer(.2,.1)",
    "O.MomentumWOptimizer(.2,.1,.9)",
    "O.MomentumWOptimizer(weight_decay=.2,learning_rate=.1,momentum=.5,use_nesterov=True,name='n')",
    "O.extend_with_decoupled_weight_decay(tf.train.AdagradOptimizer)(.1,learning_rate=.2)",
    "O.extend_with_decoupled_weight_decay(tf.train.AdagradOptimizer)(.1,.2)",
    "O.AddSignOptimizer()",
    "O.AddSignOptimizer(.2,alpha=.5,beta=.7,sign_decay_fn=lambda s:1./(1.+tf.to_float(s)),name='n')",
    "O.PowerSignOptimizer()",
    "O.PowerSignOptimizer(.2,base=2.,beta=.7,sign_decay_fn=lambda s:1./(1.+tf.to_float(s)))",
    "O.LARSOptimizer(.5)",
    "O.LARSOptimizer(.5,.8,.01,.1,use_nesterov=True,skip_list=['sparse'])",
    "O.LARSOptimizer(.5,momentum=-1.)",
    "O.LARSOptimizer(.5,weight_decay=-1.)",
    "O.RegAdagradOptimizer(.3)",
    "O.MovingAverageOptimizer(tf.train.MomentumOptimizer(.1,.9),.6)",
    "O.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(.1),.6,num_updates=tf.constant(2))",
    "O.VariableClippingOptimizer(tf.train.GradientDescentOptimizer(.1),{dense:[1],sparse:[1]},.5)",
    "O.VariableClippingOptimizer(tf.train.AdamOptimizer(.1),{dense:[0],sparse:[0,1]},.5,name='n')",
    "O.MultitaskOptimizerWrapper(tf.train.MomentumOptimizer(.1,.9))",
    "O.MultitaskOptimizerWrapper(3)",
]


def trained(tf, call, resource):
    """Values and variables after each of some steps, the second without a gradient for one of the variables."""
    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.train.get_or_create_global_step()
        start = {n: numbers(n, [4, 3]) for n in ("dense", "sparse")}
        dense, sparse = [tf.get_variable(n, initializer=start[n], use_resource=resource) for n in start]
        on = tf.placeholder(tf.float32, [])
        loss = on * tf.reduce_sum(tf.square(dense - 0.3) * numbers("scale", [4, 3]))
        loss += tf.reduce_sum(tf.sin(tf.gather(sparse, [1, 3, 1])) * numbers("rows", [3, 3]))
        optimizer = eval(call, {"tf": tf, "O": tf.contrib.opt, "dense": dense, "sparse": sparse, "step": step})
        train = optimizer.minimize(loss, global_step=step)
        session.run(tf.global_variables_initializer())
        names = sorted(v.op.name for v in tf.global_variables())
        found = []
        for is_on in (1.0, 0.0, 1.0):
            session.run(train, {on: is_on})
            found.append(told(session.run(sorted(tf.global_variables(), key=lambda v: v.name))))
        return [names, found]


@scenario
def optimizers_train(tf):
    decaying = "WOptimizer", "decoupled"  # reads of variables that are no resources race with their decay
    rows = [call for call in MADE if "Sign" not in call]  # of resources, too
    found = {f"{call} True": failing(trained, tf, call, True) for call in rows}
    plain = [call for call in MADE if not any(word in call for word in decaying)]
    return {**found, **{f"{call} False": failing(trained, tf, call, False) for call in plain}}


def regularized(tf):
    with tf.Graph().as_default(), tf.Session() as session:
        w = tf.get_variable("w", initializer=[1.0, 2.0])
        optimizer = tf.contrib.opt.RegAdagradOptimizer(0.5)
        step = optimizer.minimize(tf.reduce_sum(tf.square(w)))
        rows = tf.gather(w, [1])
        with optimizer.avoid_updating_slots():
            quiet = optimizer.minimize(tf.reduce_sum(tf.abs(w)))
            quiet_rows = optimizer.minimize(tf.reduce_sum(tf.abs(rows)))
        session.run(tf.global_variables_initializer())
        found = []
        for op in (step, quiet, quiet_rows, step):
            session.run(op)
            found.append(told(session.run([w, optimizer.get_slot(w, "accumulator")])))
        return found


def decayed(tf):
    with tf.Graph().as_default(), tf.Session() as session:
        v, w = tf.get_variable("v", initializer=[1.0]), tf.get_variable("w", initializer=[1.0])
        optimizer = tf.contrib.opt.AdamWOptimizer(0.5, 0.1)
        pairs = optimizer.compute_gradients(tf.reduce_sum(v + w))
        step = optimizer.apply_gradients(pairs, decay_var_list=[v])
        session.run(tf.global_variables_initializer())
        session.run(step)
        return told(session.run([v, w]))


def swapped(tf):
    with tf.Graph().as_default(), tf.Session() as session, tempfile.TemporaryDirectory() as folder:
        w = tf.get_variable("w", initializer=[1.0, 2.0])
        kept = tf.get_variable("kept", initializer=5.0, trainable=False)
        optimizer = tf.contrib.opt.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(0.5), 0.5)
        early = failing(optimizer.swapping_saver)
        step = optimizer.minimize(tf.reduce_sum(tf.square(w)))
        partial = failing(optimizer.swapping_saver, [w, kept])
        saver = optimizer.swapping_saver()
        session.run(tf.global_variables_initializer())
        session.run(step)
        path = saver.save(session, os.path.join(folder, "m"))
        reader = tf.train.NewCheckpointReader(path)
        saved = {name: told([reader.get_tensor(name)]) for name in sorted(reader.get_variable_to_shape_map())}
        return [early, partial, saved, told(session.run([w]))]


def clipped(tf):
    with tf.Graph().as_default(), tf.Session() as session:
        pairs = [(tf.constant([3.0, 4.0]), "a"), (None, "b"), (tf.zeros([2, 2]), "c"), (tf.constant(12.0), "d")]
        found = []
        for most in (20.0, 6.5):
            clipped, norm = tf.contrib.opt.clip_gradients_by_global_norm(pairs, most)
            values = session.run([norm, *[g for g, _ in clipped if g is not None]])
            found.append([[v for _, v in clipped], told(values)])
        return found


@scenario
def optimizers_differ(tf):
    return [failing(program, tf) for program in (regularized, decayed, swapped, clipped)]
