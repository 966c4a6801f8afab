"""Has TensorFlow write the checkpoints of variables in parts, and of objects, that are in tests/facts/checkpoints.

PYTHON_WITH_TF1 tests/recorded/record_checkpoints.py parts FOLDER
PYTHON_WITH_TF1 tests/recorded/record_checkpoints.py graph_objects FOLDER
PYTHON_WITH_TF2 tests/recorded/record_checkpoints.py objects FOLDER
"""

import os
import sys

import numpy as np

WHOLE = np.arange(40, dtype=np.float32).reshape(10, 4)
WAYS = {"rows": (3, 0), "columns": (2, 1)}  # how many parts, along which axis


def save_parts(tf, folder):
    """`w`, whose parts are on one device, and `b` on another, for each way: `parts_rows`, `parts_columns`."""
    for way, (count, axis) in WAYS.items():
        config = tf.ConfigProto(device_count={"CPU": 2})
        with tf.Graph().as_default(), tf.Session(config=config) as session:
            with tf.device("/cpu:1"):
                w = tf.get_variable("w", WHOLE.shape, partitioner=tf.fixed_size_partitioner(count, axis))
            tf.get_variable("b", [3], initializer=tf.ones_initializer())
            session.run(tf.global_variables_initializer())
            for part, value in zip(w, np.array_split(WHOLE, count, axis)):
                part.load(value, session)
            saver = tf.train.Saver(sharded=True)
            saver.save(session, os.path.join(folder, f"parts_{way}"), write_meta_graph=False, write_state=False)


def save_objects(tf, folder):
    """A layer with a variable, its optimizer and a step, by tf.train.Checkpoint: `objects`."""
    layer, optimizer = tf.keras.layers.Dense(2, name="dense"), tf.keras.optimizers.legacy.SGD(0.1, momentum=0.9)
    layer.build([None, 3])
    layer.set_weights([np.arange(6, dtype=np.float32).reshape(3, 2), np.array([7, 8], np.float32)])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(tf.zeros([1, 3]))) * 0
    optimizer.apply_gradients(zip(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables))
    step = tf.Variable(5, dtype=tf.int64, name="global_step")
    tf.train.Checkpoint(layer=layer, optimizer=optimizer, step=step).write(os.path.join(folder, "objects"))


def trained(tf):
    """A variable, a layer and what trains them, after one step: a checkpoint, the step, and tensors to compare."""
    v = tf.get_variable("v", [2], initializer=tf.constant_initializer([1.0, 2.0]))
    w = tf.get_variable("w", [2], initializer=tf.ones_initializer(), use_resource=True)
    layer, optimizer = tf.layers.Dense(3, kernel_initializer=tf.ones_initializer()), tf.train.AdamOptimizer(0.1)
    loss = tf.reduce_sum(layer(tf.reshape(v, [1, 2]))) + tf.reduce_sum(v * w)
    step = optimizer.minimize(loss)
    checkpoint = tf.train.Checkpoint(v=v, inner=tf.train.Checkpoint(w=w, layer=layer), optimizer=optimizer)
    slots = [optimizer.get_slot(each, name) for each in (v, w, layer.kernel) for name in optimizer.get_slot_names()]
    return checkpoint, step, [v, w, layer.kernel, layer.bias, *slots]


def save_graph_objects(tf, folder):
    """The same by tf.train.Checkpoint in a graph: `graph_objects`."""
    checkpoint, step, _ = trained(tf)
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), checkpoint.save_counter.initializer])
        session.run(step)
        checkpoint.write(os.path.join(folder, "graph_objects"), session=session)


if __name__ == "__main__":
    import tensorflow as tf

    {"parts": save_parts, "objects": save_objects, "graph_objects": save_graph_objects}[sys.argv[1]](tf, sys.argv[2])
