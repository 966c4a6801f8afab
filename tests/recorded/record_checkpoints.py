"""Has TensorFlow write the checkpoints of variables in parts, and of objects, that are in tests/facts/checkpoints.

PYTHON_WITH_TF1 tests/recorded/record_checkpoints.py parts FOLDER
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


if __name__ == "__main__":
    import tensorflow as tf

    {"parts": save_parts, "objects": save_objects}[sys.argv[1]](tf, sys.argv[2])
