"""tf.contrib.nn as programs of `tf`, as in session_scenarios."""

from contrib_rnn_scenarios import numbers, told
from contrib_scenarios import failing
from session_scenarios import scenario

NAMES = """
N=tf.contrib.nn
x=tf.constant(numbers("a",[4,3]))
y=tf.constant(numbers("b",[4,3]))
table=tf.constant(numbers("t",[10,3]))
biases=tf.constant(numbers("bias",[10]))
labels=tf.constant([[1],[4],[0],[9]],tf.int64)
drawn=(tf.constant([1,2,3,5,8],tf.int64),tf.constant([[.1],[.2],[.3],[.4]]),tf.constant([.1,.2,.3,.4,.5]))
"""
CALLS = [
    "N.alpha_dropout(x,.5,seed=3)",
    "N.alpha_dropout(x,tf.constant(.7),noise_shape=[4,1],seed=4,name='n')",
    "N.alpha_dropout(x,1.)",
    "N.alpha_dropout(x,0.)",
    "N.scaled_softplus(x,.5)",
    "N.scaled_softplus(x,tf.exp(y),clip=.4)",
    "N.scaled_softplus(x,2.,clip=tf.constant([.5,1.,2.]),name='n')",
    "N.nth_element(x,1)",
    "N.nth_element(x,tf.constant(0),reverse=True,name='n')",
    "N.nth_element(tf.round(x*2),2)*2.",
    "N.nth_element(x,3)",
    "N.nth_element(tf.constant(1.),0)",
    "tf.to_float(N.nth_element(tf.constant([3,1,2]),1))",
    "N.deprecated_flipped_softmax_cross_entropy_with_logits(x,tf.nn.softmax(y))",
    "N.deprecated_flipped_sparse_softmax_cross_entropy_with_logits(x,[0,1,2,1])",
    "N.deprecated_flipped_sigmoid_cross_entropy_with_logits(x,tf.sigmoid(y),name='n')",
    "N.sampled_sparse_softmax_loss(table,biases,labels,x,5,10,drawn)",
    "N.sampled_sparse_softmax_loss([table[::2],table[1::2]],[biases[::2],biases[1::2]],labels,x,5,10,drawn,False)",
    "N.rank_sampled_softmax_loss(table,biases,labels,x,5,3,10,1,drawn,2.,True,'mod')",
    "N.rank_sampled_softmax_loss([table[:5],table[5:]],[biases[:5],biases[5:]],labels,x,5,2,10,1,drawn,.1,False,'div')",
    "N.rank_sampled_softmax_loss(table,biases,labels,x,5,5,10,1,drawn,2.,True,'mod')",
    "N.rank_sampled_softmax_loss(table,biases,labels,x,11,3,10,1,drawn,2.,True,'mod')",
    "N.rank_sampled_softmax_loss(table,biases,labels,x,5,3,10,1,drawn,2.,True,'x')",
]


def differentiated(tf, call):
    with tf.Graph().as_default(), tf.Session() as session:
        names = {"tf": tf, "numbers": numbers}
        exec(NAMES, names)
        made = eval(call, names)
        wrt = [names[n] for n in ("x", "y", "table", "biases")]
        gradients = tf.gradients(made, wrt)
        found = session.run([made, *[tf.convert_to_tensor(g) for g in gradients if g is not None]])
        return [str(made.shape), made.name.split("/")[0].split(":")[0], [g is None for g in gradients], told(found)]


@scenario
def contrib_nn(tf):
    return {call: failing(differentiated, tf, call) for call in CALLS}
