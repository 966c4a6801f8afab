"""Layers that compute again what their gradients need, as programs of `tf`, as in session_scenarios."""

from contrib_rnn_scenarios import computed, numbers
from session_scenarios import scenario


def inner(tf, units, slope=1.0):
    def function(x, sides=()):
        x = x * sides[0] if sides else x
        return tf.layers.dense(tf.layers.dense(slope * x, units, tf.tanh), 3)

    return function


@scenario
def reversible_blocks(tf):
    """Variables, values and gradients, computed again and kept."""
    found = []
    for count, sides, again in ((1, False, True), (2, True, True), (2, True, False), (3, False, True)):
        with tf.Graph().as_default():
            x, y, *side = [tf.constant(numbers(name, [2, 3])) for name in "xyfg"]
            f_side, g_side = ([one] for one in side) if sides else (None, None)
            g = [inner(tf, 2, 1.0 + i) for i in range(count)]
            outputs = tf.contrib.layers.rev_block(x, y, inner(tf, 4), g, count, f_side, g_side, is_training=again)
            found.append(computed(tf, list(outputs), [x, y, *(side if sides else [])]))
    return found


@scenario
def reversible_layers(tf):
    """A block of one's own, both ways."""
    x, y = (tf.constant(numbers(name, [2, 3])) for name in "xy")
    g = [tf.tanh, lambda x: tf.layers.batch_normalization(x)]
    block = tf.contrib.layers.RevBlock(inner(tf, 4), g, num_layers=2, name="mine")
    outputs = block.forward(x, y)
    back = block.backward(*outputs)
    names = [[v.name for v in variables] for variables in (block.variables, block.trainable_variables)]
    return [names, block.name, *computed(tf, [*outputs, *back], [x, y])]


@scenario
def recomputed_gradients(tf):
    told = []

    @tf.contrib.layers.recompute_grad
    def layer(x, y, is_recomputing=False):
        told.append(is_recomputing)
        return tf.layers.dense(x * y, 2), tf.square(x)

    @tf.contrib.layers.recompute_grad(tupleize_grads=True)
    def alone(x):
        return tf.exp(x)

    x, y = (tf.constant(numbers(name, [2, 3])) for name in "xy")
    with tf.variable_scope("scope", use_resource=True):
        outputs = [*layer(x, y), alone(x)]
    return [computed(tf, outputs, [x, y]), told]
