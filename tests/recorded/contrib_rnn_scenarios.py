"""Cells and attention of tf.contrib as programs of `tf`, as in session_scenarios: variables, outputs, gradients."""

import zlib

import numpy as np
from session_scenarios import scenario

C = "tf.contrib.rnn."
CELLS = {  # the sizes of an input, and the cell
    "conv1": ([5, 2], "Conv1DLSTMCell(input_shape=[5, 2], output_channels=3, kernel_shape=[3])"),
    "conv2": ([3, 4, 2], "Conv2DLSTMCell(input_shape=[3, 4, 2], output_channels=2, kernel_shape=[3, 2])"),
    "conv3": ([2, 2, 3, 1], "Conv3DLSTMCell(input_shape=[2, 2, 3, 1], output_channels=2, kernel_shape=[1, 2, 2])"),
    "conv no bias": ([5, 2], "ConvLSTMCell(1, [5, 2], 3, [2], use_bias=False, forget_bias=0.5, name='c')"),
    "grid": ([6], "GridLSTMCell(2, feature_size=2, frequency_skip=2, num_frequency_blocks=[3])"),
    "grid peepholes": (
        [6],
        "GridLSTMCell(2, use_peepholes=True, cell_clip=.4, feature_size=2, frequency_skip=2, num_frequency_blocks=[3])",
    ),
    "grid shared": ([6], "GridLSTMCell(2, True, True, feature_size=2, frequency_skip=2, num_frequency_blocks=[3])"),
    "grid coupled": (
        [6],
        "GridLSTMCell(2, True, feature_size=2, frequency_skip=2, num_frequency_blocks=[3],"
        "couple_input_forget_gates=True)",
    ),
    "grid blocks": (
        [8],
        "GridLSTMCell(2, feature_size=2, frequency_skip=1, num_frequency_blocks=[2,3], start_freqindex_list=[0,4],"
        "end_freqindex_list=[3,8])",
    ),
    "grid no tuple": (
        [6],
        "GridLSTMCell(2, feature_size=2, frequency_skip=2, num_frequency_blocks=[3], state_is_tuple=False)",
    ),
    "grid both ways": ([6], "BidirectionalGridLSTMCell(2, feature_size=2, frequency_skip=2, num_frequency_blocks=[3])"),
    "grid both ways, moved": (
        [6],
        "BidirectionalGridLSTMCell(2, True, feature_size=2, frequency_skip=2, num_frequency_blocks=[3],"
        "backward_slice_offset=1)",
    ),
    "frequencies": ([2], "TimeFreqLSTMCell(2, feature_size=2, frequency_skip=2)"),
    "frequencies, peepholes": ([2], "TimeFreqLSTMCell(2, True, .5, feature_size=2, num_unit_shards=2)"),
}
WRONG = [
    "Conv2DLSTMCell(input_shape=[5, 2], output_channels=3, kernel_shape=[3])",
    "GridLSTMCell(2, feature_size=2, frequency_skip=2)",
    "GridLSTMCell(2, feature_size=2, frequency_skip=2, num_frequency_blocks=[4])",
    "GridLSTMCell(2, feature_size=2, frequency_skip=2, num_frequency_blocks=[3,3])",
    "GridLSTMCell(2, feature_size=2, frequency_skip=2, num_frequency_blocks=[3], start_freqindex_list=[0,4],"
    "end_freqindex_list=[3,8])",
]
ATTENTION = [
    "BahdanauMonotonicAttention(3, memory, [5, 2, 4])",
    "BahdanauMonotonicAttention(3, memory, [5, 2, 4], normalize=True, score_bias_init=-.5, mode='recursive')",
    "BahdanauMonotonicAttention(3, memory, mode='hard')",
    "BahdanauMonotonicAttention(3, memory, sigmoid_noise=1., sigmoid_noise_seed=3)",
    "LuongMonotonicAttention(3, memory, [5, 2, 4], score_mask_value=-9.)",
    "LuongMonotonicAttention(3, memory, scale=True, score_bias_init=.3, mode='recursive')",
    "LuongMonotonicAttention(3, memory, mode='x')",
]


def numbers(name, shape):
    return np.random.RandomState(zlib.crc32(name.encode())).uniform(-0.8, 0.8, shape).astype(np.float32)


def told(values):
    """Numbers, flat, to five digits."""
    return [np.round(np.asarray(v, np.float64).reshape(-1), 5).tolist() for v in values]


def flat(tf, value):
    return tf.contrib.framework.nest.flatten(value)


def summed(tf, tensors):
    return tf.add_n(
        [tf.reduce_sum(tf.square(t) * tf.reshape(tf.range(tf.to_float(tf.size(t))), tf.shape(t))) for t in tensors]
    )


def computed(tf, outputs, inputs):
    """Variables by name and shape, values and gradients."""
    variables = tf.trainable_variables()
    gradients = tf.gradients(summed(tf, outputs), variables + inputs)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for v in variables:
            v.load(numbers(v.op.name, v.shape.as_list()), session)
        values = session.run([*outputs, *[tf.convert_to_tensor(g) for g in gradients if g is not None]])
    shapes = [str(t.shape) for t in outputs]
    return [[[v.op.name, v.shape.as_list()] for v in variables], shapes, told(values)]


def unrolled(tf, sizes, cell, dynamic):
    x = tf.constant(numbers("x", [2, 3, *sizes]))
    cell = eval(C + cell, {"tf": tf})
    if dynamic:
        outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    else:
        outputs, state = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
    return computed(tf, flat(tf, (outputs, state)), [x])


@scenario
def contrib_cells_static(tf):
    found = {}
    for name, (sizes, cell) in CELLS.items():
        with tf.Graph().as_default():
            found[name] = unrolled(tf, sizes, cell, False)
    return found


@scenario
def contrib_cells_dynamic(tf):
    found = {}
    for name, (sizes, cell) in CELLS.items():
        with tf.Graph().as_default():
            found[name] = unrolled(tf, sizes, cell, True)
    return found


@scenario
def contrib_cells_wrong(tf):
    found = {}
    for cell in WRONG:
        with tf.Graph().as_default():
            try:
                unrolled(tf, [6], cell, False)
            except Exception as error:
                found[cell] = type(error).__name__
    return found


@scenario
def contrib_fused(tf):
    found = []
    for reverse in (False, True):
        for dynamic in (False, True):
            for lengths in (None, [3, 2]):
                with tf.Graph().as_default():
                    x = tf.constant(numbers("x", [3, 2, 4]))
                    cell = tf.contrib.rnn.FusedRNNCellAdaptor(tf.contrib.rnn.GRUCell(2), use_dynamic_rnn=dynamic)
                    cell = tf.contrib.rnn.TimeReversedFusedRNN(cell) if reverse else cell
                    outputs, state = cell(x, dtype=tf.float32, sequence_length=lengths)
                    found.append(computed(tf, [outputs, state], [x]))
    return found


@scenario
def contrib_monotonic(tf):
    found = {}
    for call in ATTENTION:
        with tf.Graph().as_default():
            memory, query = tf.constant(numbers("memory", [3, 5, 4])), tf.constant(numbers("query", [3, 3]))
            try:
                attention = eval("tf.contrib.seq2seq." + call, {"tf": tf, "memory": memory})
                state = attention.initial_state(3, tf.float32)
                first, state = attention(query, state)
                found[call] = computed(tf, [first], [memory, query])
            except Exception as error:
                found[call] = type(error).__name__
    return found


@scenario
def contrib_cumprod(tf):
    with tf.Graph().as_default():
        x = tf.constant(np.abs(numbers("x", [2, 4])))
        return computed(tf, [tf.contrib.seq2seq.safe_cumprod(x, axis=1, exclusive=e) for e in (False, True)], [x])
