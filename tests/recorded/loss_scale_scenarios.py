"""Scaled losses of tf.train.experimental and tf.contrib.mixed_precision as programs, as in session_scenarios."""

from contrib_rnn_scenarios import told
from contrib_scenarios import failing
from session_scenarios import scenario

MADE = [
    "E.MixedPrecisionLossScaleOptimizer(G,4.)",
    "E.MixedPrecisionLossScaleOptimizer(G,'dynamic')",
    "E.MixedPrecisionLossScaleOptimizer(G,E.DynamicLossScale(8.,2,4.))",
    "E.MixedPrecisionLossScaleOptimizer(tf.train.MomentumOptimizer(.5,.5),E.DynamicLossScale(2.,1))",
    "E.MixedPrecisionLossScaleOptimizer(G,E.FixedLossScale.from_config({'loss_scale_value':2}))",
    "E.enable_mixed_precision_graph_rewrite(G)",
    "E.enable_mixed_precision_graph_rewrite(E.MixedPrecisionLossScaleOptimizer(G,2))",
    "E.enable_mixed_precision_graph_rewrite(3)",
    "E.MixedPrecisionLossScaleOptimizer(3,2.)",
    "E.MixedPrecisionLossScaleOptimizer(G,'x')",
    "E.FixedLossScale('a')",
    "E.FixedLossScale(.5)",
]
SHOWN = [
    "repr(E.FixedLossScale(3))",
    "repr(E.DynamicLossScale())",
    "E.FixedLossScale(3).get_config()",
    "sorted(E.DynamicLossScale(4.,3).get_config().items())",
    "E.DynamicLossScale(4.,3).multiplier",
]


def trained(tf, call):
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.get_variable("v", initializer=[1.0, 2.0])
        rows = tf.get_variable("rows", initializer=[[1.0], [2.0], [3.0]])
        factor = tf.placeholder(tf.float32, [])
        loss = factor * tf.reduce_sum(tf.square(v)) + tf.reduce_sum(tf.square(tf.gather(rows, [0, 2])))
        names = {"tf": tf, "E": tf.train.experimental, "G": tf.train.GradientDescentOptimizer(0.1)}
        step = tf.train.get_or_create_global_step()
        train = eval(call, names).minimize(loss, step)
        session.run(tf.global_variables_initializer())
        kept = sorted(tf.global_variables(), key=lambda one: one.name)
        found = []
        for number in (1.0, float("nan"), 1.0, 1.0, float("inf"), 0.5):
            session.run(train, {factor: number})
            found.append(told(session.run(kept)))
        return [[one.op.name for one in kept], train.name, found]


@scenario
def scaled_losses(tf):
    found = {call: failing(trained, tf, call) for call in MADE}
    for call in SHOWN:
        with tf.Graph().as_default():
            found[call] = failing(eval, call, {"E": tf.train.experimental})
    return found


MANAGED = [
    "P.LossScaleOptimizer(G,P.FixedLossScaleManager(4.))",
    "P.LossScaleOptimizer(G,P.ExponentialUpdateLossScaleManager(8.,2))",
    "P.LossScaleOptimizer(tf.train.MomentumOptimizer(.5,.5),P.ExponentialUpdateLossScaleManager(8.,2,1,3.,.5))",
    "P.FixedLossScaleManager(.5)",
]


def managed(tf, call):
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.get_variable("v", initializer=[1.0, 2.0])
        factor = tf.placeholder(tf.float32, [])
        names = {"tf": tf, "P": tf.contrib.mixed_precision, "G": tf.train.GradientDescentOptimizer(0.1)}
        step = tf.train.get_or_create_global_step()
        train = eval(call, names).minimize(factor * tf.reduce_sum(tf.square(v)), step)
        session.run(tf.global_variables_initializer())
        kept = sorted(tf.global_variables(), key=lambda one: one.name)
        found = []
        for number in (1.0, 1.0, float("nan"), float("inf"), 1.0, 0.5):
            session.run(train, {factor: number})
            found.append(told(session.run(kept)))
        return [[one.op.name for one in kept], found]


@scenario
def managed_losses(tf):
    return {call: failing(managed, tf, call) for call in MANAGED}
