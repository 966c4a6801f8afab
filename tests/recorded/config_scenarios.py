"""Layers as configurations, and layers made of these, as programs of `tf`, as in session_scenarios."""

from session_scenarios import scenario

LAYERS = [
    "L.Dense(3)",
    "L.Dense(3,tf.nn.relu,False,tf.truncated_normal_initializer(stddev=.1,seed=2),name='d',dtype=tf.float64)",
    "L.Dense(3,'tanh',kernel_regularizer=tf.contrib.layers.l2_regularizer(.1),trainable=False)",
    "L.Dense(3,kernel_initializer='he_normal',bias_initializer=tf.ones_initializer(),kernel_constraint=tf.nn.relu)",
    "L.Dense(3,kernel_initializer=tf.glorot_normal_initializer(seed=1),bias_initializer=tf.constant_initializer(.5))",
    "L.Dense(3,kernel_initializer=tf.random_uniform_initializer(-1,1),bias_initializer=tf.random_normal_initializer())",
    "L.Dense(3,kernel_initializer=tf.variance_scaling_initializer(2.))",
    "L.Dense(3,kernel_initializer=tf.orthogonal_initializer())",
    "L.Dense(3,kernel_initializer=tf.initializers.identity())",
    "L.Dense(3,lambda x:x)",
    "L.Dropout(.3)",
    "L.Dropout(.3,[None,1],5)",
    "L.Flatten()",
    "L.Flatten('channels_first')",
    "L.Conv1D(4,3)",
    "L.Conv2D(4,3,2,'SAME','channels_first',1)",
    "L.Conv2D(4,(3,2),activation=tf.nn.elu,use_bias=False)",
    "L.Conv3D(4,3,dilation_rate=2)",
    "L.Conv2DTranspose(4,[3,2])",
    "L.Conv3DTranspose(4,3,2)",
    "L.SeparableConv1D(4,3)",
    "L.SeparableConv2D(4,3,depth_multiplier=2,pointwise_initializer=tf.ones_initializer())",
    "L.MaxPooling1D(2,1)",
    "L.MaxPooling2D((2,3),2,'same')",
    "L.MaxPooling3D(2,2)",
    "L.AveragePooling1D(2,1)",
    "L.AveragePooling2D(2,2,data_format='channels_first')",
    "L.AveragePooling3D(2,2)",
    "L.BatchNormalization()",
    "L.BatchNormalization(1,.9,1e-5,False,True,gamma_initializer=tf.random_uniform_initializer(0,1))",
    "L.BatchNormalization(renorm=True,renorm_momentum=.8,fused=False)",
]

CELLS = [
    "R.BasicRNNCell(3)",
    "R.BasicRNNCell(3,tf.nn.relu,name='b',dtype=tf.float64)",
    "R.BasicRNNCell(3,'sigmoid',trainable=False)",
    "R.GRUCell(3)",
    "R.GRUCell(3,tf.nn.relu,True,tf.constant_initializer(.5),tf.ones_initializer(),'g')",
    "R.GRUCell(3,kernel_initializer=tf.random_uniform_initializer(-1,1,seed=2))",
    "R.GRUCell(3,kernel_initializer='orthogonal')",
    "R.BasicLSTMCell(3)",
    "R.BasicLSTMCell(3,.5,False,tf.nn.relu,name='l')",
    "R.LSTMCell(3)",
    "R.LSTMCell(3,True,.5,tf.orthogonal_initializer(),2,.3,2,3,.5,True,'relu',name='l',dtype=tf.float32)",
    "R.LSTMCell(3,activation=lambda x:x)",
    "R.DropoutWrapper(R.GRUCell(3),.5)",
    "R.DropoutWrapper(R.GRUCell(3,name='i'),.5,tf.constant(.3),.2,True,2,tf.float32,5)",
    "R.ResidualWrapper(R.BasicLSTMCell(3))",
    "R.DeviceWrapper(R.GRUCell(3),'/cpu:0')",
    "R.DropoutWrapper(R.ResidualWrapper(R.GRUCell(3,name='in')),state_keep_prob=.5,name='out')",
    "R.MultiRNNCell([R.GRUCell(3)])",
    "C.GRUBlockCell(3)",
    "C.GRUBlockCellV2(3)",
    "C.LSTMBlockCell(3,use_peephole=True,name='n')",
    "C.LayerNormBasicLSTMCell(3)",
    "C.IndyGRUCell(3)",
    "C.IndRNNCell(3,name='i')",
    "C.NASCell(3)",
]


@scenario
def cell_configurations(tf):
    """The configuration, and whether a cell made of it has the same; TensorFlow makes no wrappers of theirs."""
    found = {}
    for source in CELLS:
        with tf.Graph().as_default():
            cell = eval(source, {"R": tf.nn.rnn_cell, "C": tf.contrib.rnn, "tf": tf})
            config = cell.get_config()
            found[source] = [config]
            if "cell" not in config:
                try:
                    found[source].append(type(cell).from_config(cell.get_config()).get_config() == config)
                except Exception as error:
                    found[source].append(type(error).__name__)
    return found


@scenario
def layer_configurations(tf):
    """The configuration, what there is of it again in a layer made of it (or the error), and after a call."""
    found = {}
    for source in LAYERS:
        with tf.Graph().as_default():
            layer = eval(source, {"L": tf.layers, "tf": tf})
            config = layer.get_config()
            try:
                again = type(layer).from_config(config).get_config()
                made = {key: value for key, value in again.items() if config.get(key, "no") != value}
            except Exception as error:
                made = type(error).__name__
            found[source] = [config, made]
    return found


@scenario
def layer_configurations_later(tf):
    """After calls, of layers of one's own, and of wrong configurations."""

    class Plain(tf.layers.Layer):
        pass

    class Own(tf.layers.Layer):
        def __init__(self, units, rate=1, **kwargs):
            super().__init__(**kwargs)

    class Told(Own):
        def get_config(self):
            return dict(super().get_config(), units=4)

    layer = tf.layers.Dense(3)
    layer(tf.zeros([2, 2]))
    norm = tf.layers.BatchNormalization()
    norm(tf.zeros([2, 2]))
    found = [layer.get_config()["dtype"], norm.get_config()["axis"], Plain(name="p").get_config()]
    for make in (
        lambda: Own(3).get_config(),
        lambda: Told(3, name="t").get_config(),
        lambda: sorted(Told.from_config({"units": 3, "name": "u"}).get_config()),
        lambda: tf.layers.Dense.from_config({}),
        lambda: tf.layers.Dense.from_config({"units": 2, "activation": "nothing"}),
        lambda: tf.layers.Dense.from_config({"units": 2, "kernel_initializer": {"class_name": "Nothing"}}),
        lambda: tf.layers.Dense.from_config({"units": 2, "name": "x"}).name,
    ):
        try:
            found.append(make())
        except Exception as error:
            found.append(type(error).__name__)
    return found
